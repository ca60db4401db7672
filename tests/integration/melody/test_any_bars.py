"""Bars that are given may be any; the others are those of the whole piece."""

import grpc
import pytest
from boumbapp.melody.v2.melody_service_pb2_grpc import MelodyServiceStub
from boumbapp.music.v2.music_pb2 import ROLE_BASS, Bar, BarRange, Meter, Track

from tests.integration.melody.test_compose import bars, events, refusal, request


async def test_given_bars_must_be_bars_of_the_piece(melody_stub: MelodyServiceStub) -> None:
    whole = await bars(melody_stub, request())
    beyond, waltz = Bar(index=4, meter=whole[0].meter), Bar(index=1, meter=Meter(beats=3, beat_unit=4))
    for wrong in ([whole[0], whole[2], whole[0]], [whole[0], beyond], [whole[0], waltz]):
        error = await refusal(melody_stub, request(given=wrong))
        assert error.code() is grpc.StatusCode.INVALID_ARGUMENT
        assert f"given_bars[{len(wrong) - 1}]" in (error.details() or "")


@pytest.mark.parametrize(
    ("first", "count", "field"),
    [(4, 1, "compose[1].first"), (3, 2, "compose[1].count"), (0, 0, "compose[1].count"), (0, 5, "compose[1].count")],
)
async def test_ranges_must_lie_inside_the_piece(
    melody_stub: MelodyServiceStub, first: int, count: int, field: str
) -> None:
    asked = request()
    asked.compose.extend([BarRange(first=0, count=1), BarRange(first=first, count=count)])
    error = await refusal(melody_stub, asked)
    assert error.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert field in (error.details() or "")


@pytest.mark.parametrize("given", [(1, 2), (0, 3), (3,), (2, 0), (0, 1, 2), (3, 1)])
async def test_the_same_bars_fill_any_gap(melody_stub: MelodyServiceStub, given: tuple[int, ...]) -> None:
    whole = await bars(melody_stub, request())
    filled = await bars(melody_stub, request(given=[whole[index] for index in given]))
    assert filled == [bar for bar in whole if bar.index not in given]


@pytest.mark.parametrize("ranges", [[(2, 1)], [(3, 1), (1, 1)], [(0, 2), (1, 2)], [(0, 4)]])
async def test_ranges_give_the_bars_of_the_whole_piece(
    melody_stub: MelodyServiceStub, ranges: list[tuple[int, int]]
) -> None:
    whole = await bars(melody_stub, request())
    wanted = {index for first, count in ranges for index in range(first, first + count)}
    for given in ([], [whole[1]]):
        asked = request(given=given)
        asked.compose.extend(BarRange(first=first, count=count) for first, count in ranges)
        assert await bars(melody_stub, asked) == [whole[i] for i in sorted(wanted - {bar.index for bar in given})]


async def test_a_piece_that_is_all_there_is_complete(melody_stub: MelodyServiceStub) -> None:
    whole = await bars(melody_stub, request())
    stream = await events(melody_stub, request(given=whole))
    assert [event.WhichOneof("event") for event in stream] == ["started", "completed"]
    assert stream[-1].completed.bars == 0


async def test_tracks_beside_a_part_are_taken_and_do_not_change_it_yet(melody_stub: MelodyServiceStub) -> None:
    whole = await bars(melody_stub, request())
    asked = request()
    asked.context.append(Track(id="t1", name="Basse", role=ROLE_BASS, program=38, bars=whole))
    assert await bars(melody_stub, asked) == whole
    asked.context[0].role = 99  # type: ignore[assignment]  # of a newer version
    assert await bars(melody_stub, asked) == whole
