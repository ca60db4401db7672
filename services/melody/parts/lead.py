"""Lead lines: their rhythm, between the style's skeleton and what the guide suggests, and their breath."""

import math

from boumbapp.music.v1.music_pb2 import Note

from music.meter import SIXTEENTH
from services.melody.parts.bar_context import Passage
from services.melody.parts.lead_pitches import MelodicLine
from services.melody.plan.form import Ending, Recall
from services.melody.plan.rhythm import (
    LONGEST,
    Odds,
    OnsetDrawer,
    RecalledOnsets,
    draw_count,
    fit_onsets,
    ornament_onsets,
    skeleton_odds,
    vary_onsets,
)
from services.melody.plan.sampling import pick

# Odds of notes after the one that a phrase rests on, and at the end of a bar with a comma, against usual ones.
_AFTER_LANDING, _AFTER_COMMA = 1e-5, 0.35
# Odds of notes beside those of a head that is repeated.
_OFF_HEAD = 1e-4
_SOON = 4  # steps
_PICKUP, _RESOLVES = 2, 0.85  # steps before the bar line, and how often such a note leads to a first beat
_FEW = 4  # onsets of a bar
_EIGHTH = 2  # steps
# Quarter notes a minute up to which sixteenths are sung at ease; beyond, they are rarer with the cube of the tempo.
_AT_EASE = 100.0
_LONG = 4  # steps
_SUSTAINED = 4  # steps
_BREATH, _BREATH_CHANCE = 2, 0.5  # steps, and how often one is taken inside a phrase


def write_melody(passage: Passage) -> list[Note]:
    """Notes of a lead line."""
    frame, guide = passage.frame, passage.guide
    landing = _landing(passage)
    usual, now = (_shaped(passage, landing, factor) for factor in (guide.usual, guide.onset))
    line = MelodicLine(passage)
    rhythm = _rhythm(passage, usual, landing)
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
    ease = 1.0 if passage.idiom.machine else min(_AT_EASE / max(passage.tempo_bpm, 1.0), 1.0)

    kept = _head(passage)
    half = frame.steps // 2 if kept else 0

    def thinned(step: int) -> float:
        if landing is not None and step > landing:
            return _AFTER_LANDING
        if step < half and step not in kept:
            return _OFF_HEAD
        sung = ease * ease * ease if frame.weights[step] == SIXTEENTH else 1.0
        return sung * (_AFTER_COMMA if form.ending is Ending.COMMA and step >= frame.steps * 3 // 4 else 1.0)

    def odds(step: int, since: int) -> float:
        thin = thinned(step)
        # The guide's answer costs something; where there is hardly a question it is not asked.
        return math.sqrt(skeleton_odds(frame, step)) * thin * (factor(step, since) if thin > _OFF_HEAD else 1.0)

    return odds


def _head(passage: Passage) -> frozenset[int]:
    """Onsets in the first half of the bar of which this one repeats the beginning."""
    if passage.recalled is None or passage.form.recall is not Recall.HEAD:
        return frozenset()
    return frozenset(onset for onset in passage.recalled.onsets if onset < passage.frame.steps // 2)


def _landing(passage: Passage) -> int | None:
    """Step that the phrase comes to rest on: a beat in its last bar's second half, or any where notes are few."""
    frame = passage.frame
    if not passage.form.ending.rests:
        return None
    begin = 0 if frame.most <= _FEW else frame.steps // 3
    beats = [step for step in range(begin, frame.steps * 4 // 5 + 1) if frame.is_strong(step)]
    if not beats:
        return frame.steps // 2
    return pick(passage.draw, beats, [float(frame.weights[step] ** 2) for step in beats])


def _rhythm(passage: Passage, usual: Odds, landing: int | None) -> RecalledOnsets | OnsetDrawer:
    """The rhythm of the bar that this one recalls, or as much of it as stays, or a new one."""
    frame, recalled, recall = passage.frame, passage.recalled, passage.form.recall
    if recalled is None or recall in (Recall.CONTOUR, Recall.HEAD):
        return _drawer(passage, usual, landing)
    onsets = recalled.onsets
    if recall is Recall.VARIED:
        onsets = vary_onsets(frame, onsets, usual, passage.draw)
    elif recall is Recall.ORNAMENT:
        onsets = ornament_onsets(frame, onsets, usual, passage.draw)
    return RecalledOnsets(fit_onsets(frame, onsets, usual), frame.steps)


def _drawer(passage: Passage, usual: Odds, landing: int | None) -> OnsetDrawer:
    """Draws a rhythm of which some onsets are known."""
    frame = passage.frame
    last = max((note.start_step for note in passage.before), default=frame.steps - LONGEST)
    since = max(frame.steps - last, 1)
    wanted = sorted(_head(passage))
    if landing is not None:
        wanted.append(landing)
    if passage.index == 0:
        wanted.append(_opening(passage))
    elif since <= _PICKUP and passage.draw.random() < _RESOLVES:
        wanted.append(0)
    forced = set(frame.anchors)
    for step in wanted:
        if len(forced) < frame.most:
            forced.add(step)
    count = draw_count(frame, passage.form.ending, passage.draw)
    if landing is not None:
        count = max(min(count, landing // _EIGHTH + 1), frame.fewest)
    return OnsetDrawer(frame, max(count, len(forced)), usual, passage.draw, since, forced)


def _opening(passage: Passage) -> int:
    """Step on which a piece begins: its first beat, or soon after; who asks for a bar wants to hear one."""
    frame = passage.frame
    soon = range(min(_SOON, frame.steps))
    return pick(passage.draw, soon, [skeleton_odds(frame, step) for step in soon])


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
