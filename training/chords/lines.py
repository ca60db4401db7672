"""A song's chords as a line of events, and what is known of each before its chord is: bar, phrase, section."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from training.chords.vocabulary import symbol_of, triad_of
from training.data.billboard import KINDS, ChordSong


@dataclass(frozen=True, slots=True)
class ChordLine:
    """The chords of a song, one event for each chord of each bar; lists of equal length.

    Attributes:
        name: Of the song.
        minor: Whether its tonic chords are minor for longer than they are major.
        symbols: The chords, as `vocabulary` counts them.
        bars: Index of the event's bar in the song.
        firsts: Whether it is the first of its bar.
        slots: Index of the event in its bar.
        places: Bars since the phrase began.
        kinds: Kind of its section, an index into `KINDS`.
        sections: Index of its section among those of the song.
        letters: Letter of its section; empty where the song gives none.
        section_bars: Bars since the section began.
        beats: How long it lasts in its bar.
    """

    name: str
    minor: bool
    symbols: list[int]
    bars: list[int]
    firsts: list[bool]
    slots: list[int]
    places: list[int]
    kinds: list[int]
    sections: list[int]
    letters: list[str]
    section_bars: list[int]
    beats: list[float]


def line_of(song: ChordSong) -> ChordLine:
    """The line of a song.

    Args:
        song: As it was read.
    """
    bars = [chord.bar for chord in song.chords]
    slots: list[int] = []
    for index, bar in enumerate(bars):
        slots.append(slots[-1] + 1 if index and bars[index - 1] == bar else 0)
    return ChordLine(
        name=song.name,
        minor=_is_minor(song),
        symbols=[symbol_of(chord) for chord in song.chords],
        bars=bars,
        firsts=[slot == 0 for slot in slots],
        slots=slots,
        places=[bar - _start(song.phrases, bar) for bar in bars],
        kinds=[KINDS.index(song.sections[chord.section].kind) for chord in song.chords],
        sections=[chord.section for chord in song.chords],
        letters=[song.sections[chord.section].letter for chord in song.chords],
        section_bars=[chord.bar - song.sections[chord.section].first for chord in song.chords],
        beats=[chord.beats for chord in song.chords],
    )


def _is_minor(song: ChordSong) -> bool:
    balance = 0.0
    for chord in song.chords:
        root, minor = triad_of(symbol_of(chord))
        if root == 0:
            balance += chord.beats if minor else -chord.beats
    return balance > 0


def _start(phrases: Sequence[int], bar: int) -> int:
    index = bisect_right(phrases, bar)
    return phrases[index - 1] if index else 0
