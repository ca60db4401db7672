"""Writes bars as a Standard MIDI File."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import cycle
from types import MappingProxyType

from boumbapp.music.v2.music_pb2 import (
    ROLE_ARPEGGIO,
    ROLE_BASS,
    ROLE_CHORDS,
    ROLE_DRUMS,
    ROLE_MELODY,
    ROLE_PAD,
    Bar,
    DrumHit,
    Key,
    Role,
    Track,
)

from music.drum_kit import GM_KEYS
from music.grid import TICKS_PER_STEP, Layout
from music.key_signature import signature_of
from music.midi import events as midi
from music.midi.annotation import FLAM, PLAIN, ROLL, WrittenHit, WrittenNote, annotated_key, encode
from music.midi.bends import bends
from music.midi.events import Event, write_events
from music.midi.timing import TICKS_PER_QUARTER, nearest_length, nearest_step, separate
from music.playback import PlacedHit, PlayedNote, Tempi, placed_hits, played_notes, tempi_of
from music.roles import role_name
from music.side_by_side import side_by_side

# General MIDI programmes, counted from 0: piano, lead, fingered bass, electric piano, saw lead, warm pad.
_PROGRAMMES: dict[Role.ValueType, int] = {
    ROLE_MELODY: 80,
    ROLE_BASS: 33,
    ROLE_CHORDS: 4,
    ROLE_ARPEGGIO: 81,
    ROLE_PAD: 89,
}
_PIANO = 0
NO_MARKERS: Mapping[int, str] = MappingProxyType({})
_HIGHEST = 127  # data byte
_LONGEST_QUARTER = 0xFFFFFF  # microseconds
_DRUM_CHANNEL = 9
_CHANNELS = 16
_CLICK = (24, 8)  # MIDI clocks in a metronome click, 32nds in a quarter note: the usual ones
_MODES = ("major", "minor")  # as MIDI numbers them
_HIT_LENGTH = TICKS_PER_STEP // 2


def program_of(role: Role.ValueType) -> int:
    """The General MIDI program that plays a part, counted from 0; 0 for drums, which have a channel of their own."""
    return _PROGRAMMES.get(role, _PIANO)


def writes_key(key: Key) -> bool:
    """Whether a MIDI file can say a key."""
    return _signature(key) is not None


def write_midi(bars: Sequence[Bar], bpm: float, key: Key | None, role: Role.ValueType, title: str = "") -> bytes:
    """Write a part as a MIDI file; see `write_tracks`.

    Args:
        bars: Placed by their indices; a gap is silence.
        bpm: Tempo at the beginning in quarter notes per minute, 3.576 to 60,000,000 (MIDI's own range).
        key: Written as key signature when it is a major or minor one with at most seven accidentals.
        role: Chooses the General MIDI programme; hits always go to channel 10.
        title: Name of the piece.

    Raises:
        MisplacedBar: An index is there twice.
        ValueError: A pitch or velocity is beyond 127.
    """
    return write_tracks([Track(role=role, bars=bars)], bpm, key, title)


def write_tracks(
    tracks: Sequence[Track], bpm: float, key: Key | None, title: str = "", markers: Mapping[int, str] = NO_MARKERS
) -> bytes:
    """Write tracks as a MIDI file of format 1: a conductor track, then one for the notes and one for the hits of each.

    Args:
        tracks: Their bars are placed by index; a gap is silence. Notes have a channel for each track, and share the 15
            that there are beside that of drums where there are more tracks.
        bpm: Tempo in quarter notes per minute, 3.576 to 60,000,000 (MIDI's own range).
        key: Written as key signature when it is a major or minor one with at most seven accidentals.
        title: Name of the piece.
        markers: Names of places, by the index of their bar; those beyond the last bar are left out.

    Returns:
        The file. `read_midi` gives the same bars back, but for names, ids and glides; a tied note has the velocity of
        the note that it prolongs, and bars of other divisions are read at the nearest sixteenths.

    Raises:
        MisplacedBar: A track has an index twice, or tracks disagree about a metre.
        ValueError: A pitch or velocity is beyond 127.
    """
    parts = side_by_side([track.bars for track in tracks])
    layout = Layout.of([bar.meter for bar in parts[0]]) if parts else Layout.of([])
    end = layout.end_of(len(layout.meters) - 1) * TICKS_PER_STEP if layout.meters else 0
    conductor = _conductor(layout, tempi_of(_with_tempi(parts), bpm), key)
    conductor += [
        _meta(layout.starts[bar] * TICKS_PER_STEP, midi.MARKER, text.encode())
        for bar, text in markers.items()
        if bar < len(layout.starts)
    ]
    written = [_track(title, conductor, end)]
    channels = cycle(channel for channel in range(_CHANNELS) if channel != _DRUM_CHANNEL)
    for track, bars in zip(tracks, parts, strict=True):
        role = track.role
        if role != ROLE_DRUMS or any(bar.notes for bar in bars):
            channel = next(channels)
            program = track.program if track.HasField("program") else program_of(role)
            change = (0, midi.PROGRAMME_CHANGE | channel, bytes((program,)))
            notes = played_notes(bars)
            events = [change, *bends(notes, channel), *_notes(notes, channel)]
            written.append(_track(track.name or ("notes" if role == ROLE_DRUMS else part_name(role)), events, end))
        if role == ROLE_DRUMS or any(bar.hits for bar in bars):
            written.append(_track(track.name or "drums", _hits(bars), end))
    return write_events(written, TICKS_PER_QUARTER)


def _with_tempi(parts: Sequence[Sequence[Bar]]) -> list[Bar]:
    """One bar for each index, with the tempo of the first part that tells one there."""
    telling = (next((bar for bar in same if bar.HasField("bpm")), same[0]) for same in zip(*parts, strict=True))
    return list(telling)


def part_name(role: Role.ValueType) -> str:
    """What a track without a name is called."""
    return role_name(role) if role and role in Role.values() else "notes"


def _conductor(layout: Layout, tempi: Tempi, key: Key | None) -> list[Event]:
    """Tempi, time signatures where they change, key signature."""
    events = [
        _meta(tick, midi.TEMPO, _microseconds(bpm).to_bytes(3))
        for tick, bpm in zip(tempi.ticks, tempi.bpms, strict=True)
    ]
    before = None
    for start, meter in zip(layout.starts, layout.meters, strict=True):
        if meter != before:
            data = bytes((meter.beats, meter.beat_unit.bit_length() - 1, *_CLICK))
            events.append(_meta(start * TICKS_PER_STEP, midi.TIME_SIGNATURE, data))
            before = meter
    signature = _signature(key) if key is not None else None
    if signature is not None:
        events.append(_meta(0, midi.KEY_SIGNATURE, signature))
    return events


def _microseconds(bpm: float) -> int:
    """Length of a quarter note, within what MIDI can say."""
    return min(max(round(60e6 / bpm), 1), _LONGEST_QUARTER)


def _signature(key: Key) -> bytes | None:
    """Number of sharps, negative for flats, and mode; None where MIDI cannot say the key."""
    signature = signature_of(key)
    if signature is None or signature[1] not in _MODES:
        return None
    accidentals, mode = signature
    return accidentals.to_bytes(1, signed=True) + bytes((_MODES.index(mode),))


def _notes(notes: Sequence[PlayedNote], channel: int) -> list[Event]:
    """Note-ons and note-offs; no pitch is struck before it was released.

    Args:
        notes: In order of onset.
        channel: Where they are played, 0-15.
    """
    by_pitch = defaultdict(list)
    for note in notes:
        by_pitch[note.pitch].append(note)
    events: list[Event] = []
    for pitch, same in by_pitch.items():
        onsets = separate(note.onset for note in same)
        for note, onset, following in zip(same, onsets, [*onsets[1:], None], strict=True):
            release = max(note.end + note.release, onset + 1)
            if following is not None:
                release = min(release, following)
            events.append(_note_on(onset, channel, pitch, note.velocity))
            events.append(_note_off(release, channel, pitch))
            if not note.on_sixteenths:
                continue
            step, end = note.start // TICKS_PER_STEP, note.end // TICKS_PER_STEP
            written = WrittenNote(pitch, step, end - step, note.offset, note.release, release - onset)
            if written != _as_read(pitch, onset, release):
                events.append(_annotation(onset, written))
    return events


def _as_read(pitch: int, onset: int, release: int) -> WrittenNote:
    """The note that a reader makes of two events alone."""
    step, offset = nearest_step(onset, TICKS_PER_QUARTER)
    duration, late = nearest_length(onset, release, TICKS_PER_QUARTER)
    return WrittenNote(pitch, step, duration, offset, late, release - onset)


def _hits(bars: Sequence[Bar]) -> list[Event]:
    """Strokes of all hits on known pieces, on the drum channel; rolls and flams are played out."""
    by_key: dict[int, list[tuple[int, int, PlacedHit]]] = defaultdict(list)
    for placed in placed_hits(bars):
        if placed.hit.piece in GM_KEYS:  # a newer kit may have others
            by_key[GM_KEYS[placed.hit.piece]] += [(tick, velocity, placed) for tick, velocity in placed.strokes]
    events: list[Event] = []
    for key, strokes in by_key.items():
        strokes.sort(key=lambda stroke: stroke[0])
        onsets = separate(tick for tick, _, _ in strokes)
        for onset, (_, velocity, _), following in zip(onsets, strokes, [*onsets[1:], None], strict=True):
            release = onset + _HIT_LENGTH if following is None else min(onset + _HIT_LENGTH, following)
            events.append(_note_on(onset, _DRUM_CHANNEL, key, velocity))
            events.append(_note_off(release, _DRUM_CHANNEL, key))
        mine: dict[PlacedHit, list[int]] = defaultdict(list)
        for onset, (_, _, placed) in zip(onsets, strokes, strict=True):
            mine[placed].append(onset)
        for placed, own in mine.items():
            if placed.on_sixteenths:
                events += _annotated(key, placed, own)
    return events


def _annotated(key: int, placed: PlacedHit, onsets: Sequence[int]) -> list[Event]:
    """The annotation of a hit that note-ons alone would not be read as."""
    hit, step = placed.hit, placed.start // TICKS_PER_STEP
    if len(onsets) == 1 and nearest_step(onsets[0], TICKS_PER_QUARTER) == (step, hit.offset_ticks):
        return []
    kind, count, detail = _articulation(hit)
    span = onsets[-1] - onsets[0]
    written = WrittenHit(key, step, hit.offset_ticks, kind, count, len(onsets), span, detail)
    return [_annotation(onsets[0], written)]


def _articulation(hit: DrumHit) -> tuple[int, int, int]:
    """Kind, number of strokes of a roll, and ticks of a flam's lead or a roll's span."""
    match hit.WhichOneof("articulation"):
        case "flam":
            return FLAM, 0, hit.flam.lead_ticks
        case "roll":
            return ROLL, hit.roll.strokes, hit.roll.span_ticks
    return PLAIN, 0, 0


def _meta(tick: int, kind: int, data: bytes) -> Event:
    return tick, midi.META, bytes((kind,)) + data


def _note_on(tick: int, channel: int, key: int, velocity: int) -> Event:
    if max(key, velocity) > _HIGHEST:
        raise ValueError(f"MIDI has no key {key} with velocity {velocity}")
    return tick, midi.NOTE_ON | channel, bytes((key, velocity))


def _note_off(tick: int, channel: int, key: int) -> Event:
    return tick, midi.NOTE_OFF | channel, bytes((key, 0))


def _annotation(tick: int, written: WrittenNote | WrittenHit) -> Event:
    return _meta(tick, midi.SEQUENCER_SPECIFIC, encode(written))


def _track(name: str, events: Sequence[Event], end: int) -> list[Event]:
    """A named track in order of ticks, which lasts until `end` at least."""
    ordered = sorted(events, key=_rank)
    last = max(end, ordered[-1][0]) if ordered else end
    return [_meta(0, midi.TRACK_NAME, name.encode()), *ordered, _meta(last, midi.END_OF_TRACK, b"")]


def _rank(event: Event) -> tuple[int, int, int]:
    """Order within a tick: set-up and releases, then onsets by key, each right after its annotation."""
    tick, status, data = event
    if status == midi.META and data[0] == midi.SEQUENCER_SPECIFIC:
        return tick, 1, 2 * annotated_key(data[1:])
    return (tick, 1, 2 * data[0] + 1) if status & 0xF0 == midi.NOTE_ON else (tick, 0, 0)
