"""Detects, while a line is composed, that it repeats a run of notes of a training tune.

A run is given by its moves: for each note but the first the interval from the note before, in semitones, and the steps
since that note began. The runs themselves are not shipped, but a Bloom filter of them (Bloom, "Space/time trade-offs
in hash coding with allowable errors", Communications of the ACM 13, 1970): it never misses a run, and mistakes about
one in two thousand others for one. `training.melody_line.originality` makes it.
"""

import io
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

# Moves of a run: as many notes and one more.
RUN: Final = 12
# Interval in semitones and steps from onset to onset.
Move = tuple[int, int]

FILE: Final = "runs.npz"
PROBES: Final = 11
_WIDEST, _LONGEST = 48, 64
_WORD: Final = (1 << 64) - 1
FACTOR: Final = 0x9E3779B97F4A7C15


@lru_cache(maxsize=8192)
def symbol(interval: int, steps: int) -> int:
    """A number above 0 for a move; what is beyond four octaves or four bars counts as that.

    Args:
        interval: Semitones, upwards positive.
        steps: From onset to onset, at least 0.
    """
    return (max(-_WIDEST, min(interval, _WIDEST)) + _WIDEST) * (_LONGEST + 1) + min(steps, _LONGEST) + 1


def fold(digest: int, move: int) -> int:
    """Digest of a run with one more move.

    Args:
        digest: Of the moves so far, 0 for none, below 2**64.
        move: Symbol of the next one; see `symbol`.
    """
    return (digest * FACTOR + move) & _WORD


def scramble(digest: int) -> int:
    """A digest whose bits all depend on all moves (the finaliser of SplitMix64, Steele and others 2014)."""
    digest = (digest ^ digest >> 30) * 0xBF58476D1CE4E5B9 & _WORD
    digest = (digest ^ digest >> 27) * 0x94D049BB133111EB & _WORD
    return digest ^ digest >> 31


class Originality:
    """Runs of the training tunes of a model, as a Bloom filter.

    Args:
        bits: The filter, bits packed in bytes; their number is a power of two.

    Raises:
        ValueError: It is not.
    """

    def __init__(self, bits: NDArray[np.uint8]) -> None:
        size = 8 * len(bits)
        if size & (size - 1) or not size:
            raise ValueError(f"{size} is no power of two")
        self._bits = bits.tobytes()
        self._mask = size - 1

    @classmethod
    def read(cls, content: bytes) -> "Originality":
        """Read a file that `training.melody_line.originality` wrote. Raises OSError, ValueError or KeyError."""
        with np.load(io.BytesIO(content), allow_pickle=False) as stored:
            return cls(stored["bits"])

    def copies(self, moves: Sequence[Move]) -> bool:
        """Whether the last RUN of these moves are those of a tune; False for fewer."""
        if len(moves) < RUN:
            return False
        return self.completes(begun(moves[-RUN:-1]), moves[-1])

    def completes(self, digest: int, move: Move) -> bool:
        """Whether a move completes a run of a tune.

        Args:
            digest: Of the RUN - 1 moves before it; see `begun`.
            move: The next one.
        """
        whole = scramble(fold(digest, symbol(*move)))
        return all(self._bits[place >> 3] >> (place & 7) & 1 for place in probes(whole, self._mask))


def begun(moves: Sequence[Move]) -> int:
    """Digest of moves, to be completed by `Originality.completes`."""
    digest = 0
    for interval, steps in moves:
        digest = fold(digest, symbol(interval, steps))
    return digest


def probes(digest: int, mask: int) -> Iterable[int]:
    """Places of bits in the filter (double hashing: Kirsch and Mitzenmacher, 2006).

    Args:
        digest: A scrambled digest, below 2**64.
        mask: Bits of the filter, less one.
    """
    stride = digest >> 32 | 1
    return ((digest + number * stride) & mask for number in range(PROBES))
