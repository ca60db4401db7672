"""Bass lines: their rhythm, which is the style's, their ghost notes and lengths; `bass_tones` chooses the pitches.

The riff comes back with the chords (Anne Danielsen, "Presence and Pleasure", 2006, ch. 4, on the one in funk).
"""

import math
from itertools import pairwise

from boumbapp.music.v2.music_pb2 import Note

from music.meter import EIGHTH, SIXTEENTH
from music.performance.timing import STACCATO, staccato
from services.melody.beside.room import lock_to_kick
from services.melody.next_note_models.protocol import NextNoteModel
from services.melody.parts.bass_tones import bass_pitches
from services.melody.plan.bar_context import BarContext
from services.melody.plan.form import Ending, Recall
from services.melody.plan.rhythm import (
    Odds,
    draw_natural_count,
    draw_onsets,
    fit_onsets,
    skeleton_odds,
    vary_written_onsets,
)
from services.melody.styles.style_idiom import BassFigure

_GHOST_PROBABILITY = 0.45
# Three sixteenths in a row crowd a low voice.
_CROWDED = 0.5
_SKIP_PROBABILITY = 0.35  # of a note between the beats of a walking bass
_PART_OF_THE_FIGURE = 80  # weight of an onset, 0-100
_TICKS, _SLIDE_TICKS = 120, 90  # of a step, and of a slide that is heard as one
_LIKELY = 50  # weight of an onset on the first beat with which a piece begins on the one, whatever the style does later


def write_bass(bar: BarContext, model: NextNoteModel) -> tuple[list[Note], frozenset[int]]:
    """Write a bass line.

    Args:
        bar: The bar.
        model: Predicts its pitches, and is conditioned on each note as it is written.

    Returns:
        Its notes by onset, without velocity and micro-timing, and the onsets among them that are ghost notes.
    """
    onsets = _onsets(bar)
    ghosts = _ghosts(bar, onsets)
    lengths = _lengths(bar, onsets, ghosts)
    pitches = bass_pitches(bar, model, onsets, lengths, ghosts)
    notes = [
        Note(pitch=pitch, start_step=onset, duration_steps=length)
        for onset, length, pitch in zip(onsets, lengths, pitches, strict=True)
    ]
    _slide(bar, notes, ghosts)
    return notes, ghosts


def _slide(bar: BarContext, notes: list[Note], ghosts: frozenset[int]) -> None:
    """Let some tones slide in from the tone before where that one sounds on until they begin; in place."""
    if not bar.idiom.slides:
        return
    for before, note in pairwise(notes):
        joined = before.start_step + before.duration_steps == note.start_step
        slides = joined and note.pitch != before.pitch and note.start_step not in ghosts
        if slides and bar.draw.random() < bar.idiom.slides:
            note.glide.from_pitch = before.pitch
            note.glide.length_ticks = min(_SLIDE_TICKS, note.duration_steps * _TICKS)


def _onsets(bar: BarContext) -> tuple[int, ...]:
    """Onsets of the style's rhythm, locked to a kick that plays beside it, which a walking bass is not."""
    onsets = _own_onsets(bar)
    if not bar.beside.kicks or bar.idiom.bass is BassFigure.WALKING:
        return onsets
    return lock_to_kick(bar.constraints, onsets, bar.beside.kicks, _odds(bar))


def _own_onsets(bar: BarContext) -> tuple[int, ...]:
    constraints, form, recalled, draw = bar.constraints, bar.form, bar.recalled, bar.draw
    odds = _odds(bar)
    figure = bar.idiom.bass
    if recalled is not None and figure is not BassFigure.WALKING:
        varied = form.recall is Recall.VARIED or form.ending is not Ending.ON
        onsets = vary_written_onsets(constraints, recalled.onsets, odds, draw) if varied else recalled.onsets
        return fit_onsets(constraints, onsets, odds)
    forced = _forced(bar)
    # A riff says its rhythm in full at once: its last bar rests only in the style's own way.
    ending = Ending.ON if form.ending is Ending.HALF else form.ending
    if figure in (BassFigure.RIFF, BassFigure.OCTAVES):
        count = max(draw_natural_count(constraints, ending, draw), len(forced))
    else:  # a figure needs no more than its own tones
        count = max(constraints.fewest, len(forced))
        count += figure is BassFigure.WALKING and count < constraints.most and draw.random() < _SKIP_PROBABILITY
    return draw_onsets(constraints, count, odds, draw, forced=forced)


def _forced(bar: BarContext) -> set[int]:
    """Steps that must have an onset."""
    constraints = bar.constraints
    forced = set(constraints.anchors)
    wanted = [0] if bar.index == 0 and constraints.onset_weights[0] >= _LIKELY else []
    if bar.idiom.bass is BassFigure.OCTAVES:
        wanted += [step for step in range(constraints.steps) if constraints.onset_weights[step] >= _PART_OF_THE_FIGURE]
    for step in wanted:
        if len(forced) < constraints.most:
            forced.add(step)
    return forced


def _odds(bar: BarContext) -> Odds:
    constraints = bar.constraints

    def odds(step: int, since: int) -> float:
        plain = skeleton_odds(constraints, step)
        # Sharpened: in bass lines the rhythm is the style.
        sharpened = plain * math.sqrt(plain)
        return sharpened * _CROWDED if since == 1 and constraints.weights[step] <= EIGHTH else sharpened

    return odds


def _ghosts(bar: BarContext, onsets: tuple[int, ...]) -> frozenset[int]:
    """Onsets to play as ghost notes: off-beat sixteenths of a staccato riff, next to another onset."""
    constraints, idiom = bar.constraints, bar.idiom
    if constraints.gate >= STACCATO or idiom.machine or idiom.bass is not BassFigure.RIFF:
        return frozenset()
    neighbours = {onset + side for onset in onsets for side in (-1, 1)}
    candidates = [
        onset
        for onset in onsets[1:]
        if constraints.weights[onset] == SIXTEENTH and onset in neighbours and onset != onsets[-1]
    ]
    return frozenset(onset for onset in candidates if bar.draw.random() < _GHOST_PROBABILITY)


def _lengths(bar: BarContext, onsets: tuple[int, ...], ghosts: frozenset[int]) -> tuple[int, ...]:
    """Steps that each tone sounds: until the next one, or shorter where it is muted or the style is staccato."""
    constraints = bar.constraints
    followings = (*onsets[1:], constraints.steps + onsets[0])
    return tuple(
        staccato(
            constraints.gate,
            1 if onset in ghosts else min(following, constraints.steps) - onset,
            following - onset,
            settled=following >= constraints.steps and bar.form.ending.rests,
        )
        for onset, following in zip(onsets, followings, strict=True)
    )
