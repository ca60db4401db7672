"""What one user, or somebody without a token, may try against everybody else: each kind by its name."""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import grpc.aio

from tests.chaos import header_matrix
from tests.chaos.faults import Fault, corrupt, silent_readers
from tests.chaos.fuzzing import fuzz
from tests.chaos.strangers import kinds, met
from tests.integration.theory.attacks import ATTACKS

THEORY = "/boumbapp.theory.v2.TheoryService/"
AT_ONCE = 3


def everything(token: str, seconds: float) -> Iterator[tuple[str, Fault]]:
    """Every attack, by name.

    Args:
        token: Of the attacker, for what is made beforehand.
        seconds: How long each lasts.
    """
    yield "nothing", _nothing(seconds)
    yield "wrong headers", header_matrix.sent(seconds)
    yield "140 silent readers", silent_readers(140, seconds)
    for name, (method, build) in ATTACKS.items():
        yield f"heavy: {name}", _heavy(method, build, seconds)
    yield "undecodable requests", _over_and_over(corrupt(50), seconds)
    yield "fuzzed requests", _fuzzed(seconds)
    for name, stranger in kinds(token):
        yield name, met(stranger, seconds)


def _nothing(seconds: float) -> Fault:
    async def fault(_gateway: str, _token: str) -> None:
        await asyncio.sleep(seconds)

    return fault


def _heavy(method: str, build: Callable[[], bytes], seconds: float) -> Fault:
    """Three calls at a time that the contract allows and that take long."""

    async def fault(gateway: str, token: str) -> None:
        request = build()  # which takes a while for some
        metadata = (("authorization", f"Bearer {token}"),)

        async def ask(channel: grpc.aio.Channel) -> None:
            while True:
                call: Any = channel.unary_unary(THEORY + method)
                with suppress(grpc.aio.AioRpcError):
                    await call(request, metadata=metadata)

        async with grpc.aio.insecure_channel(gateway) as channel:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await asyncio.gather(*(ask(channel) for _ in range(AT_ONCE)))

    return fault


def _fuzzed(seconds: float) -> Fault:
    async def fault(gateway: str, token: str) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await fuzz(gateway, token, 11, 1_000_000, AT_ONCE)

    return fault


def _over_and_over(fault: Fault, seconds: float) -> Fault:
    async def repeated(gateway: str, token: str) -> None:
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            await fault(gateway, token)

    return repeated
