"""The one server interceptor: identity, language, admission, rules, errors, spans and measures around every call."""

from __future__ import annotations  # gRPC's classes take type arguments in their stubs only

import logging
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any, NoReturn, TypeAlias

import grpc
import grpc.aio
from google.protobuf.message import DecodeError, Message
from google.rpc import status_pb2

from language import locale
from language.localized_text import LocalizedText
from services.chassis import request_context as contexts
from services.chassis.errors.catalogue import INTERNAL, MALFORMED, UNAUTHENTICATED, ApiError
from services.chassis.errors.status import DETAILS_KEY, UpstreamError, ValidationFailed, status_of
from services.chassis.measures import ANSWERED, REFUSED, of_a_call
from services.chassis.server import sliced_validation, validation
from services.chassis.server.admission import NO_PLACE, Admission, Place
from services.chassis.server.offload import Offloader
from services.chassis.server.peers import identity_of
from services.chassis.server.sending import send
from telemetry import tracing
from telemetry.conventions import REASON, REQUEST_ID, SERVER_FAULTS, USER, full_method

Context: TypeAlias = grpc.aio.ServicerContext[Any, Any]
Decoder: TypeAlias = Callable[[bytes], Any]
_log = logging.getLogger("rpc")
_CODES = {code.value[0]: code for code in grpc.StatusCode}
_NAMES = {number: code.name for number, code in _CODES.items()}
_ALL_SENT: tuple[Message, ...] = ()
_FOR_EVER_S = 365 * 24 * 3600.0
# Services that are about the server itself: neither counted nor measured.
_ABOUT_THE_SERVER = ("/grpc.health.", "/grpc.reflection.")
NO_REQUEST = LocalizedText("it is no request of this method", "ce n'est pas une requête de cette méthode")


class _Undecodable:
    """Stands for a message whose bytes are none of its type."""


_UNDECODABLE = _Undecodable()
_Received: TypeAlias = Message | _Undecodable


@dataclass(slots=True)
class _Call:
    """A call being handled.

    Attributes:
        context: What is known about it; the messages of a request stream may tell its language.
        place: The place that it holds.
    """

    context: contexts.CallContext
    place: Place


