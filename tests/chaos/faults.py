"""What goes wrong in a mesh, on purpose: each fault lasts for a while and is then over."""

import asyncio
import os
import resource
import signal
from collections.abc import Callable, Coroutine, Iterator
from contextlib import aclosing, suppress
from pathlib import Path
from typing import Any

import grpc.aio

from tests.chaos.listener import MELODY, Listener

# Makes a fault last for the time of the call. The arguments: the gateway's address, a token of whoever attacks.
Fault = Callable[[str, str], Coroutine[Any, Any, None]]


def descendants(pid: int) -> list[int]:
    """A process's children, and theirs.

    Args:
        pid: Of the process.
    """
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    own: list[int] = []
    for children in tasks:
        with suppress(OSError):  # a thread that has just ended
            own += map(int, children.read_text().split())
    return own + [grandchild for child in own for grandchild in descendants(child)]


def processes(part: str) -> list[int]:
    """Process ids of a part of the mesh that this process runs.

    Args:
        part: Its module, or the name of its program: "services.theory.main", "envoy".
    """
    found = []
    for pid in descendants(os.getpid()):
        with suppress(OSError):
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
            if part.encode() in words or Path(words[0].decode()).name == part:
                found.append(pid)
    return found


def killed(part: str) -> Fault:
    """One process of a part ends without a farewell."""

    async def fault(_gateway: str, _token: str) -> None:
        os.kill(processes(part)[0], signal.SIGKILL)

    return fault


def stopped(part: str, seconds: float) -> Fault:
    """One process of a part does nothing for a while; it may be ended meanwhile by whoever watches it.

    Args:
        part: Of the mesh.
        seconds: How long.
    """

    async def fault(_gateway: str, _token: str) -> None:
        pid = processes(part)[0]
        os.kill(pid, signal.SIGSTOP)
        try:
            await asyncio.sleep(seconds)
        finally:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)

    return fault


def slowed(part: str, seconds: float) -> Fault:
    """All processes of a part get a fifth of the time, in slices of a twentieth of a second.

    Args:
        part: Of the mesh.
        seconds: How long.
    """

    async def fault(_gateway: str, _token: str) -> None:
        pids = processes(part)
        for _ in range(round(seconds / 0.05)):
            for number, pause_s in ((signal.SIGSTOP, 0.04), (signal.SIGCONT, 0.01)):
                for pid in pids:
                    with suppress(ProcessLookupError):
                        os.kill(pid, number)
                await asyncio.sleep(pause_s)

    return fault


def full_disk(seconds: float) -> Fault:
    """No process can write another byte into a file.

    Args:
        seconds: How long.
    """

    async def fault(_gateway: str, _token: str) -> None:
        limits = {}
        for pid in descendants(os.getpid()):
            with suppress(OSError):
                limits[pid] = resource.prlimit(pid, resource.RLIMIT_FSIZE)
                resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, limits[pid][1]))
        try:
            await asyncio.sleep(seconds)
        finally:
            for pid, before in limits.items():
                with suppress(OSError):
                    resource.prlimit(pid, resource.RLIMIT_FSIZE, before)

    return fault


def corrupt(calls: int) -> Fault:
    """Requests whose bytes are no request of their method.

    Args:
        calls: How many.
    """

    async def fault(gateway: str, token: str) -> None:
        async with grpc.aio.insecure_channel(gateway) as channel:
            call: Any = channel.unary_stream(MELODY.path)
            for at in range(calls):
                with suppress(grpc.aio.AioRpcError):
                    async for _ in call(bytes([0xFF, at % 256]), metadata=(("authorization", f"Bearer {token}"),)):
                        pass

    return fault


def silent_readers(number: int, seconds: float) -> Fault:
    """One user opens many long streams and reads nothing of them.

    Args:
        number: How many.
        seconds: How long they stay.
    """

    async def fault(gateway: str, token: str) -> None:
        request = MELODY.request(prompt="basse funky, 400 bpm, 128 mesures")

        async def hold() -> None:
            async with aclosing(Listener(gateway, token, MELODY, request, 1.0).frames()) as frames:
                with suppress(OSError, asyncio.IncompleteReadError, StopAsyncIteration):
                    await anext(frames)
                await asyncio.sleep(seconds)

        await asyncio.gather(*(hold() for _ in range(number)))

    return fault


def everything(seconds: float) -> Iterator[tuple[str, Fault]]:
    """Every kind of fault, by name.

    Args:
        seconds: How long those last that last.
    """
    yield "theory killed", killed("services.theory.main")
    yield "theory stopped", stopped("services.theory.main", seconds)
    yield "theory slow", slowed("services.theory.main", seconds)
    yield "a worker killed", killed("services.melody.worker")
    yield "a worker stopped", stopped("services.melody.worker", seconds)
    yield "melody killed", killed("services.melody.main")
    yield "drums killed", killed("services.drums.main")
    yield "arranger killed", killed("services.arranger.main")
    yield "journal stopped", stopped("services.journal.main", seconds)
    yield "rag killed", killed("services.rag.main")
    yield "gateway killed", killed("envoy")
    yield "full disk", full_disk(seconds)
    yield "corrupt requests", corrupt(200)
    yield "140 silent readers", silent_readers(140, seconds)
