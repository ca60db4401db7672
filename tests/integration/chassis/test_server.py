"""A real server of the chassis, called over a real channel."""

import asyncio
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path
from typing import Any

import grpc
import grpc.aio
import pytest
from boumbapp.melody.v2 import melody_service_pb2 as pb
from boumbapp.melody.v2.melody_service_pb2_grpc import (
    MelodyServiceServicer,
    MelodyServiceStub,
    add_MelodyServiceServicer_to_server,
)
from boumbapp.music.v2.events_pb2 import ComposingEvent, Notice
from google.rpc import error_details_pb2
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase

from services.chassis.client.channel import open_channel, outgoing
from services.chassis.errors.catalogue import DEPENDENCY_DOWN, ApiError
from services.chassis.errors.status import dependency, read_details
from services.chassis.request_context import current
from services.chassis.server.server import RunningServer, ServiceDefinition, start
from services.chassis.settings import Environment, ServerSettings

SERVICE = pb.DESCRIPTOR.services_by_name["MelodyService"]
Behaviour = Callable[[pb.ComposeRequest], AsyncIterator[pb.ComposeResponse]]


class Probe(MelodyServiceServicer):
    """Streams whatever the test wants."""

    def __init__(self, behaviour: Behaviour) -> None:
        self.behaviour = behaviour

    async def Info(self, request: pb.InfoRequest, context: Any) -> pb.InfoResponse:
        raise ZeroDivisionError("a secret detail")

    async def Compose(self, request: pb.ComposeRequest, context: Any) -> AsyncIterator[pb.ComposeResponse]:
        async for event in self.behaviour(request):
            yield event

    async def Refine(self, request: pb.RefineRequest, context: Any) -> AsyncIterator[pb.RefineResponse]:
        yield pb.RefineResponse()


async def say(*texts: str) -> AsyncIterator[pb.ComposeResponse]:
    for text in texts:
        yield pb.ComposeResponse(event=ComposingEvent(notice=Notice(message=text)))


async def launch(behaviour: Behaviour, warm: asyncio.Event | None = None, **variables: str) -> RunningServer:
    async def wait_until_warm() -> None:
        if warm is not None:
            await warm.wait()

    environment = Environment({"BOUMB_MELODY_ADDRESS": "127.0.0.1:0", "BOUMB_GRACE_S": "2", **variables})
    add = partial(add_MelodyServiceServicer_to_server, Probe(behaviour))
    mount = ServiceDefinition(descriptor=SERVICE, add=add, warm=wait_until_warm)
    return await start(ServerSettings.read("melody", environment), [mount])


REQUEST = pb.ComposeRequest(prompt="Fais une basse")


async def test_the_call_knows_its_caller_language_and_time() -> None:
    seen = []

    async def behaviour(request: pb.ComposeRequest) -> AsyncIterator[pb.ComposeResponse]:
        seen.append(current())
        async for event in say("hi"):
            yield event

    server = await launch(behaviour)
    metadata = grpc.aio.Metadata(("x-request-id", "r-1"), ("x-user", "ana"), ("x-roles", "WyJST0xFX1VTRVIiXQ=="))
    async with open_channel(server.address) as channel:
        assert [e async for e in MelodyServiceStub(channel).Compose(REQUEST, metadata=metadata, timeout=600)]
    await server.stop()
    (call,) = seen
    assert (call.request_id, call.locale) == ("r-1", "fr")
    assert (call.identity.user, call.identity.roles) == ("ana", ("ROLE_USER",))
    assert 540 < (call.remaining_s() or 0) < 660  # gRPC rounds what it sends by up to a hundredth


async def test_a_broken_rule_is_refused_in_the_callers_language_before_the_servicer_runs() -> None:
    ran = []

    async def behaviour(request: pb.ComposeRequest) -> AsyncIterator[pb.ComposeResponse]:
        ran.append(request)
        async for event in say():
            yield event

    server = await launch(behaviour)
    async with open_channel(server.address) as channel:
        request = pb.ComposeRequest(prompt="Fais une basse", hints={"bars": 0})  # type: ignore[arg-type]
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await MelodyServiceStub(channel).Compose(request).read()
    await server.stop()
    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert "hints.bars vaut 0" in (caught.value.details() or "")
    status = read_details(caught.value)
    assert status is not None
    bad = error_details_pb2.BadRequest()
    assert any(detail.Unpack(bad) for detail in status.details)
    assert bad.field_violations[0].field == "hints.bars"
    assert not ran


