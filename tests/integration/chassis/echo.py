"""A service made for these tests: one method of each kind, which answer with what they were asked."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import grpc
import grpc.aio
from boumbapp.rules.v2.rules_pb2 import FieldRules, rules
from google.protobuf.descriptor_pb2 import FieldDescriptorProto, FileDescriptorProto
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from services.chassis.client.channel import open_channel
from services.chassis.server.server import RunningServer, ServiceDefinition, start
from services.chassis.settings import Environment, ServerSettings

KINDS = ("unary_unary", "unary_stream", "stream_unary", "stream_stream")
# What happens with each request before it is answered.
Act = Callable[[Any], Awaitable[object]]


def _contract() -> FileDescriptorProto:
    file = FileDescriptorProto(name="echo.proto", package="echo.v1", syntax="proto3")
    ask, answer = file.message_type.add(name="Ask"), file.message_type.add(name="Answer")
    text, number = FieldDescriptorProto.TYPE_STRING, FieldDescriptorProto.TYPE_UINT32
    for message, name, type_, declared in (
        (ask, "question", text, FieldRules(tells_language=True, max_length=2000)),
        (ask, "locale", text, FieldRules()),
        (ask, "count", number, FieldRules(max=10)),
        (answer, "text", text, FieldRules()),
    ):
        field = message.field.add(name=name, number=len(message.field) + 1, type=type_)
        field.options.Extensions[rules].CopyFrom(declared)
    service = file.service.add(name="Echo")
    for kind in KINDS:
        asked, _, answered = kind.partition("_")
        service.method.add(
            name=kind,
            input_type=".echo.v1.Ask",
            output_type=".echo.v1.Answer",
            client_streaming=asked == "stream",
            server_streaming=answered == "stream",
        )
    return file


_POOL = DescriptorPool()
_POOL.Add(_contract())
SERVICE = _POOL.FindServiceByName("echo.v1.Echo")
Ask: Any = GetMessageClass(_POOL.FindMessageTypeByName("echo.v1.Ask"))
Answer: Any = GetMessageClass(_POOL.FindMessageTypeByName("echo.v1.Answer"))


class Echo:
    """The servicer."""

    def __init__(self, act: Act) -> None:
        self._act = act

    def add_to(self, server: grpc.aio.Server) -> None:
        handlers: dict[str, Any] = {
            kind: getattr(grpc, f"{kind}_rpc_method_handler")(
                getattr(self, kind), request_deserializer=Ask.FromString, response_serializer=Answer.SerializeToString
            )
            for kind in KINDS
        }
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE.full_name, handlers),))

    async def unary_unary(self, request: Message, context: Any) -> Message:
        answer: Message = await self._answer(request)
        return answer

    async def unary_stream(self, request: Any, context: Any) -> AsyncIterator[Message]:
        for _ in range(request.count or 1):
            yield await self._answer(request)

    async def stream_unary(self, requests: AsyncIterator[Message], context: Any) -> Message:
        message: Message = Answer(text=" ".join([(await self._answer(request)).text async for request in requests]))
        return message

    async def stream_stream(self, requests: AsyncIterator[Message], context: Any) -> AsyncIterator[Message]:
        async for request in requests:
            yield await self._answer(request)

    async def _answer(self, request: Any) -> Any:
        await self._act(request)
        return Answer(text=request.question)


async def nothing(*_: object) -> None:
    """An act that does nothing."""


async def launch(act: Act = nothing, **variables: str) -> RunningServer:
    """A server of the chassis with this service."""
    environment = Environment({"BOUMB_ECHO_ADDRESS": "127.0.0.1:0", "BOUMB_GRACE_S": "1", **variables})
    definition = ServiceDefinition(descriptor=SERVICE, add=Echo(act).add_to, warm=nothing)
    return await start(ServerSettings.read("echo", environment), [definition])


@asynccontextmanager
async def echoing(act: Act = nothing, **variables: str) -> AsyncIterator[tuple[RunningServer, grpc.aio.Channel]]:
    """The server and a channel to it, for the time of a block."""
    server = await launch(act, **variables)
    try:
        async with open_channel(server.address) as channel:
            yield server, channel
    finally:
        await server.stop()


def begin(channel: grpc.aio.Channel, kind: str, requests: Sequence[bytes], **options: Any) -> Any:
    """Start a call with these bytes as its requests; only the kinds that take many may be given several."""
    method: Any = getattr(channel, kind)(f"/{SERVICE.full_name}/{kind}", response_deserializer=Answer.FromString)
    if kind.startswith("stream"):
        return method(iter(requests), **options)
    (request,) = requests
    return method(request, **options)


async def answers(call: Any) -> list[str]:
    """The texts of a call's answers. Raises AioRpcError when it fails."""
    if isinstance(call, grpc.aio.UnaryUnaryCall | grpc.aio.StreamUnaryCall):
        return [(await call).text]
    return [answer.text async for answer in call]


async def ask(channel: grpc.aio.Channel, kind: str, *requests: Message, **options: Any) -> list[str]:
    """Make a call and read its answers."""
    return await answers(begin(channel, kind, [request.SerializeToString() for request in requests], **options))
