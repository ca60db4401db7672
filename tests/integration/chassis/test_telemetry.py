"""One trace from the caller through melody to theory, as a real collector receives it."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import grpc.aio
import pytest
from boumbapp.melody.v2.melody_service_pb2 import ComposeRequest
from boumbapp.melody.v2.melody_service_pb2_grpc import MelodyServiceStub
from opentelemetry.proto.collector.metrics.v1 import metrics_service_pb2, metrics_service_pb2_grpc
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2, trace_service_pb2_grpc
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from launcher.process import ServiceProcess
from launcher.readiness import serving
from services.chassis.client.channel import open_channel

TRACE = "0af7651916cd43dd8448eb211c80319c"
METHOD = "boumbapp.melody.v2.MelodyService/Compose"


class Collector(trace_service_pb2_grpc.TraceServiceServicer, metrics_service_pb2_grpc.MetricsServiceServicer):
    """Keeps the spans and the names of the measures it is sent."""

    def __init__(self) -> None:
        self.spans: list[tuple[str, Span]] = []
        self.measures: set[str] = set()

    async def Export(self, request: Any, context: Any) -> Any:
        if isinstance(request, metrics_service_pb2.ExportMetricsServiceRequest):
            self.measures |= {m.name for r in request.resource_metrics for s in r.scope_metrics for m in s.metrics}
            return metrics_service_pb2.ExportMetricsServiceResponse()
        for resource in request.resource_spans:
            (name,) = [a.value.string_value for a in resource.resource.attributes if a.key == "service.name"]
            self.spans += [(name, span) for scope in resource.scope_spans for span in scope.spans]
        return trace_service_pb2.ExportTraceServiceResponse()


@asynccontextmanager
async def collecting() -> AsyncIterator[tuple[Collector, str]]:
    collector = Collector()
    server = grpc.aio.server()
    trace_service_pb2_grpc.add_TraceServiceServicer_to_server(collector, server)  # type: ignore[no-untyped-call]
    metrics_service_pb2_grpc.add_MetricsServiceServicer_to_server(collector, server)  # type: ignore[no-untyped-call]
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    try:
        yield collector, f"http://127.0.0.1:{port}"
    finally:
        await server.stop(0)


def attributes(span: Span) -> dict[str, str]:
    return {attribute.key: attribute.value.string_value for attribute in span.attributes}


def of_trace(spans: list[tuple[str, Span]]) -> Iterator[tuple[str, Span]]:
    return ((name, span) for name, span in spans if span.trace_id.hex() == TRACE)


@pytest.mark.timeout(60)
async def test_a_request_is_one_trace_through_every_service(tmp_path: Path) -> None:
    async with collecting() as (collector, endpoint):
        environment = {
            "PATH": os.environ["PATH"],
            "OTEL_EXPORTER_OTLP_ENDPOINT": endpoint,
            "OTEL_BSP_SCHEDULE_DELAY": "50",
            "BOUMB_THEORY_ADDRESS": f"unix:{tmp_path}/t.sock",
            "BOUMB_MELODY_ADDRESS": f"unix:{tmp_path}/m.sock",
        }
        with (tmp_path / "log").open("wb") as log:
            processes = [
                await ServiceProcess.start(f"services.{name}.main", environment, log) for name in ("theory", "melody")
            ]
        try:
            for name in ("THEORY", "MELODY"):
                await asyncio.wait_for(serving(environment[f"BOUMB_{name}_ADDRESS"]), 20)
            metadata = grpc.aio.Metadata(("traceparent", f"00-{TRACE}-b7ad6b7169203331-01"), ("x-request-id", "r-42"))
            async with open_channel(environment["BOUMB_MELODY_ADDRESS"]) as channel:
                request = ComposeRequest(prompt="Fais une basse funky en Sol mineur", seed=7)
                assert [event async for event in MelodyServiceStub(channel).Compose(request, metadata=metadata)]
        finally:
            await asyncio.gather(*(process.stop(1) for process in processes))
    spans = list(of_trace(collector.spans))
    assert {name for name, _ in spans} == {"theory", "melody"}
    (composing,) = [span for name, span in spans if name == "melody" and METHOD in span.name]
    assert composing.parent_span_id.hex() == "b7ad6b7169203331"
    served = [span for name, span in spans if attributes(span).get("boumbapp.request_id") == "r-42"]
    methods = {span.name.rpartition("/")[2] for span in served}
    assert methods == {"Compose", "Analyse", "ValidateStream"}, "melody's call, and its two of theory"
    assert "rpc.server.call.duration" in collector.measures
