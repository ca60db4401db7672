"""One trace id at every hop of one request, from a browser's call to what the journal stores."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from boumbapp.arranger.v2.arranger_service_pb2 import ComposeRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from services.chassis.service_manifest import manifests, usual
from tests.e2e.real_mesh import running_real_mesh
from tests.integration.chassis.test_telemetry import Collector, collecting

TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
COMPOSE = "/boumbapp.arranger.v2.ArrangerService/Compose"


async def arrived(collector: Collector, services: set[str]) -> list[tuple[str, Span]]:
    """Spans of the trace, once every service has told one."""
    async with asyncio.timeout(30):
        while True:
            spans = [(name, span) for name, span in collector.spans if span.trace_id.hex() == TRACE]
            if {name for name, _ in spans} >= services:
                return spans
            await asyncio.sleep(0.05)


@pytest.fixture
async def spans(tmp_path: Path) -> AsyncIterator[list[tuple[str, Span]]]:
    """What an arrangement, asked for by a browser's protocol, leaves with the collector."""
    async with (
        collecting() as (collector, endpoint),
        running_real_mesh(
            tmp_path, OTEL_EXPORTER_OTLP_ENDPOINT=endpoint, OTEL_BSP_SCHEDULE_DELAY="100", BOUMB_MELODY_WORKERS="1"
        ) as mesh,
        mesh.client() as client,
    ):
        headers = {"traceparent": f"00-{TRACE}-{PARENT}-01"}
        answer = await client.call(COMPOSE, ComposeRequest(prompt="trio jazz en fa, 2 mesures", seed=7), headers)
        assert answer.status == 0
        yield await arrived(collector, {"gateway", *usual(manifests())})


@pytest.mark.timeout(120)
async def test_every_service_and_process_has_its_part_in_the_callers_trace(spans: list[tuple[str, Span]]) -> None:
    ids = {span.span_id for _, span in spans}
    roots = [(name, span) for name, span in spans if span.parent_span_id not in ids]
    assert {(name, span.parent_span_id.hex()) for name, span in roots if name != "journal"} == {("gateway", PARENT)}
    names = {(name, span.name) for name, span in spans}
    assert ("journal", "stored") in names
    assert ("melody", "bar") in names
    workers = {
        attribute.value.int_value
        for name, span in spans
        if (name, span.name) == ("melody", "worker")
        for attribute in span.attributes
        if attribute.key == "process.pid"
    }
    assert len(workers) <= 1, "there is one worker, which may not have been ready in time"
