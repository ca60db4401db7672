"""The sequencer-specific event that keeps the grid's version of a note or hit beside its MIDI events.

It stands at the tick of the first note-on it speaks of, right before it. It counts only while that note-on and what
follows are as they were written; a note that another program moved is read from its events alone.
"""

from dataclasses import dataclass

_NON_COMMERCIAL = 0x7D  # the manufacturer number that anyone may use
_NOTE, _HIT, _DETAILED_HIT = 1, 2, 3
PLAIN, FLAM, ROLL = 0, 1, 2  # articulations
_USUAL_DETAIL = {PLAIN: 0, FLAM: 30, ROLL: 120}  # ticks; what a hit has that is written without
_SIZES_OF_NOTE = (1, 3, 3, 2, 2, 3)  # seven-bit bytes of each number
_SIZES_OF_HIT = (1, 3, 2, 1, 1, 1, 2)
_SIZES_OF_DETAILED_HIT = (*_SIZES_OF_HIT, 2)
_SIGNED = 128  # added to numbers that may be negative


@dataclass(frozen=True, slots=True)
class WrittenNote:
    """A note as its bar has it; micro-timing in ticks of a 120th of a step."""

    pitch: int
    step: int
    duration: int
    offset: int
    release: int
    length: int  # ticks from note-on to note-off


@dataclass(frozen=True, slots=True)
class WrittenHit:
    """A drum hit as its bar has it; the velocities of its strokes are those of the note-ons."""

    key: int
    step: int
    offset: int
    articulation: int  # PLAIN, FLAM or ROLL
    strokes: int  # of a roll
    count: int  # note-ons that it is played with
    span: int  # ticks from the first of them to the last
    detail: int = 0  # ticks: a flam's lead, a roll's span


def encode(written: WrittenNote | WrittenHit) -> bytes:
    """Data of the event."""
    if isinstance(written, WrittenNote):
        note = (
            written.pitch, written.step, written.duration,
            written.offset + _SIGNED, written.release + _SIGNED, written.length,
        )  # fmt: skip
        return bytes((_NON_COMMERCIAL, _NOTE)) + _pack(note, _SIZES_OF_NOTE)
    hit = (
        written.key, written.step, written.offset + _SIGNED,
        written.articulation, written.strokes, written.count, written.span,
    )  # fmt: skip
    if written.detail == _USUAL_DETAIL[written.articulation]:
        return bytes((_NON_COMMERCIAL, _HIT)) + _pack(hit, _SIZES_OF_HIT)
    return bytes((_NON_COMMERCIAL, _DETAILED_HIT)) + _pack((*hit, written.detail), _SIZES_OF_DETAILED_HIT)


def annotated_key(data: bytes) -> int:
    """MIDI key number that encoded data speak of."""
    return data[2]


def decode(data: bytes) -> WrittenNote | WrittenHit | None:
    """What the event says, or None when it is somebody else's."""
    kind, body = data[:2], data[2:]
    if kind == bytes((_NON_COMMERCIAL, _NOTE)) and len(body) == sum(_SIZES_OF_NOTE):
        pitch, step, duration, offset, release, length = _unpack(body, _SIZES_OF_NOTE)
        return WrittenNote(pitch, step, duration, offset - _SIGNED, release - _SIGNED, length)
    if kind == bytes((_NON_COMMERCIAL, _HIT)) and len(body) == sum(_SIZES_OF_HIT):
        key, step, offset, articulation, strokes, count, span = _unpack(body, _SIZES_OF_HIT)
        detail = _USUAL_DETAIL.get(articulation, 0)
        return WrittenHit(key, step, offset - _SIGNED, articulation, strokes, count, span, detail)
    if kind == bytes((_NON_COMMERCIAL, _DETAILED_HIT)) and len(body) == sum(_SIZES_OF_DETAILED_HIT):
        key, step, offset, articulation, strokes, count, span, detail = _unpack(body, _SIZES_OF_DETAILED_HIT)
        return WrittenHit(key, step, offset - _SIGNED, articulation, strokes, count, span, detail)
    return None


def _pack(numbers: tuple[int, ...], sizes: tuple[int, ...]) -> bytes:
    return bytes(
        number >> 7 * place & 0x7F
        for number, size in zip(numbers, sizes, strict=True)
        for place in reversed(range(size))
    )


def _unpack(body: bytes, sizes: tuple[int, ...]) -> list[int]:
    numbers, position = [], 0
    for size in sizes:
        number = 0
        for byte in body[position : position + size]:
            number = number << 7 | byte & 0x7F
        numbers.append(number)
        position += size
    return numbers
