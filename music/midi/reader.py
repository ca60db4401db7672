"""Reads a Standard MIDI File into bars."""

from collections import defaultdict, deque
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass

from boumbapp.music.v2.music_pb2 import Bar, DrumPiece, Flam, Key, Roll

from music.drum_kit import piece_of_key
from music.grid import (
    LONGEST_ROLL,
    MAX_BARS,
    MAX_BARS_IN_ALL,
    MAX_NOTES,
    MAX_STROKES,
    SHORTEST_ROLL,
    TICKS_PER_STEP,
    DrumOnset,
    Layout,
    Sound,
    TooManyBars,
    as_meter,
    cut,
    place,
)
from music.key_signature import key_of
from music.midi import events as midi
from music.midi.annotation import FLAM, PLAIN, ROLL, WrittenHit, WrittenNote, decode
from music.midi.events import Event, UnreadableMidi, read_events
from music.midi.tempo_events import changes_inside_bars, first_tempo, tempi_of_bars, tempo_changes
from music.midi.timing import TICKS_PER_QUARTER, nearest_length, nearest_step

_DRUM_CHANNEL = 9
_INTERRUPTIONS = 24  # notes of its key that may stand between two strokes of a roll
_NAME_LENGTH = 200
_CLAMPED, _MOVED = TICKS_PER_STEP, 2 * TICKS_PER_STEP  # how far the writer may move an onset, a release


@dataclass(frozen=True, slots=True)
class MidiTrack:
    """Notes or hits of one channel of a track, as bars from the start of the piece.

    Attributes:
        name: As the file says it.
        bars: Bars of the track.
        drums: Whether they hold hits.
        left_out: MIDI keys of hits that no piece of the kit plays, one entry a hit.
    """

    name: str
    bars: tuple[Bar, ...]
    drums: bool
    left_out: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class MidiPiece:
    """What a file holds.

    Attributes:
        tracks: One per track and channel that has notes; all have the same number of bars.
        bpm: Tempo at the start, in quarter notes per minute; 120 when the file names none.
        key: Key signature at the start, if there is one.
        moved_tempi: How many changes of tempo inside a bar are moved to the beginning of the next.
    """

    tracks: tuple[MidiTrack, ...]
    bpm: float
    key: Key | None
    moved_tempi: int = 0


@dataclass(frozen=True, slots=True)
class Played:
    """A note-on and its note-off, in ticks."""

    onset: int
    release: int
    key: int
    velocity: int
    written: WrittenNote | WrittenHit | None


@dataclass(frozen=True, slots=True)
class _Part:
    """What one channel of a track plays, on the grid; `end` is the first step after it."""

    name: str
    end: int
    drums: bool
    sounds: Sequence[Sound] = ()
    strokes: Sequence[DrumOnset] = ()
    left_out: tuple[int, ...] = ()


def read_midi(data: bytes) -> MidiPiece:
    """Read a MIDI file of format 0 or 1.

    Onsets and ends go to the nearest step, and the distance is kept as micro-timing. Tempo
    changes and time signatures apply from the next bar line on. Bars go on until the first track ends.

    Raises:
        UnreadableMidi: The file is damaged, of an unsupported kind, or beyond the limits on bytes, events, notes, bars.
    """
    file = read_events(data)
    if sum(_strikes(event) for track in file.tracks for event in track) > MAX_NOTES:
        raise UnreadableMidi(f"it has more than {MAX_NOTES} notes", f"il a plus de {MAX_NOTES} notes")
    parts = [part for track in file.tracks for part in _parts(track, file.ticks_per_quarter)]
    conductor = sorted((event for track in file.tracks for event in track if event[1] == midi.META), key=_tick)
    sounding = max((part.end for part in parts), default=0)
    written = file.tracks[0][-1][0] if file.tracks and file.tracks[0] else 0
    layout = _layout(conductor, sounding, written, file.ticks_per_quarter)
    if len(parts) * len(layout.meters) > MAX_BARS_IN_ALL:
        raise UnreadableMidi(
            f"its tracks have more than {MAX_BARS_IN_ALL} bars in all",
            f"ses pistes ont plus de {MAX_BARS_IN_ALL} mesures en tout",
        )
    tracks = []
    changes = tempo_changes(conductor)
    tempi = tempi_of_bars(changes, layout, file.ticks_per_quarter)
    for part in parts:
        bars = place(part.strokes, layout) if part.drums else cut(part.sounds, layout)
        for index, bpm in tempi.items():
            bars[index].bpm = bpm
        tracks.append(MidiTrack(part.name, tuple(bars), part.drums, part.left_out))
    moved = changes_inside_bars(changes, layout, file.ticks_per_quarter)
    return MidiPiece(tuple(tracks), first_tempo(changes), _key(conductor), moved)


