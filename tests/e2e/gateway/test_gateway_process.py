"""The gateway as a process: it starts, says what is wrong, waits for streams when it stops, and leaves nothing."""

import asyncio
import os
import socket
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from boumbapp.melody.v2 import melody_service_pb2 as melody
from boumbapp.music.v2 import intent_pb2

from gateway.keys import ensure_keys
from gateway.process import Gateway, GatewayFailed, running
from tests.e2e.gateway.mesh import running_mesh, settings_for
from tests.e2e.gateway.scripted import COMPOSE, MELODY_INFO

REQUEST = melody.ComposeRequest(prompt="x", hints=intent_pb2.IntentOptions(bars=1))


async def test_an_idle_gateway_stops_without_waiting_for_its_grace(tmp_path: Path) -> None:
    settings = settings_for(tmp_path, ensure_keys(tmp_path / "keys"))
    gateway = await Gateway.start(settings, tmp_path / "envoy.yaml", log=asyncio.subprocess.DEVNULL)
    async with asyncio.timeout(60):
        await gateway.stop(grace_s=3600)
    assert await gateway.wait() == 0
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection(*gateway.address.split(":"))


async def test_a_stream_in_progress_ends_well_while_new_callers_are_turned_away(tmp_path: Path) -> None:
    async with running_mesh(tmp_path) as mesh:
        async with mesh.client().stream(COMPOSE, REQUEST) as stream:
            messages = stream.messages()
            await anext(messages)
            stopping = asyncio.create_task(mesh.gateway.stop(grace_s=10))
            await _refuses_connections(mesh.gateway.address)
            assert not stopping.done()
            mesh.melody.let.release()
            responses = [melody.ComposeResponse.FromString(message) async for message in messages]
            assert [response.event.WhichOneof("event") for response in responses] == ["bar", "completed"]
            assert stream.answer.status == 0
        async with asyncio.timeout(2):
            await stopping


async def test_a_stream_that_outlasts_the_grace_is_cut(tmp_path: Path) -> None:
    async with running_mesh(tmp_path) as mesh, mesh.client().stream(COMPOSE, REQUEST) as stream:
        messages = stream.messages()
        await anext(messages)
        started = time.monotonic()
        await mesh.gateway.stop(grace_s=0.2)
        assert time.monotonic() - started >= 0.2
        async with asyncio.timeout(2):
            await mesh.melody.ended.wait()


async def test_it_listens_on_a_unix_socket_when_told_so(tmp_path: Path) -> None:
    async with running_mesh(tmp_path, listener=f"unix:{tmp_path}/public.sock") as mesh:
        assert mesh.gateway.address == f"unix:{tmp_path}/public.sock"
        assert (await mesh.client().call(MELODY_INFO, melody.InfoRequest())).status == 0


async def test_only_its_owner_can_administer_it(tmp_path: Path) -> None:
    async with running_mesh(tmp_path):
        assert (tmp_path / "admin.sock").stat().st_mode & 0o777 == 0o600


async def test_ctrl_c_in_the_terminal_does_not_reach_it(tmp_path: Path) -> None:
    async with running_mesh(tmp_path) as mesh:
        assert os.getpgid(mesh.gateway.pid) != os.getpgrp()


async def test_a_taken_port_is_an_error_and_not_a_shared_port(tmp_path: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        settings = settings_for(
            tmp_path, ensure_keys(tmp_path / "keys"), listener=f"127.0.0.1:{taken.getsockname()[1]}"
        )
        with pytest.raises(GatewayFailed, match="ended with status 1"), (tmp_path / "log").open("wb") as log:
            await Gateway.start(settings, tmp_path / "envoy.yaml", log=log)
    assert "Address already in use" in (tmp_path / "log").read_text()


async def test_two_gateways_never_share_a_port(tmp_path: Path) -> None:
    settings = settings_for(tmp_path, ensure_keys(tmp_path / "keys"))
    async with running(settings, tmp_path / "first.yaml", log=asyncio.subprocess.DEVNULL) as first:
        second = replace(settings, listener=first.address, admin_socket=tmp_path / "second.sock")
        with pytest.raises(GatewayFailed):
            await Gateway.start(second, tmp_path / "second.yaml", log=asyncio.subprocess.DEVNULL)


async def test_missing_keys_are_found_at_start(tmp_path: Path) -> None:
    settings = replace(settings_for(tmp_path, ensure_keys(tmp_path / "keys")), jwks=tmp_path / "missing.json")
    with pytest.raises(GatewayFailed), (tmp_path / "log").open("wb") as log:
        await Gateway.start(settings, tmp_path / "envoy.yaml", log=log)
    assert "missing.json" in (tmp_path / "log").read_text()


async def test_a_killed_gateway_can_be_stopped_and_replaced(tmp_path: Path) -> None:
    settings = settings_for(tmp_path, ensure_keys(tmp_path / "keys"))
    gateway = await Gateway.start(settings, tmp_path / "envoy.yaml", log=asyncio.subprocess.DEVNULL)
    await gateway.kill()
    await gateway.stop()
    async with running(settings, tmp_path / "envoy.yaml", log=asyncio.subprocess.DEVNULL) as successor:
        assert await successor.admin.is_ready()


async def _refuses_connections(address: str) -> None:
    host, port = address.split(":")
    async with asyncio.timeout(2):
        while True:
            try:
                _, writer = await asyncio.open_connection(host, port)
            except ConnectionRefusedError:
                return
            writer.close()
            await asyncio.sleep(0.01)
