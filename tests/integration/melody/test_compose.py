"""Composing over real servers: the promises that every client relies on."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import grpc
import grpc.aio
import pytest
from boumbapp.melody.v2 import melody_service_pb2 as pb
from boumbapp.melody.v2.melody_service_pb2_grpc import MelodyServiceStub
from boumbapp.music.v2.events_pb2 import ComposingEvent, EngineInfo
from boumbapp.music.v2.intent_pb2 import IntentOptions
from boumbapp.music.v2.music_pb2 import ROLE_BASS, ROLE_DRUMS, Bar, Key, Meter

from modelstore.manifest import WeightsError
from services.chassis.client.channel import open_channel
from services.chassis.errors.status import read_details
from services.chassis.server.server import RunningServer, running
from services.composition.brief import CompositionBrief
from services.composition.engine import EngineSwitch
from services.melody import main as melody
from services.melody.engines.melody_engine import MelodyEngine
from services.theory import main as theory
from tests.integration.conftest import melody_settings, theory_settings
from tests.unit.melody.pieces import MODELS

FUNK = "Fais une basse funky en Sol mineur"
G_MINOR = {7, 9, 10, 0, 2, 3, 5}


def request(prompt: str = FUNK, given: list[Bar] | None = None, **options: Any) -> pb.ComposeRequest:
    return pb.ComposeRequest(prompt=prompt, seed=7, given_bars=given or [], hints=IntentOptions(**options))


async def events(stub: MelodyServiceStub, asked: pb.ComposeRequest) -> list[ComposingEvent]:
    return [response.event async for response in stub.Compose(asked, timeout=10)]


async def bars(stub: MelodyServiceStub, asked: pb.ComposeRequest) -> list[Bar]:
    return [event.bar.bar for event in await events(stub, asked) if event.HasField("bar")]


async def refusal(stub: MelodyServiceStub, asked: pb.ComposeRequest) -> grpc.aio.AioRpcError:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await events(stub, asked)
    return caught.value


async def test_words_that_nothing_uses_are_told_before_the_first_bar(melody_stub: MelodyServiceStub) -> None:
    stream = await events(melody_stub, request("basse funk en Sol mineur avec des bananes, en sextolets"))
    assert [event.notice.code for event in stream[1:3]] == ["PARTLY_UNDERSTOOD", "NOT_FOLLOWED"]
    assert "bananes" in stream[1].notice.message
    assert [event.WhichOneof("event") for event in stream[3:]] == [*["bar"] * 4, "completed"]


async def test_other_parts_that_the_words_name_are_told(melody_stub: MelodyServiceStub) -> None:
    stream = await events(melody_stub, request("basse et batterie house 124"))
    assert [event.notice.code for event in stream if event.HasField("notice")] == ["ONE_PART"]
    assert "batterie" in stream[1].notice.message


async def test_the_shape_that_words_ask_for_is_in_the_bars(melody_stub: MelodyServiceStub) -> None:
    made = await bars(melody_stub, request("mélodie en Sol mineur, que des noires, qui monte"))
    assert {note.duration_steps for bar in made for note in bar.notes} == {4}
    pitches = [note.pitch for bar in made for note in bar.notes]
    assert pitches == sorted(pitches)


async def test_a_prompt_becomes_a_stream_of_bars_in_key_with_the_reason(melody_stub: MelodyServiceStub) -> None:
    stream = await events(melody_stub, request())
    assert [event.WhichOneof("event") for event in stream] == ["started", *["bar"] * 4, "completed"]
    started = stream[0].started
    assert (started.intent.key.tonic, started.intent.key.scale) == ("G", "minor")
    assert (started.intent.role, started.intent.style, started.seed) == (ROLE_BASS, "funk", 7)
    assert "Sol mineur" in started.explanation
    assert started.suggestions
    assert [(track.id, track.role, track.name, track.program) for track in started.tracks] == [
        ("bass", ROLE_BASS, "basse", 33)
    ]
    assert (started.repeatable, started.bpm) == (True, started.intent.bpm)
    assert not started.HasField("feel")
    assert [event.sequence for event in stream] == list(range(len(stream)))
    assert {(event.bar.track, event.bar.changed) for event in stream[1:-1]} == {("bass", True)}
    notes = [note for event in stream for note in event.bar.bar.notes]
    assert {note.pitch % 12 for note in notes} <= G_MINOR
    assert all(started.constraints.lowest_pitch <= note.pitch <= started.constraints.highest_pitch for note in notes)
    assert all(note.name for note in notes)
    completed = stream[-1].completed
    assert (completed.bars, completed.notes) == (4, len(notes))
    assert completed.started_ms <= completed.first_bar_ms <= completed.total_ms


async def test_the_same_seed_gives_the_same_bars_and_another_seed_others(melody_stub: MelodyServiceStub) -> None:
    first = await bars(melody_stub, request())
    assert first == await bars(melody_stub, request())
    other = request()
    other.seed = 8
    assert first != await bars(melody_stub, other)


async def test_a_lost_stream_is_resumed_with_the_bars_that_arrived(melody_stub: MelodyServiceStub) -> None:
    whole = await bars(melody_stub, request(bars=8))
    for arrived in (1, 3, 7):
        rest = await bars(melody_stub, request(bars=8, given=whole[:arrived]))
        assert [bar.index for bar in rest] == list(range(arrived, 8))
        assert rest == whole[arrived:]


async def test_every_note_has_an_id_of_its_own(melody_stub: MelodyServiceStub) -> None:
    made = await bars(melody_stub, request(bars=8))
    ids = [note.id for bar in made for note in bar.notes]
    assert all(ids)
    assert len(set(ids)) == len(ids)
    for note in made[0].notes:
        note.id += 1024  # as if another program had numbered it
    rest = [note.id for bar in await bars(melody_stub, request(bars=8, given=made[:1])) for note in bar.notes]
    assert len({*rest, *(note.id for note in made[0].notes)}) == len(rest) + len(made[0].notes)


async def test_given_bars_of_other_divisions_are_read_at_sixteenths(melody_stub: MelodyServiceStub) -> None:
    made = await bars(melody_stub, request(bars=4))
    fine = Bar()
    fine.CopyFrom(made[0])
    fine.divisions = 12
    for note in fine.notes:
        note.start_step *= 3
        note.duration_steps *= 3
    assert await bars(melody_stub, request(bars=4, given=[fine])) == made[1:]


async def test_without_a_seed_started_tells_the_one_that_was_drawn(melody_stub: MelodyServiceStub) -> None:
    stream = await events(melody_stub, pb.ComposeRequest(prompt=FUNK))
    again = pb.ComposeRequest(prompt=FUNK, seed=stream[0].started.seed)
    assert [event.bar.bar for event in stream[1:-1]] == await bars(melody_stub, again)


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"bars": 0}, "hints.bars"),
        ({"bars": 10_000}, "hints.bars"),
        ({"bpm": -3.0}, "hints.bpm"),
        ({"meter": Meter(beats=0, beat_unit=4)}, "hints.meter.beats"),
        ({"key_text": "Sol patafix"}, "hints.key_text"),
        ({"style": "zzyzx"}, "hints.style"),
        ({"progression": "Am Hxq"}, "hints.progression"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
async def test_bad_options_name_the_field_in_the_prompts_language(
    melody_stub: MelodyServiceStub, options: dict[str, Any], field: str
) -> None:
    error = await refusal(melody_stub, request(**options))
    assert error.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert field in (error.details() or "")
    assert read_details(error) is not None
    assert any(word in (error.details() or "") for word in ("vaut", "aucun", "n'est pas"))


@pytest.mark.parametrize("prompt", ["🎹", "x" * 2000, "lo-fi", "\u202e؟", "0", "!!!"])
async def test_odd_prompts_are_read_sensibly(melody_stub: MelodyServiceStub, prompt: str) -> None:
    stream = await events(melody_stub, request(prompt))
    assert stream[0].started.intent.vague
    assert stream[0].started.intent.alternatives
    assert stream[-1].HasField("completed")


@pytest.mark.parametrize("prompt", ["", "   ", "x" * 1_000_000])
async def test_empty_and_endless_prompts_are_refused(melody_stub: MelodyServiceStub, prompt: str) -> None:
    error = await refusal(melody_stub, request(prompt))
    assert error.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert "prompt" in (error.details() or "")


async def test_drums_are_sent_to_the_expert_for_drums(melody_stub: MelodyServiceStub) -> None:
    error = await refusal(melody_stub, request("fais une batterie trap"))
    assert error.code() is grpc.StatusCode.INVALID_ARGUMENT


async def test_an_unknown_engine_is_refused_with_those_there_are(melody_stub: MelodyServiceStub) -> None:
    error = await refusal(melody_stub, pb.ComposeRequest(prompt=FUNK, engine="gpt", locale="en"))
    info = await melody_stub.Info(pb.InfoRequest())
    assert info.engines[0].name in (error.details() or "")


async def test_overrides_win_over_the_words(melody_stub: MelodyServiceStub) -> None:
    stream = await events(
        melody_stub, pb.ComposeRequest(prompt=FUNK, seed=7, overrides=IntentOptions(key_text="La mineur"))
    )
    started = stream[0].started
    assert started.intent.key == Key(tonic="A", scale="minor")
    assert "« Sol »" in started.explanation
    assert {note.pitch % 12 for event in stream for note in event.bar.bar.notes} <= {0, 2, 4, 5, 7, 9, 11}
    error = await refusal(melody_stub, pb.ComposeRequest(prompt=FUNK, overrides=IntentOptions(role=ROLE_DRUMS)))
    assert "overrides.role" in (error.details() or "")


class Counting:
    """An engine that counts the bars it was asked for, and can be made to wait."""

    def __init__(self, engine: MelodyEngine, pause_s: float = 0.0) -> None:
        self.engine = engine
        self.pause_s = pause_s
        self.made = 0
        self.closed = asyncio.Event()

    @property
    def info(self) -> EngineInfo:
        return self.engine.info

    async def compose(self, brief: CompositionBrief) -> AsyncGenerator[Bar | EngineSwitch, Bar | None]:
        composing = self.engine.compose(brief)
        changed: Bar | None = None
        try:
            for _ in range(brief.bars):
                await asyncio.sleep(self.pause_s)
                self.made += 1
                changed = yield await composing.asend(changed)
        finally:
            await composing.aclose()
            self.closed.set()


async def read_to_the_end(call: grpc.aio.UnaryStreamCall[pb.ComposeRequest, pb.ComposeResponse]) -> None:
    while await call.read() is not grpc.aio.EOF:
        pass


async def test_theory_dying_mid_stream_is_said_clearly_and_its_return_is_noticed() -> None:
    async with running(theory_settings().server, [theory.mount()]) as first:
        address = first.address
        settings = melody_settings(address, BOUMB_MELODY_PACE_MS="100")
        async with (
            running(settings.server, [melody.mount(settings)]) as server,
            open_channel(server.address) as channel,
        ):
            stub = MelodyServiceStub(channel)
            call = stub.Compose(request(bars=32))
            await call.read()
            await call.read()
            await first.stop()
            with pytest.raises(grpc.aio.AioRpcError) as caught:
                await read_to_the_end(call)
            assert caught.value.code() is grpc.StatusCode.UNAVAILABLE
            assert "theory" in (caught.value.details() or "")
            async with running(theory_settings(address).server, [theory.mount()]):
                for _ in range(20):
                    try:
                        assert len(await bars(stub, request())) == 4
                        break
                    except grpc.aio.AioRpcError:
                        await asyncio.sleep(0.1)
                else:
                    pytest.fail("melody never found theory again")


async def test_a_client_that_leaves_stops_the_engine_within_a_bar(theory_server: object) -> None:
    from functools import partial

    from boumbapp.melody.v2.melody_service_pb2_grpc import add_MelodyServiceServicer_to_server

    from services.chassis.server.server import ServiceDefinition
    from services.composition.registry import EngineRegistry
    from services.composition.theory_client import TheoryClient
    from services.melody.composer import MelodyComposer
    from services.melody.refiner import Refiner
    from services.melody.servicer import MelodyServicer

    assert isinstance(theory_server, RunningServer)
    settings = melody_settings(theory_server.address)

    async def nothing() -> None:
        return

    async with open_channel(theory_server.address) as theory_channel:
        engine = Counting(melody.load_engines(settings).choose(""), pause_s=0.05)
        engines = EngineRegistry([engine])
        theory = TheoryClient(theory_channel)
        servicer = MelodyServicer(MelodyComposer(theory, engines), Refiner(theory, engines), engines)
        add = partial(add_MelodyServiceServicer_to_server, servicer)
        mount = ServiceDefinition(descriptor=pb.DESCRIPTOR.services_by_name["MelodyService"], add=add, warm=nothing)
        async with running(settings.server, [mount]) as server, open_channel(server.address) as channel:
            call = MelodyServiceStub(channel).Compose(request(bars=100))
            await call.read()
            await call.read()
            call.cancel()
            await asyncio.wait_for(engine.closed.wait(), 2)
            made = engine.made
            await asyncio.sleep(0.2)
            assert engine.made == made <= 3


async def test_a_bar_that_takes_long_is_not_met_with_silence(theory_server: RunningServer) -> None:
    settings = melody_settings(
        theory_server.address, BOUMB_MELODY_PACE_MS="200", BOUMB_MELODY_HEARTBEAT_S="0.02", BOUMB_MELODY_WORKERS="0"
    )
    async with running(settings.server, [melody.mount(settings)]) as server, open_channel(server.address) as channel:
        stream = await events(MelodyServiceStub(channel), request(bars=2))
        usual = await bars(MelodyServiceStub(channel), request(bars=2))
    kinds = [event.WhichOneof("event") for event in stream]
    assert kinds[:2] == ["started", "progress"]
    assert [kind for kind in kinds if kind != "progress"] == ["started", "bar", "bar", "completed"]
    told = [event.progress for event in stream if event.HasField("progress")]
    assert {(each.stage, each.fraction) for each in told} == {("composing", 0.0), ("composing", 0.5)}
    assert told[0].text == "La mesure 1 sur 2 est en cours de composition."
    assert [event.sequence for event in stream] == list(range(len(stream)))
    assert [event.bar.bar for event in stream if event.HasField("bar")] == usual


@pytest.mark.parametrize(("missing", "first"), [("specialist-line", "statistical"), ("specialist-folk", "specialist")])
def test_an_engine_whose_weights_are_missing_is_left_out(
    tmp_path: Path, missing: str, first: str, caplog: pytest.LogCaptureFixture
) -> None:
    for model in ("specialist-line", "specialist-folk"):
        if model != missing:
            (tmp_path / model).symlink_to(MODELS / model)
    settings = melody_settings("127.0.0.1:1", BOUMB_MODELS_DIR=str(tmp_path))
    engines = melody.load_engines(settings)
    assert [info.name for info in engines.infos()] == [first]
    assert engines.choose("").info.name == first
    assert missing in caplog.text


def test_without_any_weights_melody_does_not_start(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="specialist-line"):
        melody.load_engines(melody_settings("127.0.0.1:1", BOUMB_MODELS_DIR=str(tmp_path)))
