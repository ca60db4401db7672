"""Standard MIDI Files as events: read in one bounded pass, and written.

After "Standard MIDI Files 1.0" (MIDI Manufacturers Association, RP-001).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from music.unreadable_file import UnreadableFile

MAX_BYTES = 1_048_576
MAX_EVENTS = 200_000
MAX_TRACKS = 256

NOTE_OFF, NOTE_ON, CONTROL_CHANGE, PROGRAMME_CHANGE, PITCH_BEND, META = 0x80, 0x90, 0xB0, 0xC0, 0xE0, 0xFF
TRACK_NAME, END_OF_TRACK, TEMPO, TIME_SIGNATURE, KEY_SIGNATURE, SEQUENCER_SPECIFIC = 0x03, 0x2F, 0x51, 0x58, 0x59, 0x7F
_KEPT_META = frozenset({TRACK_NAME, END_OF_TRACK, TEMPO, TIME_SIGNATURE, KEY_SIGNATURE, SEQUENCER_SPECIFIC})
_ONE_DATA_BYTE = (PROGRAMME_CHANGE, 0xD0)  # and channel pressure
_SYSEX = (0xF0, 0xF7)
_LONGEST_NUMBER = 4  # bytes of a variable-length quantity
_FORMATS = (0, 1)
_SMPTE = 0x8000

# Tick, status byte (channel included), data bytes; for meta events the data begin with the type.
Event = tuple[int, int, bytes]


class UnreadableMidi(UnreadableFile):
    """A file that is no Standard MIDI File, is damaged, or is beyond the limits."""


@dataclass(frozen=True, slots=True)
class MidiEvents:
    """The events of a file that matter to bars: notes, names, tempo, signatures, sequencer-specific ones."""

    ticks_per_quarter: int
    tracks: tuple[tuple[Event, ...], ...]


@dataclass(frozen=True, slots=True)
class MidiLimits:
    """How much a file may hold; the defaults are for untrusted files.

    Attributes:
        bytes: Most bytes.
        events: Most events of all tracks.
        tracks: Most tracks.
    """

    bytes: int = MAX_BYTES
    events: int = MAX_EVENTS
    tracks: int = MAX_TRACKS


_USUAL_LIMITS = MidiLimits()


def read_events(data: bytes, limits: MidiLimits = _USUAL_LIMITS) -> MidiEvents:
    """Split a file into events.

    Args:
        data: A Standard MIDI File of format 0 or 1.
        limits: How much it may hold.

    Raises:
        UnreadableMidi: It is damaged, of another kind, or beyond the limits.
    """
    if len(data) > limits.bytes:
        raise UnreadableMidi(f"it is larger than {limits.bytes} bytes", f"il dépasse {limits.bytes} octets")
    if data[:4] != b"MThd" or len(data) < 14:
        raise UnreadableMidi("it does not begin as MIDI files do", "il ne commence pas comme un fichier MIDI")
    header_size = int.from_bytes(data[4:8])
    midi_format, track_count, division = (int.from_bytes(data[at : at + 2]) for at in (8, 10, 12))
    if midi_format not in _FORMATS:
        raise UnreadableMidi(
            f"format {midi_format} is not supported", f"le format {midi_format} n'est pas pris en charge"
        )
    if not division or division & _SMPTE:
        raise UnreadableMidi("its time is not counted in beats", "son temps n'est pas compté en battements")
    if track_count > limits.tracks:
        raise UnreadableMidi(f"it has more than {limits.tracks} tracks", f"il a plus de {limits.tracks} pistes")
    tracks: list[tuple[Event, ...]] = []
    position, left = 8 + header_size, limits.events
    while len(tracks) < track_count:
        kind, size = data[position : position + 4], int.from_bytes(data[position + 4 : position + 8])
        position += 8
        if position + size > len(data):
            raise _truncated()
        if kind == b"MTrk":
            track, read = _read_track(data[position : position + size], left)
            if read > left:
                raise UnreadableMidi(
                    f"it has more than {limits.events} events", f"il a plus de {limits.events} événements"
                )
            tracks.append(track)
            left -= read
        position += size
    return MidiEvents(division, tuple(tracks))


def _truncated() -> UnreadableMidi:
    return UnreadableMidi("it ends too early", "il est tronqué")


def _damaged() -> UnreadableMidi:
    return UnreadableMidi("it is damaged", "il est abîmé")


def _read_track(body: bytes, most: int) -> tuple[tuple[Event, ...], int]:
    """Events kept from a track, and how many it has in all; reading ends when there are more than `most`."""
    kept: list[Event] = []
    tick = position = count = running = 0
    while position < len(body):
        count += 1
        if count > most:
            break
        delta, position = _read_number(body, position)
        tick += delta
        status, data, position = _read_event(body, position, running)
        if status < _SYSEX[0]:
            running = status
        if status < NOTE_ON + 0x10 or (status == META and data[0] in _KEPT_META):
            kept.append((tick, status, data))
        if status == META and data[0] == END_OF_TRACK:
            break
    return tuple(kept), count


def _read_event(body: bytes, position: int, running: int) -> tuple[int, bytes, int]:
    """Status and data of an event, and the position after it. `running` stands for a status byte left out."""
    status = body[position] if position < len(body) else 0
    if status & 0x80:
        position += 1
    else:
        status = running
    if status == META:
        size, start = _read_number(body, position + 1)
        data, position = body[position : position + 1] + body[start : start + size], start + size
    elif status in _SYSEX:
        size, start = _read_number(body, position)
        data, position = b"", start + size
    elif NOTE_OFF <= status < _SYSEX[0]:
        size = 1 if status & 0xF0 in _ONE_DATA_BYTE else 2
        data, position = body[position : position + size], position + size
    else:
        raise _damaged()
    if position > len(body):
        raise _truncated()
    if status < _SYSEX[0] and max(data) & 0x80:
        raise _damaged()
    return status, data, position


def _read_number(body: bytes, position: int) -> tuple[int, int]:
    """A variable-length quantity and the position after it."""
    value = 0
    for byte in body[position : position + _LONGEST_NUMBER]:
        position += 1
        value = value << 7 | byte & 0x7F
        if not byte & 0x80:
            return value, position
    raise _truncated() if position >= len(body) else _damaged()


def write_events(tracks: Iterable[Sequence[Event]], ticks_per_quarter: int) -> bytes:
    """Write a file of format 1.

    Args:
        tracks: Their events are in order of ticks and finish with an end of track.
        ticks_per_quarter: Resolution, 1-32767.
    """
    chunks = [_chunk(b"MTrk", b"".join(_written(track))) for track in tracks]
    header = b"".join(number.to_bytes(2) for number in (1, len(chunks), ticks_per_quarter))
    return _chunk(b"MThd", header) + b"".join(chunks)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return kind + len(body).to_bytes(4) + body


def _written(track: Sequence[Event]) -> Iterator[bytes]:
    """Bytes of each event, the time since the one before first."""
    now = 0
    for tick, status, data in track:
        yield _number(tick - now)
        if status == META:
            yield bytes((META, data[0])) + _number(len(data) - 1) + data[1:]
        else:
            yield bytes((status,)) + data
        now = tick


def _number(value: int) -> bytes:
    """A variable-length quantity."""
    groups = [value & 0x7F]
    while value := value >> 7:
        groups.append(value & 0x7F | 0x80)
    return bytes(reversed(groups))
