"""POP909 as lines on the grid: the sung melody, the second melody and the bass of the piano, each with its chords.

Wang et al., "POP909: A Pop-song Dataset for Music Arrangement Generation", ISMIR 2020, MIT licence. The tempo of its
MIDI files is nominal: the beats are those of beat_midi.txt; every onset goes to the nearest sixteenth between them.
"""

import itertools
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from music.midi.events import NOTE_OFF, NOTE_ON, TEMPO, TRACK_NAME, MidiEvents, UnreadableMidi, read_events
from training.data.melody_track import TimedNote
from training.data.skipping import value_or_reason
from training.data.tunes import Corpus, Tune, TuneChord, TuneNote

_META = 0xFF
_STEPS_PER_BEAT = 4
_FEWEST_NOTES = 16
_USUAL_TEMPO = 500_000  # microseconds per quarter
_PITCH_CLASSES = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_ACCIDENTALS = {"": 0, "#": 1, "b": -1}
# Semitones above the root (Harte et al., "Symbolic Representation of Musical Chords", ISMIR 2005).
_QUALITIES = {
    "maj": (0, 4, 7),
    "min": (0, 3, 7),
    "dim": (0, 3, 6),
    "aug": (0, 4, 8),
    "sus2": (0, 2, 7),
    "sus4": (0, 5, 7),
    "sus4(b7)": (0, 5, 7, 10),
    "maj6": (0, 4, 7, 9),
    "min6": (0, 3, 7, 9),
    "7": (0, 4, 7, 10),
    "maj7": (0, 4, 7, 11),
    "min7": (0, 3, 7, 10),
    "minmaj7": (0, 3, 7, 11),
    "dim7": (0, 3, 6, 9),
    "hdim7": (0, 3, 6, 10),
}
_MODES = {"maj": "major", "min": "minor"}
# The left hand: the piano's lowest notes, where they are below the second C under the treble staff's.
_HIGHEST_BASS = 59
_BASS_GAP = 2  # steps: a note this close after a lower one belongs to its chord


class UnusableSong(Exception):
    """A song that cannot be used; its text is the reason, as counted."""


@dataclass(frozen=True, slots=True)
class _Grid:
    """Where the sixteenths are in time."""

    beats: tuple[float, ...]
    first: int
    beats_per_bar: int

    def step(self, seconds: float) -> int:
        """Nearest step, counted from the first bar line; negative before it."""
        index = min(max(bisect_right(self.beats, seconds) - 1, 0), len(self.beats) - 2)
        start, end = self.beats[index], self.beats[index + 1]
        return round((index - self.first + (seconds - start) / (end - start)) * _STEPS_PER_BEAT)


def read_pop909(folder: Path) -> Corpus:
    """Read the songs of a folder.

    Args:
        folder: Holds a folder per song, directly or one level below; each as in the data set.
    """
    tunes: list[Tune] = []
    skipped = Counter[str]()
    for song in sorted(path.parent for path in folder.glob("**/beat_midi.txt")):
        result = value_or_reason(_tunes_of, song, known=(UnusableSong, UnreadableMidi))
        if isinstance(result, str):
            skipped[result] += 1
        else:
            tunes.extend(result)
    return Corpus(tuple(tunes), dict(sorted(skipped.items())))


@dataclass(frozen=True, slots=True)
class Pop909Song:
    """A song with all notes of its tracks.

    Attributes:
        number: Its folder's name.
        bar: Sixteenths in a bar.
        tonic: Pitch class of the tonic.
        chords: In order.
        tracks: Notes in order, by name: "MELODY", "BRIDGE", "PIANO".
    """

    number: str
    bar: int
    tonic: int
    chords: tuple[TuneChord, ...]
    tracks: dict[str, list[TimedNote]]


def read_song(folder: Path) -> Pop909Song:
    """A song of the data set.

    Args:
        folder: Of the song.

    Raises:
        UnusableSong: It has no beats, bar lines or key, or a chord of an unknown kind.
        UnreadableMidi: Its MIDI file is damaged.
    """
    grid = _grid(folder / "beat_midi.txt")
    key = _key(folder / "key_audio.txt")
    chords = tuple(_chords(folder / "chord_midi.txt", grid))
    tracks = _tracks(read_events((folder / f"{folder.name}.mid").read_bytes()), grid)
    return Pop909Song(folder.name, grid.beats_per_bar * _STEPS_PER_BEAT, key[0], chords, tracks)


def _tunes_of(song: Path) -> list[Tune]:
    return list(_read_song(song))


def _read_song(folder: Path) -> Iterator[Tune]:
    number = folder.name
    grid = _grid(folder / "beat_midi.txt")
    key = _key(folder / "key_audio.txt")
    chords = tuple(_chords(folder / "chord_midi.txt", grid))
    tracks = _tracks(read_events((folder / f"{number}.mid").read_bytes()), grid)
    lines = {
        "melody": skyline(tracks.get("MELODY", ())),
        "counter": skyline(tracks.get("BRIDGE", ())),
        "bass": bass_line(tracks.get("PIANO", ())),
    }
    steps = grid.beats_per_bar * _STEPS_PER_BEAT
    for role, line in lines.items():
        notes = tuple(TuneNote(*divmod(note.start, steps), note.end - note.start, note.pitch) for note in line)
        if len(notes) < _FEWEST_NOTES:
            continue
        yield Tune(
            name=f"pop909/{number}/{role}",
            title="",
            beats=grid.beats_per_bar,
            beat_unit=4,
            tonic=key[0],
            mode=key[1],
            bars=notes[-1].bar + 1,
            notes=notes,
            role=role,
            chords=chords,
        )


