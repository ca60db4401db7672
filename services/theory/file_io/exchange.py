"""Files in and out: Standard MIDI Files and MusicXML."""

import asyncio
import atexit
from functools import cache

from boumbapp.music.v1.intent_pb2 import BarPlan
from boumbapp.theory.v1.theory_service_pb2 import (
    FILE_FORMAT_MIDI,
    FILE_FORMAT_MUSICXML,
    ExportRequest,
    ExportResponse,
    FileFormat,
    ImportedTrack,
    ImportRequest,
    ImportResponse,
)

from language.locale import DEFAULT
from language.localized_text import LocalizedText
from music.grid import MAX_NOTES
from music.midi import MAX_BYTES, read_midi, write_midi
from music.pitch import PitchName
from music.unreadable_file import UnreadableFile
from services.chassis.errors.catalogue import TOO_LONG, TOO_MANY, ApiError
from services.chassis.request_context import current
from services.chassis.server.admission import Admission
from services.theory.detection import detect_keys
from services.theory.errors import UNREADABLE_FILE
from services.theory.file_io.musicxml.process import PLACES, MusicXmlProcess
from services.theory.harmony.note_spelling import spelling_of

_NAMES = {FILE_FORMAT_MIDI: "MIDI", FILE_FORMAT_MUSICXML: "MusicXML"}
_MIDI_START, _ARCHIVE_START = b"MThd", b"PK\x03\x04"
# XML begins with a tag after white space, behind a byte-order mark in UTF-8 or in UTF-16 of either order.
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_ANY = LocalizedText("neither MIDI nor MusicXML", "ni MIDI ni MusicXML")


async def export_file(request: ExportRequest) -> ExportResponse:
    """Write bars as a file, in MIDI unless asked otherwise.

    Raises:
        ApiError: More notes than a file may have, or too many callers at once.
    """
    count = sum(len(bar.notes) + len(bar.hits) for bar in request.bars)
    if count > MAX_NOTES:
        raise ApiError(TOO_MANY, field="bars", value=count, max=MAX_NOTES)
    if request.format == FILE_FORMAT_MUSICXML:
        try:
            with _turns().place(current().identity.user):
                file = await asyncio.to_thread(_musicxml().write, request)
        except UnreadableFile as problem:
            raise _fault(FILE_FORMAT_MUSICXML, problem, field="bars") from problem
        return ExportResponse(file=file, format=FILE_FORMAT_MUSICXML)
    file = await asyncio.to_thread(_write_midi, request)
    return ExportResponse(file=file, format=FILE_FORMAT_MIDI)


async def import_file(request: ImportRequest) -> ImportResponse:
    """Read bars from a file; its format is found out when the request does not say it.

    Raises:
        ApiError: The file cannot be read, or too many callers come at once.
    """
    if len(request.file) > MAX_BYTES:
        raise ApiError(TOO_LONG, field="file", value=len(request.file), max=MAX_BYTES)
    file_format = request.format or _format_of(request.file)
    try:
        if file_format == FILE_FORMAT_MUSICXML:
            with _turns().place(current().identity.user):
                return await asyncio.to_thread(_musicxml().read, request.file)
        return await asyncio.to_thread(_read_midi, request.file)
    except UnreadableFile as problem:
        raise _fault(file_format, problem, field="file") from problem


def _fault(file_format: FileFormat.ValueType, problem: UnreadableFile, field: str) -> ApiError:
    return ApiError(
        UNREADABLE_FILE,
        field=field,
        value=_NAMES[file_format],
        problem=LocalizedText(problem.en, problem.fr),
        private=repr(problem.__cause__ or ""),
    )


def _format_of(data: bytes) -> FileFormat.ValueType:
    if data.startswith(_MIDI_START):
        return FILE_FORMAT_MIDI
    if data.startswith((_ARCHIVE_START, *_MARKS)) or data.lstrip().startswith(b"<"):
        return FILE_FORMAT_MUSICXML
    raise ApiError(UNREADABLE_FILE, field="file", value="MIDI / MusicXML", problem=_ANY)


def _write_midi(request: ExportRequest) -> bytes:
    key = request.key if request.HasField("key") else None
    return write_midi(request.bars, request.bpm, key, request.role, request.title)


def _read_midi(data: bytes) -> ImportResponse:
    piece = read_midi(data)
    tracks = [ImportedTrack(name=track.name, bars=track.bars, drums=track.drums) for track in piece.tracks]
    response = ImportResponse(tracks=tracks, bpm=piece.bpm, key=piece.key)
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


@cache
def _turns() -> Admission:
    """Who may wait for the worker process: one user leaves half of the places to others."""
    return Admission(PLACES, user_share=0.5)


@cache
def _musicxml() -> MusicXmlProcess:
    """The one worker process; it ends with the service."""
    process = MusicXmlProcess()
    atexit.register(process.close)
    return process
