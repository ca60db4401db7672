"""The guide that knows folk tunes by counts: the last resort, and the measure of better ones."""

import itertools
import math
from collections.abc import Callable
from functools import lru_cache

from boumbapp.music.v1.music_pb2 import ROLE_MELODY, ROLE_UNSPECIFIED

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
from services.melody.next_note_models.protocol import Guide, Guides, Place
from services.melody.plan.bar_constraints import Frame

# Sixteenths feel hurried above this tempo and lazy below the other.
_HURRIED_BPM, _LAZY_BPM = 135, 85
# A sixteenth is followed by another rather than held over the next eighth, against odds that see no further back.
_COMPLETING = 4.0
# How many notes before it a note is heard against; how many of them may be the same, or make up a scale.
_MEMORY, _OFTEN, _LONG_RUN = 8, 2, 4
_STEP, _FIFTH, _OCTAVE = 2, 7, 12  # semitones


def folk_guides(model: FolkModel) -> Guides:
    """Guides that ask a folk model."""

    def of_piece(brief: CompositionBrief) -> Callable[[Place], Guide]:
        if brief.constraints.role in (ROLE_MELODY, ROLE_UNSPECIFIED):
            return lambda place: FolkGuide(model, place)
        return lambda place: _NoGuide(place.frame)

    return of_piece


class _NoGuide:
    """Suggests nothing: folk tunes teach nothing about other parts than leads."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame

    def usual(self, step: int, since: int) -> float:  # noqa: ARG002  as `Guide` has it
        return 1.0

    def onset(self, step: int, since: int) -> float:  # noqa: ARG002  as `Guide` has it
        return 1.0

    def rests(self, step: int) -> float:  # noqa: ARG002  as `Guide` has it
        return 0.0

    def pitches(self, step: int) -> list[float]:  # noqa: ARG002  as `Guide` has it
        return [1.0] * len(self._frame.pitches)

    def play(self, step: int, pitch: int) -> None:
        pass

    def rest(self, step: int) -> None:
        pass


class FolkGuide:
    """Guides a bar of a lead line.

    Args:
        model: What folk tunes teach.
        place: The bar.
    """

    def __init__(self, model: FolkModel, place: Place) -> None:
        self._model = model
        self._place = place
        self._events = _events(place)
        self._flow = _flow(place)
        frame = place.frame
        self._line = [note.pitch for note in place.before][-_MEMORY:]
        self._last_onset = max((note.start_step for note in place.before), default=0) - frame.steps
        self._present = frozenset(frame.scale.position(pitch) % DEGREES for pitch in frame.pitches)
        self._usual = lru_cache(maxsize=None)(self._odds)

    def usual(self, step: int, since: int) -> float:
        """Geometric mean with the style: both know the metre, and must not count it twice. See `Guide`."""
        return self._usual(step, since)

    def onset(self, step: int, since: int) -> float:
        """The same: folk counts look no further back than that. See `Guide`."""
        return self._usual(step, since)

    def _odds(self, step: int, since: int) -> float:
        frame = self._place.frame
        onset = self._model.steps(rhythm_context(frame.meter, step, since, False, self._events))[ONSET]
        chance = math.sqrt(onset / (1 - onset))
        if frame.weights[step] == SIXTEENTH:
            # One right after an onset hurries, or snaps when a longer one follows.
            return chance * self._flow * (frame.most / frame.steps if since == 1 else 1.0)
        return chance * _COMPLETING if since == 1 else chance

    def rests(self, step: int) -> float:  # noqa: ARG002  as `Guide` has it
        """Folk dances do not rest inside a bar. See `Guide`."""
        return 0.0

    def pitches(self, step: int) -> list[float]:
        """Diatonic intervals, alterations and chord tones as in folk tunes, without what bores. See `Guide`."""
        frame, model = self._place.frame, self._model
        scale, span, weight = frame.scale, frame.span_at(step), frame.weights[step]
        line = self._line
        if not line:
            return [model.stability[weight] if span.has(pitch) else 1.0 for pitch in frame.pitches]
        history = [scale.position(pitch) for pitch in line[-3:]]
        intervals = model.intervals(interval_context(scale, history, weight, step - self._last_onset))
        after_altered = scale.is_altered(line[-1])
        run = _run(line)
        weights = []
        for pitch in frame.pitches:
            position = scale.position(pitch)
            likely = self._chance(intervals, history[-1], position - history[-1])
            alteration = model.alterations(alteration_context(scale, position, after_altered))
            # Sharpened, because drawing plainly from a model wanders more than the tunes that it learned from.
            value = (likely * math.sqrt(likely) + 1e-9) * alteration[scale.is_altered(pitch)]
            if span.has(pitch):
                value *= model.stability[weight]
            weights.append(value * _freshness(line, pitch, run))
        return weights

    def play(self, step: int, pitch: int) -> None:
        """Hear an onset; see `Guide`."""
        self._line.append(pitch)
        self._last_onset = step

    def rest(self, step: int) -> None:
        """Counts of pitches know no silence; see `Guide`."""

    def _chance(self, intervals: tuple[float, ...], last: int, interval: int) -> float:
        """Chance of an interval; a degree that the scale lacks lends its chance to the next one beyond it."""
        if abs(interval) > WIDEST:
            return 0.0
        chance = intervals[interval + WIDEST]
        side = 1 if interval > 0 else -1
        nearer = interval - side
        while nearer * side > 0 and (last + nearer) % DEGREES not in self._present:
            chance += intervals[nearer + WIDEST]
            nearer -= side
        return chance


def _flow(place: Place) -> float:
    """Odds of sixteenths against those of folk tunes, which are dances: low for few onsets or a fast tempo."""
    share = place.frame.most / place.frame.steps
    hurry = 0.4 if place.tempo_bpm > _HURRIED_BPM else 1.5 if 0 < place.tempo_bpm < _LAZY_BPM else 1.0
    return share * share * hurry


def _events(place: Place) -> tuple[int, ...]:
    """What happened on the steps of the bar before; empty for the first bar."""
    if not place.before:
        return ()
    events = [HOLD] * place.frame.steps
    for note in place.before:
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
    """Less than 1 for what bores or jars: repeating a note, going to and fro, endless scales, far leaps."""
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
