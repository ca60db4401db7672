"""A lock for which those who wait for one thing come before those who wait for many."""

import asyncio
import heapq
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count


class FairTurn:
    """One holder at a time. For one event loop."""

    def __init__(self) -> None:
        self._held = False
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []
        self._numbers = count()

    @asynccontextmanager
    async def turn(self, before: int = 0) -> AsyncIterator[None]:
        """Wait for the turn, and hold it for the time of a block.

        Args:
            before: What the same waiter waits for already; fewer come first, then those who came first.
        """
        granted: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (before, next(self._numbers), granted))
        self._serve()
        try:
            await granted
            yield
        finally:
            if granted.done() and not granted.cancelled():
                self._held = False
                self._serve()

    def _serve(self) -> None:
        while self._waiting and not self._held:
            granted = heapq.heappop(self._waiting)[2]
            if not granted.done():  # its waiter has not left
                self._held = True
                granted.set_result(None)