class CallInterceptor(grpc.aio.ServerInterceptor):
    """Wraps every method of the product's own services.

    Args:
        admission: Places for calls in flight.
        offloaders: By service name, what runs calls that would block the event loop.
    """

    def __init__(self, admission: Admission, offloaders: Mapping[str, Offloader]) -> None:
        self._admission = admission
        self._offloaders = offloaders

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[grpc.RpcMethodHandler[Any, Any] | None]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> grpc.RpcMethodHandler[Any, Any] | None:
        """Wrap the method's handler.

        Args:
            continuation: Finds the handler.
            handler_call_details: The method that is called.
        """
        handler = await continuation(handler_call_details)
        method = handler_call_details.method
        if handler is None or method.startswith(_ABOUT_THE_SERVER):
            return handler
        codec = {
            "request_deserializer": _decoder(handler.request_deserializer),
            "response_serializer": handler.response_serializer,
        }
        if offloader := self._offloaders.get(method.split("/")[1]):
            return self._offloadable(method, handler, offloader)
        if handler.unary_unary:
            return grpc.unary_unary_rpc_method_handler(self._unary_unary(method, handler.unary_unary), **codec)
        if handler.unary_stream:
            return grpc.unary_stream_rpc_method_handler(self._unary_stream(method, handler.unary_stream), **codec)
        if handler.stream_unary:
            return grpc.stream_unary_rpc_method_handler(self._stream_unary(method, handler.stream_unary), **codec)
        assert handler.stream_stream is not None, "gRPC has no fifth kind"
        return grpc.stream_stream_rpc_method_handler(self._stream_stream(method, handler.stream_stream), **codec)

    def _unary_unary(self, method: str, inner: Callable[..., Any]) -> Callable[..., Any]:
        async def handle(request: _Received, context: Context) -> Message:
            async with self._call(method, context, request):
                response: Message = await inner(request, context)
            return response

        return handle

    def _offloadable(
        self, method: str, handler: grpc.RpcMethodHandler[Any, Any], offloader: Offloader
    ) -> grpc.RpcMethodHandler[Any, Any]:
        """Wrap a method whose requests come as bytes, because parsing one may block the loop already."""
        inner: Any = handler.unary_unary or handler.stream_stream

        async def handle(data: bytes, context: Context) -> Message | bytes:
            request, inline = offloader.parse(method, data)
            async with self._call(method, context, request, check=inline):
                answer: Message | bytes
                if inline:
                    answer = await inner(request, context)
                else:
                    answer = await offloader.run(method, data, request, context.peer())
            return answer

        async def converse(requests: AsyncIterator[bytes], context: Context) -> AsyncIterator[Message | bytes]:
            async with self._call(method, context, None, streams=True) as call:
                received = _inline_or_bytes(method, requests, offloader, call)
                await send(self._admission, call.place, context, inner(received, context))
            for response in _ALL_SENT:  # what makes this the generator that gRPC expects
                yield response

        codec = {"request_deserializer": None, "response_serializer": _serialise}
        if handler.unary_unary:
            return grpc.unary_unary_rpc_method_handler(handle, **codec)
        if handler.stream_stream:
            return grpc.stream_stream_rpc_method_handler(converse, **codec)
        raise TypeError(f"{method}: only unary and bidirectional methods can be offloaded")

    def _unary_stream(self, method: str, inner: Callable[..., Any]) -> Callable[..., Any]:
        async def handle(request: _Received, context: Context) -> AsyncIterator[Message]:
            async with self._call(method, context, request, streams=True) as call:
                await send(self._admission, call.place, context, inner(request, context))
            for response in _ALL_SENT:  # what makes this the generator that gRPC expects
                yield response

        return handle

    def _stream_unary(self, method: str, inner: Callable[..., Any]) -> Callable[..., Any]:
        async def handle(requests: AsyncIterator[_Received], context: Context) -> Message:
            async with self._call(method, context, None) as call:
                response: Message = await inner(_checked(requests, call), context)
            return response

        return handle

    def _stream_stream(self, method: str, inner: Callable[..., Any]) -> Callable[..., Any]:
        async def handle(requests: AsyncIterator[_Received], context: Context) -> AsyncIterator[Message]:
            async with self._call(method, context, None, streams=True) as call:
                await send(self._admission, call.place, context, inner(_checked(requests, call), context))
            for response in _ALL_SENT:  # what makes this the generator that gRPC expects
                yield response

        return handle

    @asynccontextmanager
    async def _call(
        self, method: str, context: Context, request: _Received | None, *, streams: bool = False, check: bool = True
    ) -> AsyncIterator[_Call]:
        """Everything around one call. Never returns normally after a failure: it aborts the call."""
        metadata = context.invocation_metadata() or ()
        identity = identity_of(metadata, context.auth_context())
        described = _describe(context, contexts.read_headers(metadata), identity or contexts.Identity(), request)
        contexts.enter(described)
        span = tracing.serve(method, metadata)
        tracing.tag({REQUEST_ID: described.request_id, USER: described.identity.user})
        call: _Call | None = None
        started = time.perf_counter()
        status = "CANCELLED"  # what holds when the caller leaves and this coroutine is closed
        try:
            if identity is None:
                raise ApiError(UNAUTHENTICATED)
            with self._admission.place(identity.user, streams=streams) as place:
                call = _Call(described, place)
                if check and request is not None:
                    await _check(request)
                yield call
            status = "OK"
        except Exception as error:  # noqa: BLE001 - the last line of defence
            if isinstance(error, ApiError) and error.code in NO_PLACE:
                REFUSED.add({REASON: error.code.name})
            rpc_status = translate(error, call.context if call else described, method)
            status = _NAMES.get(rpc_status.code, "UNKNOWN")
            await _abort(context, rpc_status)
        finally:
            failed = status in SERVER_FAULTS
            ANSWERED.record(time.perf_counter() - started, of_a_call(full_method(method), status, failed=failed))
            tracing.finish(span, status, failed=failed)


