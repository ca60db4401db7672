"""What models are asked to compose: to go on from the beginning of a song for as many bars as the song itself did."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from music.meter import steps_per_bar
from services.melody.line_model.history import HOLD, OFF
from training.scoring.protocol import EventLine

PRIMER_BARS = 2
BARS = 16


@dataclass(frozen=True, slots=True)
class ContinuationTask:
    """A beginning, and how it went on.

    Attributes:
        primer: The bars that everybody is given, from the one with the first note on.
        continuation: The whole bars after it.
    """

    primer: EventLine
    continuation: EventLine


def continuation_tasks(lines: Iterable[EventLine]) -> list[ContinuationTask]:
    """A task of each line that is longer than its primer: up to BARS bars."""
    return [task for line in lines if (task := _task(line)) is not None]


def rounds(tasks: Sequence[ContinuationTask], count: int) -> Iterator[tuple[int, ContinuationTask]]:
    """So many seeds, from 0, and a task for each: all in turn, as often as it takes.

    Args:
        tasks: At least one.
        count: How many seeds, from 0.
    """
    return ((seed, tasks[seed % len(tasks)]) for seed in range(count))


def _task(line: EventLine) -> ContinuationTask | None:
    bar = steps_per_bar(line.meter)
    begin = int(line.onsets[0]) // bar * bar
    split = begin + PRIMER_BARS * bar
    if split >= len(line.events):
        return None
    # The last bar is full, too: its notes end where they ended.
    missing = -len(line.events) % bar
    events = np.concatenate([line.events, np.full(missing, HOLD)])
    if missing:
        events[len(line.events)] = OFF
    return ContinuationTask(
        replace(line, events=events[begin:split]), replace(line, events=events[split : split + BARS * bar])
    )
