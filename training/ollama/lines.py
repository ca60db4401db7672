"""Notated lines as tokens, and random stretches of them that begin with conditions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from music.notation.conditions import LineConditions, density_level, register_level
from music.notation.notes import BAR_LINE
from music.notation.vocabulary import BEGIN, END, IDS, TOKENS, UNKNOWN, ids_of
from training.ollama.corpus import NotatedLine

Ids = NDArray[np.int32]
# How often role, mode, metre, style, density and register are given, and chords.
_GIVEN_RATE = (0.9, 0.8, 0.95, 0.6, 0.4, 0.4)
_GIVEN_RATE_CHORDS = 0.4
_FROM_START = 0.2
_BAR_LINE = IDS[f" {BAR_LINE}"]
_STEPS = np.array([token.steps for token in TOKENS])
_IS_NOTE = np.array([token.above is not None for token in TOKENS])
_ABOVE = np.array([token.above or 0 for token in TOKENS])
_IS_TIE = np.array([token.text.startswith(" ~") for token in TOKENS])


@dataclass(frozen=True, slots=True)
class TokenLine:
    """A line as tokens.

    Attributes:
        source: The line in the notation.
        plain: Its tokens without chords.
        chorded: Its tokens with chords; the same where there are none.
    """

    source: NotatedLine
    plain: Ids
    chorded: Ids


def token_lines(lines: Iterable[NotatedLine]) -> list[TokenLine]:
    """Lines as tokens."""
    found = []
    for line in lines:
        chorded = np.array([*ids_of(line.text), IDS[END]], np.int32)
        is_chord = np.array([TOKENS[token].text.startswith(" [") for token in chorded])
        found.append(TokenLine(line, chorded[~is_chord], chorded))
    return found


def header(line: NotatedLine, given: Sequence[bool], density: str = "", register: str = "") -> list[int]:
    """Tokens that a line begins with: the beginning of text, and the conditions that are given.

    Args:
        line: The line.
        given: Which of role, mode, metre, style, density and register are given.
        density: Level of its density; empty for none.
        register: Level of its register; empty for none.
    """
    values = (line.role, line.mode, line.metre, line.style, density, register)
    role, mode, metre, style, density, register = (
        value if is_given else "" for value, is_given in zip(values, given, strict=True)
    )
    conditions = LineConditions(role=role, mode=mode, metre=metre, style=style, density=density, register=register)
    return [IDS[BEGIN], *(IDS[token] for token in conditions.tokens())]


def levels(role: str, tokens: Ids) -> tuple[str, str]:
    """Levels of density and register of tokens; empty where there are no notes.

    Args:
        role: "melody", "counter" or "bass".
        tokens: Of a line, (T,).
    """
    notes = _IS_NOTE[tokens]
    if not notes.any():
        return "", ""
    onsets = notes.sum() * 16 / _STEPS[tokens].sum()
    mean = _ABOVE[tokens][notes].mean()
    return density_level(role, float(onsets)), register_level(role, float(mean))


def notes_and_steps(tokens: Ids) -> tuple[int, int]:
    """How many notes begin in tokens, and how many sixteenths they last."""
    return int(_IS_NOTE[tokens].sum()), int(_STEPS[tokens].sum())


def bar_starts(tokens: Ids) -> Ids:
    """Places where a bar begins that is not tied to the one before."""
    after = np.flatnonzero(tokens[:-2] == _BAR_LINE) + 1
    return np.concatenate([[0], after[~_IS_TIE[tokens[after]]]]).astype(np.int32)


def sounding_starts(tokens: Ids) -> Ids:
    """Those of `bar_starts` whose bar has a note: what is asked for should not begin with the silence of an intro."""
    starts, notes = bar_starts(tokens), np.flatnonzero(_IS_NOTE[tokens])
    ends = np.flatnonzero(tokens == _BAR_LINE)
    first_notes = np.append(notes, len(tokens))[np.searchsorted(notes, starts)]
    return starts[first_notes < np.append(ends, len(tokens))[np.searchsorted(ends, starts)]]


class Crops:
    """Random stretches of lines, each drawn as often as it is long.

    Args:
        lines: To draw from.
        melody_share: Share of stretches from sung pop melodies, where there are other lines too.
        length: Tokens of a stretch.
    """

    def __init__(self, lines: Sequence[TokenLine], melody_share: float, length: int) -> None:
        self._length = length
        sung = [line for line in lines if line.source.role == "melody" and line.source.style == "pop"]
        others = [line for line in lines if line.source.role != "melody" or line.source.style != "pop"]
        self._pools = [pool for pool in (sung, others) if pool]
        self._shares = [melody_share, 1 - melody_share] if len(self._pools) == 2 else [1.0]
        self._starts = {id(tokens): sounding_starts(tokens) for line in lines for tokens in (line.plain, line.chorded)}
        sizes = [np.array([len(line.plain) for line in pool], float) for pool in self._pools]
        self._chances = [size / size.sum() for size in sizes]

    def draw(self, draws: np.random.Generator) -> Ids:
        """Tokens of a stretch and the next one, (length + 1,), padded with the unknown token."""
        row = np.full(self._length + 1, IDS[UNKNOWN], np.int32)
        filled = 0
        # A line that is over soon is followed by another, as engines never show it, so that little is padding.
        pool = int(draws.choice(len(self._pools), p=self._shares))
        while filled < self._length * 0.6:
            tokens = self._stretch(pool, draws)[: len(row) - filled]
            row[filled : filled + len(tokens)] = tokens
            filled += len(tokens)
        return row

    def _stretch(self, pool: int, draws: np.random.Generator) -> Ids:
        line = self._pools[pool][int(draws.choice(len(self._chances[pool]), p=self._chances[pool]))]
        tokens = line.chorded if draws.random() < _GIVEN_RATE_CHORDS else line.plain
        starts = self._starts[id(tokens)]
        possible = starts[starts <= max(len(tokens) - self._length // 2, starts[0])]
        start = int(starts[0] if draws.random() < _FROM_START else draws.choice(possible))
        here = tokens[start : start + self._length]
        given = (draws.random(len(_GIVEN_RATE)) < _GIVEN_RATE).tolist()
        return np.concatenate([header(line.source, given, *levels(line.source.role, here)), here]).astype(np.int32)
