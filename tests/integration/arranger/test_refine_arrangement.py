"""Refining an arrangement over real servers: what is named changes, and nothing else."""

import grpc
import grpc.aio
import pytest
from boumbapp.arranger.v2.arranger_service_pb2 import RefineRequest, Version
from boumbapp.arranger.v2.arranger_service_pb2_grpc import ArrangerServiceStub
from boumbapp.music.v2.events_pb2 import ComposingEvent
from boumbapp.music.v2.music_pb2 import Bar, Track

from tests.integration.arranger.test_arrange import events as composed
from tests.integration.arranger.test_arrange import request


async def arrangement(stub: ArrangerServiceStub) -> list[Track]:
    stream = await composed(stub, request(bars=4))
    tracks = {track.id: track for track in stream[0].started.tracks}
    for event in stream:
        if event.HasField("bar"):
            tracks[event.bar.track].bars.append(event.bar.bar)
    return list(tracks.values())


async def refined(stub: ArrangerServiceStub, asked: RefineRequest) -> list[ComposingEvent]:
    return [response.event async for response in stub.Refine(asked, timeout=30)]


def bars_of(stream: list[ComposingEvent]) -> dict[str, list[Bar]]:
    found: dict[str, list[Bar]] = {}
    for event in stream:
        if event.HasField("bar"):
            found.setdefault(event.bar.track, []).append(event.bar.bar)
    return found


@pytest.mark.parametrize(
    ("instruction", "part"),
    [("la basse une octave plus haut", "bass"), ("plus de charley", "drums"), ("the bass an octave lower", "bass")],
)
async def test_the_part_that_is_named_changes_and_the_others_stay(
    arranger_stub: ArrangerServiceStub, instruction: str, part: str
) -> None:
    tracks = await arrangement(arranger_stub)
    stream = await refined(arranger_stub, RefineRequest(instruction=instruction, tracks=tracks, bpm=124, seed=3))
    assert stream[0].started.edits
    after = bars_of(stream)
    for track in tracks:
        assert (after[track.id] == list(track.bars)) == (track.id != part), track.id
    order = [(event.bar.bar.index, event.bar.track) for event in stream if event.HasField("bar")]
    assert order == [(index, track.id) for index in range(4) for track in tracks]


async def test_what_names_no_part_changes_all_that_can_and_undo_goes_back(arranger_stub: ArrangerServiceStub) -> None:
    tracks = await arrangement(arranger_stub)
    stream = await refined(arranger_stub, RefineRequest(instruction="plus fort", tracks=tracks, bpm=124, seed=3))
    louder = bars_of(stream)
    assert all(louder[track.id] != list(track.bars) for track in tracks)
    now = [Track(id=track.id, role=track.role, name=track.name, bars=louder[track.id]) for track in tracks]
    asked = RefineRequest(instruction="annule", tracks=now, bpm=124, versions=[Version(tracks=tracks, bpm=124)])
    back = bars_of(await refined(arranger_stub, asked))
    assert {track.id: back[track.id] for track in tracks} == {track.id: list(track.bars) for track in tracks}


async def test_locked_tracks_stay(arranger_stub: ArrangerServiceStub) -> None:
    tracks = await arrangement(arranger_stub)
    asked = RefineRequest(instruction="plus fort", tracks=tracks, bpm=124, locked_tracks=["bass", "drums"])
    after = bars_of(await refined(arranger_stub, asked))
    assert {track.id for track in tracks if after[track.id] == list(track.bars)} == {"bass", "drums"}


async def test_words_that_no_part_can_follow_are_refused_with_what_could_be_said(
    arranger_stub: ArrangerServiceStub,
) -> None:
    tracks = await arrangement(arranger_stub)
    for instruction in ("xyzzy plugh", "la vie est belle"):
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await refined(arranger_stub, RefineRequest(instruction=instruction, tracks=tracks, bpm=124))
        assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT
        assert len(caught.value.details() or "") > 40


async def test_what_no_edit_can_do_for_a_part_is_said_while_others_change(arranger_stub: ArrangerServiceStub) -> None:
    tracks = await arrangement(arranger_stub)
    words = "plus de reverb sur le clap et la basse une octave plus haut"
    stream = await refined(arranger_stub, RefineRequest(instruction=words, tracks=tracks, bpm=124, seed=3))
    (notice,) = [event.notice for event in stream if event.HasField("notice")]
    assert (notice.code, notice.track) == ("PART_UNCHANGED", "drums")
    assert "reverb" in notice.message
    assert [(edit.action, edit.value) for edit in stream[0].started.edit_data] == [("transpose", 12)]
    after = bars_of(stream)
    assert [track.id for track in tracks if after[track.id] != list(track.bars)] == ["bass"]
