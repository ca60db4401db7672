"""A style: its patterns, and how it is usually performed."""

from collections.abc import Mapping
from dataclasses import dataclass

from boumbapp.music.v2.music_pb2 import Meter

from services.drums.kit.kit import Piece
from services.drums.kit.tab_notation import Row
from services.drums.styles.fill import Fill

# Families of styles; the first one is all drummers together.
FAMILIES = (
    "all", "rock", "funk", "jazz", "hiphop", "latin", "afrobeat", "soul", "reggae", "pop", "punk", "neworleans",
    "dance", "blues", "country",
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Pattern:
    """A groove as a loop of bars.

    Attributes:
        meter: Time signature of its bars.
        rows: For every piece, a row per bar of the loop.
        rolls: Optional rolls of some pieces, each with the strokes on every step: (rolls, steps).
    """

    meter: Meter
    rows: Mapping[Piece, tuple[Row, ...]]
    rolls: Mapping[Piece, tuple[tuple[int, ...], ...]]

    @property
    def bars(self) -> int:
        """Length of the loop in bars."""
        return len(next(iter(self.rows.values())))


@dataclass(frozen=True, slots=True, eq=False)
class DrumStyle:
    """A style that has a groove of its own.

    Attributes:
        slug: As in theory's catalogue.
        labels: Name in "en" and "fr".
        descriptions: What makes it recognisable, in "en" and "fr".
        bpm: Typical tempo in quarter notes per minute.
        triplets: Whether the first three steps of a quarter stand for the parts of a triplet, as in jazz, which swing
            of eighths makes of them; the fourth is silent then. How much it swings, theory's catalogue says.
        half_time: Whether the backbeat falls on three.
        percussionist: Whether claps, bells and shakers have hands of their own.
        feel: Family of drummers whose deviations it has, one of `FAMILIES`.
        humanise: Usual amount of human deviation, 0-1.
        intensity: Usual intensity, 0-1.
        ride: How often a section keeps time on the ride instead of the hi-hat, 0-1.
        crash: How readily a cymbal crashes after a fill, 0-1.
        balance: Factors on the balance of the kit, by piece; 1 where there is none.
        late: How far pieces are laid back behind the beat, as a fraction of a step.
        pattern: The groove.
        variants: Grooves of their own in other metres, by (beats, beat unit).
        fills: Fills that it uses.
        source: Where the pattern is described.
    """

    slug: str
    labels: Mapping[str, str]
    descriptions: Mapping[str, str]
    bpm: float
    triplets: bool
    half_time: bool
    percussionist: bool
    feel: str
    humanise: float
    intensity: float
    ride: float
    crash: float
    balance: Mapping[Piece, float]
    late: Mapping[Piece, float]
    pattern: Pattern
    variants: Mapping[tuple[int, int], Pattern]
    fills: tuple[Fill, ...]
    source: str

    def pattern_for(self, meter: Meter) -> Pattern:
        """The pattern to play in a metre: a variant written for it, else the one that has to be fitted to it."""
        return self.variants.get((meter.beats, meter.beat_unit), self.pattern)