def _tick(event: Event) -> int:
    return event[0]


def _strikes(event: Event) -> bool:
    """Whether an event is a note-on, and no release written as one."""
    _, status, data = event
    return midi.NOTE_ON <= status < midi.META and data[1] > 0


def _parts(track: Sequence[Event], ticks_per_quarter: int) -> list[_Part]:
    """What each channel plays in a track."""
    name = next(
        (_text(data[1:]) for _, status, data in track if status == midi.META and data[0] == midi.TRACK_NAME), ""
    )
    parts = []
    for channel, played in sorted(played_by_channel(track).items()):
        played.sort(key=lambda note: (note.onset, note.key))
        if channel == _DRUM_CHANNEL:
            strokes = list(_drum_strokes(played, ticks_per_quarter))
            end = max((stroke.step + 1 for stroke in strokes), default=0)
            left_out = tuple(note.key for note in played if piece_of_key(note.key) is None)
            parts.append(_Part(name, end, drums=True, strokes=strokes, left_out=left_out))
        else:
            sounds = [_sound(note, ticks_per_quarter) for note in played]
            end = max(sound.step + sound.duration for sound in sounds)
            parts.append(_Part(name, end, drums=False, sounds=sounds))
    return parts


def played_by_channel(track: Sequence[Event]) -> dict[int, list[Played]]:
    """Notes by channel; of one key the first struck is the first released, and the track's end releases all."""
    channels: dict[int, list[Played]] = defaultdict(list)
    struck: dict[tuple[int, int], deque[tuple[int, int, WrittenNote | WrittenHit | None]]] = defaultdict(deque)
    written, written_at, end = None, 0, 0

    def release(channel: int, key: int, tick: int) -> None:
        if waiting := struck[channel, key]:
            onset, velocity, annotation = waiting.popleft()
            channels[channel].append(Played(onset, tick, key, velocity, annotation))

    for tick, status, data in track:
        end = tick
        if status == midi.META:
            if data[0] == midi.SEQUENCER_SPECIFIC:
                written, written_at = decode(data[1:]), tick
        elif _strikes((tick, status, data)):
            struck[status & 0x0F, data[0]].append((tick, data[1], written if written_at == tick else None))
            written = None
        else:
            release(status & 0x0F, data[0], tick)
    for (channel, key), waiting in struck.items():
        for _ in range(len(waiting)):
            release(channel, key, end)
    return channels


