"""What a song itself lets expect: the same chord as earlier in it, found in four ways."""

from collections.abc import Sequence
from dataclasses import dataclass

from training.chords.lines import ChordLine

NONE = -1
_LONGEST = 24
_SHORTEST = 2
_LAGS = (4, 8)


@dataclass(frozen=True, slots=True)
class Copies:
    """For each event what a way of copying expects, and how long it has been right; lists of equal length.

    Attributes:
        symbols: The chord that it expects; `NONE` where it expects none.
        runs: How many chords in a row it was right about before, or how many agree.
    """

    symbols: list[int]
    runs: list[int]


def copies_of(line: ChordLine) -> list[Copies]:
    """What all ways of copying expect.

    After the longest match, as in the section with the same letter, as in the last section of the kind, as in the
    phrase before, and as four and eight bars before.

    Args:
        line: The song; nothing of it but what stands before an event counts for that event.
    """
    by_letter, by_kind = _sections_before(line)
    return [
        _longest_match(line),
        _at_places(line, by_letter),
        _at_places(line, by_kind),
        _phrase_before(line),
        *(_lagged(line, lag) for lag in _LAGS),
    ]


def _longest_match(line: ChordLine) -> Copies:
    tokens = [symbol * 2 + first for symbol, first in zip(line.symbols, line.firsts, strict=True)]
    ends: dict[tuple[int, ...], list[int]] = {}
    symbols, runs = [], []
    for index in range(len(tokens)):
        best, longest = NONE, 0
        for candidate in reversed(ends.get(tuple(tokens[index - _SHORTEST : index]), ())):
            if line.firsts[candidate] != line.firsts[index]:
                continue
            length = _SHORTEST
            while (
                length < _LONGEST
                and candidate - length > 0
                and tokens[candidate - length - 1] == tokens[index - length - 1]
            ):
                length += 1
            if length > longest:
                best, longest = line.symbols[candidate], length
            if longest == _LONGEST:
                break
        symbols.append(best)
        runs.append(longest)
        if index >= _SHORTEST:
            ends.setdefault(tuple(tokens[index - _SHORTEST : index]), []).append(index)
    return Copies(symbols, runs)


def _sections_before(line: ChordLine) -> tuple[dict[int, int], dict[int, int]]:
    """The last section before each one that has its letter, and that is of its kind."""
    by_letter: dict[int, int] = {}
    by_kind: dict[int, int] = {}
    letters: dict[str, int] = {}
    kinds: dict[int, int] = {}
    seen = dict.fromkeys(zip(line.sections, line.letters, line.kinds, strict=True))
    for section, letter, kind in seen:
        if letter and letter in letters:
            by_letter[section] = letters[letter]
        if kind in kinds:
            by_kind[section] = kinds[kind]
        letters[letter], kinds[kind] = section, section
    return by_letter, by_kind


def _at_places(line: ChordLine, models: dict[int, int]) -> Copies:
    """The chord at the same bar and slot of another section."""
    placed = {
        (section, bar, slot): symbol
        for section, bar, slot, symbol in zip(line.sections, line.section_bars, line.slots, line.symbols, strict=True)
    }
    expected = [
        placed.get((models[section], bar, slot), NONE) if section in models else NONE
        for section, bar, slot in zip(line.sections, line.section_bars, line.slots, strict=True)
    ]
    return Copies(expected, _runs(line, expected))


def _phrase_before(line: ChordLine) -> Copies:
    """The chord at the same place of the phrase before."""
    placed: dict[tuple[int, int, int], int] = {}
    starts = [bar - place for bar, place in zip(line.bars, line.places, strict=True)]
    order = {start: number for number, start in enumerate(dict.fromkeys(starts))}
    expected = []
    for index, start in enumerate(starts):
        key = order[start], line.places[index], line.slots[index]
        expected.append(placed.get((key[0] - 1, key[1], key[2]), NONE))
        placed[key] = line.symbols[index]
    return Copies(expected, _runs(line, expected))


def _lagged(line: ChordLine, bars: int) -> Copies:
    placed = {(bar, slot): symbol for bar, slot, symbol in zip(line.bars, line.slots, line.symbols, strict=True)}
    expected = [placed.get((bar - bars, slot), NONE) for bar, slot in zip(line.bars, line.slots, strict=True)]
    return Copies(expected, _runs(line, expected))


def _runs(line: ChordLine, expected: Sequence[int]) -> list[int]:
    """How many expectations in a row came true before each event."""
    runs, run = [], 0
    for symbol, came in zip(expected, line.symbols, strict=True):
        runs.append(run)
        run = run + 1 if symbol == came else 0 if symbol != NONE else run
    return runs
