"""A channel whose calls are spans of their caller's trace, and are measured.

Not with interceptors: gRPC passes every message of an intercepted stream through queues and tasks of its own, which
costs more than all spans together. Here a call is the one that it would be without, with two headers more.
"""

from __future__ import annotations  # gRPC's classes take type arguments in their stubs only

import asyncio
import time
from functools import partial
from typing import Any

import grpc
import grpc.aio
from opentelemetry.trace import Span

from services.chassis.measures import CALLED, of_a_call
from telemetry import tracing
from telemetry.conventions import full_method

_finishing: set[asyncio.Task[None]] = set()  # the event loop itself holds on to none


class TracedChannel(grpc.aio.Channel):
    """Does what another channel does, and observes the calls.

    Args:
        channel: The other one; closed with this one.
    """

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._channel = channel

    async def __aenter__(self) -> TracedChannel:
        """As the other one."""
        await self._channel.__aenter__()
        return self

    async def __aexit__(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> bool | None:  # noqa: ANN401
        """As the other one."""
        return await self._channel.__aexit__(exc_type, exc_val, exc_tb)

    async def close(self, grace: float | None = None) -> None:
        """As the other one."""
        await self._channel.close(grace)

    def get_state(self, try_to_connect: bool = False) -> grpc.ChannelConnectivity:
        """As the other one."""
        return self._channel.get_state(try_to_connect)

    async def wait_for_state_change(self, last_observed_state: grpc.ChannelConnectivity) -> None:
        """As the other one."""
        await self._channel.wait_for_state_change(last_observed_state)

    async def channel_ready(self) -> None:
        """As the other one."""
        await self._channel.channel_ready()

    def unary_unary(self, method: Any, *arguments: Any, **options: Any) -> Any:  # noqa: ANN401
        """A method of one request and one response."""
        return partial(_begin, full_method(method), self._channel.unary_unary(method, *arguments, **options))

    def unary_stream(self, method: Any, *arguments: Any, **options: Any) -> Any:  # noqa: ANN401
        """A method of one request and many responses."""
        return partial(_begin, full_method(method), self._channel.unary_stream(method, *arguments, **options))

    def stream_unary(self, method: Any, *arguments: Any, **options: Any) -> Any:  # noqa: ANN401
        """A method of many requests and one response."""
        return partial(_begin, full_method(method), self._channel.stream_unary(method, *arguments, **options))

    def stream_stream(self, method: Any, *arguments: Any, **options: Any) -> Any:  # noqa: ANN401
        """A method of many requests and many responses."""
        return partial(_begin, full_method(method), self._channel.stream_stream(method, *arguments, **options))


def _begin(method: str, invoke: Any, *arguments: Any, metadata: Any = None, **options: Any) -> Any:  # noqa: ANN401
    """Make a call: the same, with the headers of its span."""
    span, began = tracing.call(method), time.perf_counter()
    sent = (*(metadata or ()), *tracing.headers_of(span).items())
    call = invoke(*arguments, metadata=sent, **options)
    call.add_done_callback(partial(_ended, method, span, began))
    return call


def _ended(method: str, span: Span, began: float, call: Any) -> None:  # noqa: ANN401
    task = asyncio.ensure_future(_finish(method, span, time.perf_counter() - began, call))
    _finishing.add(task)
    task.add_done_callback(_finishing.discard)


async def _finish(method: str, span: Span, seconds: float, call: Any) -> None:  # noqa: ANN401
    status = (await call.code()).name
    failed = status != "OK"
    CALLED.record(seconds, of_a_call(method, status, failed=failed))
    tracing.finish(span, status, failed=failed)
