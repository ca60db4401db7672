"""One trace from the caller through the gateway to the service."""

import asyncio
from pathlib import Path
from typing import Any

import grpc.aio
from boumbapp.melody.v2 import melody_service_pb2 as melody
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2 as traces
from opentelemetry.proto.collector.trace.v1.trace_service_pb2_grpc import (
    TraceServiceServicer,
    add_TraceServiceServicer_to_server,
)
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from tests.e2e.gateway.mesh import running_mesh
from tests.e2e.gateway.scripted import MELODY_INFO

TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


class Collector(TraceServiceServicer):
    """Keeps the spans it is sent."""

    def __init__(self) -> None:
        self.spans: asyncio.Queue[Span] = asyncio.Queue()

    async def Export(
        self, request: traces.ExportTraceServiceRequest, context: Any
    ) -> traces.ExportTraceServiceResponse:
        for resource in request.resource_spans:
            for scope in resource.scope_spans:
                for span in scope.spans:
                    self.spans.put_nowait(span)
        return traces.ExportTraceServiceResponse()


async def test_a_call_is_one_trace_from_the_caller_to_the_service(tmp_path: Path) -> None:
    collector = Collector()
    server = grpc.aio.server()
    add_TraceServiceServicer_to_server(collector, server)  # type: ignore[no-untyped-call]  # generated without types
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    async with running_mesh(tmp_path, collector=f"http://127.0.0.1:{port}") as mesh:
        headers = {"traceparent": f"00-{TRACE}-{PARENT}-01"}
        assert (await mesh.client().call(MELODY_INFO, melody.InfoRequest(), headers)).status == 0
        async with asyncio.timeout(10):
            spans = {span.kind: span for span in [await collector.spans.get(), await collector.spans.get()]}
    await server.stop(None)
    ingress, egress = spans[Span.SPAN_KIND_SERVER], spans[Span.SPAN_KIND_CLIENT]
    assert (ingress.trace_id.hex(), ingress.parent_span_id.hex()) == (TRACE, PARENT)
    assert (egress.trace_id.hex(), egress.parent_span_id) == (TRACE, ingress.span_id)
    assert mesh.melody.headers["traceparent"] == f"00-{TRACE}-{egress.span_id.hex()}-01"


async def test_a_collector_that_is_away_disturbs_nobody(tmp_path: Path) -> None:
    async with running_mesh(tmp_path, collector="127.0.0.1:9") as mesh:
        assert (await mesh.client().call(MELODY_INFO, melody.InfoRequest())).status == 0
