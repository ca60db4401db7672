"""Sounds, drum onsets, and where the bars that hold them begin; `music/reading/placing.py` puts them there.

Positions are steps from the start of the piece.
"""

import math
from bisect import bisect_right
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from boumbapp.music.v2.music_pb2 import DrumHit, DrumPiece, Flam, Meter, Roll

from music.meter import steps_per_bar

MAX_BARS = 1024
MAX_NOTES = 65_536
MAX_BARS_IN_ALL = 32_768  # of all tracks
MAX_IN_BAR = 512  # notes, and as many hits
MAX_STROKES = 16  # of a roll
SHORTEST_ROLL, LONGEST_ROLL = 16, 1920  # ticks
_UNITS = (2, 4, 8, 16)
_SHORTEST_UNIT, _MOST_BEATS = 16, 32
STEPS_PER_QUARTER = 4
TICKS_PER_STEP = 120  # 480 to the quarter note
COMMON_TIME = Meter(beats=4, beat_unit=4)
_LONGEST_BAR = 256  # steps of 32/2
_LATE = Fraction(1, 2)  # steps by which a time signature may come after its bar line


@dataclass(frozen=True, slots=True)
class Sound:
    """A note from onset to release, however many bar lines it crosses.

    Attributes:
        step: Step of the onset, from the start of the piece.
        duration: Length in steps.
        pitch: MIDI key number, 0-127.
        velocity: 1-127.
        offset: Micro-timing of the onset, ticks.
        release: Micro-timing of the end, ticks.
        name: Spelled, with octave; empty where nobody spelled it.
    """

    step: int
    duration: int  # steps
    pitch: int
    velocity: int
    offset: int  # micro-timing of the onset, ticks
    release: int = 0  # micro-timing of the end, likewise
    name: str = ""  # spelled, with octave; empty where nobody spelled it

    @property
    def onset(self) -> int:
        """Tick of the onset."""
        return self.step * TICKS_PER_STEP + self.offset

    @property
    def end(self) -> int:
        """Tick of the release."""
        return (self.step + self.duration) * TICKS_PER_STEP + self.release


@dataclass(frozen=True, slots=True)
class DrumOnset:
    """A drum hit at its place in the piece.

    Attributes:
        step: Step from the start of the piece.
        piece: Piece of the kit.
        velocity: 1-127.
        offset: Micro-timing, ticks.
        articulation: How it is struck; None for one plain stroke.
    """

    step: int
    piece: DrumPiece.ValueType
    velocity: int
    offset: int
    articulation: Flam | Roll | None = None

    @property
    def onset(self) -> int:
        """Tick of the onset."""
        return self.step * TICKS_PER_STEP + self.offset


