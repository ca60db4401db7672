"""One trace: over each kind of call, through a job's process, and into logs; nothing of it where nobody collects."""

import asyncio
import json
import logging
import subprocess
import sys
from typing import Any

import grpc.aio
import pytest
from boumbapp.theory.v2 import theory_service_pb2 as pb
from opentelemetry.trace import SpanKind, StatusCode, get_current_span

from launcher.settings import ROOT
from services.chassis.client.channel import open_channel, outgoing
from services.chassis.jobs.job import Job
from services.chassis.jobs.job_queue import JobQueue
from services.chassis.logs import JsonFormatter
from telemetry import conventions as names
from telemetry import tracing
from tests.integration.chassis.echo import KINDS, Ask, ask, echoing
from tests.integration.chassis.test_job_queue import COMMAND, pid_of
from tests.integration.measuring import measuring, of_trace

TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
HEADER = (tracing.TRACEPARENT, f"00-{TRACE}-{PARENT}-01")


@pytest.mark.parametrize("kind", KINDS)
async def test_a_call_is_a_span_of_its_caller_s_trace_by_the_stable_conventions(kind: str) -> None:
    with measuring() as spans:
        async with echoing() as (server, _), open_channel(server.address, "somewhere") as channel:
            with tracing.step("caller") as caller:
                await ask(channel, kind, Ask(question="?"), metadata=outgoing(5)["metadata"])
            await asyncio.sleep(0.05)
        ended = {span.kind: span for span in of_trace(spans, tracing.trace_of(caller))}
    client, server_span = ended[SpanKind.CLIENT], ended[SpanKind.SERVER]
    assert server_span.parent
    assert client.parent
    assert server_span.parent.span_id == client.context.span_id
    assert client.parent.span_id == caller.get_span_context().span_id
    for span in (client, server_span):
        told = {key: (span.attributes or {})[key] for key in (names.SYSTEM, names.METHOD, names.STATUS)}
        assert told == {names.SYSTEM: "grpc", names.METHOD: f"echo.v1.Echo/{kind}", names.STATUS: "OK"}
        assert span.name == f"echo.v1.Echo/{kind}"


async def test_failures_are_told_and_the_caller_s_are_not_the_server_s() -> None:
    async def fails(_: Any) -> None:
        raise RuntimeError("the servicer's own")

    with measuring() as spans:
        async with echoing(fails) as (server, _), open_channel(server.address, "somewhere") as channel:
            for count in (0, 99):  # INTERNAL, INVALID_ARGUMENT
                with pytest.raises(grpc.aio.AioRpcError):
                    await ask(channel, "unary_unary", Ask(question="?", count=count))
            await asyncio.sleep(0.05)
        ended = spans.get_finished_spans()
    seen = {(span.kind, (span.attributes or {})[names.STATUS], span.status.status_code) for span in ended}
    assert seen == {
        (SpanKind.SERVER, "INTERNAL", StatusCode.ERROR),
        (SpanKind.CLIENT, "INTERNAL", StatusCode.ERROR),
        (SpanKind.SERVER, "INVALID_ARGUMENT", StatusCode.UNSET),
        (SpanKind.CLIENT, "INVALID_ARGUMENT", StatusCode.ERROR),
    }


async def test_without_a_collector_the_caller_s_trace_goes_on_and_no_span_is_made() -> None:
    seen: list[dict[str, str]] = []
    logged: list[str] = []

    async def act(_: Any) -> None:
        seen.append(tracing.headers_of())
        assert not get_current_span().is_recording()
        record = logging.LogRecord("x", logging.INFO, "", 0, "said", None, None)
        logged.append(JsonFormatter("echo").format(record))
        assert outgoing(1)["metadata"][tracing.TRACEPARENT] == HEADER[1]

    async with echoing(act) as (_, channel):
        await ask(channel, "unary_unary", Ask(question="?"), metadata=(HEADER, ("x-request-id", "r-1")))
        assert seen == [dict([HEADER])]
        line = json.loads(logged[0])
        assert (line["trace_id"], line["request_id"]) == (TRACE, "r-1")


@pytest.mark.parametrize(
    "header", ["", "nonsense", "00-" + "0" * 32 + f"-{PARENT}-01", f"00-{TRACE}-{PARENT}-01, x", "ü"]
)
async def test_a_header_that_is_none_begins_a_trace_of_its_own(header: str) -> None:
    with measuring() as spans:
        async with echoing() as (_, channel):
            await ask(
                channel,
                "unary_unary",
                Ask(question="?"),
                metadata=((tracing.TRACEPARENT, header.encode("ascii", "replace").decode()),),
            )
            await asyncio.sleep(0.05)
        (span,) = spans.get_finished_spans()
        assert span.parent is None


async def test_a_job_tells_how_long_it_waited_and_ran_and_where() -> None:
    queue = JobQueue(COMMAND, max_pending=4, max_pending_per_caller=2, name="q")
    request = pb.AnalyseRequest(prompt="basse dub en la mineur").SerializeToString()
    try:
        with measuring() as spans, tracing.step("caller") as caller:
            await queue.submit("ana", Job("Analyse", request, trace=tracing.headers_of()))
            ended = {span.name: span for span in of_trace(spans, tracing.trace_of(caller))}
        assert set(ended) == {"job waits", "job runs"}
        assert (ended["job runs"].attributes or {})[names.WORKER_PID] == pid_of(queue)
        assert ended["job waits"].end_time == ended["job runs"].start_time
    finally:
        await queue.close()


@pytest.mark.parametrize("service", ["theory", "melody", "journal"])
def test_without_a_collector_nothing_of_the_sdk_is_even_loaded(service: str) -> None:
    program = (
        f"import sys, services.{service}.main\n"
        "from telemetry.export import configure_telemetry\n"
        f"configure_telemetry('{service}', '')\n"
        "print([name for name in sys.modules if name.startswith(('opentelemetry.sdk', 'opentelemetry.exporter'))])"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
