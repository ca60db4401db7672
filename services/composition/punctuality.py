"""Whether the bars of a stream are there before they are due."""

import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import TypeVar

from boumbapp.music.v2.music_pb2 import Bar

Item = TypeVar("Item")
_QUARTERS_PER_WHOLE = 4


class Punctuality:
    """Compares the time that a stream takes to make its bars with the time that they play.

    Only the time counts that is spent on making: a listener who takes bars late delays nobody but themselves.
    """

    def __init__(self) -> None:
        self._making_s = 0.0
        self._due_s: float | None = None
        self._last = Bar()

    async def making(self, items: AsyncGenerator[Item, None]) -> AsyncGenerator[Item, None]:
        """The same items, with the time counted that each is waited for."""
        async with aclosing(items):
            while True:
                began = time.perf_counter()
                try:
                    item = await anext(items)
                except StopAsyncIteration:
                    return
                finally:
                    self._making_s += time.perf_counter() - began
                yield item

    def is_late(self, bar: Bar, bpm: float) -> bool:
        """Whether a bar that is there now comes after its time. Bars of several parts may have the same index.

        Args:
            bar: The next one of the stream.
            bpm: Quarter notes a minute, unless the bar says otherwise; 0 where it is not known, and nothing is late.
        """
        if self._due_s is None:  # playback begins
            self._making_s, self._due_s = 0.0, 0.0
        elif bar.index != self._last.index:
            self._due_s += seconds_of(self._last, bpm)
        self._last = bar
        return bpm > 0 and self._making_s > self._due_s


def seconds_of(bar: Bar, bpm: float) -> float:
    """How long a bar plays.

    Args:
        bar: Of any metre.
        bpm: Quarter notes a minute, unless the bar says otherwise.
    """
    tempo = bar.bpm if bar.HasField("bpm") else bpm
    if not tempo or not bar.meter.beat_unit:
        return 0.0
    return bar.meter.beats * _QUARTERS_PER_WHOLE / bar.meter.beat_unit * 60 / tempo