def _decoder(decode: Decoder | None) -> Decoder | None:
    """What gRPC decodes requests with. It would answer UNKNOWN and log a traceback for bytes that are no request."""
    if decode is None:
        return None

    def run(data: bytes) -> Any:  # noqa: ANN401 - messages of any type
        try:
            return decode(data)
        except DecodeError:
            return _UNDECODABLE

    return run


def _describe(
    context: Context, headers: dict[str, str], identity: contexts.Identity, request: _Received | None
) -> contexts.CallContext:
    accepted = headers.get(contexts.LANGUAGE, "")
    remaining = context.time_remaining()
    # A year and more is how gRPC writes "no deadline".
    deadline = None if remaining is None or remaining > _FOR_EVER_S else time.monotonic() + remaining
    return contexts.CallContext(
        request_id=headers.get(contexts.REQUEST_ID) or uuid.uuid4().hex,
        locale=locale_of(request, accepted),
        accept_language=accepted,
        identity=identity,
        deadline=deadline,
        nested=contexts.NESTED in headers,
    )


def _locale_of(request: _Received | None) -> str | None:
    """The language that a message tells itself, or None."""
    if not isinstance(request, Message):
        return None
    explicit = getattr(request, "locale", "")
    return locale.said(explicit if isinstance(explicit, str) else "", validation.text_that_tells_language(request))


def locale_of(request: _Received | None, accepted: str) -> str:
    """Language to answer a request in.

    Args:
        request: The request, where it is known.
        accepted: Languages that the caller accepts, as the header lists them.
    """
    return _locale_of(request) or locale.accepted(accepted)


async def _check(request: _Received) -> None:
    """Hold a message against the contract. Raises ApiError or ValidationFailed."""
    if not isinstance(request, Message):
        raise ApiError(MALFORMED, value=NO_REQUEST)
    if violations := await sliced_validation.check(request):
        raise ValidationFailed(violations)


async def _checked(requests: AsyncIterator[_Received], call: _Call) -> AsyncIterator[Message]:
    """The messages of a request stream, each held against its rules; one that tells its language changes the call's."""
    async for request in requests:
        _follow_language(request, call)
        await _check(request)
        assert isinstance(request, Message)
        yield request


async def _inline_or_bytes(
    method: str, requests: AsyncIterator[bytes], offloader: Offloader, call: _Call
) -> AsyncIterator[Message | bytes]:
    """The messages of a request stream: those to handle inline parsed and validated, the others as bytes."""
    async for data in requests:
        request, inline = offloader.parse(method, data)
        if request is None or not inline:
            yield data
            continue
        _follow_language(request, call)
        await _check(request)
        yield request


def _follow_language(request: _Received, call: _Call) -> None:
    """Let a message of a request stream that tells its language change the call's."""
    locale_of_message = _locale_of(request)
    if locale_of_message is not None and locale_of_message != call.context.locale:
        call.context = replace(call.context, locale=locale_of_message)
        contexts.enter(call.context)


def _serialise(answer: Message | bytes) -> bytes:
    return answer if isinstance(answer, bytes) else answer.SerializeToString()


def translate(error: Exception, call: contexts.CallContext, method: str) -> status_pb2.Status:
    """The status that a failure shows to the caller; anything unforeseen is logged whole and shown as INTERNAL.

    Args:
        error: What was raised.
        call: The call in which it was.
        method: Full name of the method, for the log.
    """
    if isinstance(error, UpstreamError):
        return error.status
    if isinstance(error, ValidationFailed):
        errors = error.violations
    elif isinstance(error, ApiError):
        errors = (error,)
    else:
        _log.exception("%s failed", method)
        errors = (ApiError(INTERNAL),)
    if private := [error.private for error in errors if error.private]:
        _log.warning("%s: %s", method, "; ".join(private))
    return status_of(errors, call.locale, call.request_id)


async def _abort(context: Context, status: status_pb2.Status) -> NoReturn:
    details = (DETAILS_KEY, status.SerializeToString())
    await context.abort(_CODES[status.code], status.message, (details,))
    raise AssertionError("abort always raises")
