"""The service as it runs: TensorFlow, real bundles, a process of its own. In one file, so that it starts once."""

import asyncio
import itertools
import json
import math
import shutil
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import grpc
import grpc.aio
import numpy as np
import pytest
from boumbapp.magenta.v2 import magenta_service_pb2 as pb
from boumbapp.magenta.v2.magenta_service_pb2_grpc import MagentaServiceStub
from boumbapp.melody.v2 import melody_service_pb2 as melody_pb
from boumbapp.melody.v2.melody_service_pb2_grpc import MelodyServiceStub
from boumbapp.music.v2.intent_pb2 import BarPlan, Constraints, IntentOptions
from boumbapp.music.v2.music_pb2 import ROLE_MELODY, Bar, Key, Meter, Note

from services.chassis.client.channel import open_channel
from services.chassis.errors.catalogue import OUT_OF_RANGE, ErrorCode
from services.chassis.errors.status import read_details
from services.chassis.server.server import RunningServer, running
from services.magenta.errors import NOT_MONOPHONIC, PRIMER_BARS, PRIMER_EMPTY, PRIMER_LENGTH, UNKNOWN_MODEL
from services.melody import main as melody
from tests.environments import needs
from tests.integration.conftest import melody_settings
from tests.integration.magenta.magenta_process import SHIPPED, Service, run, serving

pytestmark = [
    needs("magenta"),
    pytest.mark.timeout(600),
]
# Bundles of third parties from 2016 on, of both layouts of attention, whose graphs still run.
OLD = ("basic_0_12", "bridged", "first_1_0", "lookback_0_12", "mono_1_0", "stack_0_12", "stack_1_0")
C_MAJOR, E_FLAT_MAJOR = 0b1010_1011_0101, 0b0101_1010_1101
FOUR_FOUR = Meter(beats=4, beat_unit=4)


@pytest.fixture(scope="module")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Bundles of all kinds by Magenta's own tools, and what the library makes of a melody with each."""
    folder = tmp_path_factory.mktemp("bundles")
    run("tests.integration.magenta.write_reference", folder)
    run("tests.integration.magenta.write_old_bundles", folder)
    return folder