async def test_an_unforeseen_failure_shows_no_private_text(caplog: pytest.LogCaptureFixture) -> None:
    server = await launch(lambda _: say())
    async with open_channel(server.address) as channel:
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await MelodyServiceStub(channel).Info(pb.InfoRequest(), metadata=grpc.aio.Metadata(("x-request-id", "r-9")))
    await server.stop()
    assert caught.value.code() is grpc.StatusCode.INTERNAL
    assert "r-9" in (caught.value.details() or "")
    assert "secret" not in str(caught.value.details())
    assert "ZeroDivisionError" in caplog.text


async def test_a_full_server_refuses_at_once_and_says_when_to_retry() -> None:
    release = asyncio.Event()

    async def behaviour(request: pb.ComposeRequest) -> AsyncIterator[pb.ComposeResponse]:
        yield pb.ComposeResponse(event=ComposingEvent(notice=Notice(message="in")))
        await release.wait()

    server = await launch(behaviour, BOUMB_MELODY_MAX_IN_FLIGHT="1")
    async with open_channel(server.address) as channel:
        stub = MelodyServiceStub(channel)
        first = stub.Compose(REQUEST)
        await first.read()
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await stub.Compose(REQUEST).read()
        assert caught.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        status = read_details(caught.value)
        assert status is not None
        assert any(detail.Is(error_details_pb2.RetryInfo.DESCRIPTOR) for detail in status.details)
        release.set()
        assert await first.read() is grpc.aio.EOF
        again = stub.Compose(REQUEST)
        assert await again.read() is not grpc.aio.EOF, "the place is free again"
    await server.stop()


def as_user(name: str) -> grpc.aio.Metadata:
    return grpc.aio.Metadata(("x-user", name))


async def refusal(call: grpc.aio.UnaryStreamCall[pb.ComposeRequest, pb.ComposeResponse]) -> str:
    """Reason of a call that is refused, from its details."""
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call.read()
    assert caught.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    status = read_details(caught.value)
    assert status is not None
    assert any(detail.Is(error_details_pb2.RetryInfo.DESCRIPTOR) for detail in status.details)
    info = error_details_pb2.ErrorInfo()
    assert any(detail.Unpack(info) for detail in status.details)
    return str(info.reason)


async def test_one_user_cannot_take_all_places() -> None:
    async def behaviour(request: pb.ComposeRequest) -> AsyncIterator[pb.ComposeResponse]:
        yield pb.ComposeResponse(event=ComposingEvent(notice=Notice(message="in")))
        await asyncio.Event().wait()

    server = await launch(behaviour, BOUMB_MELODY_MAX_IN_FLIGHT="16", BOUMB_MELODY_USER_SHARE="0.25")
    async with open_channel(server.address) as channel:
        stub = MelodyServiceStub(channel)
        held = [stub.Compose(REQUEST, metadata=as_user("greedy")) for _ in range(4)]
        for call in held:
            await call.read()
        assert await refusal(stub.Compose(REQUEST, metadata=as_user("greedy"))) == "USER_SHARE"
        other = stub.Compose(REQUEST, metadata=as_user("other"))
        assert await other.read() is not grpc.aio.EOF
        held[0].cancel()
        while server.in_flight() > 4:  # noqa: ASYNC110 - the server has no event for it
            await asyncio.sleep(0.01)
        again = stub.Compose(REQUEST, metadata=as_user("greedy"))
        assert await again.read() is not grpc.aio.EOF, "a place that is given back may be taken again"
        for call in (*held, other, again):
            call.cancel()
    await server.stop()


async def test_whoever_reads_nothing_makes_room_for_whoever_holds_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.chassis.server.admission.PATIENCE_S", 0.05)
    ended = 0

    async def behaviour(request: pb.ComposeRequest) -> AsyncIterator[pb.ComposeResponse]:
        nonlocal ended
        try:
            for _ in range(100):
                yield pb.ComposeResponse(event=ComposingEvent(notice=Notice(message="x" * 60_000)))
        finally:
            ended += 1

    server = await launch(behaviour, BOUMB_MELODY_MAX_IN_FLIGHT="4")
    # Windows that never grow, so that streams which are not read come to a stop.
    fixed: Any = [("grpc.http2.bdp_probe", 0), ("grpc.http2.lookahead_bytes", 65_536)]
    async with grpc.aio.insecure_channel(server.address, options=fixed) as channel:
        stub = MelodyServiceStub(channel)
        idle = [stub.Compose(REQUEST, metadata=as_user(f"account {number}")) for number in range(4)]
        for call in idle:
            await call.read()
        with pytest.raises(grpc.aio.AioRpcError):
            await stub.Compose(REQUEST, metadata=as_user("newcomer")).read()
        await asyncio.sleep(0.1)
        heard = [event async for event in stub.Compose(REQUEST, metadata=as_user("newcomer"))]
        assert len(heard) == 100
        assert ended == 2, "the newcomer's own call and the one that made room"
        outcomes, told = [], []
        for call in idle:
            try:
                while await call.read() is not grpc.aio.EOF:
                    pass
                outcomes.append(grpc.StatusCode.OK)
            except grpc.aio.AioRpcError as error:
                outcomes.append(error.code())
                told.append(error.details() or "")
        assert sorted(code.name for code in outcomes) == ["OK", "OK", "OK", "RESOURCE_EXHAUSTED"]
        assert "avec les mesures que vous avez" in told[0]
        assert server.in_flight() == 0
    await server.stop()


