"""Imports and exports files; MusicXML is left to music21, which is loaded when needed."""

from boumbapp.music.v2.intent_pb2 import BarPlan
from boumbapp.music.v2.music_pb2 import ROLE_DRUMS, ROLE_UNSPECIFIED, Key, Track
from boumbapp.theory.v2.theory_service_pb2 import (
    FILE_FORMAT_MIDI,
    FILE_FORMAT_MUSICXML,
    FILE_FORMAT_UNSPECIFIED,
    DetectRequest,
    ExportRequest,
    ExportResponse,
    FileFormat,
    ImportRequest,
    ImportResponse,
)
from google.protobuf.message import Message

from language.locale import DEFAULT
from language.localized_text import LocalizedText
from music.grid import MAX_BARS_IN_ALL, MAX_NOTES
from music.key_signature import signature_of
from music.midi import MAX_BYTES, read_midi, write_tracks, writes_key
from music.midi.container import begins_as_midi
from music.pitch import PitchName
from music.side_by_side import MisplacedBar, RepeatedBar
from music.unreadable_file import UnreadableFile
from services.chassis.errors.catalogue import TOO_FEW, TOO_LONG, TOO_MANY, ApiError
from services.chassis.jobs.job_queue import JOB_SECONDS
from services.theory.detection.key import detect_keys
from services.theory.errors import METERS_DIFFER, REPEATED_BAR, UNREADABLE_FILE
from services.theory.harmony.note_spelling import spelling_of
from services.theory.notices import KEY_NOT_WRITTEN
from services.theory.validation.divisions import check_divisions

_NAMES = {FILE_FORMAT_MIDI: "MIDI", FILE_FORMAT_MUSICXML: "MusicXML"}
_ARCHIVE_START = b"PK\x03\x04"
# XML begins with a tag after white space, behind a byte-order mark in UTF-8 or in UTF-16 of either order.
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_ANY = LocalizedText("neither MIDI nor MusicXML", "ni MIDI ni MusicXML")


def is_musicxml(request: Message) -> bool:
    """Whether a call reads or writes MusicXML."""
    match request:
        case ExportRequest():
            return request.format == FILE_FORMAT_MUSICXML
        case ImportRequest():
            return (request.format or _found_format(request.file)) == FILE_FORMAT_MUSICXML
        case DetectRequest():
            return _found_format(request.file) == FILE_FORMAT_MUSICXML
    return False


def export_file(request: ExportRequest, locale: str = DEFAULT) -> ExportResponse:
    """Write tracks as a file, in MIDI unless asked otherwise.

    Args:
        request: With the tracks.
        locale: Language of notices, "fr" or "en".

    Raises:
        ApiError: More notes than a file may have, bars that cannot be placed or that have no whole number of steps.
    """
    count = sum(len(bar.notes) + len(bar.hits) for track in request.tracks for bar in track.bars)
    if count > MAX_NOTES:
        raise ApiError(TOO_MANY, field="tracks", value=count, max=MAX_NOTES)
    length = max((bar.index + 1 for track in request.tracks for bar in track.bars), default=0)
    if length * len(request.tracks) > MAX_BARS_IN_ALL:
        raise ApiError(TOO_MANY, field="tracks", value=length * len(request.tracks), max=MAX_BARS_IN_ALL)
    if not length:
        raise ApiError(TOO_FEW, field="tracks[0].bars", value=0, min=1)
    for number, track in enumerate(request.tracks):
        for at, bar in enumerate(track.bars):
            check_divisions(bar, f"tracks[{number}].bars[{at}]")
    try:
        return _written(request, locale)
    except MisplacedBar as problem:
        code = REPEATED_BAR if isinstance(problem, RepeatedBar) else METERS_DIFFER
        place = f"tracks[{problem.part}].bars[{problem.bar}]"
        field = f"{place}.index" if code is REPEATED_BAR else f"{place}.meter"
        raise ApiError(code, field=field, value=problem.index) from problem


