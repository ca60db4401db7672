"""What theory tells beside its answers: what an import leaves out, what an export cannot say, what a check replaces."""

import io

import mido
import pytest
from boumbapp.music.v2.events_pb2 import Notice
from boumbapp.music.v2.intent_pb2 import IntentOptions
from boumbapp.music.v2.music_pb2 import ROLE_MELODY, Bar, Key, Meter, Note, Track
from boumbapp.theory.v2.theory_service_pb2 import (
    FILE_FORMAT_MIDI,
    FILE_FORMAT_MUSICXML,
    ExportRequest,
    FileFormat,
    ImportRequest,
)

from services.theory.analysis import analyse
from services.theory.catalogue.catalogue import Catalogue
from services.theory.file_io.import_export import export_file, import_file
from services.theory.validation.bars import replaced_meters

FOUR_FOUR, SEVEN_EIGHT = Meter(beats=4, beat_unit=4), Meter(beats=7, beat_unit=8)


def midi(*messages: mido.Message | mido.MetaMessage) -> bytes:
    file, data = mido.MidiFile(), io.BytesIO()
    file.tracks.append(mido.MidiTrack([mido.MetaMessage("track_name", name="kit"), *messages]))
    file.save(file=data)
    return data.getvalue()


def strokes(*keys: int) -> list[mido.Message]:
    struck = [mido.Message("note_on", channel=9, note=key, velocity=90, time=120) for key in keys]
    return struck + [mido.Message("note_off", channel=9, note=key) for key in keys]


def tempos(*bpm: int) -> list[mido.MetaMessage]:
    return [
        mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(each), time=480 * bool(at)) for at, each in enumerate(bpm)
    ]


def imported(*messages: mido.Message | mido.MetaMessage, locale: str = "en") -> list[Notice]:
    return list(import_file(ImportRequest(file=midi(*messages)), locale).notices)


def test_hits_that_no_piece_plays_are_counted_for_their_track() -> None:
    (notice,) = imported(*strokes(36, 0, 1, 1, 38), locale="fr")
    assert (notice.code, notice.track) == ("DRUM_KEYS_LEFT_OUT", "kit")
    assert dict(notice.metadata) == {"hits": "3", "keys": "0, 1"}
    assert notice.message.startswith("3 coup(s)")


@pytest.mark.parametrize(
    ("bpm", "changes"), [((100,), 0), ((100, 100), 0), ((100, 120), 1), ((100, 120, 120, 90), 2), ((), 0)]
)
def test_tempo_changes_inside_a_bar_are_counted(bpm: tuple[int, ...], changes: int) -> None:
    notices = imported(*tempos(*bpm), *strokes(36))
    expected = [{"changes": str(changes)}] if changes else []
    assert [dict(notice.metadata) for notice in notices] == expected


def test_a_file_that_is_read_whole_has_no_notice() -> None:
    assert imported(*tempos(90), *strokes(36, 38, 42)) == []


@pytest.mark.parametrize(
    ("key", "file_format", "written"),
    [
        (Key(tonic="G", scale="minor"), FILE_FORMAT_MIDI, True),
        (Key(tonic="G", scale="harmonic_minor"), FILE_FORMAT_MIDI, True),
        (Key(tonic="D", scale="dorian"), FILE_FORMAT_MIDI, False),
        (Key(tonic="D", scale="dorian"), FILE_FORMAT_MUSICXML, True),
        (Key(tonic="A", scale="hirajoshi"), FILE_FORMAT_MIDI, False),
        (Key(tonic="A", scale="hirajoshi"), FILE_FORMAT_MUSICXML, False),
        (Key(tonic="G#", scale="major"), FILE_FORMAT_MIDI, False),
        (None, FILE_FORMAT_MIDI, True),
    ],
)
def test_a_key_that_a_file_cannot_say_is_told(
    key: Key | None, file_format: FileFormat.ValueType, written: bool
) -> None:
    bar = Bar(meter=FOUR_FOUR, notes=[Note(pitch=60, duration_steps=4, velocity=90)])
    request = ExportRequest(tracks=[Track(bars=[bar], role=ROLE_MELODY)], bpm=120, key=key, format=file_format)
    answer = export_file(request, "en")
    assert [notice.code for notice in answer.notices] == ([] if written else ["KEY_NOT_WRITTEN"])
    if key and file_format == FILE_FORMAT_MIDI:
        assert import_file(ImportRequest(file=answer.file)).HasField("key") == written, "the notice tells the truth"
    if key and not written:
        assert dict(answer.notices[0].metadata) == {"key": f"{key.tonic} {key.scale}"}


def test_bars_that_say_another_metre_are_told_one_by_one() -> None:
    bars = [
        Bar(index=4, meter=SEVEN_EIGHT),
        Bar(index=5, meter=FOUR_FOUR),
        Bar(index=6, meter=Meter(beats=3, beat_unit=4)),
    ]
    notices = list(replaced_meters(FOUR_FOUR, bars, "en"))
    assert [(notice.bar, dict(notice.metadata)) for notice in notices] == [
        (4, {"given": "7/8", "meter": "4/4"}),
        (6, {"given": "3/4", "meter": "4/4"}),
    ]
    assert notices[0].message.startswith("Bar 5 is in 7/8")


@pytest.mark.parametrize(
    ("prompt", "codes"),
    [("une basse", ["VAGUE_PROMPT"]), ("drums", ["VAGUE_PROMPT"]), ("basse en Sol mineur", []), ("house drums", [])],
)
def test_a_vague_prompt_is_told(prompt: str, codes: list[str]) -> None:
    answer = analyse(prompt, IntentOptions(), "fr", Catalogue.load())
    assert [notice.code for notice in answer.notices] == codes
