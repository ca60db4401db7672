"""Composing grooves over real servers: the promises that every client relies on."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import grpc
import grpc.aio
import pytest
from boumbapp.drums.v2 import drums_service_pb2 as pb
from boumbapp.drums.v2.drums_service_pb2_grpc import DrumsServiceStub, add_DrumsServiceServicer_to_server
from boumbapp.music.v2.events_pb2 import BarReady, ComposingEvent, EngineInfo
from boumbapp.music.v2.feel_pb2 import Feel
from boumbapp.music.v2.intent_pb2 import IntentOptions
from boumbapp.music.v2.music_pb2 import DRUM_PIECE_KICK, ROLE_DRUMS, Bar, Meter, Swing

from music.meter import steps_per_bar
from services.chassis.client.channel import open_channel
from services.chassis.errors.status import read_details
from services.chassis.server.server import RunningServer, ServiceDefinition, running
from services.composition.engine import EngineSwitch
from services.composition.registry import EngineRegistry
from services.composition.theory_client import TheoryClient
from services.drums import main as drums
from services.drums.composer import DrumsComposer
from services.drums.engines.brief import DrumsBrief, DrumsEngine
from services.drums.performance.deviation_model import FeelModel
from services.drums.refiner import Refiner
from services.drums.servicer import DrumsServicer
from services.theory import main as theory
from tests.integration.conftest import theory_settings
from tests.integration.drums.conftest import drums_settings

TRAP = "Fais une batterie trap à 140"
HOUSE = "house drums, 124 bpm"


def request(prompt: str = TRAP, given: list[Bar] | None = None, **options: object) -> pb.ComposeRequest:
    return pb.ComposeRequest(
        prompt=prompt,
        seed=7,
        given_bars=given or [],
        hints=IntentOptions(**options),  # type: ignore[arg-type]
    )


async def events(stub: DrumsServiceStub, asked: pb.ComposeRequest) -> list[ComposingEvent]:
    return [response.event async for response in stub.Compose(asked)]


async def bars(stub: DrumsServiceStub, asked: pb.ComposeRequest) -> list[Bar]:
    return [event.bar.bar for event in await events(stub, asked) if event.HasField("bar")]


async def feel(stub: DrumsServiceStub, asked: pb.ComposeRequest) -> Feel:
    return (await events(stub, asked))[0].started.feel


async def refusal(stub: DrumsServiceStub, asked: pb.ComposeRequest) -> grpc.aio.AioRpcError:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await events(stub, asked)
    return caught.value


async def test_pieces_play_what_the_words_say_and_the_rest_is_told(drums_stub: DrumsServiceStub) -> None:
    asked = request("snare on 2 and 4, kick on 1 and 3, rock, with a phaser", swing=Swing(amount=0.0))
    stream = [response.event async for response in drums_stub.Compose(asked, timeout=10)]
    assert [event.notice.code for event in stream if event.HasField("notice")] == ["PARTLY_UNDERSTOOD"]
    for event in stream:
        if event.HasField("bar"):
            assert {hit.step for hit in event.bar.bar.hits if hit.piece == DRUM_PIECE_KICK} == {0, 8}


async def test_a_prompt_becomes_a_stream_of_grooves_with_the_feel_in_use(drums_stub: DrumsServiceStub) -> None:
    stream = await events(drums_stub, request())
    assert [event.WhichOneof("event") for event in stream] == ["started", *["bar"] * 4, "completed"]
    started = stream[0].started
    assert (started.intent.role, started.intent.style, started.intent.bpm) == (ROLE_DRUMS, "trap", 140)
    assert (started.seed, bool(started.explanation), bool(started.request_id)) == (7, True, True)
    told = stream[0].started.feel
    assert all(told.HasField(name) for name in ("intensity", "complexity", "swing", "humanise"))
    hits = 0
    for event in stream[1:-1]:
        groove = event.bar
        steps = steps_per_bar(groove.bar.meter)
        places = [(hit.step, hit.piece) for hit in groove.bar.hits]
        hits += len(places)
        assert places == sorted(set(places))
        assert all(step < steps for step, _ in places)
        assert not groove.corrections, "theory had to repair what the engine made"
        assert len(groove.feels) == len(places)
        assert len(groove.accents) == steps
        assert {step for step, accent in enumerate(groove.accents) if accent} == {step for step, _ in places}
        assert not groove.bar.notes
    completed = stream[-1].completed
    assert (completed.bars, completed.notes) == (4, hits)
    assert completed.started_ms <= completed.first_bar_ms <= completed.total_ms


async def test_what_feel_added_can_be_taken_away(drums_stub: DrumsServiceStub) -> None:
    human = pb.ComposeRequest(prompt=HOUSE, seed=3, feel=Feel(humanise=1, swing=Swing(amount=0.3)))
    machine = pb.ComposeRequest(prompt=HOUSE, seed=3, feel=Feel(humanise=0, swing=Swing(amount=0)))
    with_feel = [event.bar for event in await events(drums_stub, human) if event.HasField("bar")]
    for groove, plain in zip(with_feel, await bars(drums_stub, machine), strict=True):
        undone = [
            (hit.piece, hit.step, hit.velocity - felt.human_velocity)
            for hit, felt in zip(groove.bar.hits, groove.feels, strict=True)
        ]
        assert undone == [(hit.piece, hit.step, hit.velocity) for hit in plain.hits]
        for hit, felt in zip(groove.bar.hits, groove.feels, strict=True):
            assert hit.offset_ticks == felt.swing_ticks + felt.human_ticks


async def test_the_same_seed_gives_the_same_bars_and_another_seed_others(drums_stub: DrumsServiceStub) -> None:
    first = await bars(drums_stub, request())
    assert first == await bars(drums_stub, request())
    other = request()
    other.seed = 8
    assert first != await bars(drums_stub, other)


async def test_a_lost_stream_is_resumed_with_the_bars_that_arrived(drums_stub: DrumsServiceStub) -> None:
    whole = await bars(drums_stub, request(bars=8))
    for arrived in (1, 3, 7):
        rest = await bars(drums_stub, request(bars=8, given=whole[:arrived]))
        assert [bar.index for bar in rest] == list(range(arrived, 8))
        assert rest == whole[arrived:]


async def test_without_a_seed_started_names_the_one_that_was_drawn(drums_stub: DrumsServiceStub) -> None:
    stream = await events(drums_stub, pb.ComposeRequest(prompt=TRAP))
    again = pb.ComposeRequest(prompt=TRAP, seed=stream[0].started.seed)
    assert [event.bar.bar for event in stream[1:-1]] == await bars(drums_stub, again)


async def test_a_style_alone_is_enough_for_this_expert(drums_stub: DrumsServiceStub) -> None:
    started = (await events(drums_stub, request("house")))[0].started
    assert (started.intent.role, started.intent.style) == (ROLE_DRUMS, "house")
    for bar in await bars(drums_stub, request("house", bars=2)):
        kicks = {hit.step for hit in bar.hits if hit.piece == DRUM_PIECE_KICK}
        assert {0, 4, 8, 12} <= kicks


async def test_words_of_the_prompt_become_feel_and_the_request_wins_over_them(drums_stub: DrumsServiceStub) -> None:
    usual = await feel(drums_stub, request(HOUSE))
    busy = await feel(drums_stub, request("house drums très chargés, très fort"))
    plain = await feel(drums_stub, request("une batterie house simple, douce et mécanique"))
    assert plain.complexity < usual.complexity < busy.complexity
    assert plain.intensity < usual.intensity < busy.intensity
    assert plain.humanise < usual.humanise
    asked = pb.ComposeRequest(prompt="une batterie house très simple", feel=Feel(complexity=0.9))
    assert (await feel(drums_stub, asked)).complexity == pytest.approx(0.9)


async def test_complexity_and_intensity_change_the_music(drums_stub: DrumsServiceStub) -> None:
    async def made(**amounts: Any) -> list[Bar]:
        return await bars(drums_stub, pb.ComposeRequest(prompt=HOUSE, seed=1, feel=Feel(**amounts)))

    hits = [sum(len(bar.hits) for bar in await made(complexity=amount)) for amount in (0, 0.5, 1)]
    assert hits[0] < hits[1] < hits[2]
    loud = [sum(h.velocity for bar in await made(intensity=x) for h in bar.hits) for x in (0, 0.5, 1)]
    assert loud[0] < loud[1] < loud[2]


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"bars": 0}, "hints.bars"),
        ({"bars": 10_000}, "hints.bars"),
        ({"bpm": -3.0}, "hints.bpm"),
        ({"meter": Meter(beats=0, beat_unit=4)}, "hints.meter.beats"),
        ({"style": "zzyzx"}, "hints.style"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
async def test_bad_options_name_the_field_in_the_prompts_language(
    drums_stub: DrumsServiceStub, options: dict[str, object], field: str
) -> None:
    error = await refusal(drums_stub, request(given=None, prompt=TRAP, **options))
    assert error.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert field in (error.details() or "")
    assert read_details(error) is not None
    assert any(word in (error.details() or "") for word in ("vaut", "aucun", "n'est pas"))


async def test_feel_out_of_range_is_refused(drums_stub: DrumsServiceStub) -> None:
    error = await refusal(drums_stub, pb.ComposeRequest(prompt=TRAP, feel=Feel(swing=Swing(amount=0.7))))
    assert error.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert "feel.swing.amount" in (error.details() or "")


@pytest.mark.parametrize(
    "prompt", ["🥁", "x" * 2000, "beat", "\u202e؟", "0", "!!!", "batterie en 7/8", "waltz drums 3/4"]
)
async def test_odd_prompts_are_read_sensibly(drums_stub: DrumsServiceStub, prompt: str) -> None:
    stream = await events(drums_stub, request(prompt))
    assert stream[0].started.intent.role == ROLE_DRUMS
    assert stream[-1].completed.notes > 0


@pytest.mark.parametrize("prompt", ["", "   ", "x" * 1_000_000])
async def test_empty_and_endless_prompts_are_refused(drums_stub: DrumsServiceStub, prompt: str) -> None:
    error = await refusal(drums_stub, request(prompt))
    assert error.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert "prompt" in (error.details() or "")


async def test_pitched_parts_are_sent_to_the_expert_for_melody(drums_stub: DrumsServiceStub) -> None:
    error = await refusal(drums_stub, request("Fais une basse funky en Sol mineur"))
    assert error.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert "expert mélodie" in (error.details() or "")


async def test_an_unknown_engine_is_refused_with_those_there_are(drums_stub: DrumsServiceStub) -> None:
    error = await refusal(drums_stub, pb.ComposeRequest(prompt=TRAP, engine="gpt", locale="en"))
    info = await drums_stub.Info(pb.InfoRequest())
    assert info.engines[0].name in (error.details() or "")
    assert info.engines[0].available
    assert len(info.engines[0].digest) == 64


async def test_styles_are_listed_in_both_languages_and_every_one_can_be_composed(drums_stub: DrumsServiceStub) -> None:
    french = (await drums_stub.ListStyles(pb.ListStylesRequest(locale="fr"))).styles
    english = (await drums_stub.ListStyles(pb.ListStylesRequest(locale="en"))).styles
    slugs = [style.slug for style in french]
    assert slugs == sorted(slugs) == [style.slug for style in english]
    assert len(slugs) >= 30
    assert all(style.label and style.description and 20 <= style.bpm <= 400 for style in (*french, *english))
    assert any(fr.description != en.description for fr, en in zip(french, english, strict=True))
    for slug in slugs:
        stream = await events(drums_stub, request("fais un rythme", style=slug, bars=1))
        assert stream[0].started.intent.style == slug
        assert stream[1].bar.bar.hits, slug


class Gated:
    """An engine that composes a bar only when the test lets it, so that nothing depends on speed."""

    def __init__(self, engine: DrumsEngine) -> None:
        self.engine = engine
        self.permits = asyncio.Semaphore(0)
        self.made = 0
        self.closed = asyncio.Event()

    @property
    def info(self) -> EngineInfo:
        return self.engine.info

    async def compose(self, brief: DrumsBrief) -> AsyncGenerator[BarReady | EngineSwitch, Bar | None]:
        composing = self.engine.compose(brief)
        changed: Bar | None = None
        try:
            for _ in range(brief.bars):
                await self.permits.acquire()
                self.made += 1
                changed = yield await composing.asend(changed)
        finally:
            await composing.aclose()
            self.closed.set()


async def nothing() -> None:
    return


@asynccontextmanager
async def gated_drums(theory_address: str) -> AsyncIterator[tuple[Gated, DrumsServiceStub]]:
    """A drums server whose only engine is gated, and a client of it."""
    settings = drums_settings(theory_address, BOUMB_DRUMS_PACE_MS="1")
    model, manifest = FeelModel.load(settings.models / "groove-feel")
    engine = Gated(drums.load_engines(settings, model, manifest, None).choose(""))
    engines = EngineRegistry([engine])
    async with open_channel(theory_address) as theory_channel:
        client = TheoryClient(theory_channel)
        servicer = DrumsServicer(DrumsComposer(client, engines), Refiner(client, model, None), engines)
        mount = ServiceDefinition(
            descriptor=pb.DESCRIPTOR.services_by_name["DrumsService"],
            add=partial(add_DrumsServiceServicer_to_server, servicer),
            warm=nothing,
        )
        async with running(settings.server, [mount]) as server, open_channel(server.address) as channel:
            yield engine, DrumsServiceStub(channel)


async def test_a_client_that_leaves_stops_the_engine_within_a_bar(theory_server: RunningServer) -> None:
    async with gated_drums(theory_server.address) as (engine, stub):
        call = stub.Compose(request(bars=100))
        engine.permits.release()
        await call.read()
        await call.read()
        call.cancel()  # while the engine is at work on the second bar
        await engine.closed.wait()
        engine.permits.release()
        await asyncio.sleep(0)
        assert engine.made == 1


async def read_to_the_end(call: grpc.aio.UnaryStreamCall[pb.ComposeRequest, pb.ComposeResponse]) -> None:
    while await call.read() is not grpc.aio.EOF:
        pass


async def test_theory_dying_mid_stream_is_said_clearly_and_its_return_is_noticed() -> None:
    async with running(theory_settings().server, [theory.mount()]) as first:
        address = first.address
        async with gated_drums(address) as (engine, stub):
            call = stub.Compose(request(bars=32))
            engine.permits.release()
            await call.read()
            await call.read()
            await first.stop()
            engine.permits.release()
            with pytest.raises(grpc.aio.AioRpcError) as caught:
                await read_to_the_end(call)
            assert engine.made == 2
            assert caught.value.code() is grpc.StatusCode.UNAVAILABLE
            assert "theory" in (caught.value.details() or "")
            async with running(theory_settings(address).server, [theory.mount()]):
                for _ in range(4):
                    engine.permits.release()
                while (
                    True
                ):  # channels wait a growing while before they connect again; a hang ends with the test's timeout
                    try:
                        assert len(await bars(stub, request())) == 4
                        break
                    except grpc.aio.AioRpcError as error:
                        assert error.code() is grpc.StatusCode.UNAVAILABLE  # noqa: PT017  anything else is a fault
                        await asyncio.sleep(0.1)
