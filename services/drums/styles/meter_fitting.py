"""Fits a groove to a metre that it was not written for, beat by beat.

Grooves are written in quarters. A backbeat must stay a backbeat, so metres differ by the beats they take: three beats
play kick, snare, snare; two beats take turns with the halves of the bar; beats that divide in three stretch each
quarter over six steps.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

from boumbapp.music.v2.music_pb2 import Meter

from music.meter import is_compound, is_dotted, steps_per_bar, steps_per_beat
from services.drums.kit.kit import PULSES, Piece
from services.drums.kit.tab_notation import OPEN, Row
from services.drums.styles.fill import Fill
from services.drums.styles.style import DrumStyle, Pattern

_QUARTER = 4  # steps
_FILL_BEATS = 4
# For each step of a dotted beat, the step of a quarter that it copies; -1 for none. Pulses repeat the "and", so
# that eighths stay even; a quarter that is written in triplets already holds three parts.
_DOTTED = {6: (0, 1, -1, -1, 2, 3), 3: (0, 1, 2)}
_DOTTED_PULSE = {6: (0, 1, 2, -1, 2, 3), 3: (0, 1, 2)}
_DOTTED_TRIPLET = {6: (0, -1, 1, -1, 2, -1), 3: (0, 1, 2)}

_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True, eq=False)
class Skeleton:
    """The cells of one bar: what a style, or what is made of it, allows there.

    Attributes:
        rows: A row per piece: (steps,).
        rolls: Optional rolls of some pieces, each with the strokes on every step: (rolls, steps).
    """

    rows: dict[Piece, Row]
    rolls: dict[Piece, tuple[tuple[int, ...], ...]]


def beat_starts(meter: Meter) -> tuple[int, ...]:
    """Steps on which the beats begin that a groove goes by: quarters, or dotted beats where they divide in three.

    What is left over at the end of a bar such as 7/8 is a shorter beat.
    """
    return tuple(range(0, steps_per_bar(meter), _beat_steps(meter)))


def loop_bars(pattern: Pattern, meter: Meter) -> int:
    """Length in bars of the loop of a fitted groove.

    Args:
        pattern: The groove.
        meter: Metre that it is fitted to.
    """
    beats = len(beat_starts(meter))
    if beats > 2 or len(beat_starts(pattern.meter)) != _FILL_BEATS:
        return pattern.bars
    return pattern.bars * _FILL_BEATS // beats


def fit(style: DrumStyle, meter: Meter, index: int) -> Skeleton:
    """The skeleton of a bar in a metre.

    Args:
        style: The style.
        meter: Time signature.
        index: Index of the bar in the piece, from 0.
    """
    return _fit(style, meter.beats, meter.beat_unit, index % loop_bars(style.pattern_for(meter), meter))


def fit_fill(fill: Fill, meter: Meter, triplets: bool) -> dict[Piece, Row]:
    """The rows of a fill in a metre, aligned to the end of the bar.

    Args:
        fill: The fill, written in 4/4.
        meter: Time signature.
        triplets: Whether the first three steps of a quarter stand for the parts of a triplet.

    Returns:
        A row per piece: (steps,).
    """
    starts, steps = beat_starts(meter), steps_per_bar(meter)
    rows = {}
    for piece, row in fill.rows.items():
        cells = [OPEN] * steps
        for number, start in enumerate(starts):
            beat = _FILL_BEATS - len(starts) + number
            length = min(_beat_steps(meter), steps - start)
            if beat >= 0:
                taken = _taken(length, is_dotted(meter), triplets, pulse=False)
                cut = _QUARTER - length if length < _QUARTER and not is_dotted(meter) else 0
                for step, source in enumerate(taken):
                    if source >= 0:
                        cells[start + step] = row[beat * _QUARTER + cut + source]
        rows[piece] = tuple(cells)
    return rows


@lru_cache(maxsize=1024)
def _fit(style: DrumStyle, beats: int, beat_unit: int, index: int) -> Skeleton:
    meter = Meter(beats=beats, beat_unit=beat_unit)
    pattern = style.pattern_for(meter)
    if pattern.meter == meter:
        return Skeleton({piece: rows[index] for piece, rows in pattern.rows.items()}, dict(pattern.rolls))
    plain, pulse = (_sources(style, pattern, meter, index, pulse=kind) for kind in (False, True))
    rows = {
        piece: _take([cell for row in rows for cell in row], pulse if piece in PULSES else plain, OPEN)
        for piece, rows in pattern.rows.items()
    }
    rolls = {
        piece: tuple(_take(row * pattern.bars, plain, 0) for row in choices) for piece, choices in pattern.rolls.items()
    }
    return Skeleton(rows, rolls)


def _take(loop: Sequence[_Item], sources: Sequence[int], nothing: _Item) -> tuple[_Item, ...]:
    return tuple(loop[source] if source >= 0 else nothing for source in sources)


def _sources(style: DrumStyle, pattern: Pattern, meter: Meter, index: int, *, pulse: bool) -> list[int]:
    """For every step of the bar, the step of the loop that it copies; -1 for none: (steps,)."""
    starts, steps = beat_starts(meter), steps_per_bar(meter)
    loop_beats = len(beat_starts(pattern.meter))
    sources = []
    for start, beat in zip(starts, _beats(len(starts), loop_beats, pattern.bars, index, style.half_time), strict=True):
        length = min(_beat_steps(meter), steps - start)
        taken = _taken(length, is_dotted(meter), style.triplets, pulse)
        sources += [beat * _QUARTER + source if source >= 0 else -1 for source in taken]
    return sources


def _beats(count: int, per_bar: int, bars: int, index: int, half_time: bool) -> list[int]:
    """Beats of the loop that a bar of `count` beats plays."""
    first = index % bars * per_bar
    if per_bar != _FILL_BEATS:  # a waltz: low, light, light; in pairs low, light
        return [first + (number % per_bar if count % per_bar == 0 else number % 2 * 2) for number in range(count)]
    if count <= 2:
        return [(index * count + number) % (per_bar * bars) for number in range(count)]
    if count % 2 == 0:
        return [(first + number) % (per_bar * bars) for number in range(count)]
    # An odd bar is a group of three, then pairs that end as the bar does.
    opening = [0, 1, 2] if half_time else [0, 1, 3]
    rest = [(number - (count - 3)) % per_bar for number in range(count - 3)]
    return [first + beat for beat in (*opening, *rest)]


def _taken(length: int, dotted: bool, triplets: bool, pulse: bool) -> Sequence[int]:
    """For every step of a beat, the step of a quarter that it copies; -1 for none: (length,)."""
    if not dotted:
        return range(length)
    return (_DOTTED_TRIPLET if triplets else _DOTTED_PULSE if pulse else _DOTTED)[length]


def _beat_steps(meter: Meter) -> int:
    if is_compound(meter):
        return steps_per_beat(meter)
    return steps_per_bar(meter) if is_dotted(meter) else _QUARTER
