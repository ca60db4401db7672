"""What the constraints say about one bar, in the form that decoding needs."""

from collections.abc import Sequence
from dataclasses import dataclass

from boumbapp.music.v2.intent_pb2 import BarPlan, Constraints
from boumbapp.music.v2.music_pb2 import ROLE_BASS, Chord, Meter, Swing

from music.meter import BEAT, step_weights, steps_per_bar
from music.scale_degrees import ScaleDegrees

_OCTAVE = 12
# Two octaves are what a part uses of a wider range: its middle, for bass its lower part.
_TESSITURA = 24
# Weight of an onset by metrical weight, sixteenth to downbeat, where the constraints have no skeleton.
_PLAIN_WEIGHTS = (10, 45, 70, 80, 90)
# Onsets of a bar of 4/4 where the constraints name no number.
_USUAL_ONSETS = (4, 8)
_STEPS_OF_FOUR_FOUR = 16
_USUAL_GATE = 0.9
# Intervals that make a root's third, fifth and seventh, the commonest form first.
_STACK = ((4, 3), (7, 6, 8))


@dataclass(frozen=True, slots=True)
class ChordSpan:
    """A chord and the steps that it holds for.

    Attributes:
        start: First step.
        end: Step after the last.
        root: Pitch class of the root; the nearest one allowed where it is not.
        bass: Pitch class of the bass, likewise.
        tones: Bit mask of the allowed pitch classes of the chord; never empty.
    """

    start: int
    end: int
    root: int
    bass: int
    tones: int

    def has(self, pitch: int) -> bool:
        """Whether a MIDI key number is a tone of the chord."""
        return bool(self.tones >> pitch % _OCTAVE & 1)


@dataclass(frozen=True, slots=True)
class BarConstraints:
    """What the constraints say about one bar.

    Attributes:
        meter: Time signature.
        weights: Metrical weight of every step, 0-4.
        scale: Degrees of the key.
        pitches: Allowed pitches that the part uses, MIDI key numbers, ascending; never empty.
        spans: Chords that fill the bar; never empty.
        following: The first chord of the next bar.
        cadence: Whether a phrase ends here.
        final: Whether the piece closes here.
        fewest: Fewest onsets wanted, at least 1.
        most: Most onsets wanted, at least `fewest` and at most one a step.
        onset_weights: Relative probability of an onset on each step, 0-100.
        anchors: Steps that always have an onset; at most `most`.
        gate: Sounding part of written lengths, 0.1-1.
        swing: Swing that it is performed with; never to be changed.
        polyphony: Most notes at once, at least 1.
    """

    meter: Meter
    weights: tuple[int, ...]
    scale: ScaleDegrees
    pitches: tuple[int, ...]
    spans: tuple[ChordSpan, ...]
    following: ChordSpan
    cadence: bool
    final: bool
    fewest: int
    most: int
    onset_weights: tuple[int, ...]
    anchors: frozenset[int]
    gate: float
    swing: Swing
    polyphony: int

    @property
    def steps(self) -> int:
        """Length of the bar in steps."""
        return len(self.weights)

    def span_at(self, step: int) -> ChordSpan:
        """The chord that sounds on a step."""
        for span in reversed(self.spans):
            if span.start <= step:
                return span
        return self.spans[0]

    def span_after(self, step: int) -> ChordSpan:
        """The chord that comes after the one that sounds on a step; beyond the bar, the next bar's first."""
        return next((span for span in self.spans if span.start > step), self.following)

    def is_strong(self, step: int) -> bool:
        """Whether a step is felt as a beat."""
        return self.weights[step] >= BEAT