async def test_health_tells_the_truth_from_start_to_stop(tmp_path: Path) -> None:
    warm = asyncio.Event()
    address = f"unix:{tmp_path}/m.sock"
    launching = asyncio.create_task(launch(lambda _: say(), warm, BOUMB_MELODY_ADDRESS=address, BOUMB_DRAIN_S="0.3"))
    async with open_channel(address) as channel:
        check: Any = health_pb2_grpc.HealthStub(channel).Check  # type: ignore[attr-defined]  # missing in its stubs
        request = health_pb2.HealthCheckRequest(service=SERVICE.full_name)
        before = await check(request, wait_for_ready=True, timeout=5)
        assert before.status == health_pb2.HealthCheckResponse.NOT_SERVING
        warm.set()
        server = await launching
        assert (await check(request)).status == health_pb2.HealthCheckResponse.SERVING
        stopping = asyncio.create_task(server.stop())
        await asyncio.sleep(0.05)
        assert (await check(request)).status == health_pb2.HealthCheckResponse.NOT_SERVING
        await stopping


async def test_a_running_stream_finishes_within_the_grace_period() -> None:
    async def behaviour(request: pb.ComposeRequest) -> AsyncIterator[pb.ComposeResponse]:
        async for event in say("one"):
            yield event
        await asyncio.sleep(0.3)
        async for event in say("two"):
            yield event

    server = await launch(behaviour)
    async with open_channel(server.address) as channel:
        call = MelodyServiceStub(channel).Compose(REQUEST)
        assert await call.read() == pb.ComposeResponse(event=ComposingEvent(notice=Notice(message="one")))
        stopping = asyncio.create_task(server.stop())
        assert await call.read() == pb.ComposeResponse(event=ComposingEvent(notice=Notice(message="two")))
        assert await call.read() is grpc.aio.EOF
        await stopping


async def test_a_client_that_leaves_stops_the_servicer() -> None:
    stopped = asyncio.Event()

    async def behaviour(request: pb.ComposeRequest) -> AsyncIterator[pb.ComposeResponse]:
        try:
            while True:
                yield pb.ComposeResponse(event=ComposingEvent(notice=Notice(message="bar")))
                await asyncio.sleep(0.01)
        finally:
            stopped.set()

    server = await launch(behaviour, BOUMB_MELODY_MAX_IN_FLIGHT="1")
    async with open_channel(server.address) as channel:
        call = MelodyServiceStub(channel).Compose(REQUEST)
        await call.read()
        call.cancel()
        await asyncio.wait_for(stopped.wait(), 2)
    await server.stop()


async def test_reflection_lists_the_service_for_clients_that_know_nothing() -> None:
    server = await launch(lambda _: say())

    def ask() -> set[str]:
        with grpc.insecure_channel(server.address) as channel:
            database = ProtoReflectionDescriptorDatabase(channel)
            names = set(database.get_services())
            database.FindFileContainingSymbol(SERVICE.full_name)
            return names

    assert SERVICE.full_name in await asyncio.to_thread(ask)
    await server.stop()


async def test_a_taken_port_is_an_error() -> None:
    server = await launch(lambda _: say())
    with pytest.raises(OSError, match=server.address):
        await launch(lambda _: say(), BOUMB_MELODY_ADDRESS=server.address)
    await server.stop()


async def test_a_dead_neighbour_is_named_and_a_refusal_of_a_neighbour_is_passed_on() -> None:
    async with open_channel("127.0.0.1:9") as channel:
        with pytest.raises(ApiError) as caught, dependency("theory"):
            await MelodyServiceStub(channel).Info(pb.InfoRequest(), **outgoing(1))
    assert caught.value.code is DEPENDENCY_DOWN

    async def relay(request: pb.ComposeRequest) -> AsyncIterator[pb.ComposeResponse]:
        with dependency("other"):
            async for event in MelodyServiceStub(other).Compose(pb.ComposeRequest(prompt="x" * 3000), **outgoing(1)):
                yield event

    back = await launch(lambda _: say())
    front = await launch(relay)
    async with open_channel(back.address) as other, open_channel(front.address) as channel:
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await MelodyServiceStub(channel).Compose(REQUEST, timeout=5).read()
    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert read_details(refused.value) is not None
    await front.stop()
    await back.stop()
