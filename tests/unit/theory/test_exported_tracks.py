"""Several tracks in one file, each bar at the place that its index says."""

from io import BytesIO

import mido
import pytest
from boumbapp.music.v2.music_pb2 import (
    DRUM_PIECE_KICK,
    ROLE_BASS,
    ROLE_DRUMS,
    ROLE_MELODY,
    Bar,
    DrumHit,
    Meter,
    Note,
    Track,
)
from boumbapp.theory.v2.theory_service_pb2 import ExportRequest, FileFormat, ImportRequest

from services.chassis.errors.catalogue import TOO_FEW, TOO_MANY, ApiError, ErrorCode
from services.theory.errors import METERS_DIFFER, REPEATED_BAR
from services.theory.file_io.import_export import export_file, import_file
from tests.unit.theory.test_import_export import FORMATS, FOUR_FOUR


def beat(index: int) -> Bar:
    return Bar(index=index, meter=FOUR_FOUR, hits=[DrumHit(piece=DRUM_PIECE_KICK, step=4, velocity=90)])


def line(index: int, pitch: int, meter: Meter = FOUR_FOUR) -> Bar:
    name = {36: "C2", 72: "C5"}[pitch]
    note = Note(pitch=pitch, start_step=2, duration_steps=4, velocity=80, name=name)
    return Bar(index=index, meter=meter, notes=[note])


@pytest.mark.parametrize("file_format", FORMATS)
def test_all_tracks_of_a_piece_come_back_and_can_be_exported_again(file_format: FileFormat.ValueType) -> None:
    tracks = [
        Track(name="Basse", role=ROLE_BASS, program=38, bars=[line(index, 36) for index in (0, 1, 2)]),
        Track(name="Lead", role=ROLE_MELODY, bars=[line(index, 72) for index in (0, 1, 2)]),
        Track(name="Kit", role=ROLE_DRUMS, bars=[beat(index) for index in (0, 1, 2)]),
    ]
    exported = export_file(ExportRequest(tracks=tracks, bpm=120, format=file_format))
    read = import_file(ImportRequest(file=exported.file))
    assert [(track.name, list(track.bars)) for track in read.tracks] == [
        (track.name, list(track.bars)) for track in tracks
    ]
    assert [track.role == ROLE_DRUMS for track in read.tracks] == [False, False, True]
    again = export_file(ExportRequest(tracks=read.tracks, bpm=read.bpm, format=file_format))
    assert import_file(ImportRequest(file=again.file)) == read


@pytest.mark.parametrize("file_format", FORMATS)
def test_bars_stand_where_their_indices_say(file_format: FileFormat.ValueType) -> None:
    bars = [line(4, 72), line(1, 72)]
    exported = export_file(ExportRequest(tracks=[Track(bars=bars), Track(bars=[beat(2)])], bpm=120, format=file_format))
    melody, drums = import_file(ImportRequest(file=exported.file)).tracks
    assert [bar.index for bar in melody.bars if bar.notes] == [1, 4]
    assert [bar.index for bar in drums.bars if bar.hits] == [2]
    assert len(melody.bars) == len(drums.bars) == 5


def test_a_gap_has_the_metre_before_it() -> None:
    waltz = Meter(beats=3, beat_unit=4)
    bars = [line(0, 72, waltz), line(3, 72)]
    for tracks in ([Track(bars=bars)], [Track(bars=bars[:1]), Track(bars=bars[1:])]):
        exported = export_file(ExportRequest(tracks=tracks, bpm=120))
        meters = [bar.meter for bar in import_file(ImportRequest(file=exported.file)).tracks[0].bars]
        assert meters == [waltz, waltz, waltz, FOUR_FOUR]


def test_every_track_has_a_channel_and_a_programme_of_its_own() -> None:
    tracks = [Track(program=number, bars=[line(0, 72)]) for number in range(15)] + [
        Track(role=ROLE_DRUMS, bars=[beat(0)]),
        Track(role=ROLE_BASS, bars=[line(0, 36)]),
    ]
    file = mido.MidiFile(file=BytesIO(export_file(ExportRequest(tracks=tracks, bpm=120)).file))
    assert file.type == 1
    programmes = [message for track in file.tracks for message in track if message.type == "program_change"]
    assert [message.program for message in programmes] == [*range(15), 33]
    assert len({message.channel for message in programmes[:15]} - {9}) == 15
    hits = [message.channel for message in file.tracks[16] if message.type == "note_on"]
    assert hits == [9]


@pytest.mark.parametrize(
    ("tracks", "code", "field"),
    [
        ([Track(bars=[line(0, 72), line(0, 72)])], REPEATED_BAR, "tracks[0].bars[1].index"),
        (
            [Track(bars=[line(0, 72)]), Track(bars=[line(1, 36), line(0, 36, Meter(beats=7, beat_unit=8))])],
            METERS_DIFFER,
            "tracks[1].bars[1].meter",
        ),
        ([Track(), Track()], TOO_FEW, "tracks[0].bars"),
        ([Track(bars=[line(1023, 72)])] * 1024, TOO_MANY, "tracks"),
    ],
)
@pytest.mark.parametrize("file_format", FORMATS)
def test_tracks_that_cannot_be_placed_are_refused(
    tracks: list[Track], code: ErrorCode, field: str, file_format: FileFormat.ValueType
) -> None:
    with pytest.raises(ApiError) as caught:
        export_file(ExportRequest(tracks=tracks, bpm=120, format=file_format))
    assert (caught.value.code, caught.value.field) == (code, field)
