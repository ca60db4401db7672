"""Imports and exports files; MusicXML is written with music21, which is loaded when needed."""

from collections.abc import Sequence

from boumbapp.music.v2.intent_pb2 import BarPlan
from boumbapp.music.v2.music_pb2 import ROLE_DRUMS, ROLE_UNSPECIFIED, Bar, Key, Track
from boumbapp.theory.v2.theory_service_pb2 import (
    FILE_FORMAT_MIDI,
    FILE_FORMAT_MUSICXML,
    FILE_FORMAT_UNSPECIFIED,
    ExportRequest,
    ExportResponse,
    FileFormat,
    ImportRequest,
    ImportResponse,
    Marker,
)
from google.protobuf.message import Message

from language.locale import DEFAULT
from language.localized_text import LocalizedText
from music.files import FileKind, kind_of, read_file
from music.grid import MAX_BARS_IN_ALL, MAX_NOTES
from music.key_signature import key_of, signature_of
from music.midi import MAX_BYTES, write_tracks, writes_key
from music.pitch import PitchName
from music.reading.piece import Piece
from music.side_by_side import MisplacedBar, RepeatedBar
from music.unreadable_file import UnreadableFile
from services.chassis.errors.catalogue import TOO_FEW, TOO_LONG, TOO_MANY, ApiError
from services.theory.detection.key import detect_keys
from services.theory.errors import METERS_DIFFER, REPEATED_BAR, TOO_COSTLY, UNREADABLE_FILE
from services.theory.harmony.note_spelling import spelling_of
from services.theory.notices import KEY_NOT_WRITTEN
from services.theory.validation.divisions import check_divisions

_KINDS = {FILE_FORMAT_MIDI: FileKind.MIDI, FILE_FORMAT_MUSICXML: FileKind.MUSICXML}
# What a note or stroke, and a bar of a part, take to write as MusicXML, in seconds; a score may take so long.
_EVENT_S, _BAR_S, _LONGEST_S = 0.0006, 0.0008, 5.0
_ANY = LocalizedText("neither MIDI nor MusicXML", "ni MIDI ni MusicXML")


def writes_musicxml(request: Message) -> bool:
    """Whether a call writes MusicXML, for which music21 is loaded."""
    return isinstance(request, ExportRequest) and request.format == FILE_FORMAT_MUSICXML


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
        _check_cost(request)
        from services.theory.file_io.musicxml.to_score import write_musicxml  # noqa: PLC0415  loads music21

        response = ExportResponse(file=write_musicxml(request), format=FILE_FORMAT_MUSICXML)
    else:
        response = ExportResponse(file=_write_midi(request), format=FILE_FORMAT_MIDI)
    if request.HasField("key") and not _writes_key(request.key, response.format):
        response.notices.append(KEY_NOT_WRITTEN.notice(locale, key=f"{request.key.tonic} {request.key.scale}"))
    return response


def _check_cost(request: ExportRequest) -> None:
    """Refuse a score that would take too long to write, before it is begun. Raises ApiError."""
    length = max(bar.index + 1 for track in request.tracks for bar in track.bars)
    events = sum(len(bar.notes) + len(bar.hits) for track in request.tracks for bar in track.bars)
    if _EVENT_S * events + _BAR_S * length * len(request.tracks) > _LONGEST_S:
        problem = LocalizedText(
            f"writing the score would take more than {_LONGEST_S:.0f} s; MIDI takes none",
            f"écrire la partition prendrait plus de {_LONGEST_S:.0f} s ; en MIDI, rien",
        )
        raise ApiError(TOO_COSTLY, field="tracks", problem=problem)


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
        piece = read_file(request.file, _KINDS[file_format])
    except UnreadableFile as problem:
        raise _fault(file_format, problem, field="file") from problem
    return _response(piece, locale)


def _fault(file_format: FileFormat.ValueType, problem: UnreadableFile, field: str) -> ApiError:
    return ApiError(
        UNREADABLE_FILE,
        field=field,
        value=_KINDS[file_format].value,
        problem=LocalizedText(problem.en, problem.fr),
        private=repr(problem.__cause__ or ""),
    )


def _found_format(data: bytes) -> FileFormat.ValueType:
    """The format that a file begins like; unspecified where it is like none."""
    kind = kind_of(data)
    return next((each for each, named in _KINDS.items() if named is kind), FILE_FORMAT_UNSPECIFIED)


def _write_midi(request: ExportRequest) -> bytes:
    key = request.key if request.HasField("key") else None
    markers = {marker.bar: marker.text for marker in request.markers}
    return write_tracks(request.tracks, request.bpm, key, request.title, markers)


def _writes_key(key: Key, file_format: FileFormat.ValueType) -> bool:
    return signature_of(key) is not None if file_format == FILE_FORMAT_MUSICXML else writes_key(key)


def _response(piece: Piece, locale: str) -> ImportResponse:
    """What Import answers.

    Args:
        piece: What the file holds.
        locale: Language of notices, "fr" or "en".
    """
    tracks = [
        Track(
            name=track.name,
            bars=track.bars,
            role=ROLE_DRUMS if track.drums else ROLE_UNSPECIFIED,
            program=track.program,
        )
        for track in piece.tracks
    ]
    response = ImportResponse(
        tracks=tracks,
        bpm=piece.bpm,
        key=piece.key,
        notices=piece.findings.notices(locale),
        markers=[Marker(bar=bar, text=text) for bar, text in piece.markers],
    )
    if piece.key is None and piece.sharps is not None:
        found = _relative(piece.sharps, [bar for track in piece.tracks for bar in track.bars])
        if found is not None:
            response.key.CopyFrom(found)
    if not any(note.name for track in piece.tracks for bar in track.bars for note in bar.notes):
        _name_notes(response)
    return response


def _relative(sharps: int, bars: Sequence[Bar]) -> Key | None:
    """The key of a signature without a mode: major or its relative minor, whichever fits the notes better.

    Args:
        sharps: Of the signature, negative for flats.
        bars: All bars.
    """
    relatives = [key_of(sharps, "major"), key_of(sharps, "minor")]
    return next((found.key for found in detect_keys(bars) if found.key in relatives), relatives[0])


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
