"""Turns at a place that makes one bar after another: the bar that is due first comes first."""

import asyncio
import heapq
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from math import inf
from typing import NamedTuple

from services.composition.scheduling.playhead import Playhead

# One bar is being made, and one lies ready, so that the place need not wait for the event loop between them.
_PLACES = 2
# Of bars that one user waits for at the same time, each counts as due so many seconds after the one before.
_BESIDE_S = 0.02


class ClosedError(Exception):
    """The place makes no bars now."""


class _Turn(NamedTuple):
    """A bar that waits for its turn; the least one comes first."""

    due: float
    before: int  # bars that its user waited for already
    number: int
    granted: asyncio.Future[None]
    spare: bool  # whether it waits until nothing else is made


class Turns:
    """Who is next. For one event loop.

    Bars come by the time at which they are due; the first bar of a stream is due at once. What is early, or has no time
    at all, gets the place only while nothing else is made there. A caller who leaves while waiting is passed over.

    Args:
        places: Bars that are handed over at a time.
    """

    def __init__(self, places: int = _PLACES) -> None:
        self._places = places
        self._taken = 0
        self._waiting: list[_Turn] = []
        self._of_user: Counter[str] = Counter()
        self._numbers = count()

    @asynccontextmanager
    async def turn(self, playhead: Playhead | None = None, index: int = 0) -> AsyncIterator[None]:
        """Wait for the turn of a bar, and hold it for the time of a block.

        Args:
            playhead: Of its stream; None for what somebody waits for now.
            index: Of the bar.

        Raises:
            ClosedError: The place was closed meanwhile.
        """
        loop = asyncio.get_running_loop()
        began = loop.time()
        user = playhead.user if playhead else ""
        due = playhead.due(index) if playhead else began
        spare = due == inf or (playhead is not None and playhead.early_s(index) > 0)
        granted: asyncio.Future[None] = loop.create_future()
        before = self._of_user[user]
        turn = _Turn(due + _BESIDE_S * before, before, next(self._numbers), granted, spare)
        heapq.heappush(self._waiting, turn)
        self._of_user[user] += 1
        self._serve()
        try:
            await granted
        except asyncio.CancelledError:
            if granted.done() and not granted.cancelled() and granted.exception() is None:
                self._release()
            raise
        finally:
            self._of_user[user] -= 1
            if not self._of_user[user]:
                del self._of_user[user]
        if playhead is not None:
            playhead.waited_s += loop.time() - began
        try:
            yield
        finally:
            self._release()

    def close(self) -> None:
        """Send away all who wait."""
        waiting, self._waiting = self._waiting, []
        for turn in waiting:
            if not turn.granted.done():
                turn.granted.set_exception(ClosedError())

    def _release(self) -> None:
        self._taken -= 1
        self._serve()

    def _serve(self) -> None:
        while self._waiting and self._taken < self._places:
            turn = self._waiting[0]
            if not turn.granted.done():  # its caller has not left
                if turn.spare and self._taken:
                    return
                self._taken += 1
                turn.granted.set_result(None)
            heapq.heappop(self._waiting)