def _text(data: bytes) -> str:
    """A name as UTF-8, or else as Latin-1, without control characters."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    return "".join(character for character in text if character.isprintable())[:_NAME_LENGTH].strip()


def _layout(conductor: Sequence[Event], sounding: int, written: int, ticks_per_quarter: int) -> Layout:
    """Bars until the step where the last sound has ended, and on to the tick `written`."""
    changes = [
        (-(-4 * tick // ticks_per_quarter), meter)
        for tick, _, data in conductor
        if data[0] == midi.TIME_SIGNATURE and len(data) > 2 and (meter := as_meter(data[1], 1 << min(data[2], 8)))
    ]
    try:
        return Layout.until(sounding, nearest_step(written, ticks_per_quarter)[0], changes)
    except TooManyBars:
        raise UnreadableMidi(f"it has more than {MAX_BARS} bars", f"il a plus de {MAX_BARS} mesures") from None


def _key(conductor: Iterable[Event]) -> Key | None:
    signatures = (data for _, _, data in conductor if data[0] == midi.KEY_SIGNATURE and len(data) == 3)
    keys = (key_of(int.from_bytes(data[1:2], signed=True), "minor" if data[2] else "major") for data in signatures)
    return next((key for key in keys if key is not None), None)


def _sound(note: Played, ticks_per_quarter: int) -> Sound:
    """A note on the grid: as it was written where that still holds, else as it is played."""
    written = note.written
    if isinstance(written, WrittenNote) and ticks_per_quarter == TICKS_PER_QUARTER and _holds(written, note):
        return Sound(written.step, written.duration, note.key, note.velocity, written.offset, written.release)
    step, offset = nearest_step(note.onset, ticks_per_quarter)
    duration, release = nearest_length(note.onset, note.release, ticks_per_quarter)
    return Sound(step, duration, note.key, note.velocity, offset, release)


def _holds(written: WrittenNote, note: Played) -> bool:
    onset = written.step * TICKS_PER_STEP + written.offset
    release = (written.step + written.duration) * TICKS_PER_STEP + written.release
    return (
        written.pitch == note.key
        and written.length == note.release - note.onset
        and written.duration > 0
        and abs(written.offset) <= TICKS_PER_STEP
        and abs(written.release) <= TICKS_PER_STEP
        and abs(onset - note.onset) <= _CLAMPED
        and abs(release - note.release) <= _MOVED
    )


def _drum_strokes(played: Sequence[Played], ticks_per_quarter: int) -> Iterator[DrumOnset]:
    """Hits on the grid; keys that no piece of the kit plays are left out."""
    by_key: dict[int, list[Played]] = defaultdict(list)
    for note in played:
        by_key[note.key].append(note)
    for key, same in by_key.items():
        piece = piece_of_key(key)
        if piece is None:
            continue
        used: set[int] = set()
        for index, note in enumerate(same):
            written = note.written
            if index in used:
                continue
            if isinstance(written, WrittenHit) and ticks_per_quarter == TICKS_PER_QUARTER and _possible(written):
                group = _group(written, same, index, used)
                if _played_as(written, [same[each] for each in group]):
                    yield _stroke(written, piece, [same[each] for each in group])
                    used.update(group)
                    continue
            step, offset = nearest_step(note.onset, ticks_per_quarter)
            yield DrumOnset(step, piece, note.velocity, offset)


def _group(written: WrittenHit, same: Sequence[Played], index: int, used: Container[int]) -> list[int]:
    """Indices of the notes that a hit is played with, other hits of its key among them being left out.

    Args:
        written: The hit.
        same: Notes of its key in order of onset.
        index: Its first note.
        used: Indices of notes that other hits are played with.
    """
    group = [index]
    first, *others = _written_onsets(written)
    for other in others:
        onset = other - first + same[index].onset
        near = range(group[-1] + 1, min(group[-1] + _INTERRUPTIONS, len(same)))
        free = [(abs(same[at].onset - onset), at) for at in near if at not in used and same[at].written is None]
        if free:
            group.append(min(free)[1])
    return group


def _written_onsets(written: WrittenHit) -> list[int]:
    """Ticks of a hit's strokes, before the writer moves any for others of its key."""
    onset = written.step * TICKS_PER_STEP + written.offset
    if written.articulation == FLAM:
        return [max(onset - written.detail, 0), max(onset, 0)]
    count = max(written.strokes, 1)
    return [max(onset + stroke * written.detail // count, 0) for stroke in range(count)]


def _stroke(written: WrittenHit, piece: DrumPiece.ValueType, notes: Sequence[Played]) -> DrumOnset:
    first, last = notes[0].velocity, notes[-1].velocity
    if written.articulation == FLAM:
        flam = Flam(lead_ticks=written.detail, velocity=first)
        return DrumOnset(written.step, piece, last, written.offset, flam)
    roll = Roll(strokes=written.strokes, span_ticks=written.detail, last_velocity=last)
    return DrumOnset(written.step, piece, first, written.offset, roll if written.articulation == ROLL else None)


def _played_as(written: WrittenHit, notes: Sequence[Played]) -> bool:
    onset = written.step * TICKS_PER_STEP + written.offset
    return (
        0 < written.count == len(notes)
        and written.key == notes[0].key
        and written.span == notes[-1].onset - notes[0].onset
        and abs(written.offset) <= TICKS_PER_STEP
        and abs(onset - notes[0].onset) <= _MOVED
    )


def _possible(written: WrittenHit) -> bool:
    """Whether the articulation is one that the contract can say, and is played with as many notes."""
    if written.articulation == FLAM:
        return written.count == 2 and 1 <= written.detail <= TICKS_PER_STEP
    if written.articulation == ROLL:
        spans = SHORTEST_ROLL <= written.detail <= LONGEST_ROLL
        return 2 <= written.strokes <= MAX_STROKES and written.count == written.strokes and spans
    return written.articulation == PLAIN and written.count == 1
