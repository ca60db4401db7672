"""The guide that knows lines by a neural network, in any key and scale."""

import math
from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
from boumbapp.music.v1.music_pb2 import ROLE_BASS, ROLE_MELODY, ROLE_UNSPECIFIED, Bar, Note

from music.meter import is_compound, steps_per_beat
from services.composition.brief import CompositionBrief
from services.melody.line_model import Line, LineNetwork, Told, features
from services.melody.line_model.history import HOLD, KIND_HOLD, KIND_OFF, KIND_ON, LOWEST, OFF, Metre, fold
from services.melody.line_model.originality import RUN, begun
from services.melody.next_note_models.protocol import Guide, Guides, Place
from services.melody.plan.bar_constraints import ChordSpan, Frame, frame_of

# Step of the piece and MIDI key number.
Onset = tuple[int, int]

_OCTAVE = 12
_MAJOR = (0, 2, 4, 5, 7, 9, 11)
_ROLES = {ROLE_UNSPECIFIED: "melody", ROLE_MELODY: "melody", ROLE_BASS: "bass"}
# Tones of the chord are a little likelier on strong beats than the network says: written chords are meant to be heard.
_CHORD_TONE = (1.0, 1.0, 1.1, 1.2, 1.3)  # by metrical weight, sixteenth to downbeat
# A leap beyond a fifth, a sixth and an octave, against what the network says: arches and recalls hold leaps
# back, so that without some help they are rarer than in songs.
_BY_LEAP = (*(1.0,) * 8, 1.8, 1.8, 0.8, 0.8, 0.8, *(0.05,) * 115)  # by semitones
_IMPOSSIBLE = 1e-12
# Share of the likeliest pitch's weight under which a pitch is hardly ever chosen, and how rarely.
_LEAST, _RARELY = 0.04, 0.01
# What would complete a run of notes just as a tune of the training songs has it.
_COPIED = 1e-4
# The same pitch for the third and for the fourth time in a row: sung words carry it, a line without words does not.
_THIRD_TIME, _FOURTH_TIME = 0.6, 0.25


def line_guides(network: LineNetwork) -> Guides:
    """Guides that ask a line model."""

    def of_piece(brief: CompositionBrief) -> Callable[[Place], Guide]:
        return _Piece(network, brief).guide

    return of_piece


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


