"""A bounded queue in front of one worker process, which does one job at a time.

A process, as threads would share the event loop's interpreter. It runs `python -m services.<name>.<worker>`, which
calls `services.chassis.jobs.worker.run_worker`. It starts with the first job, is replaced after a failure or 200 jobs,
ends when idle, and dies with the service.
"""

import asyncio
import logging
import os
import pickle
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack, suppress

from services.chassis import parent_death_signal as tether
from services.chassis.errors.catalogue import OVERLOADED, STOPPING, ApiError
from services.chassis.jobs.fair_turn import FairTurn
from services.chassis.jobs.job import Job, JobResult
from services.chassis.measures import LOST, PENDING, PENDING_MOST, WAITED
from telemetry import tracing
from telemetry.conventions import QUEUE, WORKER_PID

_log = logging.getLogger("jobs")
JOB_SECONDS = 20  # of processor time
_JOBS_PER_PROCESS = 200  # libraries keep caches
_IDLE_S = 300.0
_RETRY_S = 1


class JobLostError(Exception):
    """A job took too much time or memory, and its process was ended."""


class JobQueue:
    """Runs jobs in one worker process, callers in turn. It belongs to one event loop.

    Args:
        command: Module that the process runs, and its arguments: ["services.theory.worker", "notes"].
        max_pending: Jobs that may wait or run; more are refused.
        max_pending_per_caller: Of these, how many may belong to one caller.
        name: In measures; that of the command when empty.
        timeout_s: Seconds of wall-clock time after which a job is given up and the process killed; the process itself
            limits its processor time.
        idle_s: Seconds without a job after which the process ends.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        max_pending: int,
        max_pending_per_caller: int,
        timeout_s: float = 2 * JOB_SECONDS,
        idle_s: float = _IDLE_S,
        name: str = "",
    ) -> None:
        self._command = command
        self._labels: dict[str, str] = {QUEUE: name or " ".join(command)}
        self._max_pending = max_pending
        self._max_pending_per_caller = max_pending_per_caller
        self._timeout_s = timeout_s
        self._idle_s = idle_s
        self._pending: Counter[str] = Counter()
        self._turn = FairTurn()
        self._process: subprocess.Popen[bytes] | None = None
        self._jobs_left = 0
        self._idle: asyncio.TimerHandle | None = None
        self._closed = False
        self._watched = ExitStack()
        self._watched.enter_context(PENDING.watched(lambda: [(self._pending.total(), self._labels)]))
        self._watched.enter_context(PENDING_MOST.watched(lambda: [(max_pending, self._labels)]))

    @property
    def pid(self) -> int | None:
        """Process id, while there is one."""
        return None if self._process is None else self._process.pid

    async def submit(self, caller: str, job: Job) -> JobResult:
        """Queue a job and wait for its result.

        Args:
            caller: Whose job it is: a user, or the address of a connection.
            job: The job.

        Returns:
            The result, whether the job succeeded or failed.

        Raises:
            ApiError: OVERLOADED when the queue, or the caller's part of it, is full; STOPPING when the service ends.
            JobLostError: The job took too much time or memory.
        """
        self._enqueue(caller)
        arrived_ns, begun = time.time_ns(), asyncio.Event()
        running = asyncio.create_task(self._run(job, begun, self._pending[caller] - 1))
        running.add_done_callback(lambda done: self._dequeue(caller, done))
        try:
            result = await asyncio.shield(running)
        except JobLostError:
            LOST.add(self._labels)
            raise
        except asyncio.CancelledError:
            # A caller who leaves while waiting frees the place. A job that has begun keeps it until it ends, so that
            # leaving and coming again gains nothing.
            if not begun.is_set():
                running.cancel()
            raise
        WAITED.record((result.began_ns - arrived_ns) / 1e9, self._labels)
        tracing.record("job waits", arrived_ns, result.began_ns, self._labels)
        tracing.record("job runs", result.began_ns, time.time_ns(), {**self._labels, WORKER_PID: result.pid})
        return result

    async def close(self) -> None:
        """Kill the process; jobs that wait are refused, and the one that runs is lost."""
        self._closed = True
        self._watched.close()
        if self._process is not None:
            self._process.kill()
        async with self._turn.turn():
            await self._end()

    def _enqueue(self, caller: str) -> None:
        full = self._pending.total() >= self._max_pending
        if full or self._pending[caller] >= self._max_pending_per_caller:
            raise ApiError(
                OVERLOADED, value=self._max_pending if full else self._max_pending_per_caller, retry_s=_RETRY_S
            )
        self._pending[caller] += 1

    def _dequeue(self, caller: str, done: asyncio.Task[JobResult]) -> None:
        self._pending[caller] -= 1
        if not self._pending[caller]:
            del self._pending[caller]
        if not done.cancelled():
            done.exception()  # the caller may have left, and nobody else asks for it

    async def _run(self, job: Job, begun: asyncio.Event, before: int) -> JobResult:
        async with self._turn.turn(before):
            self._check_open()
            begun.set()
            process = await self._ready()
            alarm = asyncio.get_running_loop().call_later(self._timeout_s, process.kill)
            try:
                result = await asyncio.to_thread(_exchange, process, job)
            except asyncio.CancelledError:
                process.kill()  # the loop ends, and the thread must too
                raise
            finally:
                alarm.cancel()
            if result is None:
                await self._end()
                self._check_open()
                _log.warning("%s: a job was lost; a new process is started for the next one", " ".join(self._command))
                raise JobLostError
            self._jobs_left -= 1
            if self._jobs_left:
                self._idle = asyncio.get_running_loop().call_later(self._idle_s, self._end_idle)
            else:
                await self._end()
            return result

    def _check_open(self) -> None:
        if self._closed:
            raise ApiError(STOPPING, retry_s=_RETRY_S)

    async def _ready(self) -> subprocess.Popen[bytes]:
        """The process, started when there is none."""
        if self._idle is not None:
            self._idle.cancel()
        if self._process is None or self._process.poll() is not None:
            await self._end()
            self._check_open()  # it may have been closed meanwhile
            self._process = self._started()
            self._jobs_left = _JOBS_PER_PROCESS
        return self._process

    def _started(self) -> subprocess.Popen[bytes]:
        # From the loop's thread, which is the main one: the process is tied to the thread that starts it.
        return subprocess.Popen(  # noqa: S603  # a module of ours, no outside word in it
            [*tether.prefix(), sys.executable, "-m", *self._command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        )

    async def _end(self) -> None:
        if process := self._detach():
            await asyncio.to_thread(_reap, process)

    def _end_idle(self) -> None:
        if process := self._detach():
            asyncio.get_running_loop().run_in_executor(None, _reap, process)

    def _detach(self) -> subprocess.Popen[bytes] | None:
        if self._idle is not None:
            self._idle.cancel()
        process, self._process = self._process, None
        if process is not None:
            process.kill()
        return process


def _reap(process: subprocess.Popen[bytes]) -> None:
    """Wait for a killed process to end, which takes a while when it has much memory."""
    for pipe in (process.stdin, process.stdout):
        assert pipe is not None
        with suppress(BrokenPipeError):  # a job that it did not read
            pipe.close()
    process.wait()


def _exchange(process: subprocess.Popen[bytes], job: Job) -> JobResult | None:
    """Send a job and wait for its result; None when the process is gone."""
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        pickle.dump(job, process.stdin, pickle.HIGHEST_PROTOCOL)
        process.stdin.flush()
        result: JobResult = pickle.load(process.stdout)  # noqa: S301  our own process
    except (BrokenPipeError, EOFError, pickle.UnpicklingError):
        return None
    return result
