"""The hits of a piece so far, and the features that the hit model gets from them."""

import math
from collections.abc import Iterable
from copy import copy

import numpy as np

from services.drums.kit.kit import CLASS_OF, CLASSES, Piece
from services.drums.neural.features import (
    PIECE_FEATURES,
    POSITION_FEATURES,
    FloatArray,
    PieceFeatures,
    PositionFeatures,
)

# A hit set is the bit mask of a step: bit k is set when class k of `kit.CLASS_OF` is hit.
SETS = 2**CLASSES
NO_SET = -1
# Hits by class of each hit set: (SETS, CLASSES).
CLASSES_OF_SET: FloatArray = (np.arange(SETS)[:, None] >> np.arange(CLASSES) & 1).astype(np.float32)
# The same as tuples, which are quicker to put together than rows of an array.
_HITS_OF_SET: tuple[tuple[float, ...], ...] = tuple(map(tuple, CLASSES_OF_SET.tolist()))
_SILENCE = _HITS_OF_SET[0]
_BARS_BACK = (1, 2, 4, 8)
_MATCHES = 2
# Hit sets that the model may copy: those of so many bars back, and what followed the longest earlier matches of the
# latest steps (anywhere, and on the same step of the bar).
COPIES = len(_BARS_BACK) + _MATCHES
_LATEST = 4  # steps given in full
_DECAYS = (0.6, 0.9, 1.0)  # per bar, of the running hit rates of a step of the bar
_ACCURACY_DECAY = 0.9  # per step, of how often each copy was right
_LONG_MATCH = 64  # steps
# The feature for each length of a match.
_MATCH_FEATURE = tuple(math.log2(1 + length) / math.log2(_LONG_MATCH) for length in range(_LONG_MATCH + 1))
HIT_FEATURES = (
    _LATEST * CLASSES
    + COPIES * (CLASSES + 2)
    + CLASSES  # one bar ago, a step later
    + len(_DECAYS) * CLASSES
    + _MATCHES
    + POSITION_FEATURES
    + PIECE_FEATURES
)


def sets_of(hits: Iterable[tuple[Piece, int]], steps: int) -> list[int]:
    """The hit set of every step of a bar.

    Args:
        hits: Piece and step of each hit; those outside the bar or of an unknown piece are ignored.
        steps: Steps in the bar.
    """
    sets = [0] * steps
    for piece, step in hits:
        if step < steps and piece in CLASS_OF:
            sets[step] |= 1 << CLASS_OF[piece]
    return sets


class HitHistory:
    """The hit sets of a piece so far. Bars are sparse, so plain lists are quicker than arrays here.

    Args:
        piece: What the model is conditioned on.
    """

    def __init__(self, piece: PieceFeatures) -> None:
        self._piece: list[float] = piece.vector().tolist()
        self._positions = PositionFeatures(piece.meter)
        self._bar = self._positions.steps
        self._sets: list[int] = []
        self._steps_of: dict[int, list[int]] = {}  # steps with each hit set
        self._match_lengths: dict[int, int] = {}  # of the matches of the latest steps, by the step that follows each
        self._latest = _LATEST * _SILENCE
        # Of every step of the bar: decayed counts and weights, and their quotients, the hit rates.
        self._sums = [[(_SILENCE, 0.0)] * len(_DECAYS) for _ in range(self._bar)]
        self._rates = [len(_DECAYS) * _SILENCE] * self._bar
        self._accuracy = [0.0] * COPIES
        self._copies = [NO_SET] * COPIES
        self._matched = [0.0] * _MATCHES

    @property
    def length(self) -> int:
        """Steps so far."""
        return len(self._sets)

    def copy(self) -> "HitHistory":
        """An independent copy."""
        twin = copy(self)
        twin._sets, twin._copies, twin._matched = self._sets.copy(), self._copies.copy(), self._matched.copy()  # noqa: SLF001  the same class
        twin._sums, twin._rates = self._sums.copy(), self._rates.copy()  # noqa: SLF001
        twin._steps_of = {hit_set: steps.copy() for hit_set, steps in self._steps_of.items()}  # noqa: SLF001
        return twin  # all other attributes are replaced on change, never mutated

    def copies(self) -> list[int]:
        """Hit sets that the model may copy to the next step: COPIES of them, `NO_SET` where there is none."""
        return self._copies.copy()

    def features(self) -> list[float]:
        """Features of the next step: HIT_FEATURES numbers."""
        now, later = self.length, self.length - self._bar + 1
        return [
            *self._latest,
            *(value for copy in self._copies for value in (_HITS_OF_SET[copy] if copy != NO_SET else _SILENCE)),
            *(float(copy != NO_SET) for copy in self._copies),
            *self._accuracy,
            *(_HITS_OF_SET[self._sets[later]] if 0 <= later < now else _SILENCE),
            *self._rates[now % self._bar],
            *self._matched,
            *self._positions.at(now),
            *self._piece,
        ]

    def append(self, hit_set: int) -> None:
        """Add the hit set of the next step, 0 to SETS - 1."""
        now, position, hits = self.length, self.length % self._bar, _HITS_OF_SET[hit_set]
        self._accuracy = [
            accuracy if copy == NO_SET else _ACCURACY_DECAY * accuracy + (1 - _ACCURACY_DECAY) * (copy == hit_set)
            for accuracy, copy in zip(self._accuracy, self._copies, strict=True)
        ]
        # A match that goes on with the same hit set grows by a step; every other one ends.
        lengths, steps = self._match_lengths, self._steps_of.setdefault(hit_set, [])
        self._match_lengths = {step + 1: lengths.get(step, 0) + 1 for step in steps}
        steps.append(now)
        self._sets.append(hit_set)
        self._latest = (*hits, *self._latest[:-CLASSES])
        self._sums[position] = [
            (tuple([decay * total + hit for total, hit in zip(totals, hits, strict=True)]), decay * weight + 1)
            for decay, (totals, weight) in zip(_DECAYS, self._sums[position], strict=True)
        ]
        self._rates[position] = tuple([total / weight for totals, weight in self._sums[position] for total in totals])
        self._find_copies()

    def _find_copies(self) -> None:
        """Find the hit sets to copy, and the lengths of the matches that the last two of them follow."""
        now, sets, lengths = self.length, self._sets, self._match_lengths
        for index, bars in enumerate(_BARS_BACK):
            if now >= bars * self._bar:
                self._copies[index] = sets[now - bars * self._bar]
        # Of matches of one length, the latest; first anywhere, then on the same step of the bar.
        aligned = [step for step in range(now - self._bar, 0, -self._bar) if step in lengths]
        for index, steps in enumerate((reversed(lengths), aligned)):
            best = max(steps, key=lengths.__getitem__, default=None)
            self._copies[len(_BARS_BACK) + index] = NO_SET if best is None else sets[best]
            self._matched[index] = 0.0 if best is None else _MATCH_FEATURE[min(lengths[best], _LONG_MATCH)]
