"""The one server interceptor: identity, language, admission, rules, errors and measures around every call."""

from __future__ import annotations  # gRPC's classes take type arguments in their stubs only

import asyncio
import logging
import time
import uuid
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from contextlib import aclosing, asynccontextmanager
from functools import partial
from typing import Any, NoReturn

import grpc
import grpc.aio
from google.protobuf.message import Message
from google.rpc import status_pb2

from language import locale
from services.chassis import request_context as contexts
from services.chassis.errors.catalogue import ApiError, Code
from services.chassis.errors.status import DETAILS_KEY, UpstreamError, ValidationFailed, status_of
from services.chassis.server import validation
from services.chassis.server.admission import RETRY_S, Admission, Place
from services.chassis.server.offload import Offloader
from services.chassis.telemetry import Measures, tag_request

Context = grpc.aio.ServicerContext[Any, Any]
_log = logging.getLogger("rpc")
_CODES = {code.value[0]: code for code in grpc.StatusCode}
_NAMES = {number: code.name for number, code in _CODES.items()}
_ALL_SENT: tuple[Message, ...] = ()
_FOR_EVER_S = 365 * 24 * 3600.0
# Services that are about the server itself: neither counted nor measured.
_PLUMBING = ("/grpc.health.", "/grpc.reflection.")


class CallInterceptor(grpc.aio.ServerInterceptor):
    """Wraps every method of the product's own services.

    Args:
        admission: Places for calls in flight.
        measures: Where durations and statuses are recorded.
        offloaders: By service name, what runs calls that would block the event loop.
    """

    def __init__(self, admission: Admission, measures: Measures, offloaders: Mapping[str, Offloader]) -> None:
        self._admission = admission
        self._measures = measures
        self._offloaders = offloaders

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[grpc.RpcMethodHandler[Any, Any] | None]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> grpc.RpcMethodHandler[Any, Any] | None:
        """Wrap the method's handler."""
        handler = await continuation(handler_call_details)
        method = handler_call_details.method
        if handler is None or method.startswith(_PLUMBING):
            return handler
        codec = {
            "request_deserializer": handler.request_deserializer,
            "response_serializer": handler.response_serializer,
        }
        if offloader := self._offloaders.get(method.split("/")[1]):
            return self._offloadable(method, handler, offloader)
        if handler.unary_unary:
            return grpc.unary_unary_rpc_method_handler(self._unary(method, handler.unary_unary), **codec)
        if handler.unary_stream:
            return grpc.unary_stream_rpc_method_handler(self._streaming(method, handler.unary_stream), **codec)
        if handler.stream_stream:
            return grpc.stream_stream_rpc_method_handler(self._bidirectional(method, handler.stream_stream), **codec)
        raise TypeError(f"{method}: client streaming without server streaming is not used by this contract")

    def _unary(self, method: str, inner: Callable[..., Any]) -> Callable[..., Any]:
        async def handle(request: Message, context: Context) -> Message:
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
            async with self._call(method, context, None, streams=True) as place:
                await self._send(place, context, inner(_inline_or_bytes(method, requests, offloader), context))
            for response in _ALL_SENT:  # what makes this the generator that gRPC expects
                yield response

        codec = {"request_deserializer": None, "response_serializer": _serialise}
        if handler.unary_unary:
            return grpc.unary_unary_rpc_method_handler(handle, **codec)
        if handler.stream_stream:
            return grpc.stream_stream_rpc_method_handler(converse, **codec)
        raise TypeError(f"{method}: only unary and bidirectional methods can be offloaded")

    def _streaming(self, method: str, inner: Callable[..., Any]) -> Callable[..., Any]:
        async def handle(request: Message, context: Context) -> AsyncIterator[Message]:
            async with self._call(method, context, request, streams=True) as place:
                await self._send(place, context, inner(request, context))
            for response in _ALL_SENT:  # what makes this the generator that gRPC expects
                yield response

        return handle

    def _bidirectional(self, method: str, inner: Callable[..., Any]) -> Callable[..., Any]:
        async def handle(requests: AsyncIterator[Message], context: Context) -> AsyncIterator[Message]:
            async with self._call(method, context, None, streams=True) as place:
                await self._send(place, context, inner(_checked(requests), context))
            for response in _ALL_SENT:  # what makes this the generator that gRPC expects
                yield response

        return handle

    async def _send(self, place: Place, context: Context, responses: AsyncGenerator[Message, None]) -> None:
        """Send responses one by one, as the caller takes them; the place may be given away meanwhile.

        Sent here and not by gRPC, which cannot be interrupted while it waits for the caller.
        """
        loop = asyncio.get_running_loop()
        async with aclosing(responses):
            async for response in responses:
                if not place.held:  # given away while this was computed
                    raise ApiError(Code.GAVE_WAY, retry_s=RETRY_S)
                try:
                    async with asyncio.timeout(None) as waiting:
                        self._admission.waits(place, partial(waiting.reschedule, loop.time()))
                        await context.write(response)
                except TimeoutError:
                    raise ApiError(Code.GAVE_WAY, retry_s=RETRY_S) from None
                except grpc.aio.InternalError as error:  # the caller left meanwhile
                    raise asyncio.CancelledError from error
                finally:
                    self._admission.goes_on(place)

    @asynccontextmanager
    async def _call(
        self, method: str, context: Context, request: Message | None, *, streams: bool = False, check: bool = True
    ) -> AsyncIterator[Place]:
        """Everything around one call. Never returns normally after a failure: it aborts the call."""
        call = _describe(context, request)
        contexts.enter(call)
        tag_request(call.request_id, call.identity.user)
        started = time.perf_counter()
        status = "CANCELLED"  # what holds when the caller leaves and this coroutine is closed
        try:
            with self._admission.place(call.identity.user, streams=streams) as place:
                if check and request is not None and (faults := validation.check(request)):
                    raise ValidationFailed(faults)
                yield place
            status = "OK"
        except Exception as error:  # noqa: BLE001 - the last line of defence
            rpc_status = translate(error, call, method)
            status = _NAMES.get(rpc_status.code, "UNKNOWN")
            await _abort(context, rpc_status)
        finally:
            self._measures.record(method, status, time.perf_counter() - started)


