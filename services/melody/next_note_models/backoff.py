"""The next-note model of the engine `statistical`: counts of folk tunes, the baseline of the neural one."""

import itertools
import math
from collections.abc import Callable
from functools import lru_cache

from boumbapp.music.v2.music_pb2 import ROLE_MELODY, ROLE_UNSPECIFIED

from music.meter import SIXTEENTH
from music.scale_degrees import DEGREES
from services.composition.brief import CompositionBrief
from services.melody.next_note_models.folk_model import (
    HOLD,
    ONSET,
    REST,
    WIDEST,
    FolkModel,
    alteration_context,
    interval_context,
    rhythm_context,
)
from services.melody.next_note_models.protocol import NextNoteModel, NextNoteModels
from services.melody.plan.bar_constraints import BarConstraints
from services.melody.plan.bar_context import BarContext

# Sixteenths feel hurried above this tempo and lazy below the other.
_HURRIED_BPM, _LAZY_BPM = 135, 85
# A sixteenth is followed by another rather than held over the next eighth, against odds that see no further back.
_COMPLETING = 4.0
# Notes that a pitch is compared with; how many of them may be the same, or make up a scale.
_MEMORY, _OFTEN, _LONG_RUN = 8, 2, 4
_STEP, _FIFTH, _OCTAVE = 2, 7, 12  # semitones


def folk_models(model: FolkModel) -> NextNoteModels:
    """Next-note models that counts of folk tunes compute; for other parts than leads they are uniform."""

    def of_piece(brief: CompositionBrief) -> Callable[[BarContext], NextNoteModel]:
        if brief.constraints.role in (ROLE_MELODY, ROLE_UNSPECIFIED):
            return lambda bar: FolkNextNoteModel(model, bar)
        return lambda bar: UniformNextNoteModel(bar.constraints)

    return of_piece


class UniformNextNoteModel:
    """Finds all pitches alike: folk tunes teach nothing about other parts than leads.

    Args:
        constraints: Of the bar.
    """

    def __init__(self, constraints: BarConstraints) -> None:
        self._constraints = constraints

    def onset_odds_before_bar(self, step: int, since: int) -> float:  # noqa: ARG002  as `NextNoteModel` has it
        """1: what the style says. See `NextNoteModel`."""
        return 1.0

    def onset_odds(self, step: int, since: int) -> float:  # noqa: ARG002  as `NextNoteModel` has it
        """1: what the style says. See `NextNoteModel`."""
        return 1.0

    def rest_probability(self, step: int) -> float:  # noqa: ARG002  as `NextNoteModel` has it
        """0: notes last until the next one. See `NextNoteModel`."""
        return 0.0

    def pitch_weights(self, step: int) -> list[float]:  # noqa: ARG002  as `NextNoteModel` has it
        """1 for every pitch. See `NextNoteModel`."""
        return [1.0] * len(self._constraints.pitches)

    def add_note(self, step: int, pitch: int) -> None:
        """Nothing is conditioned on it. See `NextNoteModel`."""

    def end_note(self, step: int) -> None:
        """Nothing is conditioned on it. See `NextNoteModel`."""


