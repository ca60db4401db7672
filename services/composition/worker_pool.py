"""Processes that compose beside the service, so that all cores do: Python's threads share one interpreter.

A worker is `python -m services.<name>.worker`, which calls `services.composition.worker_process.work`. Requests go
to its standard input, answers come from its standard output. A piece stays with its worker, which has its state.
Until a worker is ready, and when one ends unexpectedly until another has been started, the service composes by itself.
"""

import asyncio
import logging
import pickle
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing, suppress
from dataclasses import replace
from itertools import count
from typing import Any, Generic, Self, cast

from boumbapp.music.v2.events_pb2 import EngineInfo
from boumbapp.music.v2.music_pb2 import Bar

from services.chassis import parent_death_signal
from services.composition.brief import AcceptedBars
from services.composition.engine import BriefT, DraftT
from services.composition.in_process_engine import InProcessEngine
from services.composition.worker_process import LENGTH_BYTES, Answer, Begin, End, Next, Request, framed
from telemetry import tracing
from telemetry.conventions import WORKER_PID

_log = logging.getLogger("workers")
# Seconds after which a worker that ended is replaced, and at most when it never was ready.
_REPLACED_AFTER_S, _REPLACED_AT_LAST_S = 1.0, 60.0


class WorkerGoneError(Exception):
    """The process that a piece was with has ended."""


class WorkerError(Exception):
    """Composing failed in a worker; the text is its traceback."""


class _Worker:
    """One process."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._numbers = count()
        self._asked: dict[int, asyncio.Future[Answer]] = {}
        self.pieces = 0  # that are being composed
        self.ready = False
        self.served = False  # ever

    @property
    def pid(self) -> int:
        return self._process.pid

    def begin(self, engine: str, brief: Any) -> int:  # noqa: ANN401  whatever the engine takes
        """Number of a new piece, which has to be ended."""
        piece = next(self._numbers)
        self.pieces += 1
        self._send(Begin(piece, engine, brief))
        return piece

    async def ask(self, piece: int, correction: Bar | None) -> Any:  # noqa: ANN401  whatever the engine drafts
        """A draft of the next bar. Raises WorkerGoneError or WorkerError."""
        if not self.ready:
            raise WorkerGoneError
        answer = self._asked[piece] = asyncio.get_running_loop().create_future()
        self._send(Next(piece, correction))
        try:
            answered = await answer
        finally:
            del self._asked[piece]
        tracing.record("worker", answered.began_ns, answered.ended_ns, {WORKER_PID: self.pid})
        return answered.draft

    def end(self, piece: int) -> None:
        """Let a piece be forgotten."""
        self.pieces -= 1
        self._send(End(piece))

    def _send(self, request: Request) -> None:
        if self.ready:
            assert self._process.stdin is not None
            self._process.stdin.write(framed(request))

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
            self.ready = False
            for asked in self._asked.values():
                if not asked.done():
                    asked.set_exception(WorkerGoneError())

    def _take(self, answer: Answer) -> None:
        self.ready = self.served = True
        asked = self._asked.get(answer.piece)
        if asked is None or asked.done():
            return  # nobody waits for it any more
        if answer.failure:
            asked.set_exception(WorkerError(answer.failure))
        else:
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
        self._workers: set[_Worker] = set()
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

    def least_busy(self) -> _Worker | None:
        """The one with the fewest pieces; None when none is ready."""
        ready = [worker for worker in self._workers if worker.ready]
        return min(ready, key=lambda worker: worker.pieces, default=None)

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

    async def _start(self) -> _Worker:
        """Start a process. Raises OSError when the system gives none."""
        return _Worker(
            await asyncio.create_subprocess_exec(
                *parent_death_signal.prefix(),
                *(sys.executable, "-m", *self._command),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
            )
        )

    async def _watch(self, worker: _Worker) -> bool:
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


class PooledEngine(Generic[BriefT, DraftT]):
    """An engine whose pieces are composed by workers, and here while there are none.

    Args:
        engine: The same engine in this process.
        workers: Processes that have it too, by its name.
    """

    def __init__(self, engine: InProcessEngine[BriefT, DraftT], workers: WorkerPool) -> None:
        self._engine = engine
        self._workers = workers

    @property
    def info(self) -> EngineInfo:
        """What the engine is."""
        return self._engine.info

    async def compose(self, brief: BriefT) -> AsyncGenerator[DraftT, Bar | None]:
        """Yield a draft of each bar; see `Engine`.

        A bar depends on the bars before it alone, not on the process that made them: a piece may change its process.
        """
        accepted = AcceptedBars(brief)
        while not accepted.complete:
            worker = self._workers.least_busy()
            rest: BriefT = replace(cast(Any, brief), given_bars=accepted.known)
            composing = self._compose_with(worker, rest) if worker else self._engine.compose(rest)
            correction: Bar | None = None
            async with aclosing(composing):
                try:
                    while not accepted.complete and (worker or not self._workers.least_busy()):
                        draft = await composing.asend(correction)
                        correction = yield draft
                        accepted.add(self._engine.bar_of(draft) if correction is None else correction)
                except WorkerGoneError:
                    continue

    async def _compose_with(self, worker: _Worker, brief: BriefT) -> AsyncGenerator[DraftT, Bar | None]:
        piece = worker.begin(self.info.name, brief)
        try:
            correction: Bar | None = None
            while True:
                correction = yield await worker.ask(piece, correction)
        finally:
            worker.end(piece)
