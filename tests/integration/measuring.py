"""OpenTelemetry's SDK in this process, with what was measured and which spans ended, for tests to read."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from opentelemetry import metrics, trace
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from telemetry import tracing

_reader = InMemoryMetricReader()
_spans = InMemorySpanExporter()
_set_up: list[bool] = []  # a process has one provider for as long as it lives


@contextmanager
def measuring() -> Iterator[InMemorySpanExporter]:
    """Make spans and measures for the length of a block; the spans that end in it."""
    if not _set_up:
        metrics.set_meter_provider(MeterProvider(metric_readers=[_reader]))
        provider = TracerProvider()
        provider.add_span_processor(SimpleSpanProcessor(_spans))
        trace.set_tracer_provider(provider)
        _set_up.append(True)
    _spans.clear()
    tracing.switch(on=True)
    try:
        yield _spans
    finally:
        tracing.switch(on=False)


def value(name: str, labels: Mapping[str, str]) -> float | None:
    """What a measure says now for these labels, all sources together; the number of values of a histogram.

    None where it says nothing for them.
    """
    data = _reader.get_metrics_data()
    points: list[Any] = [
        point
        for resource in (data.resource_metrics if data else ())
        for scope in resource.scope_metrics
        for metric in scope.metrics
        if metric.name == name
        for point in metric.data.data_points
        if labels.items() <= dict(point.attributes or {}).items()
    ]
    return sum(getattr(point, "count", getattr(point, "value", 0)) for point in points) if points else None


def of_trace(spans: InMemorySpanExporter, trace_id: str) -> list[ReadableSpan]:
    """Spans of a trace."""
    return [span for span in spans.get_finished_spans() if f"{span.context.trace_id:032x}" == trace_id]
