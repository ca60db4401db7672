"""Bars that are given may be any; the others are those of the whole piece."""

import grpc
import pytest
from boumbapp.melody.v2.melody_service_pb2_grpc import MelodyServiceStub
from boumbapp.music.v2.music_pb2 import ROLE_BASS, Bar, BarRange, Meter, Track

from tests.integration.melody.test_compose import G_MINOR, bars, events, refusal, request


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
async def test_any_gap_is_filled_and_a_beginning_goes_on_as_it_would_have(
    melody_stub: MelodyServiceStub, given: tuple[int, ...]
) -> None:
    whole = await bars(melody_stub, request())
    asked = request(given=[whole[index] for index in given])
    filled = await bars(melody_stub, asked)
    assert [bar.index for bar in filled] == [bar.index for bar in whole if bar.index not in given]
    assert filled == await bars(melody_stub, asked)
    after_the_last = [bar for bar in whole if bar.index > max(given)]
    if set(given) == set(range(max(given) + 1)):
        assert filled == after_the_last


async def test_a_rhythm_without_pitches_is_coloured_and_sent(melody_stub: MelodyServiceStub) -> None:
    whole = await bars(melody_stub, request())
    rhythm = Bar()
    rhythm.CopyFrom(whole[2])
    for note in rhythm.notes:
        note.pitch = 0
    asked = request(given=[whole[0], whole[1], rhythm, whole[3]])
    assert await bars(melody_stub, asked) == []
    asked.colour.append(2)
    (coloured,) = await bars(melody_stub, asked)
    assert coloured.index == 2
    assert [(n.start_step, n.duration_steps, n.velocity, n.offset_ticks, n.release_ticks) for n in coloured.notes] == [
        (n.start_step, n.duration_steps, n.velocity, n.offset_ticks, n.release_ticks) for n in whole[2].notes
    ]
    assert {note.pitch % 12 for note in coloured.notes} <= G_MINOR
    asked.colour.append(7)
    assert "colour[1]" in ((await refusal(melody_stub, asked)).details() or "")


@pytest.mark.parametrize("ranges", [[(2, 1)], [(3, 1), (1, 1)], [(0, 2), (1, 2)], [(0, 4)]])
async def test_ranges_give_the_bars_of_the_whole_piece(
    melody_stub: MelodyServiceStub, ranges: list[tuple[int, int]]
) -> None:
    whole = await bars(melody_stub, request())
    wanted = {index for first, count in ranges for index in range(first, first + count)}
    for given in ([], [whole[0]]):
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
