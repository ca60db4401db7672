"""Processes that compose beside the service, so that all cores do: Python's threads share one interpreter.

A worker is `python -m services.<name>.worker`, which calls `services.composition.worker_process.work`. Requests go
to its standard input, answers come from its standard output. One that ends, or that answers nothing for a while, is
replaced; `services.composition.pooled_engine` says where its pieces go.
"""

import asyncio
import logging
import os
import pickle
import sys
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable, Sequence
from contextlib import suppress
from itertools import count
from typing import Any, Self

from boumbapp.music.v2.music_pb2 import Bar

from services.chassis import parent_death_signal
from services.composition.scheduling.turns import Turns
from services.composition.worker_process import LENGTH_BYTES, Answer, Begin, End, Next, Request, framed
from telemetry import tracing
from telemetry.conventions import WORKER_PID

_log = logging.getLogger("workers")
# Seconds after which a worker that ended is replaced, and at most when it never was ready.
_REPLACED_AFTER_S, _REPLACED_AT_LAST_S = 1.0, 60.0
# Seconds after which one that answers nothing is ended.
_SILENT_AT_MOST_S = 5.0
# A piece stays with its worker unless that has more pieces than this, by the fewest that one has; so many are known.
_FAIR, _FEW, _REMEMBERED = 1.1, 2, 2048


def usual_workers() -> int:
    """Two, but none on a single core. More would serve more listeners than a laptop has, and each takes memory."""
    return 2 if len(os.sched_getaffinity(0)) > 1 else 0


class WorkerGoneError(Exception):
    """The process that a piece was with has ended, or does not answer."""


class WorkerError(Exception):
    """Composing failed in a worker; the text is its traceback."""


class Worker:
    """One process.

    Args:
        process: The process.

    Attributes:
        pieces: How many are being composed.
        turns: Whose bar it makes next.
        served: Whether it ever could compose.
    """

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._numbers = count()
        self._asked: dict[int, asyncio.Future[Answer]] = {}
        self._silent_since = 0.0  # while something is asked
        self._ready = self._silent = False
        self.pieces = 0
        self.turns = Turns()
        self.served = False

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid

    @property
    def ready(self) -> bool:
        """Whether it can compose now."""
        return self._ready and not self._silent

    def begin(self, engine: str, brief: Any) -> int:  # noqa: ANN401  whatever the engine takes
        """Number of a new piece, which has to be ended.

        Args:
            engine: Name of the engine.
            brief: What to compose.
        """
        piece = next(self._numbers)
        self._send(Begin(piece, engine, brief))
        return piece

    async def ask(self, piece: int, correction: Bar | None, patience_s: float) -> tuple[Any, float]:
        """A draft of the next bar, and the seconds that it took to make.

        Args:
            piece: Number of the piece.
            correction: The bar before as accepted, where that is not the draft.
            patience_s: Seconds without any answer after which the process counts as silent.

        Raises:
            WorkerGoneError: It has ended, or is silent.
            WorkerError: Composing failed.
        """
        if not self.ready:
            raise WorkerGoneError
        loop = asyncio.get_running_loop()
        if not self._asked:
            self._silent_since = loop.time()
        answer = self._asked[piece] = loop.create_future()
        self._send(Next(piece, correction))
        try:
            while not answer.done():
                left_s = self._silent_since + patience_s - loop.time()
                if left_s <= 0:
                    self._fall_silent()
                await asyncio.wait((answer,), timeout=left_s)
            given = answer.result()
        finally:
            del self._asked[piece]
        if given.failure:
            raise WorkerError(given.failure)
        tracing.record("worker", given.began_ns, given.ended_ns, {WORKER_PID: self.pid})
        return given.draft, (given.ended_ns - given.began_ns) / 1e9

    def end(self, piece: int) -> None:
        """Let a piece be forgotten."""
        self._send(End(piece))

    def _send(self, request: Request) -> None:
        if self._ready:
            assert self._process.stdin is not None
            self._process.stdin.write(framed(request))

    def _fall_silent(self) -> None:
        """Take no more pieces until something is answered; who waits goes elsewhere."""
        _log.error("worker %d does not answer; its pieces go on elsewhere", self.pid)
        self._silent = True
        self._send_away()
        asyncio.get_running_loop().call_later(_SILENT_AT_MOST_S, self._end_if_silent)

    def _end_if_silent(self) -> None:
        if self._silent:
            with suppress(ProcessLookupError):
                self._process.kill()

    def _send_away(self) -> None:
        for asked in self._asked.values():
            if not asked.done():
                asked.set_exception(WorkerGoneError())
        self.turns.close()

    async def listen(self) -> None:
        """Take answers until the process has ended; calls that still wait for one fail then."""
        assert self._process.stdout is not None
        try:
            while True:
                length = int.from_bytes(await self._process.stdout.readexactly(LENGTH_BYTES), "big")
                self._take(pickle.loads(await self._process.stdout.readexactly(length)))  # noqa: S301  our own process
        except asyncio.IncompleteReadError:
            await self._process.wait()
        finally:
            self._ready = False
            self._send_away()

    def _take(self, answer: Answer) -> None:
        self._ready = self.served = True
        self._silent = False
        self._silent_since = asyncio.get_running_loop().time()
        asked = self._asked.get(answer.piece)
        if asked is not None and not asked.done():  # somebody still waits for it
            asked.set_result(answer)

    async def stop(self) -> None:
        """End the process: it keeps nothing that would be lost."""
        with suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()


