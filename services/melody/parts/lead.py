"""Lead lines: their rhythm, between the style's skeleton and the next-note model, and their breath."""

import math
from dataclasses import replace

from boumbapp.music.v2.music_pb2 import Note

from music.meter import SIXTEENTH
from services.melody.beside.room import leaving_anchors, made_room, with_room
from services.melody.next_note_models.protocol import NextNoteModel
from services.melody.parts.lead_pitches import MelodicLine
from services.melody.plan.bar_context import BarContext
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
_AFTER_LANDING, _AFTER_COMMA, _AFTER_SUNG_COMMA = 1e-5, 0.35, 0.01
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
_BREATH, _BREATH_PROBABILITY = 2, 0.6  # steps, and how often one is taken inside a phrase
# Steps of silence after the last note of a bar that is sung: inside a phrase, and at its end, where more is better. A
# note keeps an eighth at least. Sung phrases of pop rest a quarter of the time (POP909), those of folk an eighth.
_COMMA_RESTS, _PHRASE_RESTS = ((4, 6), (2.0, 1.0)), ((4, 6, 8), (1.0, 2.0, 3.0))


def write_melody(bar: BarContext, model: NextNoteModel) -> list[Note]:
    """Write a lead line.

    Args:
        bar: The bar.
        model: Predicts its onsets, rests and pitches, and is conditioned on each note as it is written.

    Returns:
        Its notes by onset, without velocity and micro-timing.
    """
    others = bar.beside.chords | bar.beside.leads
    if others:
        bar = replace(bar, constraints=leaving_anchors(bar.constraints, others))
    constraints = bar.constraints
    landing = _landing(bar)
    usual, now = (
        with_room(_shaped(bar, landing, factor), others) for factor in (model.onset_odds_before_bar, model.onset_odds)
    )
    line = MelodicLine(bar, model)
    rhythm = _rhythm(bar, usual, landing)
    notes: list[Note] = []
    for step in range(constraints.steps):
        if rhythm.strikes(now):
            pitch = line.pitch(step, rhythm.left, rhythm.length)
            if notes:
                notes[-1].duration_steps = min(notes[-1].duration_steps, step - notes[-1].start_step)
            notes.append(Note(pitch=pitch, start_step=step, duration_steps=constraints.steps - step))
            model.add_note(step, pitch)
        elif (
            notes and _may_rest(bar, notes[-1], step, rhythm.left) and bar.draw.random() < model.rest_probability(step)
        ):
            notes[-1].duration_steps = step - notes[-1].start_step
            model.end_note(step)
    _breathe(bar, notes)
    return notes


def _may_rest(bar: BarContext, note: Note, step: int, left: int) -> bool:
    """Whether a note may end before the next one.

    Shorter gaps are a matter of playing, not of writing, and what a phrase comes to rest on may sound.
    """
    settled = left == 0 and bar.form.ending.rests
    return not settled and note.start_step + _SUSTAINED <= step < note.start_step + note.duration_steps


