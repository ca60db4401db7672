"""Arranging over real servers: order, seeds, and parts that do not depend on who else is asked for."""

from typing import Any

import pytest
from boumbapp.arranger.v2.arranger_service_pb2 import ComposeRequest, Part
from boumbapp.arranger.v2.arranger_service_pb2_grpc import ArrangerServiceStub
from boumbapp.music.v2.events_pb2 import ComposingEvent
from boumbapp.music.v2.intent_pb2 import IntentOptions
from boumbapp.music.v2.music_pb2 import ROLE_BASS, ROLE_CHORDS, ROLE_DRUMS, ROLE_MELODY, Bar, BarRange, Role

BAND = (ROLE_DRUMS, ROLE_BASS, ROLE_CHORDS, ROLE_MELODY)


def request(*roles: Role.ValueType, prompt: str = "house en la mineur", **options: Any) -> ComposeRequest:
    return ComposeRequest(
        prompt=prompt, seed=7, parts=[Part(role=role) for role in roles], hints=IntentOptions(**options)
    )


async def events(stub: ArrangerServiceStub, asked: ComposeRequest) -> list[ComposingEvent]:
    return [response.event async for response in stub.Compose(asked, timeout=30)]


async def parts(stub: ArrangerServiceStub, asked: ComposeRequest) -> dict[str, list[Bar]]:
    found: dict[str, list[Bar]] = {}
    for event in await events(stub, asked):
        if event.HasField("bar"):
            found.setdefault(event.bar.track, []).append(event.bar.bar)
    return found


async def test_a_style_brings_its_band_in_playing_order(arranger_stub: ArrangerServiceStub) -> None:
    stream = await events(arranger_stub, request(bars=8))
    started = stream[0].started
    assert [track.id for track in started.tracks] == ["drums", "bass", "chords", "melody"]
    assert started.tracks[1].program == 38
    assert started.engine == "arranger"
    assert started.repeatable
    order = [(event.bar.bar.index, event.bar.track) for event in stream[1:-1]]
    assert order == [(index, track.id) for index in range(8) for track in started.tracks]
    assert stream[-1].completed.bars == 32
    assert [event.sequence for event in stream] == list(range(len(stream)))


@pytest.mark.parametrize("left_out", BAND)
async def test_a_part_that_is_left_out_changes_no_other(
    arranger_stub: ArrangerServiceStub, left_out: Role.ValueType
) -> None:
    whole = await parts(arranger_stub, request(*BAND, bars=5))
    fewer = await parts(arranger_stub, request(*(role for role in BAND if role != left_out), bars=5))
    assert len(fewer) == len(whole) - 1
    assert all(whole[part] == bars for part, bars in fewer.items())


@pytest.mark.parametrize("lost", [3, 9])  # fewer and more bars than are made ahead of the listener
async def test_a_lost_stream_goes_on_as_it_would_have(arranger_stub: ArrangerServiceStub, lost: int) -> None:
    begun = 14 - lost
    whole = await parts(arranger_stub, request(*BAND, bars=14))
    asked = request(*BAND, bars=14)
    for came, part in zip((begun + 1, begun, begun, begun), asked.parts, strict=True):
        part.given_bars.extend(whole[Role.Name(part.role).removeprefix("ROLE_").lower()][:came])
    rest = await parts(arranger_stub, asked)
    first = {part: bars[0].index for part, bars in rest.items()}
    assert first == {"drums": begun + 1, "bass": begun, "chords": begun, "melody": begun}
    assert all(whole[part][bars[0].index :] == bars for part, bars in rest.items())


@pytest.mark.parametrize("came", [8, 9, 11])
async def test_a_stream_that_was_lost_late_goes_on_too(arranger_stub: ArrangerServiceStub, came: int) -> None:
    """What is given already is as good as sent: no part waits for the listener to come that far."""
    whole = await parts(arranger_stub, request(*BAND, bars=12))
    asked = request(*BAND, bars=12)
    for part in asked.parts:
        part.given_bars.extend(whole[Role.Name(part.role).removeprefix("ROLE_").lower()][:came])
    assert await parts(arranger_stub, asked) == {part: bars[came:] for part, bars in whole.items()}


async def test_bars_far_apart_are_made_as_in_the_whole_piece(arranger_stub: ArrangerServiceStub) -> None:
    whole = await parts(arranger_stub, request(*BAND, bars=24))
    asked = request(*BAND, bars=24)
    asked.compose.extend([BarRange(first=1, count=1), BarRange(first=22, count=2)])
    some = await parts(arranger_stub, asked)
    assert some == {part: [bars[1], *bars[22:]] for part, bars in whole.items()}