def _grid(path: Path) -> _Grid:
    """Beats, and which of them begin bars: the annotators' most frequent choice."""
    rows = np.loadtxt(path, ndmin=2)
    if len(rows) < 2 * _STEPS_PER_BEAT:
        raise UnusableSong("no beats")
    # The second column marks every second or third beat, the third every fourth or sixth.
    halves, wholes = (np.flatnonzero(rows[:, column] == 1) for column in (1, 2))
    if len(halves) < 2 or len(wholes) < 2:
        raise UnusableSong("no bar lines")
    is_triple = np.bincount(np.diff(halves)).argmax() == 3
    beats_per_bar = 3 if is_triple else 4
    phase = int(np.bincount((halves if is_triple else wholes) % beats_per_bar).argmax())
    # Upbeats before the first bar line are given a bar.
    return _Grid(tuple(rows[:, 0].tolist()), phase - beats_per_bar if phase else 0, beats_per_bar)


def _key(path: Path) -> tuple[int, str]:
    """Tonic and mode of the key that lasts longest."""
    lasting = Counter[str]()
    for start, end, name in _rows(path):
        lasting[name] += round(1000 * (float(end) - float(start)))
    if not lasting:
        raise UnusableSong("no key")
    tonic, _, mode = max(lasting, key=lasting.__getitem__).partition(":")
    return _pitch_class(tonic), _MODES[mode]


def _chords(path: Path, grid: _Grid) -> Iterator[TuneChord]:
    for start, _, name in _rows(path):
        step = max(grid.step(float(start)), 0)
        root, _, quality = name.partition(":")
        if root == "N":
            yield TuneChord(step, None, 0)
            continue
        tones = _QUALITIES.get(quality.partition("/")[0])
        if tones is None:
            raise UnusableSong(f"unknown chord {name}")
        above = _pitch_class(root)
        yield TuneChord(step, above, sum(1 << (above + tone) % 12 for tone in tones))


def _rows(path: Path) -> Iterator[list[str]]:
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.strip():
            yield line.split()


def _pitch_class(name: str) -> int:
    return (_PITCH_CLASSES[name[0]] + _ACCIDENTALS[name[1:]]) % 12


def _tracks(events: MidiEvents, grid: _Grid) -> dict[str, list[TimedNote]]:
    """Notes of each named track, in order."""
    seconds = _clock(events)
    tracks: dict[str, list[TimedNote]] = {}
    for track in events.tracks:
        names = [data[1:].decode("latin-1") for _, status, data in track if status == _META and data[0] == TRACK_NAME]
        notes: list[TimedNote] = []
        open_notes: dict[int, int] = {}
        for tick, status, data in track:
            if status & 0xF0 not in (NOTE_OFF, NOTE_ON):
                continue
            started = open_notes.pop(data[0], None)
            if started is not None:
                start = grid.step(seconds(started))
                notes.append(TimedNote(start, max(grid.step(seconds(tick)), start + 1), data[0]))
            if status & 0xF0 == NOTE_ON and data[1]:
                open_notes[data[0]] = tick
        tracks[names[0] if names else ""] = sorted(
            (note for note in notes if note.start >= 0), key=lambda s: (s.start, s.pitch)
        )
    return tracks


def _clock(events: MidiEvents) -> Callable[[int], float]:
    """Seconds at a tick."""
    tempos = (
        (tick, int.from_bytes(data[1:]))
        for track in events.tracks
        for tick, status, data in track
        if status == _META and data[0] == TEMPO
    )
    changes = [(0, _USUAL_TEMPO), *sorted(tempos)]
    ticks = [tick for tick, _ in changes]
    starts = [0.0]
    for (tick, tempo), (following, _) in itertools.pairwise(changes):
        starts.append(starts[-1] + (following - tick) * tempo / 1e6 / events.ticks_per_quarter)

    def seconds(tick: int) -> float:
        index = bisect_right(ticks, tick) - 1
        return starts[index] + (tick - ticks[index]) * changes[index][1] / 1e6 / events.ticks_per_quarter

    return seconds


def skyline(notes: Sequence[TimedNote]) -> list[TimedNote]:
    """The highest note of each onset, each ending where the next begins at the latest.

    Args:
        notes: In order of onset and pitch.
    """
    highest = {note.start: note for note in notes}  # ordered by pitch within an onset
    return _monophonic(list(highest.values()))


def bass_line(notes: Sequence[TimedNote]) -> list[TimedNote]:
    """The lowest note of each onset, where it is low and not the rest of a chord that is being rolled.

    Args:
        notes: In order of onset and pitch.
    """
    line: list[TimedNote] = []
    for note in notes:
        if note.pitch > _HIGHEST_BASS or (line and line[-1].start == note.start):
            continue
        if line and note.start - line[-1].start < _BASS_GAP and note.pitch > line[-1].pitch:
            continue
        line.append(note)
    return _monophonic(line)


def _monophonic(notes: Sequence[TimedNote]) -> list[TimedNote]:
    following = [note.start for note in notes[1:]]
    cut = [TimedNote(note.start, min(note.end, end), note.pitch) for note, end in zip(notes, following, strict=False)]
    return [*cut, *notes[-1:]]
