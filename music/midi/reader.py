"""Reads a Standard MIDI File into bars."""

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from boumbapp.music.v2.music_pb2 import DrumPiece, Flam, Key, Roll

from music.drum_kit import has_own_piece, piece_of_key
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
)
from music.key_signature import key_of
from music.midi import events as midi
from music.midi.annotation import FLAM, PLAIN, ROLL, WrittenHit, WrittenNote
from music.midi.events import Event, MidiEvents, UnreadableMidi, read_events
from music.midi.meter_events import meter_changes, note_meters
from music.midi.played_notes import DRUM_CHANNEL, Played, played_by_channel, strikes
from music.midi.tempo_events import changes_inside_bars, first_tempo, tempi_of_bars, tempo_changes
from music.midi.timing import TICKS_PER_QUARTER, nearest_length, nearest_step
from music.reading.findings import Findings
from music.reading.notices import (
    DRUM_KEYS_LEFT_OUT,
    DRUM_KEYS_MAPPED,
    ENCODING_GUESSED,
    KEYS_IGNORED,
    TEMPO_CHANGES_MOVED,
)
from music.reading.piece import NAME_LENGTH, Piece, PieceTrack
from music.reading.placing import cut, place
from music.reading.text_encoding import ENCODING_NAMES, decoded, encoding_of

_MOST_MARKERS = 128
_INTERRUPTIONS = 24  # notes of its key that may stand between two strokes of a roll
_CLAMPED, _MOVED = TICKS_PER_STEP, 2 * TICKS_PER_STEP  # how far the writer may move an onset, a release


@dataclass(frozen=True, slots=True)
class _Part:
    """What one channel of a track plays, on the grid; `end` is the first step after it."""

    name: str
    end: int
    drums: bool
    sounds: Sequence[Sound] = ()
    strokes: Sequence[DrumOnset] = ()
    program: int | None = None
    near_keys: Sequence[tuple[int, int]] = ()  # step and key of hits that another piece plays


def read_midi(data: bytes) -> Piece:
    """Read a MIDI file of format 0 or 1.

    Onsets and ends go to the nearest step, and the distance is kept as micro-timing. Tempo
    changes and time signatures apply from the next bar line on. Bars go on until the first track ends.

    Raises:
        UnreadableMidi: The file is of an unsupported kind, damaged before its first note, or beyond the limits on
            bytes, events, notes, bars.
    """
    file = read_events(data)
    if sum(strikes(event) for track in file.tracks for event in track) > MAX_NOTES:
        raise UnreadableMidi(f"it has more than {MAX_NOTES} notes", f"il a plus de {MAX_NOTES} notes")
    encoding = _encoding(file)
    parts = [part for track in file.tracks for part in _parts(track, file, encoding)]
    conductor = sorted((event for track in file.tracks for event in track if event[1] == midi.META), key=_tick)
    sounding = max((part.end for part in parts), default=0)
    written = file.tracks[0][-1][0] if file.tracks and file.tracks[0] else 0
    layout = _layout(conductor, sounding, written, file)
    if len(parts) * len(layout.meters) > MAX_BARS_IN_ALL:
        raise UnreadableMidi(
            f"its tracks have more than {MAX_BARS_IN_ALL} bars in all",
            f"ses pistes ont plus de {MAX_BARS_IN_ALL} mesures en tout",
        )
    changes = tempo_changes(conductor)
    tempi = tempi_of_bars(changes, layout, file.ticks_per_quarter)
    if moved := changes_inside_bars(changes, layout, file.ticks_per_quarter):
        file.findings.add(TEMPO_CHANGES_MOVED, changes=moved)
    tracks = [_track(part, layout, tempi, file.findings) for part in parts]
    start = first_tempo(changes, file.ticks_per_quarter)
    markers = _markers(conductor, layout, file, encoding)
    return Piece(tuple(tracks), start, _key(conductor, file), file.findings, markers=markers)


def _track(part: _Part, layout: Layout, tempi: Mapping[int, float], findings: Findings) -> PieceTrack:
    """A part in bars.

    Args:
        part: On the grid.
        layout: Of the bars.
        tempi: Of bars where it changes.
        findings: Takes what bars cannot hold.
    """
    for step, key in part.near_keys:
        findings.add(DRUM_KEYS_MAPPED, bar=layout.bar_at(step), track=part.name, hits=1, keys=str(key))
    if part.drums:
        bars = place(part.strokes, layout, findings, part.name)
    else:
        bars = cut(part.sounds, layout, findings, part.name)
    for index, bpm in tempi.items():
        bars[index].bpm = bpm
    return PieceTrack(part.name, tuple(bars), part.drums, part.program)


