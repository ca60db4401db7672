"""Scores say what notation programs expect, in the order of the schema, and drums come back from them."""

import xml.etree.ElementTree as ET

import pytest
from boumbapp.music.v2 import music_pb2 as pb
from boumbapp.music.v2.music_pb2 import Bar, DrumHit, Flam, Meter, Note, Roll, Track
from boumbapp.theory.v2.theory_service_pb2 import FILE_FORMAT_MUSICXML, ExportRequest, ImportRequest, Marker

from music.drum_kit import GM_KEYS
from music.files import read_file
from services.chassis.errors.catalogue import ApiError
from services.theory.errors import TOO_COSTLY
from services.theory.file_io.import_export import export_file, import_file
from services.theory.harmony.chord_symbols import parse_symbol

FOUR_FOUR = Meter(beats=4, beat_unit=4)
ORDER = (
    "grace", "chord", "pitch", "unpitched", "rest", "duration", "tie", "instrument", "voice", "type", "dot",
    "accidental", "time-modification", "stem", "notehead", "beam", "notations", "play",
)  # fmt: skip


def line() -> Track:
    notes = [Note(pitch=60 + step, start_step=step, duration_steps=4, velocity=80) for step in range(0, 16, 4)]
    return Track(role=pb.ROLE_MELODY, bars=[Bar(meter=FOUR_FOUR, notes=notes)])


def kit() -> Track:
    hits = [DrumHit(piece=piece, step=step, velocity=60 + step) for step, piece in enumerate(GM_KEYS)]
    hits[1].flam.CopyFrom(Flam(lead_ticks=17, velocity=40))
    hits[4].roll.CopyFrom(Roll(strokes=3, span_ticks=90, last_velocity=33))
    return Track(name="Kit", role=pb.ROLE_DRUMS, bars=[Bar(meter=FOUR_FOUR, hits=hits)])


def written(*tracks: Track, **more: object) -> tuple[ET.Element, bytes]:
    request = ExportRequest(tracks=tracks, bpm=97.5, format=FILE_FORMAT_MUSICXML, **more)  # type: ignore[arg-type]
    file = export_file(request).file
    return ET.fromstring(file), file


def test_drums_come_back_with_flams_and_rolls() -> None:
    _, file = written(kit())
    read = import_file(ImportRequest(file=file))
    assert list(read.tracks[0].bars) == list(kit().bars)
    assert not read.notices


def test_each_piece_of_the_kit_is_an_instrument_with_its_key() -> None:
    root, _ = written(line(), kit())
    keys = {each.get("id"): int(each.findtext("midi-unpitched", "0")) - 1 for each in root.iter("midi-instrument")}
    strokes = [note for note in root.iter("note") if note.find("unpitched") is not None]
    struck = {keys[note.find("instrument").get("id")] for note in strokes}  # type: ignore[union-attr]
    assert struck == set(GM_KEYS.values())
    channels = [each.findtext("midi-channel") for each in root.iter("midi-instrument")]
    assert (channels[0], set(channels[1:])) == ("1", {"10"})


def test_the_software_and_the_instrument_are_named_and_no_composer() -> None:
    root, file = written(line(), title="Été")
    assert b"usic21" not in file
    assert root.find("identification/creator") is None
    assert root.findtext("identification/encoding/software", "").startswith("BoumbApp")
    assert root.findtext("work/work-title") == "Été"
    assert root.findtext("part-list/score-part/score-instrument/instrument-name") == "Lead 1 (square)"
    assert root.findtext("part-list/score-part/midi-instrument/midi-program") == "81"
    assert root.findtext("part-list/score-part/part-name") == "Melody"


def test_swing_and_chord_symbols_stand_where_they_belong() -> None:
    chords = [parse_symbol(text) for text in ("Am7", "D/F#")]
    assert all(chords)
    chords[1].start_step = 10  # type: ignore[union-attr]
    root, _ = written(
        line(), swing=pb.Swing(amount=1 / 3, unit=pb.SWING_UNIT_EIGHTH), harmony=[{"index": 0, "chords": chords}]
    )
    swing = root.find("part/measure/direction/sound/swing")
    assert swing is not None
    assert [child.text for child in swing] == ["2", "1", "eighth"]
    measure = root.find("part/measure")
    assert measure is not None
    first, second = measure.findall("harmony")
    assert (first.findtext("root/root-step"), first.findtext("kind")) == ("A", "minor-seventh")
    assert (second.findtext("bass/bass-step"), second.findtext("offset")) == ("F", "5040")
    following = [child.tag for child in measure][[child.tag for child in measure].index("harmony") + 1]
    assert following == "note"


def test_names_of_places_are_rehearsal_marks() -> None:
    root, file = written(line(), markers=[{"bar": 0, "text": "Intro"}])
    assert [mark.text for mark in root.iter("rehearsal")] == ["Intro"]
    assert read_file(file).markers == ((0, "Intro"),)


@pytest.mark.parametrize("tracks", [(line(),), (kit(),), (line(), kit())], ids=["line", "kit", "both"])
def test_children_of_notes_stand_in_the_order_of_the_schema(tracks: tuple[Track, ...]) -> None:
    root, _ = written(*tracks)
    for note in root.iter("note"):
        ranks = [ORDER.index(child.tag) for child in note]
        assert ranks == sorted(ranks)


def test_the_same_request_gives_the_same_bytes() -> None:
    assert written(line(), kit())[1] == written(line(), kit())[1]


@pytest.mark.parametrize("text", ["a\x01b", "two\nlines", "\x7f", "a\x85b", "\ufffe", "x\u202ey", "<&>\"'"])
def test_whatever_a_title_holds_the_score_can_be_read(text: str) -> None:
    track = line()
    track.name = text
    _, file = written(track, title=text, markers=[Marker(bar=0, text=text or "x")])
    assert len(import_file(ImportRequest(file=file)).tracks) == 1


@pytest.mark.parametrize("steps", [5, 40, 768])
def test_notes_that_overlap_and_last_beyond_the_last_bar_are_written(steps: int) -> None:
    notes = [Note(pitch=60 + at, start_step=at, duration_steps=steps, velocity=80) for at in range(12)]
    track = Track(role=pb.ROLE_MELODY, bars=[Bar(meter=FOUR_FOUR, notes=notes)])
    _, file = written(track)
    (back,) = import_file(ImportRequest(file=file)).tracks
    assert {note.pitch for bar in back.bars for note in bar.notes} == {note.pitch for note in notes}


def test_a_score_that_takes_too_long_is_refused_before_it_is_begun() -> None:
    hits = [DrumHit(piece=1 + at % 15, step=at % 16, velocity=90) for at in range(512)]  # type: ignore[arg-type]
    track = Track(role=pb.ROLE_DRUMS, bars=[Bar(index=at, meter=FOUR_FOUR, hits=hits) for at in range(39)])
    with pytest.raises(ApiError) as caught:
        written(track)
    assert caught.value.code is TOO_COSTLY
    long = Track(role=pb.ROLE_DRUMS, bars=[Bar(index=127, meter=FOUR_FOUR, hits=hits[:16])])
    with pytest.raises(ApiError):
        written(*[long] * 64)
