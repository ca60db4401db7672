"""A service dies, is away, and comes back, while the gateway and the other services go on."""

import asyncio
import os
import re
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import grpc
import grpc.aio
import httpx
import pytest
import pytest_asyncio
from boumbapp.melody.v2 import melody_service_pb2 as melody
from boumbapp.melody.v2.melody_service_pb2_grpc import MelodyServiceStub
from boumbapp.music.v2 import intent_pb2
from boumbapp.theory.v2 import theory_service_pb2 as theory
from google.rpc import error_details_pb2, status_pb2

from services.chassis.errors.status import read_details
from services.chassis.service_manifest import manifests
from tests.e2e.gateway.mesh import ORIGIN, Mesh, running_mesh
from tests.e2e.gateway.scripted import COMPOSE, MELODY_INFO, THEORY_INFO

pytestmark = pytest.mark.asyncio(loop_scope="module")
UNAVAILABLE = 14
REQUEST = melody.ComposeRequest(prompt="x", hints=intent_pb2.IntentOptions(bars=4))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def half(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Mesh]:
    """A mesh whose melody has not been started."""
    async with running_mesh(tmp_path_factory.mktemp("half"), with_melody=False) as mesh:
        yield mesh


@asynccontextmanager
async def melody_process(mesh: Mesh) -> AsyncIterator[Process]:
    """Melody as a process of its own, so that it can be killed. It computes one bar of each piece."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.e2e.gateway.scripted", f"unix:{mesh.log.parent}/melody.sock"),
        env={**os.environ, "PYTHONPATH": os.pathsep.join([".", "gen/python"])},
        cwd=Path(__file__).parents[3],
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def until_melody_is(mesh: Mesh, status: int) -> None:
    """Wait until the gateway answers for melody; less long than Envoy takes by itself to ask again what was away."""
    client = mesh.client()
    async with asyncio.timeout(20):
        while (await client.call(MELODY_INFO, melody.InfoRequest())).status != status:  # noqa: ASYNC110 - Envoy's
            await asyncio.sleep(0.02)


async def counters(mesh: Mesh, cluster: str) -> dict[str, int]:
    """What Envoy counted of a cluster."""
    stats = await mesh.gateway.admin.get(f"/stats?filter=^cluster%5C.{cluster}%5C.")
    return {name: int(count) for name, count in re.findall(rf"^cluster\.{cluster}\.(\S+): (\d+)$", stats, re.MULTILINE)}


def retry_s(status: status_pb2.Status) -> float:
    retry = error_details_pb2.RetryInfo()
    (detail,) = status.details
    assert detail.Unpack(retry)
    return float(retry.retry_delay.seconds)


async def melody_answers_directly(mesh: Mesh) -> None:
    """Wait until melody answers on its own socket, gateway aside."""
    async with grpc.aio.insecure_channel(f"unix:{mesh.log.parent}/melody.sock") as channel:
        await MelodyServiceStub(channel).Info(melody.InfoRequest(), wait_for_ready=True, timeout=20)


async def test_a_service_that_is_away_is_a_clear_answer_at_once(half: Mesh) -> None:
    answer = await half.client().call(MELODY_INFO, melody.InfoRequest(), {"origin": ORIGIN})
    assert (answer.http_status, answer.status) == (200, UNAVAILABLE)
    assert answer.message == "no healthy upstream"
    assert retry_s(answer.details) == 1
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    # At once: no connection was waited for and no request sent, let alone again.
    counted = await counters(half, "melody")
    assert counted["upstream_cx_none_healthy"] >= 1
    assert (counted["upstream_rq_total"], counted["upstream_rq_retry"]) == (0, 0)


async def test_native_callers_are_told_when_to_try_again_too(half: Mesh) -> None:
    async with grpc.aio.insecure_channel(half.gateway.address) as channel:
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await MelodyServiceStub(channel).Info(
                melody.InfoRequest(), metadata=(("authorization", f"Bearer {half.token()}"),), timeout=10
            )
    assert caught.value.code() is grpc.StatusCode.UNAVAILABLE
    details = read_details(caught.value)
    assert details is not None
    assert retry_s(details) == 1


async def test_what_the_gateway_refuses_for_good_is_not_to_be_tried_again(half: Mesh) -> None:
    answer = await half.client("").call(MELODY_INFO, melody.InfoRequest())
    assert (answer.status, "grpc-status-details-bin" in answer.headers) == (16, False)


async def test_ready_and_healthy_are_two_questions(half: Mesh) -> None:
    client = half.client("")
    assert (await client.http.get("/readyz")).status_code == 503
    assert (await client.http.get("/healthz")).status_code == 200
    assert set(await half.gateway.admin.healthy_upstreams()) == set(manifests()) - {"melody"}


async def test_a_service_that_starts_late_is_found(half: Mesh) -> None:
    async with melody_process(half):
        await until_melody_is(half, 0)
        assert (await half.client("").http.get("/readyz")).status_code == 200
    await until_melody_is(half, UNAVAILABLE)


async def test_a_kill_in_mid_stream_is_told_and_outlived(half: Mesh) -> None:
    async with melody_process(half) as process:
        await until_melody_is(half, 0)
        async with (
            half.client().stream(COMPOSE, REQUEST) as stream,
            grpc.aio.insecure_channel(half.gateway.address) as channel,
        ):
            messages = stream.messages()
            assert melody.ComposeResponse.FromString(await anext(messages)).event.HasField("started")
            native = MelodyServiceStub(channel).Compose(
                REQUEST, metadata=(("authorization", f"Bearer {half.token()}"),), timeout=10
            )
            native_events = aiter(native)
            assert (await anext(native_events)).event.WhichOneof("event") == "started"
            process.kill()
            # gRPC-Web over HTTP/1.1 has no other way to end than well, so the connection breaks.
            with pytest.raises(httpx.RemoteProtocolError):
                [message async for message in messages]
            assert stream.answer.status is None
            with pytest.raises(grpc.aio.AioRpcError) as caught:
                [event async for event in native_events]
            assert caught.value.code() in (grpc.StatusCode.INTERNAL, grpc.StatusCode.UNAVAILABLE)
        answer = await half.client().call(MELODY_INFO, melody.InfoRequest(), {"origin": ORIGIN})
        assert (answer.http_status, answer.status) == (200, UNAVAILABLE)
        assert (await half.client().call(THEORY_INFO, theory.InfoRequest())).status == 0
    async with asyncio.timeout(10):
        while "melody" in await half.gateway.admin.healthy_upstreams():  # noqa: ASYNC110 - Envoy's
            await asyncio.sleep(0.02)
    async with melody_process(half):
        await melody_answers_directly(half)
        await until_melody_is(half, 0)
