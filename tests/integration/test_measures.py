"""Each measure moves when its cause is provoked, and there is none that no cause moves."""

import asyncio
import os
import signal
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import Any

import grpc.aio
import pytest
from boumbapp.music.v2.events_pb2 import CORRECTION_REASON_OUT_OF_KEY, BarReady, Correction, Started
from boumbapp.music.v2.music_pb2 import Bar, Meter

from llm import conventions as genai
from llm.faults import LanguageModelError
from llm.model import LanguageModel
from services.chassis import measures as chassis
from services.chassis.client.channel import open_channel
from services.chassis.jobs.job_queue import JobLostError, JobQueue
from services.composition import measures as composition
from services.composition.bar_deadline import BarDeadline
from services.composition.circuit_breaker import CircuitBreaker
from services.composition.event_writer import EventWriter
from services.composition.fallback import FallbackEngine
from services.composition.recording import measures as recording
from services.composition.recording.recorder import SpoolingRecorder
from services.composition.recording.spool import Spool
from services.melody.engines.melody_engine import bar_of
from telemetry import conventions as names
from telemetry.measures import Measure, declared
from tests.fault_server import fault_server
from tests.integration.chassis.echo import Ask, ask, begin, echoing
from tests.integration.chassis.test_job_queue import COMMAND, PROMPT, pid_of
from tests.integration.llm.test_language_model_faults import NOTES, settings
from tests.integration.measuring import measuring, value
from tests.unit.composition.engines import LOW, LanguageModelEngine, melody_brief
from tests.unit.composition.test_fallback import composed
from tests.unit.composition.test_recorder import MIB, Shelf, compose

METHOD = "echo.v1.Echo/unary_unary"
QUEUE = {names.QUEUE: "of the test"}


@pytest.fixture(autouse=True)
def on() -> Iterator[None]:
    with measuring():
        yield


async def moved(measure: Measure, labels: dict[str, str], cause: Callable[[], Awaitable[object]]) -> float:
    """By how much a cause moves a measure."""
    before = value(measure.name, labels) or 0
    await cause()
    return (value(measure.name, labels) or 0) - before


@asynccontextmanager
async def traced_echo() -> AsyncIterator[grpc.aio.Channel]:
    async with echoing() as (server, _), open_channel(server.address, "somewhere") as channel:
        yield channel


async def test_calls_by_method_and_status_on_both_sides() -> None:
    async with traced_echo() as channel:
        ok = {names.METHOD: METHOD, names.STATUS: "OK"}

        async def call() -> None:
            assert await ask(channel, "unary_unary", Ask(question="?"))
            await asyncio.sleep(0.05)  # both sides have ended it

        assert await moved(chassis.ANSWERED, ok, call) == 1
        assert await moved(chassis.CALLED, ok, call) == 1

        async def refused() -> None:
            with pytest.raises(grpc.aio.AioRpcError):
                await ask(channel, "unary_unary", Ask(question="?", count=99))
            await asyncio.sleep(0.05)

        bad = {names.METHOD: METHOD, names.STATUS: "INVALID_ARGUMENT"}
        assert await moved(chassis.ANSWERED, bad, refused) == 1
        assert not value(chassis.ANSWERED.name, {**bad, names.ERROR_TYPE: "INVALID_ARGUMENT"}), "the caller's fault"
        assert value(chassis.CALLED.name, {**bad, names.ERROR_TYPE: "INVALID_ARGUMENT"})


async def test_places_that_are_taken_and_calls_that_find_none() -> None:
    gate, inside = asyncio.Event(), asyncio.Event()

    async def wait(_: Any) -> None:
        inside.set()
        await gate.wait()

    places = value(chassis.PLACES.name, {}) or 0
    in_flight = value(chassis.IN_FLIGHT.name, {}) or 0
    async with echoing(wait, BOUMB_ECHO_MAX_IN_FLIGHT="1") as (_, channel):
        held = begin(channel, "unary_stream", [Ask(question="?").SerializeToString()])
        reading = asyncio.create_task(anext(aiter(held)))
        await inside.wait()
        assert (value(chassis.IN_FLIGHT.name, {}) or 0) - in_flight == 1
        assert (value(chassis.PLACES.name, {}) or 0) - places == 1

        async def too_many() -> None:
            with pytest.raises(grpc.aio.AioRpcError):
                await ask(channel, "unary_unary", Ask(question="?"))

        assert await moved(chassis.REFUSED, {names.REASON: "OVERLOADED"}, too_many) == 1
        gate.set()
        await reading
    assert (value(chassis.IN_FLIGHT.name, {}) or 0) == in_flight


async def test_jobs_that_wait_run_and_are_lost() -> None:
    queue = JobQueue(COMMAND, max_pending=4, max_pending_per_caller=2, name=QUEUE[names.QUEUE])
    try:
        assert await moved(chassis.WAITED, QUEUE, lambda: queue.submit("ana", PROMPT)) == 1
        os.kill(pid_of(queue), signal.SIGSTOP)
        held = [asyncio.create_task(queue.submit("ana", PROMPT)) for _ in range(2)]
        await asyncio.sleep(0)
        assert (value(chassis.PENDING.name, QUEUE), value(chassis.PENDING_MOST.name, QUEUE)) == (2, 4)

        async def lose() -> None:
            os.kill(pid_of(queue), signal.SIGKILL)
            with pytest.raises(JobLostError):
                await held[0]
            await held[1]

        assert await moved(chassis.LOST, QUEUE, lose) == 1
    finally:
        await queue.close()
    assert value(chassis.PENDING.name, QUEUE) is None


