"""The McGill Billboard chord annotations as bars of chords, with their sections and phrases.

Burgoyne, Wild and Fujinaga, "An Expert Ground Truth Set for Audio Chord Recognition and Music Analysis", ISMIR 2011;
CC0. A file is in SALAMI form: a line is a phrase with the time at which it begins, the letter and kind of the section
where one begins, and chords by bar. Titles and artists are there, years and genres are not.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from music.pitch import PitchName
from training.data.skipping import EmptyFolder, value_or_reason

_LINE = re.compile(r"(?P<seconds>[\d.]+(?:e-?\d+)?)\t(?P<rest>.*)", re.DOTALL)
_CHORD = re.compile(r"(?P<root>[A-G][b#]*):(?P<quality>[^/]+)(?:/.*)?")
_METER = re.compile(r"\((?P<beats>\d+)/(?P<unit>\d+)\)")
_REPEAT = re.compile(r"x(\d+)")
_MOST_REPEATS = 32
_SAME = "."
# Beats are what bars are counted in: three eighths where a metre has groups of three.
_GROUPED = {(6, 8): 2, (9, 8): 3, (12, 8): 4}
# Kinds of sections by the words that stand for them; all others are "other".
_KINDS = {
    "verse": "verse",
    "chorus": "chorus",
    "refrain": "chorus",
    "intro": "intro",
    "outro": "outro",
    "coda": "outro",
    "fadeout": "outro",
    "bridge": "bridge",
    "pre-chorus": "prechorus",
    "prechorus": "prechorus",
    "pre chorus": "prechorus",
    "solo": "solo",
    "instrumental": "solo",
    "interlude": "interlude",
    "trans": "interlude",
    "transition": "interlude",
}
KINDS = ("other", *dict.fromkeys(_KINDS.values()))


class UnreadableSong(Exception):
    """An annotation that breaks its form; the text says how."""


@dataclass(frozen=True, slots=True)
class SongChord:
    """A chord where it begins, or goes on in a new bar.

    Attributes:
        root: Semitones above the tonic, 0-11.
        quality: As annotated: "maj", "min7", "sus4(b7,9)".
        bar: Index of its bar in the song.
        beat: Beats from the start of the bar.
        beats: How long it lasts in its bar.
        section: Index of its section in the song.
    """

    root: int
    quality: str
    bar: int
    beat: float
    beats: float
    section: int


@dataclass(frozen=True, slots=True)
class SongSection:
    """A section of a song.

    Attributes:
        kind: One of `KINDS`.
        letter: Sections with the same letter have the same music; empty where none is given.
        first: Index of its first bar.
        bars: How many bars it has.
    """

    kind: str
    letter: str
    first: int
    bars: int


@dataclass(frozen=True, slots=True)
class ChordSong:
    """A song's chords.

    Attributes:
        name: File name without its suffix.
        chords: In their order.
        sections: In their order.
        phrases: Indices of bars that begin a phrase, ascending.
        bars: Length of the song.
    """

    name: str
    chords: tuple[SongChord, ...]
    sections: tuple[SongSection, ...]
    phrases: tuple[int, ...]
    bars: int


@dataclass(frozen=True, slots=True)
class ChordCorpus:
    """Songs of a folder, and how many files were left out, by reason."""

    songs: tuple[ChordSong, ...]
    skipped: dict[str, int]


@dataclass(slots=True)
class _Reading:
    """A song while its lines are read."""

    tonic: int = 0
    beats: int = 4
    bars: int = 0
    joined: bool = False
    chords: list[SongChord] = field(default_factory=list)
    sections: list[SongSection] = field(default_factory=list)
    phrases: list[int] = field(default_factory=list)


def read_billboard(folder: Path) -> ChordCorpus:
    """Read the annotations of a folder, at any depth.

    Args:
        folder: Holds text files.

    Raises:
        EmptyFolder: It holds none that can be read.
    """
    songs: list[ChordSong] = []
    skipped: dict[str, int] = {}
    for path in sorted(folder.rglob("*.txt")):
        read = value_or_reason(read_song, path, known=(UnreadableSong,))
        if isinstance(read, str):
            skipped[read] = skipped.get(read, 0) + 1
        else:
            songs.append(read)
    if not songs:
        raise EmptyFolder(f"no chord annotations were found in {folder}: text files in SALAMI form are needed")
    return ChordCorpus(tuple(songs), skipped)


def read_song(path: Path) -> ChordSong:
    """Read one annotation.

    Args:
        path: A text file in SALAMI form.

    Raises:
        UnreadableSong: It has no chords, or its metre or tonic cannot be read.
        OSError: It cannot be opened.
    """
    reading = _Reading()
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            _read_heading(line, reading)
        elif found := _LINE.fullmatch(line):
            _read_phrase(found["rest"], reading)
    if not reading.chords:
        raise UnreadableSong("no chords")
    return ChordSong(
        path.stem, tuple(reading.chords), tuple(reading.sections), tuple(dict.fromkeys(reading.phrases)), reading.bars
    )


def _read_heading(line: str, reading: _Reading) -> None:
    name, _, value = line.lstrip("# ").partition(":")
    try:
        if name == "tonic":
            reading.tonic = PitchName.parse(value.strip()).pitch_class
        elif name == "metre":
            reading.beats = _beats(*map(int, value.strip().split("/")))
    except (TypeError, ValueError):
        raise UnreadableSong(f"a {name} that cannot be read") from None


def _beats(beats: int, unit: int) -> int:
    return _GROUPED.get((beats, unit), beats)


def _read_phrase(text: str, reading: _Reading) -> None:
    heading, opened, rest = text.partition("|")
    if not opened:  # silence, noise, the end
        return
    _begin_section(heading, reading)
    body, _, tail = rest.rpartition("|")
    repeat = _REPEAT.match(tail.strip())
    for _ in range(min(int(repeat[1]), _MOST_REPEATS) if repeat else 1):
        if not reading.joined:
            reading.phrases.append(reading.bars)
        reading.joined = False
        for bar in body.split("|"):
            _read_bar(bar.split(), reading)
    reading.joined = tail.strip().startswith("->")


def _begin_section(heading: str, reading: _Reading) -> None:
    """Begin the section that the start of a line names, if it names one; close the one before."""
    words = [part.strip() for part in heading.split(",") if part.strip()]
    if not words:
        return
    letter = words[0] if re.fullmatch(r"[A-Y]'*", words[0]) else ""
    kind = next((_KINDS[kind] for word in words for kind in _KINDS if word.startswith(kind)), KINDS[0])
    reading.sections.append(SongSection(kind, letter.rstrip("'"), reading.bars, 0))


def _read_bar(tokens: list[str], reading: _Reading) -> None:
    beats = reading.beats
    if tokens and (meter := _METER.fullmatch(tokens[0])):
        beats, tokens = _beats(int(meter["beats"]), int(meter["unit"])), tokens[1:]
    if not reading.sections:
        reading.sections.append(SongSection(KINDS[0], "", reading.bars, 0))
    each = beats / len(tokens) if tokens else 0.0
    before: tuple[int, str] | None = None
    for place, token in enumerate(tokens):
        chord = before if token == _SAME else _chord(token, reading.tonic)
        if chord is not None and chord == before:
            last = reading.chords[-1]
            reading.chords[-1] = SongChord(*chord, last.bar, last.beat, last.beats + each, last.section)
        elif chord is not None:
            section = len(reading.sections) - 1
            reading.chords.append(SongChord(*chord, reading.bars, place * each, each, section))
        before = chord
    last_section = reading.sections[-1]
    reading.bars += 1
    reading.sections[-1] = SongSection(
        last_section.kind, last_section.letter, last_section.first, reading.bars - last_section.first
    )


def _chord(token: str, tonic: int) -> tuple[int, str] | None:
    """Semitones above the tonic, and quality; None for no chord and for an unclear one."""
    found = _CHORD.fullmatch(token)
    if found is None:
        return None
    return (PitchName.parse(found["root"]).pitch_class - tonic) % 12, found["quality"]


def bars_of(song: ChordSong) -> Iterator[tuple[SongChord, ...]]:
    """The chords of every bar, empty where there is none.

    Args:
        song: The song.
    """
    by_bar: list[list[SongChord]] = [[] for _ in range(song.bars)]
    for chord in song.chords:
        by_bar[chord.bar].append(chord)
    return map(tuple, by_bar)