def _shaped(bar: BarContext, landing: int | None, factor: Odds) -> Odds:
    """Odds by the style's skeleton and a factor of the model's; the phrase's end thins them out."""
    constraints, form = bar.constraints, bar.form
    ease = 1.0 if bar.idiom.machine else min(_AT_EASE / max(bar.tempo_bpm, 1.0), 1.0)

    after_comma = _AFTER_COMMA if bar.idiom.loop else _AFTER_SUNG_COMMA
    kept = _head(bar)
    half = constraints.steps // 2 if kept else 0

    def thinned(step: int) -> float:
        if landing is not None and step > landing:
            return _AFTER_LANDING
        if step < half and step not in kept:
            return _OFF_HEAD
        sung = ease * ease * ease if constraints.weights[step] == SIXTEENTH else 1.0
        return sung * (after_comma if form.ending is Ending.COMMA and step >= constraints.steps * 3 // 4 else 1.0)

    def odds(step: int, since: int) -> float:
        thin = thinned(step)
        # The network is slow; where an onset is next to impossible it is not run.
        return math.sqrt(skeleton_odds(constraints, step)) * thin * (factor(step, since) if thin > _OFF_HEAD else 1.0)

    return odds


def _head(bar: BarContext) -> frozenset[int]:
    """Onsets in the first half of the bar of which this one repeats the beginning."""
    if bar.recalled is None or bar.form.recall is not Recall.HEAD:
        return frozenset()
    return frozenset(onset for onset in bar.recalled.onsets if onset < bar.constraints.steps // 2)


def _landing(bar: BarContext) -> int | None:
    """Step that the phrase comes to rest on: a beat in its last bar's second half, or any where notes are few."""
    constraints = bar.constraints
    if not bar.form.ending.rests:
        return None
    begin = 0 if constraints.most <= _FEW else constraints.steps // 3
    # A voice needs the rest of the bar for its breath.
    end = constraints.steps * (4 if bar.idiom.loop else 3) // 5 + 1
    beats = [step for step in range(begin, end) if constraints.is_strong(step)]
    if not beats:
        return constraints.steps // 2
    beats = [step for step in beats if step not in bar.beside.chords] or beats
    return pick(bar.draw, beats, [float(constraints.weights[step] ** 2) for step in beats])


def _rhythm(bar: BarContext, usual: Odds, landing: int | None) -> RecalledOnsets | OnsetDrawer:
    """The rhythm of the bar that this one recalls, or as much of it as stays, or a new one."""
    constraints, recalled, recall = bar.constraints, bar.recalled, bar.form.recall
    if recalled is None or recall in (Recall.CONTOUR, Recall.HEAD):
        return _drawer(bar, usual, landing)
    onsets = recalled.onsets
    if recall is Recall.VARIED:
        onsets = vary_onsets(constraints, onsets, usual, bar.draw)
    elif recall is Recall.ORNAMENT:
        onsets = ornament_onsets(constraints, onsets, usual, bar.draw)
    fitted = fit_onsets(constraints, onsets, usual)
    others = bar.beside.chords | bar.beside.leads
    return RecalledOnsets(made_room(constraints, fitted, others, usual) if others else fitted, constraints.steps)


def _drawer(bar: BarContext, usual: Odds, landing: int | None) -> OnsetDrawer:
    """Draws a rhythm of which some onsets are known."""
    constraints = bar.constraints
    last = max((note.start_step for note in bar.previous), default=constraints.steps - LONGEST)
    since = max(constraints.steps - last, 1)
    wanted = sorted(_head(bar))
    if landing is not None:
        wanted.append(landing)
    if bar.index == 0:
        wanted.append(_opening(bar))
    elif since <= _PICKUP and bar.draw.random() < _RESOLVES and 0 not in bar.beside.chords:
        wanted.append(0)
    forced = set(constraints.anchors)
    for step in wanted:
        if len(forced) < constraints.most:
            forced.add(step)
    count = draw_count(constraints, bar.form.ending, bar.draw)
    if landing is not None:
        count = max(min(count, landing // _EIGHTH + 1), constraints.fewest)
    return OnsetDrawer(constraints, max(count, len(forced)), usual, bar.draw, since, forced)


def _opening(bar: BarContext) -> int:
    """Step on which a piece begins: its first beat, or soon after."""
    constraints = bar.constraints
    soon = [step for step in range(min(_SOON, constraints.steps)) if step not in bar.beside.chords] or [0]
    return pick(bar.draw, soon, [skeleton_odds(constraints, step) for step in soon])


def _breathe(bar: BarContext, notes: list[Note]) -> None:
    """End long notes early enough to take a breath, in place."""
    ends = [*(note.start_step for note in notes[1:]), bar.constraints.steps]
    sung = not bar.idiom.loop and not bar.constraints.final
    for note, end in zip(notes, ends, strict=True):
        last = note is notes[-1]
        if note.start_step + note.duration_steps < end:
            continue  # it rests already
        if sung and last and bar.form.ending is not Ending.ON:
            rest = pick(bar.draw, *(_PHRASE_RESTS if bar.form.ending.rests else _COMMA_RESTS))
            note.duration_steps = max(note.duration_steps - rest, min(note.duration_steps, _EIGHTH))
        elif sung and last and note.duration_steps > _EIGHTH and bar.draw.random() < _BREATH_PROBABILITY:
            note.duration_steps -= _BREATH if note.duration_steps > _LONG else 1
        elif (last and bar.form.ending is not Ending.ON and note.duration_steps > _LONG) or (
            note.duration_steps > 2 * _LONG and bar.draw.random() < _BREATH_PROBABILITY
        ):
            note.duration_steps -= _BREATH
