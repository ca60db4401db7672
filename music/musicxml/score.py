"""A score as it is written: parts, measures, and notes at their exact place in their measure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from music.grid import MeterChange


@dataclass(frozen=True, slots=True)
class Instrument:
    """An instrument of a part.

    Attributes:
        name: What people call it.
        key: MIDI key that it plays when it is unpitched; None where it says none.
        program: General MIDI programme, 0-127; None where it says none.
    """

    name: str = ""
    key: int | None = None
    program: int | None = None


@dataclass(frozen=True, slots=True)
class WrittenNote:
    """A note with a pitch. Times are in quarters from the beginning of its measure.

    Attributes:
        onset: Where it begins.
        length: How long it is written.
        pitch: MIDI key number as it sounds.
        name: Spelled as it sounds; empty where no name says it.
        velocity: 1-127.
        staff: Number of its staff, from 1.
        starts_tie: Whether the next note of its pitch prolongs it.
        stops_tie: Whether it prolongs the one before.
    """

    onset: Fraction
    length: Fraction
    pitch: int
    name: str
    velocity: int
    staff: int
    starts_tie: bool
    stops_tie: bool


@dataclass(frozen=True, slots=True)
class WrittenStroke:
    """A stroke of something unpitched.

    Attributes:
        onset: Quarters from the beginning of its measure.
        length: Quarters that it is written for.
        instrument: Identifier of its instrument; empty where it names none.
        place: Name with octave of its place in the treble clef.
        head: Shape of its note head.
        velocity: 1-127.
        staff: Number of its staff, from 1.
        strokes: How often it is struck, by a tremolo; 1 is once.
        grace_velocity: Velocity of a grace stroke before it; 0 is none.
        roll: Strokes, span in ticks and last velocity of a roll that this product wrote; None where it wrote none.
        lead: Ticks of the grace stroke that this product wrote; 0 is none.
    """

    onset: Fraction
    length: Fraction
    instrument: str
    place: str
    head: str
    velocity: int
    staff: int
    strokes: int = 1
    grace_velocity: int = 0
    roll: Sequence[int] | None = None
    lead: int = 0


@dataclass(slots=True)
class Measure:
    """One measure of one part. Lengths are in quarters.

    Attributes:
        meter: Its time signature; None where it has no metre.
        says_meter: Whether its part has said a time signature by now; common time is taken where none has.
        is_upbeat: Whether it is marked as shorter than a bar.
        content: Where its last note or rest ends.
        silence: Where its last forward ends.
        bar_rest: Where the longest rest for the whole bar ends.
        notes: Its notes.
        strokes: Its strokes.
        tempi: Where the tempo changes, to how many quarters a minute.
        rehearsal: Its rehearsal mark; empty where it has none.
    """

    meter: MeterChange | None
    says_meter: bool
    is_upbeat: bool
    content: Fraction = Fraction(0)
    silence: Fraction = Fraction(0)
    bar_rest: Fraction = Fraction(0)
    notes: list[WrittenNote] = field(default_factory=list)
    strokes: list[WrittenStroke] = field(default_factory=list)
    tempi: dict[Fraction, float] = field(default_factory=dict)
    rehearsal: str = ""


@dataclass(frozen=True, slots=True)
class KeySignature:
    """A key signature as it sounds: sharps, negative for flats, and mode; an empty mode is none."""

    fifths: int
    mode: str


@dataclass(slots=True)
class Part:
    """One part.

    Attributes:
        name: What people call it.
        instruments: By identifier.
        measures: In order.
        key: Key signature at the start.
        has_odd_key: Whether it starts with a key signature of single accidentals, or one without end.
    """

    name: str = ""
    instruments: dict[str, Instrument] = field(default_factory=dict)
    measures: list[Measure] = field(default_factory=list)
    key: KeySignature | None = None
    has_odd_key: bool = False
