"""Connections that do nothing keep nobody out for long."""

import asyncio
import contextlib
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from boumbapp.melody.v2 import melody_service_pb2 as melody

from gateway.config import Limits
from tests.e2e.gateway.mesh import Mesh, running_mesh
from tests.e2e.gateway.scripted import MELODY_INFO

MOST = 20
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


async def _answers(mesh: Mesh) -> bool:
    try:
        return (await mesh.client().call(MELODY_INFO, melody.InfoRequest())).status == 0
    except httpx.TransportError:  # refused: all connections are taken
        return False
