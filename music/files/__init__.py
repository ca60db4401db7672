"""Any file of music into bars: MIDI or MusicXML, found out by its first bytes."""

from music.files.reader import MAX_FILE_BYTES, FileKind, kind_of, read_file

__all__ = ["MAX_FILE_BYTES", "FileKind", "kind_of", "read_file"]
