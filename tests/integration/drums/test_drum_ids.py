"""Ids and divisions over real servers: hits can be pointed at, whatever happens to the stream."""

import pytest
from boumbapp.drums.v2 import drums_service_pb2 as pb
from boumbapp.drums.v2.drums_service_pb2_grpc import DrumsServiceStub
from boumbapp.music.v2.intent_pb2 import IntentOptions
from boumbapp.music.v2.music_pb2 import DRUM_PIECE_CLOSED_HAT, Bar, Meter

PROMPT = "jungle drums, 165 bpm"
FOUR_FOUR = Meter(beats=4, beat_unit=4)


async def composed(stub: DrumsServiceStub, given: list[Bar], engine: str = "") -> list[Bar]:
    request = pb.ComposeRequest(
        prompt=PROMPT, seed=5, given_bars=given, hints=IntentOptions(bars=6, meter=FOUR_FOUR), engine=engine
    )
    return [made.event.bar.bar async for made in stub.Compose(request) if made.event.HasField("bar")]


@pytest.mark.parametrize("engine", ["", "statistical"])
async def test_hits_have_ids_that_a_resumed_stream_keeps(drums_stub: DrumsServiceStub, engine: str) -> None:
    bars = await composed(drums_stub, [], engine)
    ids = [hit.id for bar in bars for hit in bar.hits]
    assert all(ids)
    assert len(set(ids)) == len(ids)
    for arrived in (1, 4):
        rest = await composed(drums_stub, bars[:arrived], engine)
        assert rest == bars[arrived:]


async def test_new_hits_share_no_id_with_given_ones(drums_stub: DrumsServiceStub) -> None:
    given = Bar(meter=FOUR_FOUR)
    for step in range(8):
        given.hits.add(piece=DRUM_PIECE_CLOSED_HAT, step=step, velocity=90, id=1025 + step)
    ids = [hit.id for bar in await composed(drums_stub, [given]) for hit in bar.hits]
    assert len(set(ids)) == len(ids)
    assert not {hit.id for hit in given.hits} & set(ids)


async def test_given_bars_of_triplets_are_gone_on_from_at_sixteenths(drums_stub: DrumsServiceStub) -> None:
    given = Bar(meter=FOUR_FOUR, divisions=12)
    for step in range(0, 48, 6):
        given.hits.add(piece=DRUM_PIECE_CLOSED_HAT, step=step, velocity=90)
    plain = Bar(meter=FOUR_FOUR)
    for step in range(0, 16, 2):
        plain.hits.add(piece=DRUM_PIECE_CLOSED_HAT, step=step, velocity=90)
    made = await composed(drums_stub, [given])
    assert all(not bar.divisions for bar in made)
    assert made == await composed(drums_stub, [plain])


async def test_refining_keeps_ids_in_sixteenths_and_in_finer_bars(drums_stub: DrumsServiceStub) -> None:
    bars = await composed(drums_stub, [])
    request = pb.RefineRequest(instruction="plus de charley", bars=bars, bpm=165, seed=2)
    refined = [made.event.bar.bar async for made in drums_stub.Refine(request) if made.event.HasField("bar")]
    was = {(bar.index, hit.piece, hit.step): hit.id for bar in bars for hit in bar.hits}
    now = {(bar.index, hit.piece, hit.step): hit.id for bar in refined for hit in bar.hits}
    assert all(now[place] == number for place, number in was.items() if place in now)
    new = {number for place, number in now.items() if place not in was}
    assert new
    assert not new & set(was.values())
    request.bars[2].divisions = 6
    request.instruction = "no kick in bar 1"
    finer = [made.event.bar.bar async for made in drums_stub.Refine(request) if made.event.HasField("bar")]
    assert finer[2] == request.bars[2]
