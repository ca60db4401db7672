"""Bars that are given may be any; the others are those of the whole piece."""

import grpc
import pytest
from boumbapp.drums.v2.drums_service_pb2 import RefineRequest
from boumbapp.drums.v2.drums_service_pb2_grpc import DrumsServiceStub
from boumbapp.music.v2.music_pb2 import Bar, BarRange, Meter

from tests.integration.drums.test_compose_drums import bars, events, refusal, request


async def test_given_bars_must_be_bars_of_the_piece(drums_stub: DrumsServiceStub) -> None:
    whole = await bars(drums_stub, request())
    beyond, waltz = Bar(index=4, meter=whole[0].meter), Bar(index=1, meter=Meter(beats=3, beat_unit=4))
    for wrong in ([whole[0], whole[2], whole[0]], [whole[0], beyond], [whole[0], waltz]):
        error = await refusal(drums_stub, request(given=wrong))
        assert error.code() is grpc.StatusCode.INVALID_ARGUMENT
        assert f"given_bars[{len(wrong) - 1}]" in (error.details() or "")


@pytest.mark.parametrize(
    ("first", "count", "field"),
    [(4, 1, "compose[1].first"), (3, 2, "compose[1].count"), (0, 0, "compose[1].count"), (0, 5, "compose[1].count")],
)
async def test_ranges_must_lie_inside_the_piece(
    drums_stub: DrumsServiceStub, first: int, count: int, field: str
) -> None:
    asked = request()
    asked.compose.extend([BarRange(first=0, count=1), BarRange(first=first, count=count)])
    error = await refusal(drums_stub, asked)
    assert error.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert field in (error.details() or "")


@pytest.mark.parametrize("given", [(1, 2), (0, 3), (3,), (2, 0), (0, 1, 2), (3, 1)])
async def test_the_same_bars_fill_any_gap(drums_stub: DrumsServiceStub, given: tuple[int, ...]) -> None:
    whole = await bars(drums_stub, request())
    filled = await bars(drums_stub, request(given=[whole[index] for index in given]))
    assert filled == [bar for bar in whole if bar.index not in given]


@pytest.mark.parametrize("ranges", [[(2, 1)], [(3, 1), (1, 1)], [(0, 2), (1, 2)], [(0, 4)]])
async def test_ranges_give_the_bars_of_the_whole_piece(
    drums_stub: DrumsServiceStub, ranges: list[tuple[int, int]]
) -> None:
    whole = await bars(drums_stub, request())
    wanted = {index for first, count in ranges for index in range(first, first + count)}
    for given in ([], [whole[1]]):
        asked = request(given=given)
        asked.compose.extend(BarRange(first=first, count=count) for first, count in ranges)
        assert await bars(drums_stub, asked) == [whole[i] for i in sorted(wanted - {bar.index for bar in given})]


async def test_a_piece_that_is_all_there_is_complete(drums_stub: DrumsServiceStub) -> None:
    whole = await bars(drums_stub, request())
    stream = await events(drums_stub, request(given=whole))
    assert [event.WhichOneof("event") for event in stream] == ["started", "completed"]
    assert stream[-1].completed.bars == 0


async def test_pieces_of_a_newer_version_are_gone_on_from_and_refined(drums_stub: DrumsServiceStub) -> None:
    whole = await bars(drums_stub, request("jazz drums, 4 bars"))
    for bar in whole:
        bar.hits.add(piece=16, step=6, velocity=90)
    assert len(await bars(drums_stub, request("jazz drums, 4 bars", given=whole[:2]))) == 2
    for instruction in ("refais la mesure 3", "plus de charley"):
        refining = drums_stub.Refine(
            RefineRequest(instruction=instruction, bars=whole, bpm=120, style="jazz", seed=5), timeout=30
        )
        refined = [made.event.bar.bar async for made in refining if made.event.HasField("bar")]
        assert [[hit.step for hit in bar.hits if hit.piece == 16] for bar in refined] == [[6]] * 4
