"""Where the measures of a score begin, by all its parts together.

A measure lasts until the last note, rest or forward of any part, silence at most as long as its metre; so a staff that
falls silent early moves nothing. A first measure that is short in all parts is a pickup and stands at the end of its
bar. Any other one that is shorter or longer than its metre becomes a bar of the metre that it lasts, so that all later
ones stay where they are; only the last bar keeps its metre.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from boumbapp.music.v2.music_pb2 import Meter

from music.grid import COMMON_TIME, MAX_BARS, STEPS_PER_QUARTER, Layout, MeterChange, TooManyBars
from music.meter import steps_per_bar
from music.musicxml.score import Measure, Part
from music.reading.findings import Findings
from music.reading.notices import BARS_OF_OTHER_LENGTH, METERS_APPROXIMATED

_ROUNDING = Fraction(1, 32)  # quarters by which a measure of tuplets may miss its metre
_NO_METER = Fraction(4)  # quarters
_BEAT = Meter(beats=1, beat_unit=4)  # what a bar of any length is counted in


@dataclass(frozen=True, slots=True)
class BarLines:
    """Where measures begin.

    Attributes:
        starts: Quarters from the beginning of the piece to the first note's place in each measure.
        layout: The bars.
    """

    starts: Sequence[Fraction]
    layout: Layout


def bar_lines(parts: Sequence[Part], findings: Findings, most: int = MAX_BARS) -> BarLines:
    """Find where measures begin, in bars that hold them.

    Args:
        parts: Of the score.
        findings: Takes measures that have another length than their metre, and metres that bars cannot have.
        most: Most bars.

    Raises:
        TooManyBars: There are more.
    """
    count = max((len(part.measures) for part in parts), default=0)
    starts: list[Fraction] = []
    bars: list[tuple[Fraction, Meter]] = []
    now = Fraction(0)
    for index in range(count):
        together = [part.measures[index] for part in parts if index < len(part.measures)]
        written = _meter(together)
        whole = _NO_METER if written is None else written.length / STEPS_PER_QUARTER
        length = _length(together, whole)
        is_last = index == count - 1
        is_pickup = not index and length < whole and (not is_last or any(each.is_upbeat for each in together))
        starts.append(now + (whole - length if is_pickup else 0))
        if is_pickup or (is_last and length < whole):
            length = whole
        if written is None:  # music without metre is counted in four
            if length > most * _NO_METER:
                raise TooManyBars
            bars += _in_common_time(length * STEPS_PER_QUARTER)
            now += length
            continue
        if length == whole:
            meter = written.meter
            if not written.is_held:
                findings.add(METERS_APPROXIMATED, bar=index, bars=1, meters=f"{written.beats}/{written.unit}")
        else:
            meter = Meter(beats=1, beat_unit=written.meter.beat_unit)  # to count in
            findings.add(BARS_OF_OTHER_LENGTH, bar=index, bars=1)
        bars.append((length * STEPS_PER_QUARTER, meter))
        now += length
    return BarLines(starts, Layout.of_lines(bars, most))


def _meter(together: Sequence[Measure]) -> MeterChange | None:
    """The metre of a measure, by the first part that says one; None where it has none."""
    saying = [measure for measure in together if measure.says_meter] or together
    return next((measure.meter for measure in saying if measure.meter is not None), None)


def _in_common_time(steps: Fraction) -> list[tuple[Fraction, Meter]]:
    """Whole bars of four quarters, and one that holds the rest."""
    whole = Fraction(steps_per_bar(COMMON_TIME))
    bars = [(whole, COMMON_TIME)] * int(steps // whole)
    rest = steps - whole * len(bars)
    return [*bars, (rest, _BEAT)] if rest else bars


def _length(together: Sequence[Measure], whole: Fraction) -> Fraction:
    """Quarters that a measure lasts.

    Args:
        together: The measure in each part.
        whole: Quarters of its metre.
    """
    length = max(max(measure.content, min(measure.silence, whole)) for measure in together)
    if not length:
        return whole  # rests only
    if not any(measure.is_upbeat for measure in together):
        length = max(length, *(min(measure.bar_rest, whole) for measure in together))
    return whole if abs(length - whole) < _ROUNDING else length
