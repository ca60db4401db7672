"""OpenTelemetry: traces and measures, exported over OTLP when a collector is configured, free otherwise."""

from collections.abc import Sequence

import grpc.aio
from opentelemetry import metrics, trace


class CallMetrics:
    """Durations of calls by method and status, as the `rpc.server.duration` histogram (seconds)."""

    def __init__(self) -> None:
        meter = metrics.get_meter("boumbapp.chassis")
        self._duration = meter.create_histogram("rpc.server.duration", unit="s")

    def record(self, method: str, status: str, seconds: float) -> None:
        """Record one finished call.

        Args:
            method: Path of the method, "/package.Service/Method".
            status: Name of the gRPC status that it ended with.
            seconds: How long it took, 0 or more.
        """
        self._duration.record(seconds, {"rpc.method": method, "rpc.grpc.status": status})


def configure_telemetry(service: str, endpoint: str) -> None:
    """Export traces and metrics of this process to an OTLP/gRPC collector.

    The SDK is imported here alone: it costs start-up time that only a configured collector is worth.

    Args:
        service: Name of the service.
        endpoint: "http://host:4317"; empty leaves telemetry off.
    """
    if not endpoint:
        return
    from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import OTLPMetricExporter  # noqa: PLC0415
    from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
    from opentelemetry.sdk.metrics import MeterProvider  # noqa: PLC0415
    from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader  # noqa: PLC0415
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    resource = Resource.create({"service.name": service, "service.namespace": "boumbapp"})
    tracer_provider = TracerProvider(resource=resource)
    tracer_provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint)))
    trace.set_tracer_provider(tracer_provider)
    reader = PeriodicExportingMetricReader(OTLPMetricExporter(endpoint=endpoint))
    metrics.set_meter_provider(MeterProvider(resource=resource, metric_readers=[reader]))


def server_interceptors(endpoint: str) -> list[grpc.aio.ServerInterceptor]:
    """Interceptors that continue the caller's trace; none when telemetry is off."""
    if not endpoint:
        return []
    from opentelemetry.instrumentation.grpc import aio_server_interceptor  # noqa: PLC0415

    return [aio_server_interceptor()]  # type: ignore[no-untyped-call]  # the library is not typed here


def client_interceptors(endpoint: str) -> Sequence[grpc.aio.ClientInterceptor]:
    """Interceptors that pass the trace on to other services; none when telemetry is off."""
    if not endpoint:
        return []
    from opentelemetry.instrumentation.grpc import aio_client_interceptors  # noqa: PLC0415

    interceptors: Sequence[grpc.aio.ClientInterceptor] = aio_client_interceptors()  # type: ignore[no-untyped-call]  # likewise
    return interceptors


def tag_request(request_id: str, user: str) -> None:
    """Put the request id and the caller on the current span.

    Args:
        request_id: Of the call.
        user: Who calls; empty for calls that start inside the private network.
    """
    span = trace.get_current_span()
    if span.is_recording():
        span.set_attribute("boumbapp.request_id", request_id)
        span.set_attribute("enduser.id", user)


def flush_telemetry() -> None:
    """Send what is still queued; called once when the process stops."""
    for provider in (trace.get_tracer_provider(), metrics.get_meter_provider()):
        shutdown = getattr(provider, "shutdown", None)
        if shutdown is not None:
            shutdown()
