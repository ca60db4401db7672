"""Interceptors that make each call to another service a span of the caller's trace, and measure it."""

from __future__ import annotations  # gRPC's classes take type arguments in their stubs only

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any, cast

import grpc.aio
from opentelemetry.trace import Span

from services.chassis.measures import CALLED, of_a_call
from telemetry import tracing
from telemetry.conventions import full_method

_finishing: set[asyncio.Task[None]] = set()  # the event loop itself holds on to none


async def _traced(
    continuation: Callable[[Any, Any], Awaitable[Any]],
    details: grpc.aio.ClientCallDetails,
    request: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401  calls of four kinds
    span, began = tracing.call(details.method), time.perf_counter()
    metadata = grpc.aio.Metadata(*(details.metadata or ()))
    for name, value in tracing.headers_of(span).items():
        metadata.add(name, value)
    try:
        call = await continuation(cast(Any, details)._replace(metadata=metadata), request)
    except BaseException:
        tracing.finish(span, "CANCELLED", failed=True)
        raise
    call.add_done_callback(partial(_ended, full_method(details.method), span, began))
    return call


def _ended(method: str, span: Span, began: float, call: Any) -> None:  # noqa: ANN401
    task = asyncio.ensure_future(_finish(method, span, began, call))
    _finishing.add(task)
    task.add_done_callback(_finishing.discard)


async def _finish(method: str, span: Span, began: float, call: Any) -> None:  # noqa: ANN401
    seconds = time.perf_counter() - began
    status = (await call.code()).name
    failed = status != "OK"
    CALLED.record(seconds, of_a_call(method, status, failed=failed))
    tracing.finish(span, status, failed=failed)


class _UnaryUnary(grpc.aio.UnaryUnaryClientInterceptor):
    async def intercept_unary_unary(self, continuation: Any, client_call_details: Any, request: Any) -> Any:  # noqa: ANN401
        return await _traced(continuation, client_call_details, request)


class _UnaryStream(grpc.aio.UnaryStreamClientInterceptor):
    async def intercept_unary_stream(self, continuation: Any, client_call_details: Any, request: Any) -> Any:  # noqa: ANN401
        return await _traced(continuation, client_call_details, request)


class _StreamUnary(grpc.aio.StreamUnaryClientInterceptor):
    async def intercept_stream_unary(self, continuation: Any, client_call_details: Any, request_iterator: Any) -> Any:  # noqa: ANN401
        return await _traced(continuation, client_call_details, request_iterator)


class _StreamStream(grpc.aio.StreamStreamClientInterceptor):
    async def intercept_stream_stream(self, continuation: Any, client_call_details: Any, request_iterator: Any) -> Any:  # noqa: ANN401
        return await _traced(continuation, client_call_details, request_iterator)


def client_interceptors(otlp_endpoint: str) -> Sequence[grpc.aio.ClientInterceptor]:
    """Interceptors of a channel; none when telemetry is off.

    Args:
        otlp_endpoint: Collector of traces; empty for none.
    """
    return [_UnaryUnary(), _UnaryStream(), _StreamUnary(), _StreamStream()] if otlp_endpoint else []
