"""Two replicas of a service behind the gateway: both are used, and each is restarted by itself."""

import asyncio
import json
import os
import signal
from contextlib import AsyncExitStack
from pathlib import Path

from boumbapp.melody.v2.melody_service_pb2 import ComposeRequest
from boumbapp.music.v2.intent_pb2 import IntentOptions

from tests.e2e.real_mesh import RealMesh, running_real_mesh

COMPOSE = "/boumbapp.melody.v2.MelodyService/Compose"
STREAMS = 8


async def compose(mesh: RealMesh) -> int | None:
    async with mesh.client() as client:
        return (await client.call(COMPOSE, ComposeRequest(prompt="a bass in C minor"))).status


async def test_both_replicas_serve_and_one_that_is_killed_comes_back_alone(tmp_path: Path) -> None:
    variables = {"BOUMB_MELODY_REPLICAS": "2", "BOUMB_MELODY_PACE_MS": "20"}
    async with running_real_mesh(tmp_path, ["theory", "melody"], **variables) as mesh:
        before = mesh.supervisor.pids
        assert before.keys() == {"theory", "melody", "melody-2", "gateway"}
        async with AsyncExitStack() as stack:  # all open at once: the second replica has the fewest, then
            request = ComposeRequest(prompt="a bass in C minor", hints=IntentOptions(bars=8))
            opened = []
            for _ in range(STREAMS):
                client = await stack.enter_async_context(mesh.client())
                opened.append((await stack.enter_async_context(client.stream(COMPOSE, request))).messages())
            for messages in opened:
                await anext(messages)
            for messages in opened:
                assert len([message async for message in messages]) == 8 + 1

        os.kill(before["melody"], signal.SIGKILL)
        async with asyncio.timeout(30):
            while mesh.supervisor.pids.get("melody") in (before["melody"], None):  # noqa: ASYNC110 - the supervisor's
                await asyncio.sleep(0.02)
            while await compose(mesh) != 0:
                pass
        assert mesh.supervisor.pids["melody-2"] == before["melody-2"]
    calls = map(json.loads, (tmp_path / "logs/gateway.log").read_text().splitlines())
    used = {Path(call["upstream"]).name for call in calls if call["path"] == COMPOSE and call["upstream"]}
    assert used == {"melody.sock", "melody.sock.2"}