class TooManyBars(ValueError):
    """Music that lasts for more than MAX_BARS bars."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the bars of a piece begin.

    Attributes:
        starts: First step of each bar.
        meters: Time signature of each bar.
    """

    starts: tuple[int, ...]
    meters: tuple[Meter, ...]

    @classmethod
    def of(cls, meters: Sequence[Meter]) -> "Layout":
        """Lay out bars of these metres, one after the other."""
        starts, end = [], 0
        for meter in meters:
            starts.append(end)
            end += steps_per_bar(meter)
        return cls(tuple(starts), tuple(meters))

    @classmethod
    def of_lines(cls, bars: Iterable[tuple[Fraction, Meter]], most: int = MAX_BARS) -> "Layout":
        """Lay out bars of any length: bar lines off the grid stand on the nearest step, and none drifts.

        A bar that comes to nothing is one with the next; one that no metre can say is several.

        Args:
            bars: Length of each bar in steps, and its metre where its length is that of one.
            most: Most bars.

        Raises:
            TooManyBars: There are more.
        """
        meters: list[Meter] = []
        exact, start = Fraction(0), 0
        for length, meter in bars:
            exact += length
            end = math.floor(exact + Fraction(1, 2))
            if len(meters) + (end - start) // _LONGEST_BAR > most:
                raise TooManyBars
            if end > start:
                meters += [meter] if steps_per_bar(meter) == end - start else meters_of(end - start, meter.beat_unit)
                start = end
        if len(meters) > most:
            raise TooManyBars
        return cls.of(meters)

    @classmethod
    def until(cls, last: int, written: int, changes: Sequence["MeterChange"]) -> "Layout":
        """Lay out bars in 4/4, or the metre that was last changed to, until both steps are reached.

        Args:
            last: Step until which there must be bars.
            written: Step until which there should be bars, as far as MAX_BARS allows.
            changes: In order; each applies from the next bar line on.

        Raises:
            TooManyBars: More than MAX_BARS are needed.
        """
        waiting = deque(changes)
        length, meter = Fraction(16), COMMON_TIME
        bars: list[tuple[Fraction, Meter]] = []
        step = Fraction(0)
        while math.floor(step + _LATE) < last or (step < written and len(bars) < MAX_BARS):
            if len(bars) == MAX_BARS:
                raise TooManyBars
            while waiting and waiting[0].step <= step + _LATE:
                change = waiting.popleft()
                length, meter = change.length, change.meter
            bars.append((length, meter))
            step += length
        return cls.of_lines(bars)

    def bar_at(self, step: int) -> int:
        """Index of the bar that holds a step; the last one for steps beyond."""
        return bisect_right(self.starts, step) - 1

    def end_of(self, bar: int) -> int:
        """First step after a bar."""
        return self.starts[bar] + steps_per_bar(self.meters[bar])


@dataclass(frozen=True, slots=True)
class MeterChange:
    """A time signature.

    Attributes:
        step: Where it stands, in steps from the start of the piece.
        beats: Upper figure, at least 1.
        unit: Lower figure, a power of two.
    """

    step: Fraction
    beats: int
    unit: int

    @property
    def length(self) -> Fraction:
        """Length of its bars in steps."""
        return Fraction(16 * self.beats, self.unit)

    @property
    def meter(self) -> Meter:
        """Its metre; where bars have none like it, one beat of it, to count in."""
        return as_meter(self.beats, self.unit) or Meter(beats=1, beat_unit=min(max(self.unit, 2), _SHORTEST_UNIT))

    @property
    def is_held(self) -> bool:
        """Whether bars can have its metre."""
        return as_meter(self.beats, self.unit) is not None


def meters_of(steps: int, unit: int) -> list[Meter]:
    """Find the metre of a bar of so many steps; several where no metre is as long.

    Args:
        steps: Length, at least 1.
        unit: Beat unit to count in if possible.
    """
    meters: list[Meter] = []
    while steps:
        sizes = ((each, 16 // each) for each in (unit, 4, 8, 16, 2))
        whole = next((each for each, size in sizes if steps % size == 0 and steps // size <= _MOST_BEATS), None)
        used = unit if whole is None else whole
        beats = min(steps * used // 16, _MOST_BEATS)
        meters.append(Meter(beats=beats, beat_unit=used))
        steps -= beats * 16 // used
    return meters


def as_meter(beats: int, unit: int) -> Meter | None:
    """Write a time signature in the beat units that bars may have: 2, 4, 8 and 16.

    Whole notes become twice as many half notes, and thirty-seconds half as many sixteenths.

    Args:
        beats: Number of beats.
        unit: Note value of a beat: 1 for a whole note, 4 for a quarter.

    Returns:
        The metre; None where there is none, or it has more than 32 beats.
    """
    while unit == 1 or (unit > _SHORTEST_UNIT and beats % 2 == 0):
        beats, unit = (2 * beats, 2) if unit == 1 else (beats // 2, unit // 2)
    return Meter(beats=beats, beat_unit=unit) if 1 <= beats <= _MOST_BEATS and unit in _UNITS else None


def articulate(hit: DrumHit, articulation: Flam | Roll | None) -> None:
    """Say how a hit is struck, in place.

    Args:
        hit: The hit.
        articulation: The articulation; None for one plain stroke.
    """
    match articulation:
        case Flam():
            hit.flam.CopyFrom(articulation)
        case Roll():
            hit.roll.CopyFrom(articulation)
        case None:
            hit.ClearField("articulation")
