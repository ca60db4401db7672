"""A process beside the service that does one job at a time: Python's threads would share the loop's interpreter.

It is `python -m services.<name>.<worker>`, which calls `services.chassis.jobs.worker.do_jobs`. It starts with the
first job, is replaced when it fails or grows old, ends when it has been idle for long, and dies with the service.
"""

import asyncio
import logging
import os
import pickle
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress

from services.chassis import parent_death_signal as tether
from services.chassis.errors.catalogue import ApiError, Code
from services.chassis.jobs.job import Job, Outcome

_log = logging.getLogger("jobs")
JOB_SECONDS = 20  # of processor time
_JOBS_OF_A_LIFE = 200  # libraries keep caches
_IDLE_S = 300.0
_RETRY_S = 1


class JobLostError(Exception):
    """A job took too much time or memory, and its process was ended."""


class JobProcess:
    """One process, and the callers who wait for it. It belongs to one event loop.

    Args:
        command: Module that it runs, and its arguments: ["services.theory.worker", "notes"].
        places: Callers who may wait or be served; more are refused.
        places_each: Of these, how many one caller may hold.
        limit_s: Seconds by the clock after which a job is given up and the process ended; the process itself counts
            its processor time.
        idle_s: Seconds without a job after which the process ends.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        places: int,
        places_each: int,
        limit_s: float = 2 * JOB_SECONDS,
        idle_s: float = _IDLE_S,
    ) -> None:
        self._command = command
        self._places = places
        self._places_each = places_each
        self._limit_s = limit_s
        self._idle_s = idle_s
        self._held: Counter[str] = Counter()
        self._turn = asyncio.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._jobs_left = 0
        self._idle: asyncio.TimerHandle | None = None
        self._closed = False

    @property
    def pid(self) -> int | None:
        """Process id, while there is one."""
        return None if self._process is None else self._process.pid

    async def do(self, caller: str, job: Job) -> Outcome:
        """Do a job when its turn comes.

        Args:
            caller: Who asks; whoever has as many places as one may have is refused.
            job: What to do.

        Raises:
            ApiError: OVERLOADED when there is no place, STOPPING when the service ends.
            JobLostError: It takes too much time or memory.
        """
        self._take_place(caller)
        begun = asyncio.Event()
        running = asyncio.create_task(self._do(job, begun))
        running.add_done_callback(lambda done: self._leave_place(caller, done))
        try:
            return await asyncio.shield(running)
        except asyncio.CancelledError:
            # A caller who leaves while waiting gives the place back. A job that has begun keeps it until it ends, so
            # that leaving and coming again gains nothing.
            if not begun.is_set():
                running.cancel()
            raise

    async def close(self) -> None:
        """End the process; jobs that wait are refused, and the one that runs is lost."""
        self._closed = True
        if self._process is not None:
            self._process.kill()
        async with self._turn:
            await self._end()

    def _take_place(self, caller: str) -> None:
        full = self._held.total() >= self._places
        if full or self._held[caller] >= self._places_each:
            raise ApiError(Code.OVERLOADED, value=self._places if full else self._places_each, retry_s=_RETRY_S)
        self._held[caller] += 1

    def _leave_place(self, caller: str, done: asyncio.Task[Outcome]) -> None:
        self._held[caller] -= 1
        if not self._held[caller]:
            del self._held[caller]
        if not done.cancelled():
            done.exception()  # the caller may have left, and nobody else asks for it

    async def _do(self, job: Job, begun: asyncio.Event) -> Outcome:
        async with self._turn:
            self._check_open()
            begun.set()
            process = await self._ready()
            alarm = asyncio.get_running_loop().call_later(self._limit_s, process.kill)
            try:
                outcome = await asyncio.to_thread(_exchange, process, job)
            except asyncio.CancelledError:
                process.kill()  # the loop ends, and the thread must too
                raise
            finally:
                alarm.cancel()
            if outcome is None:
                await self._end()
                self._check_open()
                _log.warning("%s: a job was lost; a new process is started for the next one", " ".join(self._command))
                raise JobLostError
            self._jobs_left -= 1
            if self._jobs_left:
                self._idle = asyncio.get_running_loop().call_later(self._idle_s, self._end_idle)
            else:
                await self._end()
            return outcome

    def _check_open(self) -> None:
        if self._closed:
            raise ApiError(Code.STOPPING, retry_s=_RETRY_S)

    async def _ready(self) -> subprocess.Popen[bytes]:
        """The process, started when there is none."""
        if self._idle is not None:
            self._idle.cancel()
        if self._process is None or self._process.poll() is not None:
            await self._end()
            self._check_open()  # it may have been closed meanwhile
            self._process = self._started()
            self._jobs_left = _JOBS_OF_A_LIFE
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
        if process := self._let_go():
            await asyncio.to_thread(_reap, process)

    def _end_idle(self) -> None:
        if process := self._let_go():
            asyncio.get_running_loop().run_in_executor(None, _reap, process)

    def _let_go(self) -> subprocess.Popen[bytes] | None:
        if self._idle is not None:
            self._idle.cancel()
        process, self._process = self._process, None
        if process is not None:
            process.kill()
        return process


def _reap(process: subprocess.Popen[bytes]) -> None:
    """Wait for a process that was killed: giving back its memory takes a while."""
    for pipe in (process.stdin, process.stdout):
        assert pipe is not None
        with suppress(BrokenPipeError):  # what it was still to be told
            pipe.close()
    process.wait()


def _exchange(process: subprocess.Popen[bytes], job: Job) -> Outcome | None:
    """Send a job and wait for its outcome; None when the process is gone."""
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        pickle.dump(job, process.stdin, pickle.HIGHEST_PROTOCOL)
        process.stdin.flush()
        outcome: Outcome = pickle.load(process.stdout)  # noqa: S301  our own process
    except (BrokenPipeError, EOFError, pickle.UnpicklingError):
        return None
    return outcome
