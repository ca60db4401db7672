"""Standard MIDI Files as events: read in one bounded pass, and written.

After "Standard MIDI Files 1.0" (MIDI Manufacturers Association, RP-001).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from music.midi.container import Division, division_of, unpacked
from music.reading.findings import Findings
from music.reading.notices import DAMAGED_AT_BYTE, SYSTEM_MESSAGES_SKIPPED, TIME_IN_SECONDS, TRACKS_MISSING
from music.unreadable_file import UnreadableFile

MAX_BYTES = 1_048_576
MAX_EVENTS = 200_000
MAX_TRACKS = 256

NOTE_OFF, NOTE_ON, CONTROL_CHANGE, PROGRAMME_CHANGE, PITCH_BEND, META = 0x80, 0x90, 0xB0, 0xC0, 0xE0, 0xFF
TRACK_NAME, MARKER, END_OF_TRACK, TEMPO, TIME_SIGNATURE, KEY_SIGNATURE = 0x03, 0x06, 0x2F, 0x51, 0x58, 0x59
SEQUENCER_SPECIFIC = 0x7F
_KEPT_VOICES = (NOTE_OFF, NOTE_ON, PROGRAMME_CHANGE)
_KEPT_META = frozenset({TRACK_NAME, MARKER, END_OF_TRACK, TEMPO, TIME_SIGNATURE, KEY_SIGNATURE, SEQUENCER_SPECIFIC})
_ONE_DATA_BYTE = (PROGRAMME_CHANGE, 0xD0)  # and channel pressure
_SYSEX = (0xF0, 0xF7)
_LONGEST_NUMBER = 4  # bytes of a variable-length quantity
_FORMATS = (0, 1)
# Data bytes of system messages, which belong on a wire and stand in files all the same.
_SYSTEM = {0xF1: 1, 0xF2: 2, 0xF3: 1, **dict.fromkeys((0xF4, 0xF5, 0xF6, *range(0xF8, 0xFF)), 0)}

# Tick, status byte (channel included), data bytes; for meta events the data begin with the type.
Event = tuple[int, int, bytes]


class UnreadableMidi(UnreadableFile):
    """A file that is no Standard MIDI File, is damaged, or is beyond the limits."""


@dataclass(frozen=True, slots=True)
class MidiEvents:
    """The events of a file that matter to bars: notes, names, tempo, signatures, sequencer-specific ones."""

    ticks_per_quarter: int
    tracks: tuple[tuple[Event, ...], ...]
    findings: Findings = field(default_factory=Findings)


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
    """Split a file into events; where one is damaged, the rest of its track is left out and told.

    Args:
        data: A Standard MIDI File of format 0 or 1, bare or in a RIFF or MacBinary file.
        limits: How much it may hold.

    Raises:
        UnreadableMidi: It is of another kind, beyond the limits, or damaged before its first note.
    """
    if len(data) > limits.bytes:
        raise UnreadableMidi(f"it is larger than {limits.bytes} bytes", f"il dépasse {limits.bytes} octets")
    data, offset = unpacked(data)
    if data[:4] != b"MThd" or len(data) < 14:
        raise UnreadableMidi("it does not begin as MIDI files do", "il ne commence pas comme un fichier MIDI")
    header_size = int.from_bytes(data[4:8])
    midi_format, track_count = (int.from_bytes(data[at : at + 2]) for at in (8, 10))
    if midi_format not in _FORMATS:
        raise UnreadableMidi(
            f"format {midi_format} is not supported", f"le format {midi_format} n'est pas pris en charge"
        )
    division = division_of(data[12:14])
    if division is None:
        raise UnreadableMidi("its time is not counted in beats", "son temps n'est pas compté en battements")
    if track_count > limits.tracks:
        raise UnreadableMidi(f"it has more than {limits.tracks} tracks", f"il a plus de {limits.tracks} pistes")
    reading = _Reading(data, offset, limits)
    tracks = reading.tracks(8 + header_size, track_count)
    if reading.damaged is not None and not any(map(_is_note_on, (event for track in tracks for event in track))):
        raise reading.damaged
    if division.fixed_tempo:
        reading.findings.add(TIME_IN_SECONDS)
        tracks = [_in_seconds(track, division, first=not number) for number, track in enumerate(tracks)]
    return MidiEvents(division.ticks_per_quarter, tuple(tracks), reading.findings)


def _is_note_on(event: Event) -> bool:
    return event[1] & 0xF0 == NOTE_ON


def _in_seconds(track: Sequence[Event], division: Division, *, first: bool) -> tuple[Event, ...]:
    """A track that counts seconds, as one in a tempo that nothing changes.

    Args:
        track: Its events.
        division: How the file counts.
        first: Whether it is the track that tells the tempo.
    """
    tempo = [(0, META, bytes((TEMPO,)) + division.fixed_tempo.to_bytes(3))] if first else []
    kept = (event for event in track if event[1] != META or event[2][0] != TEMPO)
    return (*tempo, *((tick * division.scale, status, data) for tick, status, data in kept))


class _Reading:
    """One pass over the chunks of a file.

    Args:
        data: The file.
        offset: Where it stands in the one that was given, for messages.
        limits: How much it may hold.
    """

    def __init__(self, data: bytes, offset: int, limits: MidiLimits) -> None:
        self.findings = Findings()
        self.damaged: UnreadableMidi | None = None
        self._data = data
        self._offset = offset
        self._limits = limits
        self._left = limits.events

    def tracks(self, position: int, count: int) -> list[tuple[Event, ...]]:
        """Read up to so many tracks.

        Args:
            position: Of the first chunk.
            count: As the header says it.

        Raises:
            UnreadableMidi: There are more events than a file may have.
        """
        tracks: list[tuple[Event, ...]] = []
        while len(tracks) < count and position + 8 <= len(self._data):
            kind, size = self._data[position : position + 4], int.from_bytes(self._data[position + 4 : position + 8])
            position += 8
            if kind == b"MTrk":
                tracks.append(self._track(position, min(position + size, len(self._data))))
            position += size
        if len(tracks) < count:
            self._note_damage(len(self._data), _truncated)
            self.findings.add(TRACKS_MISSING, tracks=count - len(tracks))
        elif position > len(self._data):
            self._note_damage(len(self._data), _truncated)
        return tracks

    def _track(self, start: int, end: int) -> tuple[Event, ...]:
        """Events kept from a track."""
        body = self._data[start:end]
        kept: list[Event] = []
        tick = position = running = 0
        while position < len(body):
            self._left -= 1
            if self._left < 0:
                most = self._limits.events
                raise UnreadableMidi(f"it has more than {most} events", f"il a plus de {most} événements")
            event_at = position
            try:
                delta, position = _read_number(body, position)
                tick += delta
                status, data, position = _read_event(body, position, running)
            except _BadEvent as problem:
                self._note_damage(self._offset + start + event_at, problem.error)
                break
            if status < _SYSEX[0]:
                running = status
            elif status in _SYSTEM:
                self.findings.add(SYSTEM_MESSAGES_SKIPPED, messages=1)
            kind = status & 0xF0
            if kind in _KEPT_VOICES or (status == META and data[0] in _KEPT_META):
                kept.append((tick, status, data))
            if status == META and data[0] == END_OF_TRACK:
                break
        return tuple(kept)

    def _note_damage(self, byte: int, error: "_Problem") -> None:
        self.damaged = self.damaged or error(byte)
        if not self.findings.has(DAMAGED_AT_BYTE):
            self.findings.add(DAMAGED_AT_BYTE, byte=byte)


_Problem = Callable[[int], UnreadableMidi]


class _BadEvent(Exception):
    """An event that cannot be read."""

    def __init__(self, error: _Problem) -> None:
        super().__init__()
        self.error = error


def _truncated(byte: int) -> UnreadableMidi:
    return UnreadableMidi(f"it ends too early, at byte {byte}", f"il est tronqué, à l'octet {byte}")


def _damaged(byte: int) -> UnreadableMidi:
    return UnreadableMidi(f"it is damaged at byte {byte}", f"il est abîmé à l'octet {byte}")


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
    elif status in _SYSTEM:
        data, position = b"", position + _SYSTEM[status]
    elif NOTE_OFF <= status < _SYSEX[0]:
        size = 1 if status & 0xF0 in _ONE_DATA_BYTE else 2
        data, position = body[position : position + size], position + size
    else:
        raise _BadEvent(_damaged)
    if position > len(body) or (status == META and not data):
        raise _BadEvent(_truncated)
    if status < _SYSEX[0] and max(data) & 0x80:
        raise _BadEvent(_damaged)
    return status, data, position


def _read_number(body: bytes, position: int) -> tuple[int, int]:
    """A variable-length quantity and the position after it."""
    value = 0
    for byte in body[position : position + _LONGEST_NUMBER]:
        position += 1
        value = value << 7 | byte & 0x7F
        if not byte & 0x80:
            return value, position
    raise _BadEvent(_truncated if position >= len(body) else _damaged)


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