def _describe(context: Context, request: Message | None) -> contexts.CallContext:
    headers = contexts.read_headers(context.invocation_metadata() or ())
    accepted = headers.get(contexts.LANGUAGE, "")
    remaining = context.time_remaining()
    # A year and more is how gRPC writes "no deadline".
    deadline = None if remaining is None or remaining > _FOR_EVER_S else time.monotonic() + remaining
    return contexts.CallContext(
        request_id=headers.get(contexts.REQUEST_ID) or uuid.uuid4().hex,
        locale=locale_of(request, accepted),
        accept_language=accepted,
        identity=contexts.read_identity(headers),
        deadline=deadline,
    )


def locale_of(request: Message | None, accepted: str) -> str:
    """Language to answer a request in.

    Args:
        request: The request, where it is known.
        accepted: Languages that the caller accepts, as the header lists them.
    """
    return locale.choose(_text(request, "locale"), _text(request, "prompt", "instruction"), accepted)


def _text(request: Message | None, *fields: str) -> str:
    """The first of the fields that the request has and that says something."""
    values = (getattr(request, field, "") for field in fields)
    return next((value for value in values if isinstance(value, str) and value), "")


async def _checked(requests: AsyncIterator[Message]) -> AsyncIterator[Message]:
    """The messages of a request stream, each held against its rules."""
    async for request in requests:
        if faults := validation.check(request):
            raise ValidationFailed(faults)
        yield request


async def _inline_or_bytes(
    method: str, requests: AsyncIterator[bytes], offloader: Offloader
) -> AsyncIterator[Message | bytes]:
    """The messages of a request stream: those to handle inline parsed and validated, the others as bytes."""
    async for data in requests:
        request, inline = offloader.parse(method, data)
        if request is None or not inline:
            yield data
            continue
        if faults := validation.check(request):
            raise ValidationFailed(faults)
        yield request


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
        faults = error.faults
    elif isinstance(error, ApiError):
        faults = (error,)
    else:
        _log.exception("%s failed", method)
        faults = (ApiError(Code.INTERNAL),)
    if any(fault.private for fault in faults):
        _log.warning("%s: %s", method, "; ".join(fault.private for fault in faults if fault.private))
    return status_of(faults, call.locale, call.request_id)


async def _abort(context: Context, status: status_pb2.Status) -> NoReturn:
    details = (DETAILS_KEY, status.SerializeToString())
    await context.abort(_CODES[status.code], status.message, (details,))
    raise AssertionError("abort always raises")