def _written(request: ExportRequest, locale: str) -> ExportResponse:
    if request.format == FILE_FORMAT_MUSICXML:
        from services.theory.file_io.musicxml.to_score import write_musicxml  # noqa: PLC0415  loads music21

        response = ExportResponse(file=write_musicxml(request), format=FILE_FORMAT_MUSICXML)
    else:
        response = ExportResponse(file=_write_midi(request), format=FILE_FORMAT_MIDI)
    if request.HasField("key") and not _writes_key(request.key, response.format):
        response.notices.append(KEY_NOT_WRITTEN.notice(locale, key=f"{request.key.tonic} {request.key.scale}"))
    return response


def import_file(request: ImportRequest, locale: str = DEFAULT) -> ImportResponse:
    """Read bars from a file; its format is detected when the request does not name it.

    Args:
        request: With the file.
        locale: Language of notices, "fr" or "en".

    Raises:
        ApiError: The file cannot be read.
    """
    if len(request.file) > MAX_BYTES:
        raise ApiError(TOO_LONG, field="file", value=len(request.file), max=MAX_BYTES)
    file_format = request.format or _found_format(request.file)
    if not file_format:
        raise ApiError(UNREADABLE_FILE, field="file", value="MIDI / MusicXML", problem=_ANY)
    try:
        return _read_musicxml(request.file) if file_format == FILE_FORMAT_MUSICXML else _read_midi(request.file, locale)
    except UnreadableFile as problem:
        raise _fault(file_format, problem, field="file") from problem


def too_large_score(field: str) -> ApiError:
    """The error for MusicXML that takes too long to read."""
    en = f"it takes more than {JOB_SECONDS} seconds or too much memory"
    fr = f"il demande plus de {JOB_SECONDS} secondes ou trop de mémoire"
    return _fault(FILE_FORMAT_MUSICXML, UnreadableFile(en, fr), field)


def _fault(file_format: FileFormat.ValueType, problem: UnreadableFile, field: str) -> ApiError:
    return ApiError(
        UNREADABLE_FILE,
        field=field,
        value=_NAMES[file_format],
        problem=LocalizedText(problem.en, problem.fr),
        private=repr(problem.__cause__ or ""),
    )


def _found_format(data: bytes) -> FileFormat.ValueType:
    """The format that a file begins like; unspecified where it is like none."""
    if begins_as_midi(data):
        return FILE_FORMAT_MIDI
    if data.startswith((_ARCHIVE_START, *_MARKS)) or data.lstrip().startswith(b"<"):
        return FILE_FORMAT_MUSICXML
    return FILE_FORMAT_UNSPECIFIED


def _write_midi(request: ExportRequest) -> bytes:
    key = request.key if request.HasField("key") else None
    return write_tracks(request.tracks, request.bpm, key, request.title)


def _read_musicxml(data: bytes) -> ImportResponse:
    from services.theory.file_io.musicxml.reader import read_musicxml  # noqa: PLC0415  loads music21

    return read_musicxml(data)


def _writes_key(key: Key, file_format: FileFormat.ValueType) -> bool:
    return signature_of(key) is not None if file_format == FILE_FORMAT_MUSICXML else writes_key(key)


def _read_midi(data: bytes, locale: str) -> ImportResponse:
    piece = read_midi(data)
    tracks = [
        Track(
            name=track.name,
            bars=track.bars,
            role=ROLE_DRUMS if track.drums else ROLE_UNSPECIFIED,
            program=track.program,
        )
        for track in piece.tracks
    ]
    response = ImportResponse(tracks=tracks, bpm=piece.bpm, key=piece.key, notices=piece.findings.notices(locale))
    _name_notes(response)
    return response


def _name_notes(response: ImportResponse) -> None:
    """Spell the notes of a file that has pitches only, by its key or the likeliest one."""
    bars = [bar for track in response.tracks for bar in track.bars]
    key = response.key if response.HasField("key") else next((found.key for found in detect_keys(bars)), None)
    if key is None:
        return
    names = spelling_of(BarPlan(key=key, tonic=PitchName.parse(key.tonic).pitch_class), DEFAULT).names
    for bar in bars:
        for note in bar.notes:
            note.name = names[note.pitch]