def bar_constraints_of(constraints: Constraints, index: int) -> BarConstraints:
    """Read what the constraints of a piece say about one of its bars.

    Args:
        constraints: Of the piece; their plans repeat where the piece is longer.
        index: Index of the bar, from 0.
    """
    plans = constraints.plans
    plan, next_plan = plans[index % len(plans)], plans[(index + 1) % len(plans)]
    weights = step_weights(constraints.meter)
    steps = steps_per_bar(constraints.meter)
    fewest, most = _onsets(constraints, steps)
    rhythm = constraints.rhythm
    anchors = sorted({step for step in rhythm.anchors if step < steps}, key=lambda step: (-weights[step], step))
    return BarConstraints(
        meter=constraints.meter,
        weights=weights,
        scale=ScaleDegrees.of(plan.tonic % _OCTAVE, plan.pitch_classes),
        pitches=_pitches(constraints, plan.pitch_classes),
        spans=_spans(plan, steps),
        following=_spans(next_plan, steps)[0],
        cadence=plan.cadence,
        final=plan.final and index == len(plans) - 1,
        fewest=fewest,
        most=most,
        onset_weights=_onset_weights(rhythm.onset_weights, weights),
        anchors=frozenset(anchors[:most]),
        gate=min(max(rhythm.gate, 0.1), 1.0) if rhythm.gate else _USUAL_GATE,
        swing=constraints.swing,
        polyphony=max(constraints.max_polyphony, 1),
    )


def _onsets(constraints: Constraints, steps: int) -> tuple[int, int]:
    fewest, most = constraints.min_onsets, constraints.max_onsets
    if not fewest and not most:
        fewest, most = (max(usual * steps // _STEPS_OF_FOUR_FOUR, 1) for usual in _USUAL_ONSETS)
    most = min(max(most or steps, 1), steps)
    return min(max(fewest, 1), most), most


def _onset_weights(asked: Sequence[int], weights: tuple[int, ...]) -> tuple[int, ...]:
    plain = tuple(_PLAIN_WEIGHTS[weight] for weight in weights)
    given = tuple(min(weight, 100) for weight in asked[: len(plain)])
    return given + plain[len(given) :]


def _pitches(constraints: Constraints, mask: int) -> tuple[int, ...]:
    """Allowed pitches in the comfortable part of the range; the whole range, or around it, where there are none."""
    lowest, highest = constraints.lowest_pitch, max(constraints.highest_pitch, constraints.lowest_pitch)
    spare = max(highest - lowest - _TESSITURA, 0)
    bottom = lowest + (spare // 4 if constraints.role == ROLE_BASS else spare // 2)
    for low, high in ((bottom, min(bottom + _TESSITURA, highest)), (lowest, highest)):
        pitches = tuple(pitch for pitch in range(low, high + 1) if mask >> pitch % _OCTAVE & 1)
        if pitches:
            return pitches
    # A range under an octave may miss every allowed pitch class: the key matters more than the range.
    outside = [pitch for pitch in range(128) if mask >> pitch % _OCTAVE & 1]
    return (min(outside, key=lambda pitch: min(abs(pitch - lowest), abs(pitch - highest))),)


def _spans(plan: BarPlan, steps: int) -> tuple[ChordSpan, ...]:
    chords = [chord for chord in plan.chords if chord.start_step < steps] or [Chord(root=plan.tonic, bass=plan.tonic)]
    starts = [0, *(chord.start_step for chord in chords[1:])]
    ends = [*starts[1:], steps]
    return tuple(
        _span(chord, plan.pitch_classes, start, end)
        for chord, start, end in zip(chords, starts, ends, strict=True)
        if start < end
    )


def _span(chord: Chord, mask: int, start: int, end: int) -> ChordSpan:
    tones = chord.pitch_classes & mask
    if not tones:
        intervals = [0, *(next((form for form in forms if _allowed(mask, chord.root + form)), 0) for forms in _STACK)]
        for interval in intervals:
            tones |= (1 << (chord.root + interval) % _OCTAVE) & mask
    tones = tones or mask
    return ChordSpan(start, end, _nearest(tones, chord.root), _nearest(tones, chord.bass), tones)


def _allowed(mask: int, pitch_class: int) -> bool:
    return bool(mask >> pitch_class % _OCTAVE & 1)


def _nearest(mask: int, pitch_class: int) -> int:
    """The pitch class of a mask that is nearest to a pitch class, upwards first."""
    return next(
        (pitch_class + side) % _OCTAVE
        for distance in range(_OCTAVE)
        for side in (distance, -distance)
        if _allowed(mask, pitch_class + side)
    )
