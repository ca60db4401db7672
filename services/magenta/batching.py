"""Continuous batching: requests that are in flight at the same time run as one call of the network.

A melody joins and leaves the batch at every call, that is at every bar; no call waits for a batch to fill. The idea is
that of Yu et al., "Orca: A Distributed Serving System for Transformer-Based Generative Models" (OSDI 2022).
"""

import asyncio
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from services.magenta.batch_inputs import Row, State

Advanced = tuple[NDArray[np.int32], State]
# Time for the melodies of the last call to deliver their bars and request the next ones.
_GATHER_S = 0.002


class BatchedNetwork(Protocol):
    """Runs rows in batches; see `services.magenta.network.Network`."""

    def advance(self, rows: Sequence[Row]) -> list[Advanced]:
        """Compute the next steps of several melodies at once, the same number for each."""


class Batcher:
    """Runs the rows of one network.

    Args:
        steps: The network.
        executor: Threads that it computes in; the caller shuts it down.
        most: Largest number of melodies in one call.
    """

    def __init__(self, steps: BatchedNetwork, executor: Executor, most: int) -> None:
        self._steps = steps
        self._executor = executor
        self._most = most
        self._waiting: list[tuple[Row, asyncio.Future[Advanced]]] = []
        self._melodies = 0
        self._running: asyncio.Task[None] | None = None
        self._arrived = asyncio.Event()

    @contextmanager
    def melody(self) -> Iterator[None]:
        """Count a melody as in flight for the time of a block, so that calls wait a moment for it."""
        self._melodies += 1
        try:
            yield
        finally:
            self._melodies -= 1

    async def advance(self, row: Row) -> Advanced:
        """Compute the next steps of a melody; cancelling the wait takes it out of the batch."""
        done: asyncio.Future[Advanced] = asyncio.get_running_loop().create_future()
        self._waiting.append((row, done))
        self._arrived.set()
        if self._running is None:
            self._running = asyncio.create_task(self._run())
        return await done

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while True:
                await self._gather()
                batch = self._take()
                if not batch:
                    return
                try:
                    results = await loop.run_in_executor(self._executor, self._steps.advance, [row for row, _ in batch])
                except Exception as error:  # noqa: BLE001  every waiting caller must get it
                    for _, done in batch:
                        if not done.done():
                            done.set_exception(error)
                    continue
                for (_, done), result in zip(batch, results, strict=True):
                    if not done.done():
                        done.set_result(result)
        finally:
            self._running = None

    async def _gather(self) -> None:
        """Wait a moment for the melodies in flight that have no request yet."""
        until = asyncio.get_running_loop().time() + _GATHER_S
        while len(self._waiting) < min(self._melodies, self._most):
            self._arrived.clear()
            try:
                async with asyncio.timeout_at(until):
                    await self._arrived.wait()
            except TimeoutError:
                return

    def _take(self) -> list[tuple[Row, asyncio.Future[Advanced]]]:
        """Remove and return the next batch: the oldest row and all others of as many steps."""
        self._waiting = [entry for entry in self._waiting if not entry[1].done()]
        if not self._waiting:
            return []
        steps = len(self._waiting[0][0].forced)
        batch = [entry for entry in self._waiting if len(entry[0].forced) == steps][: self._most]
        taken = {id(done) for _, done in batch}
        self._waiting = [entry for entry in self._waiting if id(entry[1]) not in taken]
        return batch
