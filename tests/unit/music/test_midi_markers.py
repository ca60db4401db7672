"""Markers of sections: written where their bars begin, and read again."""

from boumbapp.music.v2.music_pb2 import ROLE_DRUMS, ROLE_MELODY, Bar, Meter, Note, Track
from boumbapp.theory.v2.theory_service_pb2 import FILE_FORMAT_MUSICXML, ExportRequest, ImportRequest, Marker
from hypothesis import given
from hypothesis import strategies as st

from music.midi import read_midi, write_tracks
from services.theory.file_io.import_export import export_file, import_file

METERS = (Meter(beats=4, beat_unit=4), Meter(beats=3, beat_unit=4), Meter(beats=7, beat_unit=8))


def track(meters: list[Meter]) -> Track:
    bars = [
        Bar(index=index, meter=meter, notes=[Note(pitch=60, duration_steps=1, velocity=80)])
        for index, meter in enumerate(meters)
    ]
    return Track(role=ROLE_MELODY, bars=bars)


texts = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=20)


@given(
    st.lists(st.sampled_from(METERS), min_size=1, max_size=12),
    st.dictionaries(st.integers(0, 15), texts, max_size=6),
    st.floats(40, 220),
)
def test_markers_come_back_at_their_bars(meters: list[Meter], markers: dict[int, str], bpm: float) -> None:
    read = read_midi(write_tracks([track(meters)], bpm, None, "", markers))
    assert read.markers == tuple((bar, text) for bar, text in sorted(markers.items()) if bar < len(meters))


def test_a_file_without_markers_has_none_and_is_as_before() -> None:
    plain = write_tracks([track([METERS[0]] * 2)], 120, None)
    assert plain == write_tracks([track([METERS[0]] * 2)], 120, None, "", {})
    assert read_midi(plain).markers == ()


def test_an_arrangement_goes_to_a_file_and_back_with_its_sections_and_programmes() -> None:
    melody = track([METERS[0]] * 4)
    melody.name, melody.program = "flûte", 73
    request = ExportRequest(
        tracks=[melody, Track(role=ROLE_DRUMS, name="batterie", bars=[Bar(index=0, meter=METERS[0])])],
        bpm=93,
        markers=[Marker(bar=0, text="intro"), Marker(bar=2, text="refrain"), Marker(bar=9, text="nowhere")],
    )
    read = import_file(ImportRequest(file=export_file(request).file))
    assert [(marker.bar, marker.text) for marker in read.markers] == [(0, "intro"), (2, "refrain")]
    assert (read.bpm, read.tracks[0].name, read.tracks[0].program) == (93, "flûte", 73)
    request.format = FILE_FORMAT_MUSICXML
    score = export_file(request).file.decode()
    assert [score.count(f">{text}</rehearsal>") for text in ("intro", "refrain", "nowhere")] == [1, 1, 0]