class WorkerPool:
    """So many processes for as long as a block lasts.

    Args:
        command: Module that they run, and its arguments: ["services.melody.worker", "models"].
        number: How many; 0 is possible.
        pause: Waits so many seconds before a process is started again.
    """

    def __init__(
        self, command: Sequence[str], number: int, pause: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        self._command = command
        self._number = number
        self._pause = pause
        self._workers: set[Worker] = set()
        self._last: OrderedDict[Hashable, Worker] = OrderedDict()
        self._keepers: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        """Start them, without waiting until they are ready."""
        self._keepers = [asyncio.create_task(self._keep()) for _ in range(self._number)]
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop them, and wait until they have ended."""
        for keeper in self._keepers:
            keeper.cancel()
        await asyncio.gather(*self._keepers, return_exceptions=True)

    @property
    def ready(self) -> list[int]:
        """Process ids of those that can compose now."""
        return [worker.pid for worker in self._workers if worker.ready]

    def least_busy(self) -> Worker | None:
        """The one with the fewest pieces; None when none is ready."""
        ready = [worker for worker in self._workers if worker.ready]
        return min(ready, key=lambda worker: worker.pieces, default=None)

    def for_piece(self, key: Hashable, *, begun: bool) -> Worker | None:
        """The one for a piece: where it has begun, the one that made its last bars, as that still knows them.

        Args:
            key: Tells the piece from others, as far as possible.
            begun: Whether there are bars of it.
        """
        worker, last = self.least_busy(), self._last.get(key)
        if begun and worker and last and last.ready and last.pieces <= worker.pieces * _FAIR + _FEW:
            worker = last
        if worker is not None:
            self._last[key] = worker
            self._last.move_to_end(key)
            if len(self._last) > _REMEMBERED:
                self._last.popitem(last=False)
        return worker

    async def _keep(self) -> None:
        """Keep one process running, whatever becomes of it: without it the service would compose alone for ever."""
        pause_s = _REPLACED_AFTER_S
        while True:
            served = False
            try:
                worker = await self._start()
                served = await self._watch(worker)
            except Exception:  # noqa: BLE001  logged, and retried
                _log.exception("a worker cannot be kept running; it is tried again")
            # One that cannot even start is not tried again and again at once.
            pause_s = _REPLACED_AFTER_S if served else min(2 * pause_s, _REPLACED_AT_LAST_S)
            await self._pause(pause_s)

    async def _start(self) -> Worker:
        """Start a process. Raises OSError when the system gives none."""
        return Worker(
            await asyncio.create_subprocess_exec(
                *parent_death_signal.prefix(),
                *(sys.executable, "-m", *self._command),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
            )
        )

    async def _watch(self, worker: Worker) -> bool:
        """Let a process compose until it ends; returns whether it ever did."""
        self._workers.add(worker)
        try:
            await worker.listen()
            _log.error("worker %d ended; another one is started, and its pieces go on here", worker.pid)
        except Exception:  # noqa: BLE001  likewise
            _log.exception("worker %d is not understood; another one is started in its place", worker.pid)
        finally:
            self._workers.discard(worker)
            await worker.stop()
        return worker.served