class FolkNextNoteModel:
    """Predicts a bar of a lead line.

    Args:
        model: Probabilities that folk tunes have.
        bar: The bar.
    """

    def __init__(self, model: FolkModel, bar: BarContext) -> None:
        self._model = model
        self._bar = bar
        self._events = _events(bar)
        self._flow = _flow(bar)
        constraints = bar.constraints
        self._line = [note.pitch for note in bar.previous][-_MEMORY:]
        self._last_onset = max((note.start_step for note in bar.previous), default=0) - constraints.steps
        self._present = frozenset(constraints.scale.position(pitch) % DEGREES for pitch in constraints.pitches)
        self._cached_odds = lru_cache(maxsize=None)(self._odds)

    def onset_odds_before_bar(self, step: int, since: int) -> float:
        """Square root of the tunes' odds: the style counts the metre already. See `NextNoteModel`."""
        return self._cached_odds(step, since)

    def onset_odds(self, step: int, since: int) -> float:
        """The same: folk counts look no further back than that. See `NextNoteModel`."""
        return self._cached_odds(step, since)

    def _odds(self, step: int, since: int) -> float:
        constraints = self._bar.constraints
        onset = self._model.steps(rhythm_context(constraints.meter, step, since, False, self._events))[ONSET]
        odds = math.sqrt(onset / (1 - onset))
        if constraints.weights[step] == SIXTEENTH:
            # One right after an onset hurries, or snaps when a longer one follows.
            return odds * self._flow * (constraints.most / constraints.steps if since == 1 else 1.0)
        return odds * _COMPLETING if since == 1 else odds

    def rest_probability(self, step: int) -> float:  # noqa: ARG002  as `NextNoteModel` has it
        """0: folk dances do not rest inside a bar. See `NextNoteModel`."""
        return 0.0

    def pitch_weights(self, step: int) -> list[float]:
        """Intervals, alterations and chord tones as in folk tunes, less what is repetitive. See `NextNoteModel`."""
        constraints, model = self._bar.constraints, self._model
        scale, span, weight = constraints.scale, constraints.span_at(step), constraints.weights[step]
        line = self._line
        if not line:
            return [model.stability[weight] if span.has(pitch) else 1.0 for pitch in constraints.pitches]
        history = [scale.position(pitch) for pitch in line[-3:]]
        intervals = model.intervals(interval_context(scale, history, weight, step - self._last_onset))
        after_altered = scale.is_altered(line[-1])
        run = _run(line)
        weights = []
        for pitch in constraints.pitches:
            position = scale.position(pitch)
            likely = self._interval_probability(intervals, history[-1], position - history[-1])
            alteration = model.alterations(alteration_context(scale, position, after_altered))
            # Sharpened, because drawing plainly from a model wanders more than the tunes that it learned from.
            value = (likely * math.sqrt(likely) + 1e-9) * alteration[scale.is_altered(pitch)]
            if span.has(pitch):
                value *= model.stability[weight]
            weights.append(value * _freshness(line, pitch, run))
        return weights

    def add_note(self, step: int, pitch: int) -> None:
        """See `NextNoteModel`."""
        self._line.append(pitch)
        self._last_onset = step

    def end_note(self, step: int) -> None:
        """Nothing: counts of pitches do not depend on rests. See `NextNoteModel`."""

    def _interval_probability(self, intervals: tuple[float, ...], last: int, interval: int) -> float:
        """Probability of an interval; that of a degree that the scale lacks goes to the next degree beyond it."""
        if abs(interval) > WIDEST:
            return 0.0
        probability = intervals[interval + WIDEST]
        side = 1 if interval > 0 else -1
        nearer = interval - side
        while nearer * side > 0 and (last + nearer) % DEGREES not in self._present:
            probability += intervals[nearer + WIDEST]
            nearer -= side
        return probability


def _flow(bar: BarContext) -> float:
    """Odds of sixteenths against those of folk tunes, which are dances: low for few onsets or a fast tempo."""
    share = bar.constraints.most / bar.constraints.steps
    hurry = 0.4 if bar.tempo_bpm > _HURRIED_BPM else 1.5 if 0 < bar.tempo_bpm < _LAZY_BPM else 1.0
    return share * share * hurry


def _events(bar: BarContext) -> tuple[int, ...]:
    """HOLD, ONSET or REST on each step of the bar before; empty for the first bar."""
    if not bar.previous:
        return ()
    events = [HOLD] * bar.constraints.steps
    for note in bar.previous:
        end = note.start_step + note.duration_steps
        if end < len(events) and events[end] == HOLD:
            events[end] = REST
        if note.start_step < len(events):
            events[note.start_step] = ONSET
    return tuple(events)


def _run(line: list[int]) -> int:
    """How many steps in one direction a line ends with: positive upwards, negative downwards."""
    run = 0
    for later, earlier in itertools.pairwise(reversed(line)):
        move = later - earlier
        if not 0 < abs(move) <= _STEP or run * move < 0:
            break
        run += 1 if move > 0 else -1
    return run


def _freshness(line: list[int], pitch: int, run: int) -> float:
    """Factor below 1 for repeated notes, going to and fro, long scales and far leaps."""
    factor = 1.0
    if (pitch - line[-1]) * run > 0 and abs(run) >= _LONG_RUN:
        factor *= 0.4 if abs(run) == _LONG_RUN else 0.15
    if line.count(pitch) > _OFTEN:
        factor *= 0.5
    if pitch == line[-1]:
        factor *= 0.5 if len(line) < 2 or line[-2] != pitch else 0.1
    if len(line) > 2 and pitch == line[-2] and line[-1] == line[-3]:
        factor *= 0.25
    leap = abs(pitch - line[-1])
    if leap > _OCTAVE:
        factor *= 0.01
    elif leap > _FIFTH:
        factor *= 0.4
    return factor
