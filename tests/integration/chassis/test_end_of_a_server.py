"""Calls that meet a server that is away, breaks off or stops: what is tried again, and what is refused."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import grpc
import grpc.aio
import pytest
from google.rpc import error_details_pb2

from services.chassis.client.channel import open_channel
from services.chassis.errors.catalogue import DEPENDENCY_DOWN, ApiError
from services.chassis.errors.status import read_details
from tests.integration.chassis.echo import KINDS, SERVICE, Answer, Ask, answers, ask, begin, echoing, launch

AWAY = ApiError(DEPENDENCY_DOWN, value="other", retry_s=1)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("failures", "tries"), [(1, 2), (2, 3), (9, 3)])
async def test_a_call_that_was_not_served_is_tried_three_times(kind: str, failures: int, tries: int) -> None:
    ran = 0

    async def act(request: Any) -> None:
        nonlocal ran
        ran += 1
        if ran <= failures:
            raise AWAY

    async with echoing(act) as (_, channel):
        if failures < tries:
            assert await ask(channel, kind, Ask(question="here")) == ["here"]
        else:
            with pytest.raises(grpc.aio.AioRpcError):
                await ask(channel, kind, Ask())
    assert ran == tries


@pytest.mark.parametrize("kind", ["unary_stream", "stream_stream"])
async def test_a_stream_that_began_is_never_begun_again(kind: str) -> None:
    ran: list[str] = []

    async def act(request: Any) -> None:
        ran.append(request.question)
        if len(ran) > 1:
            raise AWAY

    async with echoing(act) as (_, channel):
        requests = [Ask(question="a", count=2)] if kind == "unary_stream" else [Ask(question="a"), Ask(question="b")]
        call = begin(channel, kind, [request.SerializeToString() for request in requests])
        assert (await call.read()).text == "a"
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await call.read()
    assert caught.value.code() is grpc.StatusCode.UNAVAILABLE
    assert len(ran) == 2


async def test_what_a_caller_did_wrong_is_not_tried_again() -> None:
    ran = 0

    async def act(request: Any) -> None:
        nonlocal ran
        ran += 1
        raise ZeroDivisionError

    async with echoing(act) as (_, channel):
        with pytest.raises(grpc.aio.AioRpcError):
            await ask(channel, "unary_unary", Ask())
    assert ran == 1


@pytest.mark.parametrize("kind", ["unary_unary", "unary_stream"])
async def test_a_request_that_arrives_while_the_server_stops_is_refused(kind: str) -> None:
    """Its call began before, so gRPC itself lets it in."""
    ran: list[Any] = []
    sending = asyncio.Event()

    async def act(request: Any) -> None:
        ran.append(request)

    async def late() -> AsyncIterator[bytes]:
        await sending.wait()
        yield Ask().SerializeToString()

    server = await launch(act, BOUMB_GRACE_S="5")
    async with grpc.aio.insecure_channel(server.address, options=[("grpc.enable_retries", 0)]) as channel:
        # On the wire a stream of one request is the same as a single one.
        method: Any = channel.stream_stream(f"/{SERVICE.full_name}/{kind}", response_deserializer=Answer.FromString)
        call = method(late())
        reading = asyncio.create_task(call.read())
        await ask(channel, "unary_unary", Ask(question="before"))  # by now the server knows of the call
        stopping = asyncio.create_task(server.stop())
        while True:  # until new calls are turned away
            try:
                async with open_channel(server.address) as other:
                    await ask(other, "unary_unary", Ask(), timeout=0.2)
            except grpc.aio.AioRpcError:
                break
        served = len(ran)
        sending.set()
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await reading
        await stopping
    assert caught.value.code() is grpc.StatusCode.UNAVAILABLE
    status, info = read_details(caught.value), error_details_pb2.ErrorInfo()
    assert status is not None
    assert any(detail.Unpack(info) for detail in status.details)
    assert info.reason == "STOPPING"
    assert len(ran) == served


async def test_a_stream_that_outlives_the_handover_ends_so_that_its_caller_can_go_on() -> None:
    """While its next answer is computed: with a reason and a time, not by breaking."""
    answered = 0

    async def act(request: Any) -> None:
        nonlocal answered
        answered += 1
        if answered == 2:
            await asyncio.Event().wait()

    server = await launch(act, BOUMB_GRACE_S="60", BOUMB_HANDOVER_S="0.05")
    async with grpc.aio.insecure_channel(server.address, options=[("grpc.enable_retries", 0)]) as channel:
        call = begin(channel, "unary_stream", [Ask(question="a", count=2).SerializeToString()])
        assert (await call.read()).text == "a"
        stopping = asyncio.create_task(server.stop())
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await call.read()
        async with asyncio.timeout(30):  # not for all of its grace
            await stopping
    assert caught.value.code() is grpc.StatusCode.UNAVAILABLE
    status, info, retry = read_details(caught.value), error_details_pb2.ErrorInfo(), error_details_pb2.RetryInfo()
    assert status is not None
    assert any(detail.Unpack(retry) for detail in status.details)
    assert any(detail.Unpack(info) for detail in status.details)
    assert info.reason == "STOPPING"


async def test_a_restarted_server_is_found_again() -> None:
    server = await launch()
    async with open_channel(server.address) as channel:
        assert await ask(channel, "unary_unary", Ask(question="one")) == ["one"]
        await server.stop()
        again = await launch(BOUMB_ECHO_ADDRESS=server.address)
        call = begin(channel, "unary_unary", [Ask(question="two").SerializeToString()], wait_for_ready=True, timeout=10)
        assert await answers(call) == ["two"]
        await again.stop()
