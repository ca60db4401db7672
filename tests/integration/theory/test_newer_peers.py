"""Pieces and roles that a newer version made are data; those that a request asks for are not."""

import grpc
import pytest
from boumbapp.music.v2.intent_pb2 import Constraints, IntentOptions
from boumbapp.music.v2.music_pb2 import DRUM_PIECE_KICK, ROLE_DRUMS, Bar, DrumHit, Meter, Note, Track
from boumbapp.theory.v2 import theory_service_pb2 as pb
from boumbapp.theory.v2.theory_service_pb2_grpc import TheoryServiceStub

from services.chassis.server.validation import check

FOUR_FOUR = Meter(beats=4, beat_unit=4)
NEWER = (16, 99, 2**31 - 1, -5)


def groove(*pieces: int) -> Bar:
    hits = [DrumHit(piece=piece, step=2 * at, velocity=90) for at, piece in enumerate(pieces)]  # type: ignore[arg-type]
    return Bar(meter=FOUR_FOUR, hits=hits)


async def drums(stub: TheoryServiceStub) -> Constraints:
    analysed = await stub.Analyse(pb.AnalyseRequest(prompt="a rock drum beat"))
    assert analysed.constraints.role == ROLE_DRUMS
    return analysed.constraints


async def test_theory_keeps_pieces_that_it_does_not_know(theory_stub: TheoryServiceStub) -> None:
    bar = groove(DRUM_PIECE_KICK, *NEWER)
    request = pb.ValidateRequest(constraints=await drums(theory_stub), bars=[bar])
    (result,) = (await theory_stub.Validate(request)).results
    assert (result.bar, list(result.corrections)) == (bar, [])


async def test_what_is_wrong_with_a_piece_that_is_not_known_is_corrected(theory_stub: TheoryServiceStub) -> None:
    bar = groove(16)
    bar.hits.add(piece=16, step=0, velocity=40)
    bar.hits.add(piece=17, step=16, velocity=90)
    request = pb.ValidateRequest(constraints=await drums(theory_stub), bars=[bar])
    (result,) = (await theory_stub.Validate(request)).results
    assert list(result.bar.hits) == [bar.hits[0]]
    assert len(result.corrections) == 2


@pytest.mark.parametrize("file_format", [pb.FILE_FORMAT_MIDI, pb.FILE_FORMAT_MUSICXML])
async def test_files_hold_what_is_known(theory_stub: TheoryServiceStub, file_format: pb.FileFormat.ValueType) -> None:
    note = Note(pitch=60, duration_steps=4, velocity=80)
    tracks = [
        Track(role=99, bars=[Bar(meter=FOUR_FOUR, notes=[note])]),  # type: ignore[arg-type]
        Track(role=ROLE_DRUMS, bars=[groove(16, DRUM_PIECE_KICK)]),
    ]
    exported = await theory_stub.Export(pb.ExportRequest(tracks=tracks, bpm=120, format=file_format), timeout=30)
    line, kit = (await theory_stub.Import(pb.ImportRequest(file=exported.file), timeout=30)).tracks
    assert [found.pitch for found in line.bars[0].notes] == [60]
    assert [(hit.piece, hit.step) for hit in kit.bars[0].hits] == [(DRUM_PIECE_KICK, 2)]


async def test_a_role_that_a_request_asks_for_is_refused(theory_stub: TheoryServiceStub) -> None:
    for field in ("hints", "overrides"):
        asked = pb.AnalyseRequest(prompt="x", **{field: IntentOptions(role=99)})  # type: ignore[arg-type]
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await theory_stub.Analyse(asked)
        assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT
        assert f"{field}.role" in (caught.value.details() or "")


def test_a_hit_still_needs_a_piece() -> None:
    assert [fault.field for fault in check(DrumHit(step=1, velocity=90))] == ["piece"]
