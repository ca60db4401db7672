"""First bars, as a stranger's client sees them: the whole mesh, the real Envoy, bytes on the wire."""

import asyncio
import os
import signal
import time
from pathlib import Path

import grpc
import httpx
import pytest
from boumbapp.melody.v2.melody_service_pb2 import DESCRIPTOR, ComposeRequest, ComposeResponse
from boumbapp.music.v2.intent_pb2 import IntentOptions
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase

from tests.e2e.real_mesh import running_real_mesh

COMPOSE = "/boumbapp.melody.v2.MelodyService/Compose"
FUNK = "Fais une basse funky en Sol mineur"
UNAVAILABLE, INVALID_ARGUMENT = 14, 3


async def test_a_prompt_becomes_bars_and_a_bad_one_a_clear_error(tmp_path: Path) -> None:
    async with running_real_mesh(tmp_path) as mesh, mesh.client() as client:
        answer = await client.call(COMPOSE, ComposeRequest(prompt=FUNK, seed=7))
        assert answer.status == 0
        kinds = [ComposeResponse.FromString(content).event.WhichOneof("event") for content in answer.messages]
        assert kinds == ["started", *["bar"] * 4, "completed"]

        bad = ComposeRequest(prompt=FUNK, hints=IntentOptions(bars=10_000))
        answer = await client.call(COMPOSE, bad)
        assert answer.status == INVALID_ARGUMENT
        assert "hints.bars vaut 10000" in answer.message
        assert answer.details.details


async def test_each_bar_arrives_before_the_next_is_made(tmp_path: Path) -> None:
    pause_s = 0.3
    async with running_real_mesh(tmp_path, BOUMB_MELODY_PACE_MS=str(pause_s * 1000)) as mesh, mesh.client() as client:
        times: list[float] = []
        async with client.stream(COMPOSE, ComposeRequest(prompt=FUNK)) as stream:
            async for content in stream.messages():
                times += [time.monotonic()] * ComposeResponse.FromString(content).event.HasField("bar")
    assert len(times) == 4
    # Single gaps shrink when a busy machine delivers a bar late; held back until the end, all would come at once.
    assert times[-1] - times[0] > 1.5 * pause_s, "bars came together: something buffers"


WHOLE = 66  # Started, 64 bars, Completed


async def test_a_killed_expert_is_said_clearly_and_comes_back_alone(tmp_path: Path) -> None:
    async with running_real_mesh(tmp_path, BOUMB_MELODY_PACE_MS="50") as mesh, mesh.client() as client:
        before = mesh.supervisor.pids
        async with client.stream(COMPOSE, ComposeRequest(prompt=FUNK, hints=IntentOptions(bars=64))) as stream:
            events = 0
            async for _ in stream.messages():
                events += 1
                if events == 3:
                    os.kill(before["theory"], signal.SIGKILL)
        # The stream waits for theory as long as its listener has bars to play; then it says what is away.
        if stream.answer.status:
            assert 3 <= events < WHOLE
            assert stream.answer.status == UNAVAILABLE
            assert "theory" in stream.answer.message
        else:
            assert events == WHOLE
        deadline = time.monotonic() + 15
        while (await client.call(COMPOSE, ComposeRequest(prompt=FUNK))).status != 0:
            assert time.monotonic() < deadline, "theory never came back"
            await asyncio.sleep(0.1)
        after = mesh.supervisor.pids
        assert after["theory"] != before["theory"]
        assert {name: pid for name, pid in after.items() if name != "theory"} == {
            name: pid for name, pid in before.items() if name != "theory"
        }


async def test_strangers_find_the_contract_inside_and_nothing_outside(tmp_path: Path) -> None:
    async with running_real_mesh(tmp_path) as mesh, mesh.client() as client:

        def ask() -> set[str]:
            with grpc.insecure_channel(mesh.services["melody"]) as channel:
                database = ProtoReflectionDescriptorDatabase(channel)
                database.FindFileContainingSymbol(DESCRIPTOR.package + ".ComposeRequest")
                return set(database.get_services())

        assert "boumbapp.melody.v2.MelodyService" in await asyncio.to_thread(ask)
        for path in (
            "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
            "/grpc.health.v1.Health/Check",
            "/boumbapp.theory.v2.TheoryService/ValidateStream",
        ):
            answer = await client.call(path, b"\0\0\0\0\0")
            assert answer.status in (7, 12), path
        async with httpx.AsyncClient(trust_env=False) as plain:
            response = await plain.get(f"http://{mesh.gateway}/healthz")
        assert response.status_code == 200


@pytest.mark.parametrize("path", ["/", "/boumbapp.melody.v2.MelodyService/Compose"])
async def test_what_is_not_grpc_is_refused_without_a_fuss(tmp_path: Path, path: str) -> None:
    async with running_real_mesh(tmp_path) as mesh, httpx.AsyncClient(trust_env=False) as plain:
        response = await plain.post(f"http://{mesh.gateway}{path}", json={"prompt": FUNK})
    assert response.status_code in (401, 403, 404, 415)
