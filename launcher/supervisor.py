"""Starts processes together, restarts those that crash or are stopped, stops all in order."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from launcher.logs import tail

READY_WITHIN_S = 30.0
_FIRST_PAUSE_S = 0.2
_LONGEST_PAUSE_S = 10.0
# How often it is looked whether a process was stopped, and how soon again before that counts.
_LOOK_S, _LOOK_AGAIN_S = 0.5, 0.2
_STEADY_S = 30.0  # a process that lived this long starts again with the first pause


class Child(Protocol):
    """A process that runs."""

    pid: int

    async def wait(self) -> int:
        """Wait for its end; its exit status, negative for a signal."""

    async def stop(self, grace_s: float) -> None:
        """Let calls in progress finish, for at most `grace_s` seconds, and end."""

    async def kill(self) -> None:
        """End at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A process to keep running.

    Attributes:
        name: Short name: "theory".
        start: Starts it.
        ready: Returns when the process that was started answers.
        log: Where it writes.
        ready_within_s: Seconds until it has to answer; None for the usual time.
        front: It takes the calls from outside: it stops before the others, so that what it let in can finish.
        behind: Others send to it until they end: it stops after them.
    """

    name: str
    start: Callable[[], Awaitable[Child]]
    ready: Callable[[], Awaitable[None]]
    log: Path
    ready_within_s: float | None = None
    front: bool = False
    behind: bool = False


class State(StrEnum):
    """What a process is doing."""

    STARTING = "starting"
    READY = "ready"
    CRASHED = "crashed"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A change of the state of a process.

    Attributes:
        name: Which one.
        state: What it does now.
        seconds: Time it took to become ready, or the pause before it is started again after a crash.
        reason: Why it crashed.
    """

    name: str
    state: State
    seconds: float = 0.0
    reason: str = ""


class StartFailed(Exception):
    """A process did not start; the text says which one and how its log ends."""


class Supervisor:
    """Keeps its members running from `start` to `stop`."""

    def __init__(
        self, members: Sequence[Member], *, grace_s: float, report: Callable[[Change], None] = lambda _: None
    ) -> None:
        """Prepare.

        Args:
            members: What to run.
            grace_s: Time that calls in progress get to finish when stopping.
            report: Called with each change of the state of a member.
        """
        self._members = tuple(members)
        self._grace_s = grace_s
        self._report = report
        self._keepers: list[asyncio.Task[None]] = []
        self._children: dict[str, Child] = {}

    @property
    def pids(self) -> dict[str, int]:
        """Process id of every member that runs now."""
        return {name: child.pid for name, child in self._children.items()}

    async def start(self) -> None:
        """Start everything at once and return when all of it answers.

        Raises:
            StartFailed: One did not; everything was stopped again.
        """
        loop = asyncio.get_running_loop()
        answering = [loop.create_future() for _ in self._members]
        self._keepers = [
            asyncio.create_task(self._keep(member, future), name=member.name)
            for member, future in zip(self._members, answering, strict=True)
        ]
        try:
            await asyncio.gather(*answering)
        except BaseException:
            await self.kill()
            raise
        finally:
            for future in answering:
                future.cancel()

    async def stop(self) -> None:
        """Stop everything: first what takes calls from outside, last what others send to."""
        await self._end_keepers()
        for front, behind in ((True, False), (False, False), (False, True)):
            members = [
                member
                for member in self._members
                if (member.front, member.behind) == (front, behind) and member.name in self._children
            ]
            await asyncio.gather(*(self._children[member.name].stop(self._grace_s) for member in members))
            for member in members:
                del self._children[member.name]
                self._report(Change(name=member.name, state=State.STOPPED))

    async def kill(self) -> None:
        """Stop everything at once; calls in progress break."""
        await self._end_keepers()
        await asyncio.gather(*(child.kill() for child in self._children.values()))
        self._children.clear()

    async def _end_keepers(self) -> None:
        for keeper in self._keepers:
            keeper.cancel()
        await asyncio.gather(*self._keepers, return_exceptions=True)
        self._keepers.clear()

    async def _keep(self, member: Member, answering: asyncio.Future[None]) -> None:
        """Start a member and restart it when it ends; `answering` gets the result of its first start, not retried."""
        pause = _FIRST_PAUSE_S
        while True:
            began = time.monotonic()
            log_start = member.log.stat().st_size if member.log.exists() else 0
            self._report(Change(name=member.name, state=State.STARTING))
            try:
                child = await self._start(member)
                self._report(Change(name=member.name, state=State.READY, seconds=time.monotonic() - began))
                if not answering.done():
                    answering.set_result(None)
                reason = await _end(child)
            except Exception as error:  # noqa: BLE001 - whatever keeps a process from starting is reported
                if not answering.done():
                    answering.set_exception(StartFailed(_explain(member, str(error), log_start)))
                    return
                reason = str(error)
            self._children.pop(member.name, None)
            if time.monotonic() - began > _STEADY_S:
                pause = _FIRST_PAUSE_S
            self._report(Change(name=member.name, state=State.CRASHED, seconds=pause, reason=reason))
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE_S)

    async def _start(self, member: Member) -> Child:
        """Start a member and wait until it answers. Raises whatever went wrong, with the process ended."""
        child = await member.start()
        self._children[member.name] = child
        within_s = READY_WITHIN_S if member.ready_within_s is None else member.ready_within_s
        ended, ready = asyncio.ensure_future(child.wait()), asyncio.ensure_future(member.ready())
        try:
            await asyncio.wait((ended, ready), timeout=within_s, return_when=asyncio.FIRST_COMPLETED)
            if ended.done():
                raise StartFailed(_ending(ended.result()))
            if not ready.done():
                raise StartFailed(f"did not answer within {within_s:.0f} s")
            ready.result()
        except Exception:
            await child.kill()
            raise
        finally:
            for task in (ended, ready):
                task.cancel()
            await asyncio.gather(ended, ready, return_exceptions=True)
        return child


async def _end(child: Child) -> str:
    """Wait for the end of a process; why it ended. One that was stopped (SIGSTOP) answers no call and is ended."""
    ended = asyncio.ensure_future(child.wait())
    try:
        while not ended.done():
            await asyncio.wait((ended,), timeout=_LOOK_S)
            if _is_stopped(child.pid):
                await asyncio.wait((ended,), timeout=_LOOK_AGAIN_S)
                if _is_stopped(child.pid):
                    await child.kill()
                    return "was stopped by a signal"
        return _ending(ended.result())
    finally:
        ended.cancel()


def _is_stopped(pid: int) -> bool:
    """Whether a process was stopped by a signal; one that a debugger holds was not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace")
    except OSError:  # it has just ended
        return False
    return stat.rpartition(")")[2].split()[0] == "T"


def _ending(status: int) -> str:
    return f"ended by signal {-status}" if status < 0 else f"ended with status {status}"


def _explain(member: Member, reason: str, log_start: int) -> str:
    lines = [f"{member.name} could not start: {reason}"]
    if end := tail(member.log, log_start):
        lines += [f"The end of {member.log}:", end]
    return "\n".join(lines)
