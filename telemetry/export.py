"""Sending traces and measures to a collector over OTLP, where one is configured."""

import os

from opentelemetry import metrics, trace

from telemetry import tracing


def configure_telemetry(service: str, endpoint: str) -> None:
    """Export traces and measures of this process to an OTLP/gRPC collector.

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

    resource = Resource.create(
        {
            "service.name": service,
            "service.namespace": "boumbapp",
            "service.instance.id": f"{os.uname().nodename}-{os.getpid()}",
        }
    )
    tracer_provider = TracerProvider(resource=resource)
    tracer_provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint)))
    trace.set_tracer_provider(tracer_provider)
    reader = PeriodicExportingMetricReader(OTLPMetricExporter(endpoint=endpoint))
    metrics.set_meter_provider(MeterProvider(resource=resource, metric_readers=[reader]))
    tracing.switch(on=True)


def flush_telemetry() -> None:
    """Send what is still queued; called once when the process stops."""
    for provider in (trace.get_tracer_provider(), metrics.get_meter_provider()):
        shutdown = getattr(provider, "shutdown", None)
        if shutdown is not None:
            shutdown()