async def bars(count: int, seconds: float) -> AsyncGenerator[BarReady, None]:
    for index in range(count):
        await asyncio.sleep(seconds if index else 0)
        bar = Bar(index=index, meter=Meter(beats=4, beat_unit=4))
        yield BarReady(bar=bar, engine="slow", corrections=[Correction(reason=CORRECTION_REASON_OUT_OF_KEY)])


async def streamed(bpm: float, seconds: float, reader_s: float = 0.0) -> None:
    events = EventWriter()
    events.started(Started(bpm=bpm))
    async with aclosing(events.making(bars(4, seconds))) as made:
        async for ready in made:
            events.bar(ready)
            await asyncio.sleep(reader_s)


async def test_bars_the_first_those_that_are_late_and_what_was_corrected() -> None:
    slow = {names.ENGINE: "slow"}
    assert await moved(composition.FIRST_BAR, {}, lambda: streamed(120, 0)) == 1
    assert await moved(composition.BARS, slow, lambda: streamed(120, 0)) == 4
    # At 24,000 beats a minute a bar plays 10 ms; each takes 30.
    assert await moved(composition.LATE, slow, lambda: streamed(24_000, 0.03)) == 3
    assert await moved(composition.LATE, slow, lambda: streamed(120, 0)) == 0
    assert await moved(composition.LATE, slow, lambda: streamed(1200, 0, 0.3)) == 0, "a slow reader is not ours"
    out_of_key = {names.REASON: "OUT_OF_KEY"}
    assert await moved(composition.CORRECTIONS, out_of_key, lambda: streamed(120, 0)) == 4


@pytest.mark.parametrize(
    ("how", "reason"), [("fails", "failed"), ("ends", "ended early"), ("wrong bar", "unusable bar"), ("hangs", "late")]
)
async def test_fallbacks_by_engine_and_reason(how: str, reason: str) -> None:
    first, second = LanguageModelEngine(how=how), LanguageModelEngine(voice=LOW, name="specialist")
    deadline = BarDeadline(shortest_s=0.5, longest_s=0.5)
    engine: FallbackEngine[Any, Any] = FallbackEngine(first, second, deadline, CircuitBreaker(), bar_of=bar_of)
    labels = {names.ENGINE: "llm", composition.STAND_IN: "specialist", names.REASON: reason}
    assert await moved(composition.FALLBACKS, labels, lambda: composed(engine, melody_brief(2))) == 1


async def test_what_waits_for_the_journal_and_what_is_lost(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / name).mkdir()
    async with SpoolingRecorder("melody", Spool(tmp_path / "a", MIB), shelf := Shelf(away=10**6)).running() as recorder:
        await compose(recorder, "r1")
        async with asyncio.timeout(10):
            while not value(recording.JOURNAL_LAG.name, {}):  # noqa: ASYNC110  the recorder tells no test how far it is
                await asyncio.sleep(0.02)
        assert (value(recording.SPOOL.name, {}) or 0) > 0
        assert value(recording.SPOOL_ROOM.name, {}) == MIB
        shelf._away = 0
        async with asyncio.timeout(10):
            while value(recording.JOURNAL_LAG.name, {}) or value(recording.SPOOL.name, {}):  # noqa: ASYNC110  likewise
                await asyncio.sleep(0.02)

    async def without_room() -> None:
        async with SpoolingRecorder("melody", Spool(tmp_path / "b", 1), Shelf()).running() as recorder:
            await compose(recorder, "r2")

    assert await moved(recording.NOT_RECORDED, {}, without_room) == 1


async def test_language_models() -> None:
    async with fault_server() as server, LanguageModel(settings(server)) as model:
        await model.probe()
        labels = {genai.OPERATION: genai.CHAT, genai.PROVIDER: genai.OLLAMA}
        for measure, more in (
            (genai.TOKENS, {genai.TOKEN_TYPE: genai.OUTPUT}),
            (genai.DURATION, {}),
            (genai.PER_TOKEN, {}),
        ):
            assert await moved(measure, {**labels, **more}, lambda: model.generate(NOTES)) == 1, measure.name

        async def slow() -> None:
            server.how = "slow"
            with pytest.raises(LanguageModelError):
                await model.generate(NOTES)

        assert await moved(genai.DURATION, {genai.ERROR_TYPE: "SLOW"}, slow) == 1


def test_there_is_no_measure_that_is_not_provoked_here() -> None:
    source = Path(__file__).read_text("utf-8")
    here = {"chassis": chassis, "composition": composition, "recording": recording, "genai": genai}
    provoked = {
        measure.name
        for alias, module in here.items()
        for constant, measure in vars(module).items()
        if isinstance(measure, Measure) and f"{alias}.{constant}" in source
    }
    assert provoked == set(declared())
