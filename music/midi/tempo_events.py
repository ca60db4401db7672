"""Tempo events of a Standard MIDI File, as tempi of bars."""

from collections import deque
from collections.abc import Iterable, Sequence
from itertools import pairwise

from music.grid import STEPS_PER_QUARTER, Layout
from music.midi import events as midi
from music.midi.events import Event
from music.midi.timing import nearest_step

_DEFAULT_TEMPO = 500_000  # microseconds per quarter note: 120 per minute

Changes = Sequence[tuple[int, float]]
"""Tick and quarter notes per minute of each tempo event, in order."""


def tempo_changes(conductor: Iterable[Event]) -> Changes:
    """Read the tempo events among others; of several at one tick the last holds."""
    last = {tick: _tempo(data) for tick, _, data in conductor if data[0] == midi.TEMPO and len(data) == 4}
    return sorted(last.items())


def first_tempo(changes: Changes, ticks_per_quarter: int) -> float:
    """Tempo at the start: 120 where the file names none there.

    Args:
        changes: Tempo events of the file.
        ticks_per_quarter: Resolution of the file.
    """
    at_start = [bpm for tick, bpm in changes if nearest_step(tick, ticks_per_quarter)[0] <= 0]
    return at_start[-1] if at_start else 60e6 / _DEFAULT_TEMPO


def tempi_of_bars(changes: Changes, layout: Layout, ticks_per_quarter: int) -> dict[int, float]:
    """Tempo of each bar from which on it is another one.

    Args:
        changes: Tempo events of the file.
        layout: Where its bars begin.
        ticks_per_quarter: Resolution of the file.
    """
    ahead = deque(changes)
    now = first_tempo(changes, ticks_per_quarter)
    tempi = {}
    for index, start in enumerate(layout.starts):
        before = now
        while ahead and nearest_step(ahead[0][0], ticks_per_quarter)[0] <= start:
            now = ahead.popleft()[1]
        if now != before:
            tempi[index] = now
    return tempi


def changes_inside_bars(changes: Changes, layout: Layout, ticks_per_quarter: int) -> int:
    """Count changes of tempo inside a bar, which only the bars after it can have.

    Args:
        changes: Tempo events of the file.
        layout: Where its bars begin.
        ticks_per_quarter: Resolution of the file.
    """
    starts = {start * ticks_per_quarter for start in layout.starts}
    end = layout.end_of(len(layout.starts) - 1) * ticks_per_quarter if layout.starts else 0
    first = [(0, first_tempo(changes, ticks_per_quarter))]
    return sum(
        before != after and tick * STEPS_PER_QUARTER < end and tick * STEPS_PER_QUARTER not in starts
        for (_, before), (tick, after) in pairwise([*first, *changes])
    )


def _tempo(data: bytes) -> float:
    """Quarter notes per minute of a tempo event, with as few decimals as tell it apart from its neighbours."""
    tempo = int.from_bytes(data[1:4]) or _DEFAULT_TEMPO
    exact = 60e6 / tempo
    return next(bpm for digits in range(16) if round(60e6 / (bpm := round(exact, digits) or exact)) == tempo)
