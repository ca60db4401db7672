"""Finds out what a file is, and reads it."""

from enum import Enum

from music.midi.container import begins_as_midi
from music.midi.events import MAX_BYTES
from music.midi.reader import read_midi
from music.musicxml.reader import read_musicxml
from music.musicxml.source import ARCHIVE
from music.reading.piece import Piece
from music.unreadable_file import UnreadableFile

MAX_FILE_BYTES = MAX_BYTES
# XML begins with a tag after white space, behind a byte-order mark in UTF-8 or in UTF-16 of either order.
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_UNMARKED = (b"<\0", b"\0<")  # UTF-16 without one


class FileKind(Enum):
    """What a file is."""

    MIDI = "MIDI"
    MUSICXML = "MusicXML"


def kind_of(data: bytes) -> FileKind | None:
    """What a file begins like; None where it is like nothing known."""
    if begins_as_midi(data):
        return FileKind.MIDI
    if data.startswith((ARCHIVE, *_MARKS, *_UNMARKED)) or data[:4096].lstrip().startswith(b"<"):
        return FileKind.MUSICXML
    return None


def read_file(data: bytes, kind: FileKind | None = None) -> Piece:
    """Read a file.

    Args:
        data: The file, at most MAX_FILE_BYTES.
        kind: What it is; found out when None.

    Raises:
        UnreadableFile: It is neither MIDI nor MusicXML, is damaged before its first note, or is beyond the limits.
    """
    kind = kind or kind_of(data)
    if kind is None:
        raise UnreadableFile("it is neither MIDI nor MusicXML", "il n'est ni MIDI ni MusicXML")
    if len(data) > MAX_FILE_BYTES:
        raise UnreadableFile(f"it is larger than {MAX_FILE_BYTES} bytes", f"il dépasse {MAX_FILE_BYTES} octets")
    return read_midi(data) if kind is FileKind.MIDI else read_musicxml(data)
