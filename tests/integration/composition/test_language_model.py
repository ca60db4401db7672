"""A language model added to melody and to drums, over real servers: whatever it does, the music ends."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import grpc.aio
import pytest
from boumbapp.drums.v2 import drums_service_pb2 as drums_pb
from boumbapp.drums.v2.drums_service_pb2_grpc import DrumsServiceStub, add_DrumsServiceServicer_to_server
from boumbapp.melody.v2 import melody_service_pb2 as melody_pb
from boumbapp.melody.v2.melody_service_pb2_grpc import MelodyServiceStub, add_MelodyServiceServicer_to_server
from boumbapp.music.v2.events_pb2 import ComposingEvent

from services.chassis.client.channel import open_channel
from services.chassis.server.server import RunningServer, ServiceDefinition, running
from services.composition.bar_deadline import BarDeadline
from services.composition.circuit_breaker import CircuitBreaker
from services.composition.fallback import FallbackEngine
from services.composition.registry import EngineRegistry
from services.composition.theory_client import TheoryClient
from services.drums import main as drums
from services.drums.composer import DrumsComposer
from services.drums.engines.brief import bar_of as groove_bar_of
from services.drums.performance.deviation_model import FeelModel
from services.drums.refiner import Refiner
from services.drums.servicer import DrumsServicer
from services.melody import main as melody
from services.melody.composer import MelodyComposer
from services.melody.engines.melody_engine import bar_of
from services.melody.refiner import Refiner as MelodyRefiner
from services.melody.servicer import MelodyServicer
from tests.integration.conftest import melody_settings
from tests.integration.drums.conftest import drums_settings
from tests.unit.composition.engines import LanguageModelEngine, groove_bar, melody_bar

# A port where nobody listens.
NOBODY = "127.0.0.1:9"
FAULTS = ["well", "fails", "hangs", "ends", "nothing", "text", "wrong bar", "wrong metre", "wild"]
BARS = 4


async def nothing() -> None:
    return


@asynccontextmanager
async def melody_with(llm: LanguageModelEngine, theory: str, below: str) -> AsyncIterator[grpc.aio.Channel]:
    """Melody with the model on top of the engine of a name; Magenta does not run."""
    settings = melody_settings(theory, BOUMB_MAGENTA_ADDRESS=NOBODY, BOUMB_MELODY_WORKERS="0")
    loaded = melody.load_engines(settings)
    stacked: Any = FallbackEngine(llm, loaded.choose(below), BarDeadline(), CircuitBreaker(), bar_of=bar_of)
    engines: EngineRegistry[Any, Any] = EngineRegistry([stacked, loaded.choose("specialist"), loaded.choose("hybrid")])
    async with open_channel(theory) as channel:
        servicer = MelodyServicer(
            MelodyComposer(TheoryClient(channel), engines), MelodyRefiner(TheoryClient(channel), engines), engines
        )
        mount = ServiceDefinition(
            descriptor=melody_pb.DESCRIPTOR.services_by_name["MelodyService"],
            add=partial(add_MelodyServiceServicer_to_server, servicer),
            warm=nothing,
        )
        async with running(settings.server, [mount]) as server, open_channel(server.address) as caller:
            yield caller


@asynccontextmanager
async def drums_with(llm: LanguageModelEngine, theory: str) -> AsyncIterator[grpc.aio.Channel]:
    """Drums with the model on top of the statistical engine."""
    settings = drums_settings(theory)
    model, manifest = FeelModel.load(settings.models / "groove-feel")
    loaded = drums.load_engines(settings, model, manifest, None)
    stacked: Any = FallbackEngine(llm, loaded.choose(""), BarDeadline(), CircuitBreaker(), bar_of=groove_bar_of)
    engines: EngineRegistry[Any, Any] = EngineRegistry([stacked, loaded.choose("")])
    async with open_channel(theory) as channel:
        client = TheoryClient(channel)
        servicer = DrumsServicer(DrumsComposer(client, engines), Refiner(client, model, None), engines)
        mount = ServiceDefinition(
            descriptor=drums_pb.DESCRIPTOR.services_by_name["DrumsService"],
            add=partial(add_DrumsServiceServicer_to_server, servicer),
            warm=nothing,
        )
        async with running(settings.server, [mount]) as server, open_channel(server.address) as caller:
            yield caller


async def melody_events(caller: grpc.aio.Channel, engine: str) -> list[ComposingEvent]:
    request = melody_pb.ComposeRequest(prompt="a melody in C major, 200 bpm, 4 bars", seed=3, engine=engine)
    return [response.event async for response in MelodyServiceStub(caller).Compose(request, timeout=20)]


def codes(events: list[Any]) -> list[str]:
    return [event.notice.code for event in events if event.HasField("notice")]


@pytest.mark.parametrize("how", FAULTS)
async def test_melody_on_top_of_the_specialist(theory_server: RunningServer, how: str) -> None:
    async with melody_with(LanguageModelEngine(melody_bar, how, 2), theory_server.address, "specialist") as caller:
        events = await melody_events(caller, "llm")
    makers = [event.bar.engine for event in events if event.HasField("bar")]
    assert makers == (["llm"] * 4 if how == "well" else ["llm", "llm", "specialist", "specialist"])
    assert codes(events) == ([] if how == "well" else ["ENGINE_FALLBACK"])
    assert events[-1].completed.bars == BARS


@pytest.mark.parametrize("at", [0, 2])
@pytest.mark.parametrize("how", ["fails", "hangs", "text"])
async def test_melody_on_top_of_hybrid_without_magenta(theory_server: RunningServer, how: str, at: int) -> None:
    """The model hands over to hybrid, and hybrid, whose Magenta is away, to the specialist: a Notice each."""
    async with melody_with(LanguageModelEngine(melody_bar, how, at), theory_server.address, "hybrid") as caller:
        events = await melody_events(caller, "llm")
    makers = [event.bar.engine for event in events if event.HasField("bar")]
    assert makers == ["llm"] * at + ["specialist"] * (BARS - at)
    assert codes(events) == ["ENGINE_FALLBACK"] * 2


async def test_an_absent_model_is_told_by_info_and_not_chosen(theory_server: RunningServer) -> None:
    llm = LanguageModelEngine(available=False)
    async with melody_with(llm, theory_server.address, "specialist") as caller:
        info = await MelodyServiceStub(caller).Info(melody_pb.InfoRequest())
        assert {e.name: e.available for e in info.engines} == {"llm": False, "specialist": True, "hybrid": False}
        assert {e.name: e.unavailable_reason for e in info.engines if not e.available}["hybrid"] == "NOT_RUNNING"
        specialist = next(engine for engine in info.engines if engine.name == "specialist")
        assert (specialist.repeatable, len(specialist.roles), specialist.unavailable_reason) == (True, 5, "")
        chosen, named = await melody_events(caller, ""), await melody_events(caller, "llm")
        assert (chosen[0].started.engine, codes(chosen)) == ("specialist", [])
        assert (named[-1].completed.bars, codes(named)) == (BARS, ["ENGINE_FALLBACK"])
        llm.available = True
        info = await MelodyServiceStub(caller).Info(melody_pb.InfoRequest())
        assert info.engines[0].available


@pytest.mark.parametrize("how", FAULTS)
async def test_drums_on_top_of_the_statistical_engine(theory_server: RunningServer, how: str) -> None:
    async with drums_with(LanguageModelEngine(groove_bar, how, 2), theory_server.address) as caller:
        request = drums_pb.ComposeRequest(prompt="house drums, 200 bpm, 4 bars", seed=3, engine="llm", locale="fr")
        events = [response.event async for response in DrumsServiceStub(caller).Compose(request, timeout=20)]
    makers = [event.bar.engine for event in events if event.HasField("bar")]
    assert makers == (["llm"] * 4 if how == "well" else ["llm", "llm", "statistical", "statistical"])
    assert codes(events) == ([] if how == "well" else ["ENGINE_FALLBACK"])
    assert events[-1].completed.bars == BARS
