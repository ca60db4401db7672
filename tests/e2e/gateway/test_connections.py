"""Connections that do nothing keep nobody out for long."""

import asyncio
import contextlib
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import grpc.aio
import httpx
import pytest
from boumbapp.melody.v2 import melody_service_pb2 as melody

from gateway.config import Limits
from tests.chaos.strangers import kinds, met
from tests.e2e.gateway.mesh import Mesh, running_mesh
from tests.e2e.gateway.scripted import MELODY_INFO
from tests.e2e.gateway.victim import Victim

MOST = 20
MOST_STRANGERS, FEW = 1010, 4
LIMITS = Limits(connections=MOST, silent_s=1, idle_s=1)
SAID: dict[str, bytes] = {
    "nothing": b"",
    "half a line": b"POST /boumbapp",
    "half of HTTP/2": b"PRI * HTTP/2.0\r\n",
    "a call without a token": b"POST /boumbapp.melody.v2.MelodyService/Info HTTP/1.1\r\nhost: x\r\n"
    b"content-length: 0\r\ncontent-type: application/grpc-web+proto\r\n\r\n",
    "a health question": b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n",
}


@pytest.mark.asyncio
@pytest.mark.parametrize("said", SAID.values(), ids=SAID.keys())
async def test_idle_strangers_are_shown_out(tmp_path: Path, said: bytes) -> None:
    async with running_mesh(tmp_path, LIMITS) as mesh, contextlib.AsyncExitStack() as stack:
        host, _, port = mesh.gateway.address.rpartition(":")
        for _ in range(MOST + 2):
            with contextlib.suppress(OSError):
                _, writer = await asyncio.open_connection(host, int(port))
                stack.callback(writer.close)
                writer.write(said)
                await writer.drain()
        started = time.monotonic()
        while not await _answers(mesh):
            assert time.monotonic() - started < 15
            await asyncio.sleep(0.1)


@pytest.mark.asyncio
async def test_a_stream_that_is_silent_for_longer_goes_on(tmp_path: Path) -> None:
    """Idle is a connection without a call, not a call without a message."""
    async with running_mesh(tmp_path, LIMITS) as mesh:
        request = melody.ComposeRequest(prompt="x")
        request.hints.bars = 1
        async with mesh.client().stream("/boumbapp.melody.v2.MelodyService/Compose", request) as stream:
            release: Callable[[], None] = mesh.melody.let.release
            asyncio.get_running_loop().call_later(2.5, release)
            assert len([message async for message in stream.messages()]) == 3
        assert stream.answer.status == 0


async def _connections(mesh: Mesh) -> int:
    """Those that are open, also by people who have said nothing."""
    stats = await mesh.gateway.admin.get("/stats?filter=^listener%5C.127.*downstream(_pre)?_cx_active$")
    return sum(int(line.rpartition(" ")[2]) for line in stats.splitlines())


async def _answers(mesh: Mesh) -> bool:
    try:
        return (await mesh.client().call(MELODY_INFO, melody.InfoRequest())).status == 0
    except httpx.TransportError:  # refused: all connections are taken
        return False


@pytest.mark.asyncio
async def test_a_thousand_strangers_and_every_kind_of_flood_keep_no_caller_out(tmp_path: Path) -> None:
    """All kinds at the same time, for as long as somebody else makes two hundred calls."""
    async with running_mesh(tmp_path) as mesh, grpc.aio.insecure_channel(mesh.gateway.address) as channel:
        victim = Victim(mesh, channel)
        strangers = [
            replace(each, connections=MOST_STRANGERS if name == "idle: nothing said" else FEW)
            for name, each in kinds(mesh.token("attacker"))
        ]
        attacks: list[asyncio.Task[None]] = [
            asyncio.create_task(met(each, 600)(mesh.gateway.address, "")) for each in strangers
        ]
        while await _connections(mesh) < MOST_STRANGERS:
            await victim.calls()
        for _ in range(20):  # each time over a connection of its own as well
            await victim.calls()
            assert await _answers(mesh)
        assert not any(attack.done() for attack in attacks)
        for attack in attacks:
            attack.cancel()
        await asyncio.gather(*attacks, return_exceptions=True)
        assert mesh.gateway.running
