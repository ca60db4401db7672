"""The next-note model of leads and basses: a neural network, in any key and scale."""

import math
import weakref
from collections import OrderedDict
from collections.abc import Callable, Sequence
from itertools import pairwise
from threading import Lock

import numpy as np
from boumbapp.music.v2.intent_pb2 import Constraints
from boumbapp.music.v2.music_pb2 import ROLE_BASS, ROLE_MELODY, ROLE_UNSPECIFIED, Bar, Note

from music.meter import is_compound, steps_per_beat
from services.composition.brief import CompositionBrief
from services.melody.line_model import Conditions, LineNetwork, LinePredictor, features
from services.melody.line_model.history import HOLD, KIND_HOLD, KIND_OFF, KIND_ON, LOWEST, OFF, Metre, fold
from services.melody.line_model.originality import RUN, begun
from services.melody.next_note_models.protocol import NextNoteModel, NextNoteModels
from services.melody.plan.bar_constraints import BarConstraints, ChordSpan, bar_constraints_of
from services.melody.plan.bar_context import BarContext

# Step of the piece and MIDI key number.
Onset = tuple[int, int]

_OCTAVE = 12
_MAJOR = (0, 2, 4, 5, 7, 9, 11)
_ROLES = {ROLE_UNSPECIFIED: "melody", ROLE_MELODY: "melody", ROLE_BASS: "bass"}
# Tones of the chord are made a little likelier on strong beats than the network says: the chords that the piece has
# been given should come out.
_CHORD_TONE = (1.0, 1.0, 1.1, 1.2, 1.3)  # by metrical weight, sixteenth to downbeat
# Factors for leaps beyond a fifth, a sixth and an octave: arches and recalls make leaps rarer than in songs, and these
# factors make up for it.
_BY_LEAP = (*(1.0,) * 8, 1.8, 1.8, 0.8, 0.8, 0.8, *(0.05,) * 115)  # by semitones
_IMPOSSIBLE = 1e-12
# Share of the likeliest pitch's weight under which a pitch is hardly ever chosen, and how rarely.
_LEAST, _RARELY = 0.04, 0.01
# What would complete a run of notes just as a tune of the training songs has it.
_COPIED = 1e-4
# The same pitch for the third and for the fourth time in a row: sung words carry it, a line without words does not.
_THIRD_TIME, _FOURTH_TIME = 0.6, 0.25
_PERIOD = 8  # bars, as the network counts them
_KEPT = 96  # lines of pieces that may go on


def neural_models(network: LineNetwork) -> NextNoteModels:
    """Next-note models that a line network computes."""
    kept = _KeptLines()

    def of_piece(brief: CompositionBrief) -> Callable[[BarContext], NextNoteModel]:
        key = brief.constraints.SerializeToString(deterministic=True)
        line = kept.take(key) or _PieceLine(network, brief.constraints)
        model = _Model(line)
        weakref.finalize(model, kept.give, key, line).atexit = False
        return model

    return of_piece


class _Model:
    """What opens the models of a piece, for as long as somebody composes it."""

    def __init__(self, line: "_PieceLine") -> None:
        self._line = line

    def __call__(self, bar: BarContext) -> NextNoteModel:
        return self._line.model(bar)


class _KeptLines:
    """Lines of pieces that are not composed now, by their constraints: those who ask for a few bars ask for more later.

    A line knows the bars that it is conditioned on, and begins again where others are given. It depends on them and on
    the constraints alone, so that whose piece it was does not matter.
    """

    def __init__(self) -> None:
        self._lines: OrderedDict[bytes, _PieceLine] = OrderedDict()
        self._lock = Lock()  # pieces end in other threads than they are composed in

    def take(self, key: bytes) -> "_PieceLine | None":
        """A line that no other order has, if one is kept."""
        with self._lock:
            return self._lines.pop(key, None)

    def give(self, key: bytes, line: "_PieceLine") -> None:
        """Keep a line; the one that was kept longest goes where there are many."""
        with self._lock:
            self._lines[key] = line
            self._lines.move_to_end(key)
            if len(self._lines) > _KEPT:
                self._lines.popitem(last=False)


def major_with(tonic: int, mask: int) -> int:
    """Tonic of the major scale that shares most with a scale; its own or its relative one where several do.

    Args:
        tonic: Pitch class of the scale's tonic.
        mask: Its pitch classes as bits.
    """

    def fit(major: int) -> tuple[int, bool, bool]:
        shared = sum(mask >> (major + above) % _OCTAVE & 1 for above in _MAJOR)
        return shared, (tonic - major) % _OCTAVE in (0, 9), (tonic - major) % _OCTAVE in (2, 7)

    return max(range(_OCTAVE), key=fit)


