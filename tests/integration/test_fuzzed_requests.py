"""Whatever a client sends, it gets an answer or a clear refusal: never INTERNAL, never a hang."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import grpc
import grpc.aio
import pytest
from boumbapp.drums.v2 import drums_service_pb2 as drums_pb
from boumbapp.melody.v2 import melody_service_pb2 as melody_pb
from boumbapp.theory.v2 import theory_service_pb2 as theory_pb
from google.protobuf.descriptor import Descriptor, FieldDescriptor, MethodDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.chassis.client.channel import open_channel
from services.chassis.server.server import running
from services.drums import main as drums
from services.melody import main as melody
from services.theory import main as theory
from tests.integration.conftest import melody_settings, theory_settings
from tests.integration.drums.conftest import drums_settings

EXPECTED = {grpc.StatusCode.OK, grpc.StatusCode.INVALID_ARGUMENT}
METHODS = [
    *theory_pb.DESCRIPTOR.services_by_name["TheoryService"].methods,
    *melody_pb.DESCRIPTOR.services_by_name["MelodyService"].methods,
    *drums_pb.DESCRIPTOR.services_by_name["DrumsService"].methods,
]
WORDS = [
    *("G", "Eb", "F#", "Cb", "B##", "minor", "major", "hirajoshi", "funk", "bass", "Am7", "bVII", "V7/V", "4/4", "fr"),
    *("Fais une basse funky en Sol mineur", "puis en La", "II-V-I", "Am F C G", "x" * 300, "Dbb5", "specialist"),
    *("beat trap à 140", "plus de charley et un fill à la fin", "no kick in bar 2", "half time, garde le kick", "trap"),
]
INTEGERS = st.sampled_from([0, 1, 2, 3, 4, 7, 8, 12, 16, 36, 60, 127, 128, 255, 4095]) | st.integers(0, 2**31 - 1)
FLOATS = st.sampled_from([0.0, 0.1, 0.5, -0.5, 1.0, 120.0, float("nan"), float("inf")]) | st.floats(width=32)
SCALARS: dict[int, st.SearchStrategy[Any]] = {
    FieldDescriptor.CPPTYPE_UINT32: INTEGERS,
    FieldDescriptor.CPPTYPE_INT32: INTEGERS,
    FieldDescriptor.CPPTYPE_BOOL: st.booleans(),
    FieldDescriptor.CPPTYPE_FLOAT: FLOATS,
    FieldDescriptor.CPPTYPE_DOUBLE: FLOATS,
}


def values(field: FieldDescriptor) -> st.SearchStrategy[Any]:
    if field.message_type is not None:
        return messages(field.message_type)
    if field.enum_type is not None:
        return st.sampled_from([*(value.number for value in field.enum_type.values), 99])
    if field.type == FieldDescriptor.TYPE_BYTES:
        return st.binary(max_size=80) | st.sampled_from([b"MThd\0\0\0\6\0\1\0\1\1\xe0", b"PK\3\4", b"<?xml?>"])
    if field.cpp_type == FieldDescriptor.CPPTYPE_STRING:
        return st.sampled_from(WORDS) | st.text(max_size=20)
    return SCALARS[field.cpp_type]


@st.composite
def messages(draw: st.DrawFn, descriptor: Descriptor) -> Message:
    fields: dict[str, Any] = {}
    for field in descriptor.fields:
        if draw(st.integers(0, 3)) == 0:
            continue
        fields[field.name] = draw(st.lists(values(field), max_size=4)) if field.is_repeated else draw(values(field))
    return GetMessageClass(descriptor)(**fields)


async def status_of(channel: grpc.aio.Channel, method: MethodDescriptor, request: Message) -> grpc.StatusCode:
    """How a call ends."""
    path = f"/{method.containing_service.full_name}/{method.name}"
    codec: Any = {
        "request_serializer": lambda message: message.SerializeToString(),
        "response_deserializer": GetMessageClass(method.output_type).FromString,
    }
    try:
        if method.client_streaming:
            async for _ in channel.stream_stream(path, **codec)(iter([request]), timeout=20):
                pass
        elif method.server_streaming:
            async for _ in channel.unary_stream(path, **codec)(request, timeout=20):
                pass
        else:
            await channel.unary_unary(path, **codec)(request, timeout=20)
    except grpc.aio.AioRpcError as error:
        return error.code()
    return grpc.StatusCode.OK


@asynccontextmanager
async def channel_to(service: str) -> AsyncIterator[grpc.aio.Channel]:
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(running(theory_settings().server, [theory.mount()]))
        if service == "MelodyService":
            own = melody_settings(server.address)
            server = await stack.enter_async_context(running(own.server, [melody.mount(own)]))
        elif service == "DrumsService":
            beat = drums_settings(server.address)
            server = await stack.enter_async_context(running(beat.server, [drums.mount(beat)]))
        yield await stack.enter_async_context(open_channel(server.address))


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.full_name)
@pytest.mark.timeout(300)
def test_no_request_breaks_a_service(method: MethodDescriptor) -> None:
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        channel = runner.run(stack.enter_async_context(channel_to(method.containing_service.name)))

        @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
        @given(messages(method.input_type))
        def answered(request: Message) -> None:
            assert runner.run(status_of(channel, method, request)) in EXPECTED

        try:
            answered()
        finally:
            runner.run(stack.aclose())
