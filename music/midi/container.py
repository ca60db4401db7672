"""Standard MIDI Files inside other files, and how they count time.

RIFF files of the form RMID hold one ("RIFF MIDI file", Microsoft, 1991); old Macintosh programs put 128 bytes of
MacBinary before one.
"""

from dataclasses import dataclass

_START = b"MThd"
_MAC_HEADER = 128
_SMPTE = 0x8000
_DROP_FRAME = 29  # as the header says 30000/1001 frames a second
_HALF_A_SECOND = 500_000  # microseconds a quarter note: 120 a minute
_HALF_A_DROPPED_SECOND = 500_500


@dataclass(frozen=True, slots=True)
class Division:
    """How a file counts time.

    Attributes:
        ticks_per_quarter: Ticks of a quarter note, each of them `scale` times finer than the file's.
        scale: What the file's ticks are multiplied by.
        fixed_tempo: Microseconds of a quarter note where the file counts seconds; 0 where it counts beats.
    """

    ticks_per_quarter: int
    scale: int = 1
    fixed_tempo: int = 0


def division_of(data: bytes) -> Division | None:
    """Read the division of a header, two bytes; None where it makes no sense."""
    value = int.from_bytes(data)
    if not value & _SMPTE:
        return Division(value) if value else None
    frames, ticks = 0x100 - data[0], data[1]
    if frames not in (24, 25, _DROP_FRAME, 30) or not ticks:
        return None
    # A quarter note is half a second long, and has as many half ticks as a second has ticks.
    if frames == _DROP_FRAME:
        return Division(30 * ticks, 2, _HALF_A_DROPPED_SECOND)
    return Division(frames * ticks, 2, _HALF_A_SECOND)


def unpacked(data: bytes) -> tuple[bytes, int]:
    """The MIDI file inside another one, and the byte where it begins; the same file where it is bare."""
    if data[:4] == b"RIFF" and data[8:12] == b"RMID":
        position = 12
        while position + 8 <= len(data):
            size = int.from_bytes(data[position + 4 : position + 8], "little")
            if data[position : position + 4] == b"data":
                return data[position + 8 : position + 8 + size], position + 8
            position += 8 + size + size % 2
    if data[_MAC_HEADER : _MAC_HEADER + 4] == _START and data[:4] != _START:
        return data[_MAC_HEADER:], _MAC_HEADER
    return data, 0


def begins_as_midi(data: bytes) -> bool:
    """Whether a file is a MIDI file, or one in a file of another kind, by its first bytes."""
    return unpacked(data[:4096])[0][:4] == _START
