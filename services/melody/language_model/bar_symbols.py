"""The notes that a bar may have, as symbols of the notation, and patterns that let a model write no others.

Octaves are counted from the part's own: a bass then needs as few marks as a melody.
"""

from dataclasses import dataclass
from functools import cached_property

from music.notation.notes import home, pitch_symbol
from services.melody.plan.bar_constraints import BarConstraints

_OCTAVE = 12
_LENGTHS = (1, 2, 3, 4, 6, 8, 12, 16)
_MOST_STACKED = 3
# What a scale step is called where pitches alone are chosen: one character each.
STEPS = "123456789ABC"


@dataclass(frozen=True, slots=False)
class BarSymbols:
    """Symbols of one bar.

    Attributes:
        constraints: Of the bar.
        tonic: Pitch class of its tonic.
        polyphonic: Whether notes may be stacked.
    """

    constraints: BarConstraints
    tonic: int
    polyphonic: bool

    @cached_property
    def shift(self) -> int:
        """Semitones from the home octave of the notation to the part's own, which begins on its lowest tonic or so."""
        lowest = self.constraints.pitches[0]
        return lowest + (self.tonic - lowest) % _OCTAVE - home(self.tonic)

    @cached_property
    def scale(self) -> tuple[int, ...]:
        """Pitch classes that are allowed, as semitones above the tonic, ascending."""
        return tuple(sorted({(pitch - self.tonic) % _OCTAVE for pitch in self.constraints.pitches}))

    def symbol(self, pitch: int) -> str:
        """Degree and octave of a pitch."""
        return pitch_symbol(pitch - home(self.tonic) - self.shift)

    def pitch_of(self, degree: int, octave: int) -> int:
        """The allowed pitch nearest to a degree of the scale.

        Args:
            degree: From 0.
            octave: Above the part's own.
        """
        above, more = self.scale[degree % len(self.scale)], degree // len(self.scale)
        wanted = home(self.tonic) + self.shift + above + _OCTAVE * (octave + more)
        fits = [pitch for pitch in self.constraints.pitches if (pitch - wanted) % _OCTAVE == 0]
        return min(fits, key=lambda pitch: abs(pitch - wanted))

    def step_of(self, pitch: int) -> str:
        """Name of a pitch among the steps of the scale; "" for one that is none of them."""
        above = (pitch - self.tonic) % _OCTAVE
        return STEPS[self.scale.index(above)] if above in self.scale else ""

    def steps_of(self, mask: int) -> str:
        """Names of the steps among some pitch classes."""
        return "".join(
            STEPS[place] for place, above in enumerate(self.scale) if mask >> (self.tonic + above) % _OCTAVE & 1
        )

    def bar_pattern(self, fewest: int, most: int) -> str:
        """Pattern of a bar.

        Args:
            fewest: Onsets at least.
            most: Onsets at most.
        """
        by_octave: dict[str, list[str]] = {}
        for pitch in self.constraints.pitches:
            symbol = self.symbol(pitch)
            name = symbol.rstrip(":',")
            by_octave.setdefault(symbol[len(name) :], []).append(name)
        pitches = "|".join(f"({'|'.join(names)}){octave}" for octave, names in by_octave.items())
        lengths = "|".join(str(length) for length in _LENGTHS if length <= self.constraints.steps)
        stacked = rf"( \+({pitches})){{0,{_MOST_STACKED}}}" if self.polyphonic else ""
        item = f"(({pitches})({lengths}){stacked}|r({lengths}))"
        return f"^{item}( {item}){{{max(fewest - 1, 0)},{most + 1}}}$"

    def colour_pattern(self, onsets: list[int]) -> str:
        """Pattern of the steps for a rhythm: tones of the chord where a beat is strong and at a phrase's end.

        Args:
            onsets: Steps of the bar where notes begin, ascending.
        """
        bar, every = self.constraints, self.steps_of(-1)
        last = onsets[-1]
        parts = []
        for onset in onsets:
            chord = self.steps_of(bar.span_at(onset).tones)
            bound = self.polyphonic or bar.is_strong(onset) or (bar.cadence and onset == last)
            parts.append(f"[{chord if bound and chord else every}][_^]?")
        return f"^{''.join(parts)}$"
