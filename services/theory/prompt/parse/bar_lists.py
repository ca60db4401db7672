"""Chords in the bars that signs give them: "Cmaj7 | Am9 | Dm7 G13", "C | % | F", "Am (2 bars)", "Am F x2"."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.theory.prompt.parse.lengths import BAR_WORDS
from services.theory.prompt.parse.numbers import parse_number
from services.theory.prompt.parse.tokenizer import Prompt

REPEAT_SIGN = "%"
BAR_LINE = "|"
_TIMES = frozenset({"x", "fois", "times"})
_MOST_REPEATS = 16
_MOST_CHORDS = 64


@dataclass(frozen=True, slots=True)
class PlacedChord:
    """A chord of a list: its symbol, and its tokens from `first` to before `last`."""

    symbol: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class BarList:
    """Chords by bar.

    Attributes:
        symbols: In their order.
        bar_of: Bar of each, from 0; empty where each has a bar of its own.
        last: Token after the last sign that belongs to them.
    """

    symbols: tuple[str, ...]
    bar_of: tuple[int, ...]
    last: int


def after_signs(prompt: Prompt, index: int) -> int:
    """The token after repeat signs, lengths and bar lines that follow a chord: "(2 bars)", "x2", "%".

    Args:
        prompt: The prompt.
        index: Token after a chord.
    """
    while True:
        repeats = _repeats(prompt, index)
        if repeats is not None:
            index = repeats[1]
        elif prompt.text(index) in (REPEAT_SIGN, BAR_LINE):
            index += 1
        else:
            return index


def in_bars(prompt: Prompt, chords: Sequence[PlacedChord]) -> BarList:
    """Place the chords of a list in bars.

    Args:
        prompt: The prompt.
        chords: At least one, in order.
    """
    end = after_signs(prompt, chords[-1].last)
    lined = any(prompt.text(index) == BAR_LINE for index in range(chords[0].first, end))
    bars: list[list[str]] = []
    inner_repeats = False
    fresh = True
    for number, chord in enumerate(chords):
        following = chords[number + 1].first if number + 1 < len(chords) else end
        if fresh or not lined:
            bars.append([])
        bars[-1].append(chord.symbol)
        fresh = not lined
        index = chord.last
        while index < following:
            repeats = _repeats(prompt, index)
            if repeats is not None and (number + 1 < len(chords) or repeats[2] or inner_repeats):
                bars += [list(bars[-1]) for _ in range(repeats[0] - 1)]
                inner_repeats = True
            elif repeats is not None:
                bars *= repeats[0]
            elif prompt.text(index) == REPEAT_SIGN:
                bars.append(list(bars[-1]))
            fresh = fresh or prompt.text(index) == BAR_LINE
            index = repeats[1] if repeats is not None else index + 1
    flat = [(symbol, bar) for bar, symbols in enumerate(bars) for symbol in symbols][:_MOST_CHORDS]
    shared = any(len(symbols) > 1 for symbols in bars)
    return BarList(tuple(symbol for symbol, _ in flat), tuple(bar for _, bar in flat) if shared else (), end)


def _repeats(prompt: Prompt, index: int) -> tuple[int, int, bool] | None:
    """How often something lasts or comes, the token after it, and whether it is a length: "(2 bars)", "x2", "(x4)"."""
    opened = prompt.text(index) == "("
    at = index + opened
    times = prompt.text(at) in _TIMES
    number = parse_number(prompt, at + times)
    if number is None or not 1 <= number[0] <= _MOST_REPEATS or number[0] != int(number[0]):
        return None
    after = number[1]
    bars = prompt.text(after) in BAR_WORDS
    counted = times or (prompt.text(after) == "x" and not prompt.text(after + 1).isdecimal())
    if not (opened and bars) and not counted:
        return None
    after += bars or (counted and not times)
    closed = prompt.text(after) == ")"
    if opened and not closed:
        return None
    return int(number[0]), after + (opened and closed), bars
