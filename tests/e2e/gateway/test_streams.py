"""Bars travel one by one, and a caller who leaves stops the work."""

import asyncio

import grpc.aio
import pytest
from boumbapp.melody.v2 import melody_service_pb2 as melody
from boumbapp.melody.v2.melody_service_pb2_grpc import MelodyServiceStub
from boumbapp.music.v2 import intent_pb2
from boumbapp.music.v2.events_pb2 import ComposingEvent
from google.rpc import error_details_pb2

from tests.e2e.gateway.grpc_web import BINARY, TEXT
from tests.e2e.gateway.mesh import Mesh
from tests.e2e.gateway.raw_http2 import raw_http2
from tests.e2e.gateway.scripted import COMPOSE

pytestmark = pytest.mark.asyncio(loop_scope="module")
INVALID_ARGUMENT = 3


def request(bars: int = 3) -> melody.ComposeRequest:
    return melody.ComposeRequest(prompt="basse funky", hints=intent_pb2.IntentOptions(bars=bars), seed=7)


def event(content: bytes) -> ComposingEvent:
    return melody.ComposeResponse.FromString(content).event


@pytest.mark.parametrize("content_type", [BINARY, TEXT])
async def test_a_bar_arrives_before_the_next_is_computed(mesh: Mesh, content_type: str) -> None:
    mesh.melody.reset()
    async with mesh.client(content_type=content_type).stream(COMPOSE, request(bars=3)) as stream:
        messages = stream.messages()
        assert event(await anext(messages)).started.seed == 7
        for index in range(3):
            assert mesh.melody.computed == list(range(index))
            mesh.melody.let.release()
            assert event(await anext(messages)).bar.bar.index == index
        assert event(await anext(messages)).completed.bars == 3
        assert [message async for message in messages] == []
        assert stream.answer.status == 0


async def test_native_streams_are_not_held_back_either(mesh: Mesh) -> None:
    mesh.melody.reset()
    async with grpc.aio.insecure_channel(mesh.gateway.address) as channel:
        call = MelodyServiceStub(channel).Compose(
            request(bars=2), metadata=(("authorization", f"Bearer {mesh.token()}"),), timeout=10
        )
        events = aiter(call)
        assert (await anext(events)).event.WhichOneof("event") == "started"
        mesh.melody.let.release()
        assert (await anext(events)).event.bar.bar.index == 0
        assert mesh.melody.computed == [0]
        call.cancel()
        async with asyncio.timeout(2):
            await mesh.melody.ended.wait()


async def test_a_caller_who_leaves_stops_the_work(mesh: Mesh) -> None:
    mesh.melody.reset()
    async with mesh.client().stream(COMPOSE, request(bars=100)) as stream:
        messages = stream.messages()
        await anext(messages)
        mesh.melody.let.release()
        await anext(messages)
    async with asyncio.timeout(2):
        await mesh.melody.ended.wait()
    assert mesh.melody.computed == [0]


async def test_the_callers_deadline_reaches_the_service_and_ends_the_stream(mesh: Mesh) -> None:
    mesh.melody.reset()
    answer = await mesh.client().call(COMPOSE, request(), {"grpc-timeout": "300m"})
    assert answer.status == 4
    assert [event(content).WhichOneof("event") for content in answer.messages] == ["started"]
    async with asyncio.timeout(2):
        await mesh.melody.ended.wait()


async def test_a_services_refusal_arrives_in_the_callers_language_with_its_details(mesh: Mesh) -> None:
    answer = await mesh.client().call(COMPOSE, melody.ComposeRequest(prompt=" " * 2001), {"accept-language": "fr"})
    assert (answer.http_status, answer.status) == (200, INVALID_ARGUMENT)
    assert "trop long" in answer.message
    violations = [
        bad_request.field_violations[0]
        for detail in answer.details.details
        if detail.Unpack(bad_request := error_details_pb2.BadRequest())
    ]
    assert [violation.field for violation in violations] == ["prompt"]


async def test_streams_that_nobody_reads_hold_up_no_other(mesh: Mesh) -> None:
    mesh.melody.reset()
    mesh.melody.padding = "x" * 32_000
    for _ in range(5000):
        mesh.melody.let.release()
    headers = [
        ("content-type", "application/grpc"),
        ("te", "trailers"),
        ("authorization", f"Bearer {mesh.token('idle')}"),
    ]
    async with raw_http2(mesh.gateway.address, window=0) as idle:
        for _ in range(40):
            await idle.begin(COMPOSE, request(bars=50), headers)
        answer = await mesh.client(mesh.token("other")).call(COMPOSE, request(bars=50))
        assert (answer.status, len(answer.messages)) == (0, 52)
        assert len(mesh.melody.computed) < 41 * 50, "what nobody reads is not computed to the end"
    mesh.melody.reset()
