"""Lead lines: their rhythm, between the style's skeleton and folk tunes, and their breath."""

import math

from boumbapp.music.v1.music_pb2 import Note

from music.meter import SIXTEENTH
from services.melody.specialist.folk_model import HOLD, ONSET, REST, rhythm_context
from services.melody.specialist.form import Ending, Recall
from services.melody.specialist.melodic_line import draw_line
from services.melody.specialist.passage import Passage, fill
from services.melody.specialist.rhythm import (
    LONGEST,
    Odds,
    draw_count,
    draw_onsets,
    fit_onsets,
    skeleton_odds,
    vary_onsets,
)
from services.melody.specialist.sampling import pick

# Odds of notes after the one that a phrase rests on, and at the end of a bar with a comma, against usual ones.
_AFTER_LANDING, _AFTER_COMMA = 0.02, 0.35
# Sixteenths feel hurried above this tempo and lazy below the other.
_HURRIED_BPM, _LAZY_BPM = 135, 85
# A sixteenth is followed by another rather than held over the next eighth, against odds that see no further back.
_COMPLETING = 4.0
_LONG = 4  # steps
_BREATH, _BREATH_CHANCE = 2, 0.5  # steps, and how often one is taken inside a phrase


def write_melody(passage: Passage) -> list[Note]:
    """Notes of a lead line."""
    odds = _odds(passage)
    landing = _landing(passage)
    onsets = _onsets(passage, odds, landing)
    pitches = draw_line(passage, onsets)
    notes = fill(passage.frame, onsets, pitches)
    _breathe(passage, notes)
    return notes


def _odds(passage: Passage) -> Odds:
    """Odds of an onset: the style's skeleton times what folk tunes do there."""
    frame = passage.frame
    before = _events(passage)
    flow, share = _flow(passage), frame.most / frame.steps

    def odds(step: int, since: int) -> float:
        onset = passage.model.steps(rhythm_context(frame.meter, step, since, False, before))[ONSET]
        # The geometric mean: both know the metre, and must not count it twice.
        chance = math.sqrt(skeleton_odds(frame, step) * onset / (1 - onset))
        if frame.weights[step] == SIXTEENTH:
            # One right after an onset hurries, or snaps when a longer one follows.
            return chance * flow * (share if since == 1 else 1.0)
        return chance * _COMPLETING if since == 1 else chance

    return odds


def _flow(passage: Passage) -> float:
    """Odds of sixteenths against those of folk tunes, which are dances: low for few onsets or a fast tempo."""
    frame = passage.frame
    share = frame.most / frame.steps
    hurry = 0.4 if passage.tempo_bpm > _HURRIED_BPM else 1.5 if 0 < passage.tempo_bpm < _LAZY_BPM else 1.0
    return share * share * hurry


def _events(passage: Passage) -> tuple[int, ...]:
    """What happened on the steps of the bar before; empty for the first bar."""
    if not passage.before:
        return ()
    events = [HOLD] * passage.frame.steps
    for note in passage.before:
        end = note.start_step + note.duration_steps
        if end < len(events) and events[end] == HOLD:
            events[end] = REST
        if note.start_step < len(events):
            events[note.start_step] = ONSET
    return tuple(events)


def _landing(passage: Passage) -> int | None:
    """Step that the phrase comes to rest on: a beat in the second half of its last bar."""
    frame = passage.frame
    if not passage.form.ending.rests:
        return None
    beats = [step for step in range(frame.steps // 3, frame.steps * 4 // 5 + 1) if frame.is_strong(step)]
    if not beats:
        return frame.steps // 2
    return pick(passage.draw, beats, [float(frame.weights[step] ** 2) for step in beats])


def _onsets(passage: Passage, odds: Odds, landing: int | None) -> tuple[int, ...]:
    frame, form, recalled = passage.frame, passage.form, passage.recalled
    if recalled is not None:
        onsets = (
            vary_onsets(frame, recalled.onsets, odds, passage.draw) if form.recall is Recall.VARIED else recalled.onsets
        )
        return fit_onsets(frame, onsets, odds)

    def shaped(step: int, since: int) -> float:
        if landing is not None and step > landing:
            return odds(step, since) * _AFTER_LANDING
        if form.ending is Ending.COMMA and step >= frame.steps * 3 // 4:
            return odds(step, since) * _AFTER_COMMA
        return odds(step, since)

    forced = frame.anchors if landing is None or len(frame.anchors) == frame.most else frame.anchors | {landing}
    count = max(draw_count(frame, form.ending, passage.draw), len(forced))
    last = max((note.start_step for note in passage.before), default=frame.steps - LONGEST)
    return draw_onsets(frame, count, shaped, passage.draw, max(frame.steps - last, 1), forced)


def _breathe(passage: Passage, notes: list[Note]) -> None:
    """End long notes early enough to take a breath, in place."""
    for note in notes:
        last = note is notes[-1]
        if (last and passage.form.ending is not Ending.ON and note.duration_steps > _LONG) or (
            note.duration_steps > 2 * _LONG and passage.draw.random() < _BREATH_CHANCE
        ):
            note.duration_steps -= _BREATH