class _PieceLine:
    """The line of a piece so far, as the network is given it: in its key and register.

    Args:
        network: The network.
        constraints: Of the piece.
    """

    def __init__(self, network: LineNetwork, constraints: Constraints) -> None:
        self._constraints = constraints
        plan = constraints.plans[0]
        self.shift = (-major_with(plan.tonic % _OCTAVE, plan.pitch_classes) + 6) % _OCTAVE - 6
        meter, first = constraints.meter, bar_constraints_of(constraints, 0)
        self._metre = Metre(first.steps, is_compound(meter), first.weights, steps_per_beat(meter))
        self._network = network
        self._role = features.ROLES[_ROLES.get(constraints.role, "melody")]
        self._mode = features.MODES["minor" if first.scale.minor else "major"]
        self._start(())

    def _start(self, later: Sequence[Bar]) -> None:
        """Begin the line; bars that are known already, after a gap, come first, so that the gap recalls them.

        Args:
            later: Given bars after the gap.
        """
        self._later = tuple(later)
        self._bars: list[Bar] = []
        self._onsets: list[Onset] = []
        self._line = LinePredictor(self._network, self._metre)
        self._last: NeuralNextNoteModel | None = None
        for bar in _period(later):
            events = self._events(bar, self._metre.steps) if bar is not None else [HOLD] * self._metre.steps
            frame = bar_constraints_of(self._constraints, bar.index if bar is not None else 0)
            self._line = NeuralNextNoteModel(self, self._line, frame).end(events)

    @property
    def steps(self) -> int:
        """Steps of the bars so far."""
        return len(self._bars) * self._metre.steps

    def model(self, bar: BarContext) -> NextNoteModel:
        """The model of a bar, conditioned on all bars before it."""
        changed = any(old is not new and old != new for old, new in zip(self._bars, bar.earlier, strict=False))
        if changed or len(self._bars) > len(bar.earlier) or tuple(bar.later) != self._later:
            self._start(bar.later)
        for earlier in bar.earlier[len(self._bars) :]:
            self._append(earlier)
        self._last = NeuralNextNoteModel(self, self._line.copy(), bar.constraints, self._onsets)
        return self._last

    def conditions(self, constraints: BarConstraints, span: ChordSpan) -> Conditions:
        """Conditions for a part of a bar. They depend on its constraints alone, not on the notes that it will have.

        Args:
            constraints: Of the bar.
            span: The chord of the part.
        """
        mask = sum(1 << (tone + self.shift) % _OCTAVE for tone in range(_OCTAVE) if span.tones >> tone & 1)
        onsets = features.density((constraints.fewest + constraints.most + 1) // 2)
        middle = features.register((constraints.pitches[0] + constraints.pitches[-1]) / 2 + self.shift - LOWEST)
        values = (self._role, self._mode, features.UNKNOWN[2], onsets, middle)
        return Conditions(values, (span.root + self.shift) % _OCTAVE, mask)

    def index(self, pitch: int) -> int:
        """Index of a MIDI key number, moved by octaves into the range of the network."""
        return fold(pitch + self.shift - LOWEST)

    def _append(self, bar: Bar) -> None:
        events = self._events(bar, self._metre.steps)
        last, self._last = self._last, None
        if last is None or not last.continues_with(events):
            last = NeuralNextNoteModel(self, self._line, bar_constraints_of(self._constraints, len(self._bars)))
        self._line = last.end(events)
        begin = self.steps
        highest = {note.start_step: note.pitch for note in _by_pitch(bar) if not note.tied}
        self._onsets += [(begin + step, pitch) for step, pitch in sorted(highest.items())]
        self._bars.append(bar)

    def _events(self, bar: Bar, steps: int) -> list[int]:
        """Event of each step of a bar; of notes that begin together the highest counts."""
        events = [HOLD] * steps
        for note in bar.notes:
            end = note.start_step + note.duration_steps
            if end < steps and events[end] == HOLD:
                events[end] = OFF
        for note in _by_pitch(bar):
            if note.start_step < steps and not note.tied:
                events[note.start_step] = self.index(note.pitch)
        return events


def _period(later: Sequence[Bar]) -> list[Bar | None]:
    """A period of bars that come next, each at its place in its period, so that the bars after it keep theirs."""
    if not later:
        return []
    period: list[Bar | None] = [None] * _PERIOD
    for bar in reversed(later[:_PERIOD]):
        period[bar.index % _PERIOD] = bar
    return period


def _by_pitch(bar: Bar) -> list[Note]:
    return sorted(bar.notes, key=lambda note: note.pitch)


class NeuralNextNoteModel:
    """Predicts a bar of a lead or a bass.

    Args:
        piece: The line that the bar belongs to.
        line: The line up to the bar.
        constraints: Of the bar.
        onsets: The notes before the bar.
    """

    def __init__(
        self, piece: _PieceLine, line: LinePredictor, constraints: BarConstraints, onsets: Sequence[Onset] = ()
    ) -> None:
        self.line = line
        self._piece = piece
        self._constraints = constraints
        self._span: ChordSpan | None = None
        self._indices = [piece.index(pitch) for pitch in constraints.pitches]
        self._written: list[int] = []
        self._recent = list(onsets[-RUN:])
        self._begin = piece.steps

    def continues_with(self, events: list[int]) -> bool:
        """Whether the events of a bar begin with those that the model is conditioned on."""
        return self._written == events[: len(self._written)]

    def end(self, events: list[int]) -> LinePredictor:
        """The line after the bar, given all of its events; see `continues_with`."""
        for event in events[len(self._written) :]:
            self.push(event)
        return self.line

    def onset_odds_before_bar(self, step: int, since: int) -> float:  # noqa: ARG002  as `NextNoteModel` has it
        """1: the network predicts step by step, not ahead. See `NextNoteModel`."""
        return 1.0

    def onset_odds(self, step: int, since: int) -> float:  # noqa: ARG002  as `NextNoteModel` has it
        """Square root of the network's odds: the style counts the metre already. See `NextNoteModel`."""
        self._pass_to(step)
        probability = math.exp(self.line.kind_log_probabilities()[KIND_ON])
        return math.sqrt((probability + _IMPOSSIBLE) / (1 - probability + _IMPOSSIBLE))

    def rest_probability(self, step: int) -> float:
        """See `NextNoteModel`."""
        self._pass_to(step)
        kinds = self.line.kind_log_probabilities()
        ends, holds = math.exp(kinds[KIND_OFF]), math.exp(kinds[KIND_HOLD])
        return ends / (ends + holds + _IMPOSSIBLE)

    def pitch_weights(self, step: int) -> list[float]:
        """See `NextNoteModel`."""
        self._pass_to(step)
        probabilities = np.exp(self.line.pitch_log_probabilities()).tolist()
        span, pull = self._constraints.span_at(step), _CHORD_TONE[self._constraints.weights[step]]
        weights = [
            probabilities[index] * (pull if span.has(pitch) else 1.0) * way + _IMPOSSIBLE
            for pitch, index, way in zip(self._constraints.pitches, self._indices, self._ways(), strict=True)
        ]
        # There are many very unlikely pitches, and together they would be drawn far too often (min-p sampling). They
        # stay possible: a cadence may need one.
        least = _LEAST * max(weights)
        return self._without_copies(step, [weight if weight >= least else weight * _RARELY for weight in weights])

    def add_note(self, step: int, pitch: int) -> None:
        """See `NextNoteModel`."""
        self._pass_to(step)
        self.push(self._piece.index(pitch))
        self._recent = [*self._recent[1 - RUN :], (self._begin + step, pitch)]

    def end_note(self, step: int) -> None:
        """See `NextNoteModel`."""
        self._pass_to(step)
        self.push(OFF)

    def _ways(self) -> list[float]:
        """Factor for the way that each pitch goes on from the last notes."""
        pitches = self._constraints.pitches
        if not self._recent:
            return [1.0] * len(pitches)
        last = [pitch for _, pitch in self._recent[-3:]]
        ways = [_BY_LEAP[abs(pitch - last[-1])] for pitch in pitches]
        if last[-2:] == last[-1:] * 2 and last[-1] in pitches:
            ways[pitches.index(last[-1])] = _FOURTH_TIME if last == last[-1:] * 3 else _THIRD_TIME
        return ways

    def _without_copies(self, step: int, weights: list[float]) -> list[float]:
        """The weights without pitches that would complete a run of a tune that the network learned from."""
        originality = self.line.network.originality
        if originality is None or len(self._recent) < RUN:
            return weights
        digest = begun([(after[1] - one[1], after[0] - one[0]) for one, after in pairwise(self._recent)])
        onset, last = self._recent[-1]
        passed, likely = self._begin + step - onset, _LEAST * max(weights)
        return [
            weight * _COPIED if weight > likely and originality.completes(digest, (pitch - last, passed)) else weight
            for pitch, weight in zip(self._constraints.pitches, weights, strict=True)
        ]

    def push(self, event: int) -> None:
        """Condition on the event of the next step of the bar."""
        self._set_conditions()
        self.line.push(event)
        self._written.append(event)

    def _pass_to(self, step: int) -> None:
        """Condition on the steps before this one: nothing begins or ends on them."""
        while len(self._written) < step:
            self.push(HOLD)
        self._set_conditions()

    def _set_conditions(self) -> None:
        """Condition on the chord of the next step."""
        span = self._constraints.span_at(min(len(self._written), self._constraints.steps - 1))
        if span is not self._span:
            self._span = span
            self.line.condition_on(self._piece.conditions(self._constraints, span))
