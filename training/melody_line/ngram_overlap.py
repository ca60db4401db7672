"""Runs of notes that lines share: how long the longest one is, for many lines and a whole corpus at once.

A run is identified by its moves, as in `services.melody.line_model.originality`; runs of every length are compared by
digests.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.melody.line_model.originality import FACTOR, Move, symbol

Digests = NDArray[np.uint64]
# A line that shares more than this is a copy, however long it is.
LONGEST = 64


@dataclass(frozen=True, slots=True)
class Moves:
    """Moves of many lines, one line after the other; M in all.

    Attributes:
        symbols: (M,) moves by number.
        left: (M,) how many moves there are from each one to the end of its line.
        line: (M,) index of the line.
        song: (M,) the song that the line belongs to.
        count: How many lines there are.
    """

    symbols: Digests
    left: NDArray[np.int64]
    line: NDArray[np.int64]
    song: NDArray[np.int64]
    count: int

    @classmethod
    def of(cls, lines: Sequence[Sequence[Move]], songs: Sequence[int]) -> "Moves":
        """Put lines together.

        Args:
            lines: Moves of each line.
            songs: Number of the song that each line belongs to.
        """
        sizes = [len(line) for line in lines]
        symbols = [symbol(*move) for line in lines for move in line]
        left = [np.arange(size, 0, -1) for size in sizes]
        return cls(
            np.array(symbols, np.uint64),
            np.concatenate([*left, np.zeros(0, np.int64)]),
            np.repeat(np.arange(len(lines)), sizes),
            np.repeat(np.array(songs, np.int64), sizes),
            len(lines),
        )

    def lengthened(self, digests: Digests, length: int) -> Digests:
        """Digests of the runs of `length` moves from each move on, (M,).

        Args:
            digests: (M,) of the runs of `length` - 1 moves.
            length: Moves of a run, at least 1.
        """
        upcoming = np.zeros_like(self.symbols)
        upcoming[: len(upcoming) - length + 1] = self.symbols[length - 1 :]
        return digests * np.uint64(FACTOR) + upcoming

    def runs(self, length: int) -> Digests:
        """Digests of the runs of `length` moves from each move on, (M,)."""
        digests = np.zeros_like(self.symbols)
        for size in range(1, length + 1):
            digests = self.lengthened(digests, size)
        return digests


def longest_shared(lines: Moves, corpus: Moves) -> NDArray[np.int64]:
    """For each line, the most moves in a row that it shares with another song of the corpus.

    Args:
        lines: L lines to look up.
        corpus: To look them up in.

    Returns:
        (L,) moves; LONGEST at most.
    """
    longest = np.zeros(lines.count, np.int64)
    asked, known = np.zeros_like(lines.symbols), np.zeros_like(corpus.symbols)
    for length in range(1, LONGEST + 1):
        asked, known = lines.lengthened(asked, length), corpus.lengthened(known, length)
        fits = corpus.left >= length
        if not fits.any():
            break
        found, first, last = _songs_of(known[fits], corpus.song[fits])
        mine = lines.left >= length
        places = np.searchsorted(found, asked[mine]).clip(max=len(found) - 1)
        own = lines.song[mine]
        shared = (found[places] == asked[mine]) & ((first[places] != own) | (last[places] != own))
        if not shared.any():
            break
        longest[lines.line[mine][shared]] = length
    return longest


def _songs_of(digests: Digests, songs: NDArray[np.int64]) -> tuple[Digests, NDArray[np.int64], NDArray[np.int64]]:
    """Different digests in order, and the first and the last song that each is in."""
    order = np.lexsort((songs, digests))
    digests, songs = digests[order], songs[order]
    starts = np.flatnonzero(np.concatenate([[True], digests[1:] != digests[:-1]]))
    ends = np.append(starts[1:], len(digests)) - 1
    return digests[starts], songs[starts], songs[ends]