class _Piece:
    """What was heard of a piece, as the network hears it.

    Args:
        network: The network.
        brief: The piece.
    """

    def __init__(self, network: LineNetwork, brief: CompositionBrief) -> None:
        self._brief = brief
        constraints = brief.constraints
        plan = constraints.plans[0]
        self.shift = (-major_with(plan.tonic % _OCTAVE, plan.pitch_classes) + 6) % _OCTAVE - 6
        frame = frame_of(constraints, 0)
        self._metre = Metre(
            frame.steps, is_compound(constraints.meter), frame.weights, steps_per_beat(constraints.meter)
        )
        self._network = network
        self._role = features.ROLES[_ROLES.get(constraints.role, "melody")]
        self._mode = features.MODES["minor" if frame.scale.minor else "major"]
        self._start()

    def _start(self) -> None:
        self._heard: list[Bar] = []
        self._onsets: list[Onset] = []
        self._line = Line(self._network, self._metre)
        self._last: LineGuide | None = None

    @property
    def steps_heard(self) -> int:
        """Steps of the bars that were heard."""
        return len(self._heard) * self._metre.steps

    def guide(self, place: Place) -> Guide:
        """The guide of the bar after those that were played."""
        if any(old is not new and old != new for old, new in zip(self._heard, place.played, strict=False)):
            self._start()  # somebody changed a bar
        for bar in place.played[len(self._heard) :]:
            self._hear(bar)
        self._last = LineGuide(self, self._line.copy(), place.frame, self._onsets)
        return self._last

    def told(self, frame: Frame, span: ChordSpan) -> Told:
        """What the network is told of a part of a bar; never what only the bar itself could tell."""
        mask = sum(1 << (tone + self.shift) % _OCTAVE for tone in range(_OCTAVE) if span.tones >> tone & 1)
        onsets = features.density((frame.fewest + frame.most + 1) // 2)
        middle = features.register((frame.pitches[0] + frame.pitches[-1]) / 2 + self.shift - LOWEST)
        conditions = (self._role, self._mode, features.UNKNOWN[2], onsets, middle)
        return Told(conditions, (span.root + self.shift) % _OCTAVE, mask)

    def index(self, pitch: int) -> int:
        """Index of a MIDI key number, octaves away where it must."""
        return fold(pitch + self.shift - LOWEST)

    def _hear(self, bar: Bar) -> None:
        events = self._events(bar, self._metre.steps)
        last, self._last = self._last, None
        if last is None or not last.wrote(events):
            last = LineGuide(self, self._line, frame_of(self._brief.constraints, len(self._heard)))
        self._line = last.end(events)
        begin = self.steps_heard
        highest = {note.start_step: note.pitch for note in _by_pitch(bar) if not note.tied}
        self._onsets += [(begin + step, pitch) for step, pitch in sorted(highest.items())]
        self._heard.append(bar)

    def _events(self, bar: Bar, steps: int) -> list[int]:
        """What each step of a bar brings; of notes at once the highest counts."""
        events = [HOLD] * steps
        for note in bar.notes:
            end = note.start_step + note.duration_steps
            if end < steps and events[end] == HOLD:
                events[end] = OFF
        for note in _by_pitch(bar):
            if note.start_step < steps and not note.tied:
                events[note.start_step] = self.index(note.pitch)
        return events


def _by_pitch(bar: Bar) -> list[Note]:
    return sorted(bar.notes, key=lambda note: note.pitch)


class LineGuide:
    """Guides a bar of a lead line or a bass.

    Args:
        piece: What its line belongs to.
        line: The line up to the bar.
        frame: The bar.
        onsets: The notes before the bar.
    """

    def __init__(self, piece: _Piece, line: Line, frame: Frame, onsets: Sequence[Onset] = ()) -> None:
        self.line = line
        self._piece = piece
        self._frame = frame
        self._span: ChordSpan | None = None
        self._indices = [piece.index(pitch) for pitch in frame.pitches]
        self._written: list[int] = []
        self._recent = list(onsets[-RUN:])
        self._begin = piece.steps_heard

    def wrote(self, events: list[int]) -> bool:
        """Whether a bar with these events goes on from what was written."""
        return self._written == events[: len(self._written)]

    def end(self, events: list[int]) -> Line:
        """The line after the bar, whose events begin with what was written."""
        for event in events[len(self._written) :]:
            self.push(event)
        return self.line

    def usual(self, step: int, since: int) -> float:  # noqa: ARG002  as `Guide` has it
        """Nothing is known before the bar begins; see `Guide`."""
        return 1.0

    def onset(self, step: int, since: int) -> float:  # noqa: ARG002  as `Guide` has it
        """Geometric mean with the style: both know the metre, and must not count it twice. See `Guide`."""
        self._pass_to(step)
        chance = math.exp(self.line.kinds()[KIND_ON])
        return math.sqrt((chance + _IMPOSSIBLE) / (1 - chance + _IMPOSSIBLE))

    def rests(self, step: int) -> float:
        """See `Guide`."""
        self._pass_to(step)
        kinds = self.line.kinds()
        ends, holds = math.exp(kinds[KIND_OFF]), math.exp(kinds[KIND_HOLD])
        return ends / (ends + holds + _IMPOSSIBLE)

    def pitches(self, step: int) -> list[float]:
        """See `Guide`."""
        self._pass_to(step)
        chances = np.exp(self.line.pitches()).tolist()
        span, pull = self._frame.span_at(step), _CHORD_TONE[self._frame.weights[step]]
        weights = [
            chances[index] * (pull if span.has(pitch) else 1.0) * way + _IMPOSSIBLE
            for pitch, index, way in zip(self._frame.pitches, self._indices, self._ways(), strict=True)
        ]
        # Very unlikely pitches are many, and together they would be heard far too often (min-p sampling). They are not
        # ruled out: a cadence may need one.
        least = _LEAST * max(weights)
        return self._unlike(step, [weight if weight >= least else weight * _RARELY for weight in weights])

    def play(self, step: int, pitch: int) -> None:
        """See `Guide`."""
        self._pass_to(step)
        self.push(self._piece.index(pitch))
        self._recent = [*self._recent[1 - RUN :], (self._begin + step, pitch)]

    def rest(self, step: int) -> None:
        """See `Guide`."""
        self._pass_to(step)
        self.push(OFF)

    def _ways(self) -> list[float]:
        """Factor for the way that each pitch goes on from the last notes."""
        pitches = self._frame.pitches
        if not self._recent:
            return [1.0] * len(pitches)
        last = [pitch for _, pitch in self._recent[-3:]]
        ways = [_BY_LEAP[abs(pitch - last[-1])] for pitch in pitches]
        if last[-2:] == last[-1:] * 2 and last[-1] in pitches:
            ways[pitches.index(last[-1])] = _FOURTH_TIME if last == last[-1:] * 3 else _THIRD_TIME
        return ways

    def _unlike(self, step: int, weights: list[float]) -> list[float]:
        """The weights without pitches that would complete a run of a tune that the network learned from."""
        originality = self.line.network.originality
        if originality is None or len(self._recent) < RUN:
            return weights
        digest = begun([(after[1] - one[1], after[0] - one[0]) for one, after in pairwise(self._recent)])
        onset, last = self._recent[-1]
        passed, likely = self._begin + step - onset, _LEAST * max(weights)
        return [
            weight * _COPIED if weight > likely and originality.completes(digest, (pitch - last, passed)) else weight
            for pitch, weight in zip(self._frame.pitches, weights, strict=True)
        ]

    def push(self, event: int) -> None:
        """Let the next step of the bar pass with this event."""
        self._tell()
        self.line.push(event)
        self._written.append(event)

    def _pass_to(self, step: int) -> None:
        """Let the steps before this one pass in silence."""
        while len(self._written) < step:
            self.push(HOLD)
        self._tell()

    def _tell(self) -> None:
        """Say which chord sounds."""
        span = self._frame.span_at(min(len(self._written), self._frame.steps - 1))
        if span is not self._span:
            self._span = span
            self.line.tell(self._piece.told(self._frame, span))
