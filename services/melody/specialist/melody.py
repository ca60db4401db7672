"""Lead lines: their rhythm, between the style's skeleton and what the guide suggests, and their breath."""

import math

from boumbapp.music.v1.music_pb2 import Note

from services.melody.specialist.form import Ending, Recall
from services.melody.specialist.melodic_line import MelodicLine
from services.melody.specialist.passage import Passage
from services.melody.specialist.rhythm import (
    LONGEST,
    Odds,
    OnsetDrawer,
    RecalledOnsets,
    draw_count,
    fit_onsets,
    skeleton_odds,
    vary_onsets,
)
from services.melody.specialist.sampling import pick

# Odds of notes after the one that a phrase rests on, and at the end of a bar with a comma, against usual ones.
_AFTER_LANDING, _AFTER_COMMA = 0.02, 0.35
_LONG = 4  # steps
_SUSTAINED = 4  # steps
_BREATH, _BREATH_CHANCE = 2, 0.5  # steps, and how often one is taken inside a phrase


def write_melody(passage: Passage) -> list[Note]:
    """Notes of a lead line."""
    frame, guide = passage.frame, passage.guide
    landing = _landing(passage)
    usual, now = (_shaped(passage, landing, factor) for factor in (guide.usual, guide.onset))
    recalled = _recalled_onsets(passage, usual)
    line = MelodicLine(passage, recalled)
    rhythm = RecalledOnsets(recalled, frame.steps) if recalled else _drawer(passage, usual, landing)
    notes: list[Note] = []
    for step in range(frame.steps):
        if rhythm.strikes(now):
            pitch = line.pitch(step, rhythm.left, rhythm.length)
            if notes:
                notes[-1].duration_steps = min(notes[-1].duration_steps, step - notes[-1].start_step)
            notes.append(Note(pitch=pitch, start_step=step, duration_steps=frame.steps - step))
            guide.play(step, pitch)
        elif notes and _may_rest(passage, notes[-1], step, rhythm.left) and passage.draw.random() < guide.rests(step):
            notes[-1].duration_steps = step - notes[-1].start_step
            guide.rest(step)
    _breathe(passage, notes)
    return notes


def _may_rest(passage: Passage, note: Note, step: int, left: int) -> bool:
    """Whether a note may end before the next one.

    Shorter gaps are a matter of playing, not of writing, and what a phrase comes to rest on may sound.
    """
    settled = left == 0 and passage.form.ending.rests
    return not settled and note.start_step + _SUSTAINED <= step < note.start_step + note.duration_steps


def _shaped(passage: Passage, landing: int | None, factor: Odds) -> Odds:
    """Odds by the style's skeleton and a factor of the guide's; the phrase's end thins them out."""
    frame, form = passage.frame, passage.form

    def thinned(step: int) -> float:
        if landing is not None and step > landing:
            return _AFTER_LANDING
        return _AFTER_COMMA if form.ending is Ending.COMMA and step >= frame.steps * 3 // 4 else 1.0

    return lambda step, since: math.sqrt(skeleton_odds(frame, step)) * factor(step, since) * thinned(step)


def _landing(passage: Passage) -> int | None:
    """Step that the phrase comes to rest on: a beat in the second half of its last bar."""
    frame = passage.frame
    if not passage.form.ending.rests:
        return None
    beats = [step for step in range(frame.steps // 3, frame.steps * 4 // 5 + 1) if frame.is_strong(step)]
    if not beats:
        return frame.steps // 2
    return pick(passage.draw, beats, [float(frame.weights[step] ** 2) for step in beats])


def _recalled_onsets(passage: Passage, odds: Odds) -> tuple[int, ...]:
    """The rhythm of the bar that this one recalls; empty for a new idea."""
    frame, recalled = passage.frame, passage.recalled
    if recalled is None:
        return ()
    varied = passage.form.recall is Recall.VARIED
    onsets = vary_onsets(frame, recalled.onsets, odds, passage.draw) if varied else recalled.onsets
    return fit_onsets(frame, onsets, odds)


def _drawer(passage: Passage, usual: Odds, landing: int | None) -> OnsetDrawer:
    """Draws the rhythm of a new idea."""
    frame = passage.frame
    forced = frame.anchors if landing is None or len(frame.anchors) == frame.most else frame.anchors | {landing}
    count = max(draw_count(frame, passage.form.ending, passage.draw), len(forced))
    last = max((note.start_step for note in passage.before), default=frame.steps - LONGEST)
    return OnsetDrawer(frame, count, usual, passage.draw, max(frame.steps - last, 1), forced)


def _breathe(passage: Passage, notes: list[Note]) -> None:
    """End long notes early enough to take a breath, in place."""
    ends = [*(note.start_step for note in notes[1:]), passage.frame.steps]
    for note, end in zip(notes, ends, strict=True):
        last = note is notes[-1]
        if note.start_step + note.duration_steps < end:
            continue  # it rests already
        if (last and passage.form.ending is not Ending.ON and note.duration_steps > _LONG) or (
            note.duration_steps > 2 * _LONG and passage.draw.random() < _BREATH_CHANCE
        ):
            note.duration_steps -= _BREATH
