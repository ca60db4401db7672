"""What keys and chords say of the pitches of a part."""

from collections.abc import Sequence
from dataclasses import dataclass

from boumbapp.music.v2.intent_pb2 import BarPlan
from boumbapp.music.v2.music_pb2 import Key

from music.pitch import pitch_classes_of

_OCTAVE = 12
_MAJOR = 0b1010_1011_0101


@dataclass(frozen=True, slots=True)
class Scale:
    """A scale on its tonic.

    Attributes:
        tonic: Pitch class, 0-11.
        steps: Semitones above the tonic of its degrees, ascending from 0.
    """

    tonic: int
    steps: tuple[int, ...]

    @classmethod
    def of(cls, plan: BarPlan) -> "Scale":
        """The scale of a bar's plan."""
        mask = plan.pitch_classes or _MAJOR
        return cls(
            plan.tonic, tuple(sorted({0, *((pitch - plan.tonic) % _OCTAVE for pitch in pitch_classes_of(mask))}))
        )

    def position(self, pitch: int) -> tuple[int, int]:
        """The degree of a pitch, counted over octaves, and how many semitones it lies above it."""
        octave, above = divmod(pitch - self.tonic, _OCTAVE)
        degree = max(at for at, step in enumerate(self.steps) if step <= above)
        return octave * len(self.steps) + degree, above - self.steps[degree]

    def pitch(self, position: int) -> int:
        """The pitch of a degree, counted over octaves; may lie outside 0-127."""
        octave, degree = divmod(position, len(self.steps))
        return self.tonic + octave * _OCTAVE + self.steps[degree]

    def moved(self, pitch: int, degrees: int) -> int:
        """A pitch some degrees higher or lower; one between degrees stays between.

        Args:
            pitch: The pitch.
            degrees: How many; negative is lower.
        """
        position, altered = self.position(pitch)
        return self.pitch(position + degrees) + altered

    def mapped(self, pitch: int, other: "Scale") -> int:
        """A pitch on the same degree of another scale, as near as the tonics are.

        Args:
            pitch: The pitch.
            other: The other scale.
        """
        position, altered = self.position(pitch)
        octave, degree = divmod(position, len(self.steps))
        if len(other.steps) == len(self.steps):
            step = other.steps[degree]
        else:  # a scale of another size: its nearest degree
            step = min(other.steps, key=lambda each: (abs(each - self.steps[degree]), each))
        between = step + altered
        if altered and between % _OCTAVE not in other.steps and (between + 1) % _OCTAVE in other.steps:
            between = step  # what was between two degrees has no place there
        distance = (other.tonic - self.tonic + _OCTAVE // 2) % _OCTAVE - _OCTAVE // 2
        return self.tonic + distance + octave * _OCTAVE + between

    def nearest(self, pitch: int, pitch_classes: Sequence[int]) -> int:
        """The pitch nearest to another among some pitch classes, the lower of two.

        Args:
            pitch: The other one.
            pitch_classes: Those that it may have.
        """
        return min(
            (
                pitch + away
                for away in range(-_OCTAVE // 2, _OCTAVE // 2 + 1)
                if (pitch + away) % _OCTAVE in pitch_classes
            ),
            key=lambda found: (abs(found - pitch), found),
            default=pitch,
        )


@dataclass(frozen=True, slots=True)
class Harmony:
    """Keys and chords of a piece.

    Attributes:
        plans: One a bar, repeated as needed.
    """

    plans: tuple[BarPlan, ...]

    def plan(self, bar: int) -> BarPlan:
        """The plan of a bar."""
        return self.plans[bar % len(self.plans)]

    def scale(self, bar: int) -> Scale:
        """The scale of a bar."""
        return Scale.of(self.plan(bar))

    def key(self, bar: int) -> Key:
        """The key of a bar."""
        return self.plan(bar).key

    def chord(self, bar: int, step: int) -> tuple[int, ...]:
        """Pitch classes of the chord that sounds on a step of a bar; none where nothing says it.

        Args:
            bar: Index of the bar.
            step: Sixteenth of the bar, from 0.
        """
        chords = [chord for chord in self.plan(bar).chords if chord.start_step <= step]
        return pitch_classes_of(chords[-1].pitch_classes) if chords else ()

    def root(self, bar: int, step: int) -> int | None:
        """Pitch class of the bass of that chord.

        Args:
            bar: Index of the bar.
            step: Sixteenth of the bar, from 0.
        """
        chords = [chord for chord in self.plan(bar).chords if chord.start_step <= step]
        return chords[-1].bass if chords else None
