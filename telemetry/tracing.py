"""Spans: one trace from the caller to the last thing done on its behalf, also across processes and queues.

Without a collector no span is made. What a caller sends as its trace is still passed on and written into logs.
"""

from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from typing import TypeAlias

from opentelemetry import context, trace
from opentelemetry.trace import INVALID_SPAN, Span, SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from opentelemetry.util.types import AttributeValue

from telemetry import conventions as names

TRACEPARENT = "traceparent"
TRACESTATE = "tracestate"
Attributes: TypeAlias = Mapping[str, AttributeValue]
_tracer = trace.get_tracer("boumbapp")
_propagator = TraceContextTextMapPropagator()
_on = False


def switch(*, on: bool) -> None:
    """Make spans from now on, or none."""
    global _on  # noqa: PLW0603  a property of the process, as OpenTelemetry's provider is
    _on = on


def is_on() -> bool:
    """Whether spans are made in this process."""
    return _on


def parent_of(headers: Iterable[tuple[str, str | bytes]]) -> context.Context | None:
    """The trace that a call belongs to, as its headers say; None where they say none.

    Args:
        headers: Of the call.
    """
    carrier = {name: value for name, value in headers if name in (TRACEPARENT, TRACESTATE) and isinstance(value, str)}
    return _propagator.extract(carrier, context.Context()) if TRACEPARENT in carrier else None


def enter(headers: Mapping[str, str]) -> None:
    """Let the rest of this task belong to a trace.

    Args:
        headers: Of the trace, from `headers_of`.
    """
    parent = parent_of(headers.items())
    if parent is not None:
        context.attach(parent)


def headers_of(span: Span | None = None) -> dict[str, str]:
    """Headers that make what they are sent to belong to a span's trace; none where there is no trace.

    Args:
        span: The span; the current one when not given.
    """
    carrier: MutableMapping[str, str] = {}
    _propagator.inject(carrier, None if span is None else trace.set_span_in_context(span))
    return dict(carrier)


def trace_of(span: Span | None = None) -> str:
    """Identifier of a span's trace, 32 hexadecimal digits; empty where there is none.

    Args:
        span: The span; the current one when not given.
    """
    found = (span or trace.get_current_span()).get_span_context()
    return trace.format_trace_id(found.trace_id) if found.is_valid else ""


def serve(method: str, headers: Iterable[tuple[str, str | bytes]]) -> Span:
    """Begin the span of a call that is answered here; it is current for the rest of the task.

    Args:
        method: Path of the method.
        headers: Of the call.
    """
    parent = parent_of(headers)
    if parent is None and not _on:
        return INVALID_SPAN
    parent = parent or context.Context()
    if not _on:
        context.attach(parent)
        return INVALID_SPAN
    name = names.full_method(method)
    span = _tracer.start_span(name, parent, SpanKind.SERVER, {names.SYSTEM: names.GRPC, names.METHOD: name})
    context.attach(trace.set_span_in_context(span, parent))
    return span


def call(method: str | bytes) -> Span:
    """Begin the span of a call to another service.

    Args:
        method: Path of the method.
    """
    name = names.full_method(method)
    return _tracer.start_span(name, kind=SpanKind.CLIENT, attributes={names.SYSTEM: names.GRPC, names.METHOD: name})


def finish(span: Span, status: str, *, failed: bool) -> None:
    """End the span of a call.

    Args:
        span: From `serve` or `call`.
        status: Name of the gRPC status.
        failed: Whether that is a failure on this side of the call.
    """
    if span.is_recording():
        span.set_attribute(names.STATUS, status)
        if failed:
            span.set_attribute(names.ERROR_TYPE, status)
            span.set_status(Status(StatusCode.ERROR))
        span.end()


@contextmanager
def step(name: str, attributes: Attributes | None = None) -> Iterator[Span]:
    """A span around a block, current inside it. Not for blocks that yield.

    Args:
        name: What is done.
        attributes: Of the span.
    """
    if not _on:
        yield INVALID_SPAN
        return
    with _tracer.start_as_current_span(name, attributes=attributes) as span:
        yield span


@contextmanager
def within(span: Span) -> Iterator[None]:
    """Make a span that goes on current for a block. Not for blocks that yield."""
    if not _on:
        yield
        return
    with trace.use_span(span, end_on_exit=False, record_exception=False, set_status_on_exception=False):
        yield


def begin(name: str, attributes: Attributes | None = None, kind: SpanKind = SpanKind.INTERNAL) -> Span:
    """Begin a span below the current one that is not made current, to be ended by hand.

    Args:
        name: What is done.
        attributes: Of the span.
        kind: Of the span.
    """
    return _tracer.start_span(name, kind=kind, attributes=attributes) if _on else INVALID_SPAN


def record(
    name: str,
    began_ns: int,
    ended_ns: int,
    attributes: Attributes | None = None,
    headers: Iterable[tuple[str, str | bytes]] | None = None,
) -> None:
    """Record a span that is over, below the current one: what another process did, and told the times of.

    Args:
        name: What was done.
        began_ns: Since the epoch.
        ended_ns: Since the epoch.
        attributes: Of the span.
        headers: Of the trace that it belongs to instead.
    """
    if not _on:
        return
    parent = None if headers is None else parent_of(headers) or context.Context()
    links = [trace.Link(trace.get_current_span().get_span_context())] if headers is not None else None
    span = _tracer.start_span(name, parent, attributes=attributes, links=links, start_time=began_ns)
    span.end(ended_ns)


def tag(attributes: Attributes) -> None:
    """Put attributes on the current span."""
    span = trace.get_current_span()
    if span.is_recording():
        span.set_attributes(dict(attributes))