@pytest.fixture(scope="module")
def service(bundles: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The service with the shipped model, the bundles, and three files that are none."""
    folder = tmp_path_factory.mktemp("models")
    for path in bundles.glob("*.mag"):
        if path.stem != "own_attention_40":
            shutil.copy(path, folder)
    whole = (SHIPPED / "attention_rnn.mag").read_bytes()
    (folder / "cut_off.mag").write_bytes(whole[: len(whole) // 2])
    (folder / "page.mag").write_bytes(b"<html>404</html>")
    (folder / "drums.mag").write_bytes(whole.replace(b"attention_rnn", b"drum_kit_rnn_", 1))
    with serving(tmp_path_factory.mktemp("service"), folder) as started:
        yield started


@pytest.fixture
async def stub(service: Service) -> AsyncIterator[MagentaServiceStub]:
    async with service as client:
        yield client


def constraints(mask: int = E_FLAT_MAJOR, tonic: int = 3, low: int = 55, high: int = 79, **more: Any) -> Constraints:
    plan = BarPlan(key=Key(tonic="Eb", scale="major"), tonic=tonic, pitch_classes=mask)
    meter = more.pop("meter", FOUR_FOUR)
    return Constraints(
        meter=meter, role=ROLE_MELODY, lowest_pitch=low, highest_pitch=high, max_polyphony=1, plans=[plan], **more
    )


def note(pitch: int, start: int = 0, steps: int = 4) -> Note:
    return Note(pitch=pitch, start_step=start, duration_steps=steps, velocity=90)


def asked(**fields: Any) -> pb.ContinueRequest:
    primer = [note(pitch, 4 * index) for index, pitch in enumerate((63, 65, 67, 70))]
    return pb.ContinueRequest(**{"primer_notes": primer, "total_steps": 80, "seed": 3, **fields})


async def bars(stub: MagentaServiceStub, request: pb.ContinueRequest) -> list[Bar]:
    return [made.event.bar.bar async for made in stub.Continue(request, timeout=120) if made.event.HasField("bar")]


def sounds(made: list[Bar]) -> list[tuple[int, int, int, int, bool]]:
    return [(b.index, n.start_step, n.duration_steps, n.pitch, n.tied) for b in made for n in b.notes]


def test_every_kind_of_bundle_gives_the_librarys_inputs_probabilities_and_draws(bundles: Path) -> None:
    results = json.loads(run("tests.integration.magenta.hold_against", bundles))
    assert len(results) == 6 + len(OLD)
    for name, result in results.items():
        assert result["inputs"] == 0, name
        assert result["softmax"] < 1e-4, name
        assert result["sampled"] < 2e-3, name
        assert result["spread"] > 0.05, f"{name}: too even to tell networks apart"
        # The graph of one cannot be run any more; its twin of today shows that it is read right.
        assert result["verified"] is (name != "old_attention"), name


def test_melodies_are_scored_whole_by_what_the_library_finds_likely(bundles: Path) -> None:
    expected = np.load(bundles / "own_mono_rnn.npz")
    events = expected["events"].tolist()
    means = expected["meaning"][:-1] == expected["events"][1:, None]
    likely = (expected["softmax"][:-1] * means).sum(1)
    lines = "".join(f"{json.dumps(melody)}\n" for melody in (events, events[:40], [60, -2, 62]))
    mono = json.loads(run("training.magenta.score", "--bundle", bundles / "own_mono_rnn.mag", given=lines))
    assert [melody["steps"] for melody in mono["melodies"]] == [len(events) - 1, 39, 2]
    assert [melody["nats_per_step"] for melody in mono["melodies"][:2]] == pytest.approx(
        [-np.log(likely).mean(), -np.log(likely[:39]).mean()], rel=1e-4
    )
    wide = json.loads(run("training.magenta.score", given="[60, -2, 20, -2, 64, -1, 127, -2]\n"))
    [melody] = wide["melodies"]
    assert melody["folded"] == 2
    assert math.isfinite(melody["nats_per_step"])
    assert melody["nats_per_step"] <= melody["label_nats_per_step"]


async def test_good_bundles_are_ready_and_bad_ones_say_what_is_wrong(stub: MagentaServiceStub) -> None:
    models = {model.name: model for model in (await stub.ListModels(pb.ListModelsRequest())).models}
    ready = {name for name, model in models.items() if model.state == pb.MODEL_STATE_READY}
    own = {f"own_{kind}" for kind in ("attention_rnn", "basic_rnn", "lookback_rnn", "mono_rnn")}
    assert ready == {"attention_rnn", "old_attention", *own, *OLD}
    assert all(models[name].verified for name in ("attention_rnn", *OLD))
    assert not models["old_attention"].verified
    assert {models[name].state for name in ("cut_off", "page")} == {pb.MODEL_STATE_DAMAGED}
    assert models["drums"].state == pb.MODEL_STATE_UNSUPPORTED
    assert all(model.problem for name, model in models.items() if name not in ready)
    info = await stub.Info(pb.InfoRequest())
    assert {model.name for model in info.models} == ready


@pytest.mark.parametrize(
    "model", ["", "own_attention_rnn", "own_basic_rnn", "own_lookback_rnn", "own_mono_rnn", "old_attention", *OLD]
)
async def test_a_stream_tells_who_plays_then_bars_then_totals(stub: MagentaServiceStub, model: str) -> None:
    events = [response.event async for response in stub.Continue(asked(model=model))]
    assert [event.WhichOneof("event") for event in events] == ["started", *["bar"] * 4, "completed"]
    assert (events[0].started.seed, events[0].started.engine) == (3, "magenta")
    assert [event.bar.bar.index for event in events[1:-1]] == [1, 2, 3, 4]
    completed = events[-1].completed
    assert completed.bars == 4
    assert completed.started_ms <= completed.first_bar_ms <= completed.total_ms


async def test_no_note_is_ever_outside_the_constraints(stub: MagentaServiceStub) -> None:
    limits = constraints()
    hot = [asked(constraints=limits, temperature=4, total_steps=144, seed=seed) for seed in range(64)]
    notes = [n for made in await asyncio.gather(*(bars(stub, each) for each in hot)) for bar in made for n in bar.notes]
    assert len(notes) > 1000
    assert all(55 <= n.pitch <= 79 and E_FLAT_MAJOR >> n.pitch % 12 & 1 for n in notes)
    free = await asyncio.gather(*(bars(stub, asked(temperature=4, seed=seed)) for seed in range(8)))
    assert any(not E_FLAT_MAJOR >> n.pitch % 12 & 1 for made in free for bar in made for n in bar.notes)


async def test_no_note_is_held_into_a_key_that_lacks_it(stub: MagentaServiceStub) -> None:
    limits = constraints()
    limits.plans.add(key=Key(tonic="E", scale="major"), tonic=4, pitch_classes=1 << 4 | 1 << 6 | 1 << 11)
    made = await bars(stub, asked(constraints=limits, total_steps=528, temperature=2))
    for bar in made:
        allowed = limits.plans[bar.index % 2].pitch_classes
        assert all(allowed >> n.pitch % 12 & 1 for n in bar.notes)


async def test_the_same_seed_gives_the_same_bars_alone_and_among_others(stub: MagentaServiceStub) -> None:
    alone = await bars(stub, asked())
    others = [asked(seed=seed, total_steps=48 + 16 * (seed % 5)) for seed in range(10, 40)]
    crowd = await asyncio.gather(*(bars(stub, each) for each in [asked(), *others]))
    assert crowd[0] == alone
    assert sounds(crowd[1]) != sounds(alone)


async def test_a_lost_stream_is_resumed_with_the_bars_that_arrived(stub: MagentaServiceStub) -> None:
    limits = constraints()
    first = Bar(index=0, meter=FOUR_FOUR, notes=[note(63), note(67, 4, 12)])
    whole = await bars(stub, asked(primer_notes=[], primer_bars=[first], constraints=limits, total_steps=128))
    for arrived in (1, 3, 6):
        given = [first, *whole[:arrived]]
        rest = await bars(stub, asked(primer_notes=[], primer_bars=given, constraints=limits, total_steps=128))
        assert rest == whole[arrived:]


@pytest.mark.parametrize(("beats", "unit"), [(3, 4), (7, 8), (4, 2)])
async def test_bars_have_the_metre_that_is_asked_for(stub: MagentaServiceStub, beats: int, unit: int) -> None:
    meter = Meter(beats=beats, beat_unit=unit)
    length = beats * 16 // unit
    made = await bars(stub, asked(constraints=constraints(meter=meter), total_steps=length * 6 + 5))
    assert {bar.meter.beats for bar in made} == {beats}
    assert all(n.start_step + n.duration_steps <= length for bar in made for n in bar.notes)
    assert all(n.start_step + n.duration_steps <= 5 for n in made[-1].notes)


async def test_cold_is_certain_and_hot_is_not(stub: MagentaServiceStub) -> None:
    cold = [await bars(stub, asked(temperature=0, seed=seed)) for seed in (1, 2)]
    assert sounds(cold[0]) == sounds(cold[1])
    hot = [await bars(stub, asked(temperature=10, seed=seed)) for seed in (1, 2)]
    assert sounds(hot[0]) != sounds(hot[1])


async def test_pitches_that_the_model_does_not_know_are_moved_by_octaves_and_the_listener_is_told(
    stub: MagentaServiceStub,
) -> None:
    wide = asked(primer_notes=[note(12), note(120, 4), note(60, 8)], locale="fr")
    events = [response.event async for response in stub.Continue(wide)]
    [notice] = [event.notice for event in events if event.HasField("notice")]
    assert notice.code == "PRIMER_FOLDED"
    assert "octaves" in notice.message


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"primer_notes": []}, PRIMER_EMPTY),
        ({"primer_notes": [], "primer_bars": [Bar(meter=FOUR_FOUR)]}, PRIMER_EMPTY),
        ({"primer_notes": [note(60), note(64)]}, NOT_MONOPHONIC),
        ({"primer_notes": [note(60, 0, 8), note(64, 4)]}, NOT_MONOPHONIC),
        ({"primer_bars": [Bar(meter=FOUR_FOUR, notes=[note(60)])]}, PRIMER_BARS),
        ({"primer_notes": [], "primer_bars": [Bar(index=1, meter=FOUR_FOUR, notes=[note(60)])]}, PRIMER_BARS),
        ({"primer_notes": [note(128)]}, OUT_OF_RANGE),
        ({"total_steps": 16}, PRIMER_LENGTH),
        ({"total_steps": 10_000}, OUT_OF_RANGE),
        ({"temperature": -1.0}, OUT_OF_RANGE),
        ({"temperature": 11.0}, OUT_OF_RANGE),
        ({"temperature": math.nan}, OUT_OF_RANGE),
        ({"temperature": math.inf}, OUT_OF_RANGE),
        ({"model": "kazoo"}, UNKNOWN_MODEL),
        ({"model": "cut_off"}, UNKNOWN_MODEL),
    ],
)
async def test_what_cannot_be_continued_is_refused_in_two_languages(
    stub: MagentaServiceStub, fields: dict[str, Any], code: ErrorCode
) -> None:
    texts = set()
    for locale in ("en", "fr"):
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await bars(stub, asked(locale=locale, **fields))
        assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT
        status = read_details(caught.value)
        assert status is not None
        assert code.name.encode() in status.SerializeToString()
        texts.add(status.message)
    assert len(texts) == 2


async def test_a_client_that_leaves_frees_its_place(stub: MagentaServiceStub) -> None:
    for _ in range(5):
        calls = [stub.Continue(asked(total_steps=4096, seed=seed)) for seed in range(40)]
        for call in calls:
            await call.read()
            call.cancel()
    # All places are free again, and nobody computes what those calls asked for.
    assert all(await asyncio.gather(*(bars(stub, asked(seed=seed)) for seed in range(100))))


def test_without_a_model_it_runs_and_says_so(tmp_path: Path) -> None:
    empty = tmp_path / "nothing"
    (tmp_path / "bundles").mkdir()
    (tmp_path / "bundles/broken.mag").write_bytes(b"\x00")

    async def check(service: Service) -> None:
        async with service as stub:
            [model] = (await stub.ListModels(pb.ListModelsRequest())).models
            assert (model.name, model.state) == ("broken", pb.MODEL_STATE_DAMAGED)
            with pytest.raises(grpc.aio.AioRpcError) as caught:
                await bars(stub, asked())
            assert caught.value.code() is grpc.StatusCode.FAILED_PRECONDITION

    with serving(tmp_path, tmp_path / "bundles", models=empty) as service:
        asyncio.run(check(service))


async def test_killed_mid_stream_melody_finishes_with_the_specialist_in_time_and_says_so(
    theory_server: RunningServer, bundles: Path, tmp_path: Path
) -> None:
    with serving(tmp_path, tmp_path / "none") as service:
        settings = melody_settings(theory_server.address, BOUMB_MAGENTA_ADDRESS=service.address)
        async with (
            running(settings.server, [melody.mount(settings)]) as server,
            open_channel(server.address) as channel,
        ):
            request = melody_pb.ComposeRequest(
                prompt="Une mélodie douce en Ré mineur", engine="hybrid", seed=7, hints=IntentOptions(bars=8, bpm=100)
            )
            makers, notices, arrivals = [], [], []
            loop = asyncio.get_running_loop()
            async for response in MelodyServiceStub(channel).Compose(request, timeout=60):
                event = response.event
                if event.HasField("notice"):
                    notices.append(event.notice)
                if event.HasField("bar"):
                    makers.append(event.bar.engine)
                    arrivals.append(loop.time())
                    if len(makers) == 4:
                        service.process.send_signal(signal.SIGKILL)
                        service.process.wait()
            assert makers[:4] == ["specialist", "magenta", "magenta", "magenta"]
            assert makers[-1] == "specialist"
            assert len(makers) == 8
            assert [notice.code for notice in notices] == ["ENGINE_FALLBACK"]
            assert notices[0].metadata["stand_in"] == "specialist"
            assert "« specialist »" in notices[0].message
            bar_s = 16 * 15 / 100
            assert max(b - a for a, b in itertools.pairwise(arrivals)) < bar_s
