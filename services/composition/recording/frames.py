"""Entries in a file, one after the other, each with its length and checksum, so that a torn end is known as one."""

import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

_HEAD = struct.Struct("<II")
# What no entry is longer than: a length beyond it is that of a torn or damaged file.
MOST_BYTES = 16 * 1024 * 1024


def frame(entry: bytes) -> bytes:
    """An entry as it stands in a file."""
    return _HEAD.pack(len(entry), zlib.crc32(entry)) + entry


def read_frames(path: Path, start: int = 0) -> Iterator[tuple[bytes, int]]:
    """Each entry from a place on, and where the next one begins; one that is damaged is empty. Ends at a torn one.

    Args:
        path: Of the file; one that has gone has no entries.
        start: Where to begin, in bytes.
    """
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return
    with file:
        file.seek(start)
        place = start
        while len(head := file.read(_HEAD.size)) == _HEAD.size:
            length, checksum = _HEAD.unpack(head)
            if length > MOST_BYTES:
                return
            entry = file.read(length)
            if len(entry) < length:
                return
            place += _HEAD.size + length
            yield entry if zlib.crc32(entry) == checksum else b"", place
