"""An intent that a stream or Analyse told, edited or not, is composed as it is."""

import grpc
import pytest
from boumbapp.drums.v2 import drums_service_pb2 as drums_pb
from boumbapp.drums.v2.drums_service_pb2_grpc import DrumsServiceStub
from boumbapp.melody.v2 import melody_service_pb2 as melody_pb
from boumbapp.melody.v2.melody_service_pb2_grpc import MelodyServiceStub
from boumbapp.music.v2.events_pb2 import Started
from boumbapp.music.v2.intent_pb2 import Intent, IntentOptions
from boumbapp.music.v2.music_pb2 import ROLE_BASS, ROLE_DRUMS, ROLE_PAD, Bar, Key, Meter

PROMPTS = (
    "Fais une basse funky en Sol mineur",
    "slow sad pad, Am F C G, 6 bars",
    "melody modulating from C major to A minor, 12 bars",
    "acid bass 303 in E minor",
    "valse lente, une mélodie de 30 secondes",
)


async def melody(stub: MelodyServiceStub, asked: melody_pb.ComposeRequest) -> tuple[Started, list[Bar]]:
    stream = [response.event async for response in stub.Compose(asked, timeout=30)]
    return stream[0].started, [event.bar.bar for event in stream if event.HasField("bar")]


async def drums(stub: DrumsServiceStub, asked: drums_pb.ComposeRequest) -> tuple[Started, list[Bar]]:
    stream = [response.event async for response in stub.Compose(asked, timeout=30)]
    return stream[0].started, [event.bar.bar for event in stream if event.HasField("bar")]


@pytest.mark.parametrize("prompt", PROMPTS)
async def test_what_was_told_composes_the_same_again(melody_stub: MelodyServiceStub, prompt: str) -> None:
    started, whole = await melody(melody_stub, melody_pb.ComposeRequest(prompt=prompt, seed=3, locale="fr"))
    for words in ("", prompt, "une batterie trap en Fa# majeur à 200 bpm"):
        again, bars = await melody(
            melody_stub, melody_pb.ComposeRequest(prompt=words, intent=started.intent, seed=3, locale="fr")
        )
        assert (again.intent, again.constraints) == (started.intent, started.constraints)
        assert bars == whole


async def test_a_groove_that_was_told_is_the_same_again(drums_stub: DrumsServiceStub) -> None:
    started, whole = await drums(drums_stub, drums_pb.ComposeRequest(prompt="trap drums, 4 bars", seed=3))
    again, bars = await drums(drums_stub, drums_pb.ComposeRequest(intent=started.intent, seed=3, locale="en"))
    assert again.constraints == started.constraints
    assert bars == whole


async def test_edits_are_composed_and_hints_lose_to_them(melody_stub: MelodyServiceStub) -> None:
    started, _ = await melody(melody_stub, melody_pb.ComposeRequest(prompt=PROMPTS[0], seed=3))
    edited = Intent()
    edited.CopyFrom(started.intent)
    edited.key.CopyFrom(Key(tonic="A", scale="dorian"))
    edited.bars, edited.bpm, edited.role = 3, 77, ROLE_PAD
    edited.meter.CopyFrom(Meter(beats=7, beat_unit=8))
    asked = melody_pb.ComposeRequest(intent=edited, seed=3, hints=IntentOptions(bars=8, key_text="C major"))
    again, bars = await melody(melody_stub, asked)
    assert (again.intent.key, again.intent.bpm, again.constraints.role) == (edited.key, 77, ROLE_PAD)
    assert len(bars) == 3
    assert all(bar.meter == Meter(beats=7, beat_unit=8) for bar in bars)


def changed(intent: Intent, field: str, value: object) -> Intent:
    edited = Intent()
    edited.CopyFrom(intent)
    target: object = edited
    *path, name = field.split(".")
    for each in path:
        target = getattr(target, each)
    setattr(target, name, value)
    return edited


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("bars", 0),
        ("bars", 129),
        ("bpm", 0.0),
        ("bpm", 1000.0),
        ("bpm", float("nan")),
        ("meter.beats", 0),
        ("meter.beat_unit", 3),
        ("key.scale", "zorglub"),
        ("key.tonic", ""),
        ("style", "polka-core"),
        ("role", 0),
        ("role", ROLE_DRUMS),
    ],
)
async def test_an_intent_that_cannot_be_composed_is_refused_where_it_is_wrong(
    melody_stub: MelodyServiceStub, field: str, value: object
) -> None:
    started, _ = await melody(melody_stub, melody_pb.ComposeRequest(prompt=PROMPTS[0], seed=3))
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await melody(melody_stub, melody_pb.ComposeRequest(intent=changed(started.intent, field, value)))
    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert f"intent.{field}" in (caught.value.details() or "")


async def test_drums_refuse_the_intent_of_another_part(drums_stub: DrumsServiceStub) -> None:
    started, _ = await drums(drums_stub, drums_pb.ComposeRequest(prompt="trap drums", seed=3))
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await drums(drums_stub, drums_pb.ComposeRequest(intent=changed(started.intent, "role", ROLE_BASS)))
    assert "intent.role" in (caught.value.details() or "")


async def test_neither_words_nor_an_intent_or_overrides_beside_one_are_refused(melody_stub: MelodyServiceStub) -> None:
    started, _ = await melody(melody_stub, melody_pb.ComposeRequest(prompt=PROMPTS[0], seed=3))
    for wrong, field in (
        (melody_pb.ComposeRequest(), "prompt"),
        (melody_pb.ComposeRequest(prompt="  "), "prompt"),
        (melody_pb.ComposeRequest(intent=started.intent, overrides=IntentOptions(bars=3)), "overrides"),
        (melody_pb.ComposeRequest(intent=Intent()), "intent."),
    ):
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await melody(melody_stub, wrong)
        assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT
        assert field in (caught.value.details() or "")