def _markers(
    conductor: Sequence[Event], layout: Layout, file: MidiEvents, encoding: str
) -> tuple[tuple[int, str], ...]:
    """Markers that have a text, each with the bar that it stands in; those after the last bar are left out.

    Args:
        conductor: Meta events of all tracks, by their ticks.
        layout: Of the bars.
        file: The file.
        encoding: Of texts.
    """
    end = layout.end_of(len(layout.meters) - 1) if layout.meters else 0
    found: dict[tuple[int, str], None] = {}
    for tick, _, data in conductor:
        step = nearest_step(tick, file.ticks_per_quarter)[0]
        if data[0] == midi.MARKER and 0 <= step < end:
            text = decoded(data[1:], encoding)[:NAME_LENGTH].strip()
            if text:
                found[layout.bar_at(step), text] = None
    return tuple(found)[:_MOST_MARKERS]


def _tick(event: Event) -> int:
    return event[0]


def _names(track: Sequence[Event]) -> Iterator[bytes]:
    return (data[1:] for _, status, data in track if status == midi.META and data[0] == midi.TRACK_NAME)


def _encoding(file: MidiEvents) -> str:
    """The encoding of the names of a file."""
    names = [name for track in file.tracks for name in _names(track)]
    encoding = encoding_of(names)
    if encoding != "utf-8":
        file.findings.add(ENCODING_GUESSED, encoding=ENCODING_NAMES[encoding])
    return encoding


def _parts(track: Sequence[Event], file: MidiEvents, encoding: str) -> list[_Part]:
    """What each channel plays in a track.

    Args:
        track: Its events.
        file: The file that has it.
        encoding: Of names.
    """
    name = decoded(next(_names(track), b""), encoding)[:NAME_LENGTH].strip()
    programs = _programs(track)
    resolution = file.ticks_per_quarter
    parts = []
    for channel, played in sorted(played_by_channel(track, file.findings, name).items()):
        played.sort(key=lambda note: (note.onset, note.key))
        if channel == DRUM_CHANNEL:
            strokes = list(_drum_strokes(played, resolution))
            end = max((stroke.step + 1 for stroke in strokes), default=0)
            near = []
            for note in played:
                if piece_of_key(note.key) is None:
                    file.findings.add(DRUM_KEYS_LEFT_OUT, track=name, hits=1, keys=str(note.key))
                elif not has_own_piece(note.key):
                    near.append((nearest_step(note.onset, resolution)[0], note.key))
            parts.append(_Part(name, end, drums=True, strokes=strokes, near_keys=near))
        else:
            sounds = [_sound(note, resolution) for note in played]
            end = max(sound.step + sound.duration for sound in sounds)
            program = programs.get(channel)
            parts.append(_Part(name, end, drums=False, sounds=sounds, program=program))
    return parts


def _programs(track: Iterable[Event]) -> dict[int, int]:
    """The first programme of each channel."""
    programs: dict[int, int] = {}
    for _, status, data in track:
        if status & 0xF0 == midi.PROGRAMME_CHANGE:
            programs.setdefault(status & 0x0F, data[0])
    return programs


def _layout(conductor: Sequence[Event], sounding: int, written: int, file: MidiEvents) -> Layout:
    """Bars until the step where the last sound has ended, and on to the tick `written`."""
    changes = meter_changes(conductor, file)
    try:
        layout = Layout.until(sounding, nearest_step(written, file.ticks_per_quarter)[0], changes)
    except TooManyBars:
        raise UnreadableMidi(f"it has more than {MAX_BARS} bars", f"il a plus de {MAX_BARS} mesures") from None
    note_meters(changes, layout, file.findings)
    return layout


def _key(conductor: Sequence[Event], file: MidiEvents) -> Key | None:
    """The key signature at the start; of several there, the last that is one."""
    key = None
    for tick, _, data in conductor:
        if data[0] == midi.KEY_SIGNATURE and len(data) == 3 and nearest_step(tick, file.ticks_per_quarter)[0] <= 0:
            found = key_of(int.from_bytes(data[1:2], signed=True), "minor" if data[2] else "major")
            if found is None:
                file.findings.add(KEYS_IGNORED, keys=1)
            key = found or key
    return key


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
    first, *later = _written_onsets(written)
    others = [onset - first for onset in later]
    if others:
        others[-1] = written.span  # known exactly, however many of its key crowd there
    for other in others:
        onset = other + same[index].onset
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
