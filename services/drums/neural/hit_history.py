"""What a piece has struck so far, and what of it may come again: the input of the hit model."""

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

# A hit set is a number: bit k is set when class k of `kit.CLASS_OF` is struck.
SETS = 2**CLASSES
NO_SET = -1
# Which classes each set strikes: (SETS, CLASSES).
CLASSES_OF_SET: FloatArray = (np.arange(SETS)[:, None] >> np.arange(CLASSES) & 1).astype(np.float32)
# The same as tuples.
_STRUCK: tuple[tuple[float, ...], ...] = tuple(map(tuple, CLASSES_OF_SET.tolist()))
_NOTHING = _STRUCK[0]
_BACK = (1, 2, 4, 8)  # bars
_MATCHES = 2
# Sets that may come again: those of one bar ago and so on, and what followed the longest passages like the last one.
COPIES = len(_BACK) + _MATCHES
_LATEST = 4  # steps seen in full
_SHARES = (0.6, 0.9, 1.0)  # what remains after a bar of what was struck on a step of it
_AGREEMENT = 0.9  # what remains after a step of how well the copies foretold
_LONG_MATCH = 64
# What is told of the length of a passage.
_MATCH_TOLD = tuple(math.log2(1 + length) / math.log2(_LONG_MATCH) for length in range(_LONG_MATCH + 1))
HIT_FEATURES = (
    _LATEST * CLASSES
    + COPIES * (CLASSES + 2)
    + CLASSES  # one bar ago, a step later
    + len(_SHARES) * CLASSES
    + _MATCHES
    + POSITION_FEATURES
    + PIECE_FEATURES
)


def sets_of(strokes: Iterable[tuple[Piece, int]], steps: int) -> list[int]:
    """The hit set of every step of a bar, from its pieces and the steps that they strike."""
    sets = [0] * steps
    for piece, step in strokes:
        if step < steps and piece in CLASS_OF:
            sets[step] |= 1 << CLASS_OF[piece]
    return sets


class HitHistory:
    """A piece up to now. A bar holds few strokes, so plain lists are quicker than arrays here.

    Args:
        setting: What is known of the piece.
    """

    def __init__(self, setting: PieceFeatures) -> None:
        self._setting: list[float] = setting.features().tolist()
        self._places = PositionFeatures(setting.meter)
        self._bar = self._places.steps
        self._struck: list[int] = []
        self._steps_of: dict[int, list[int]] = {}  # steps on which each set was struck
        self._alike: dict[int, int] = {}  # lengths of the passages before a step that are like the latest one
        self._latest = _LATEST * _NOTHING
        # Of every step of the bar what was struck on it, as sums and weights, and as shares.
        self._sums = [[(_NOTHING, 0.0)] * len(_SHARES) for _ in range(self._bar)]
        self._usual = [len(_SHARES) * _NOTHING] * self._bar
        self._trust = [0.0] * COPIES
        self._copies = [NO_SET] * COPIES
        self._matched = [0.0] * _MATCHES

    @property
    def length(self) -> int:
        """Steps noted."""
        return len(self._struck)

    def copy(self) -> "HitHistory":
        """The same piece, to go on from here in another way."""
        twin = copy(self)
        twin._struck, twin._copies, twin._matched = self._struck.copy(), self._copies.copy(), self._matched.copy()  # noqa: SLF001  its own kind
        twin._sums, twin._usual = self._sums.copy(), self._usual.copy()  # noqa: SLF001
        twin._steps_of = {struck: steps.copy() for struck, steps in self._steps_of.items()}  # noqa: SLF001
        return twin  # what else there is, is replaced, never changed

    def copies(self) -> list[int]:
        """Sets that may come again on the next step: COPIES of them, `NO_SET` where there is none."""
        return self._copies.copy()

    def features(self) -> list[float]:
        """The next step as the hit model sees it: HIT_FEATURES numbers."""
        now, later = self.length, self.length - self._bar + 1
        return [
            *self._latest,
            *(value for copy in self._copies for value in (_STRUCK[copy] if copy != NO_SET else _NOTHING)),
            *(float(copy != NO_SET) for copy in self._copies),
            *self._trust,
            *(_STRUCK[self._struck[later]] if 0 <= later < now else _NOTHING),
            *self._usual[now % self._bar],
            *self._matched,
            *self._places.features(now),
            *self._setting,
        ]

    def append(self, struck: int) -> None:
        """Note what was struck on the next step."""
        now, place, of_set = self.length, self.length % self._bar, _STRUCK[struck]
        self._trust = [
            trust if copy == NO_SET else _AGREEMENT * trust + (1 - _AGREEMENT) * (copy == struck)
            for trust, copy in zip(self._trust, self._copies, strict=True)
        ]
        # A passage that ends with the same set is longer by it.
        alike, steps = self._alike, self._steps_of.setdefault(struck, [])
        self._alike = {step + 1: alike.get(step, 0) + 1 for step in steps}
        steps.append(now)
        self._struck.append(struck)
        self._latest = (*of_set, *self._latest[:-CLASSES])
        self._sums[place] = [
            (tuple([kept * total + hit for total, hit in zip(totals, of_set, strict=True)]), kept * weight + 1)
            for kept, (totals, weight) in zip(_SHARES, self._sums[place], strict=True)
        ]
        self._usual[place] = tuple([total / weight for totals, weight in self._sums[place] for total in totals])
        self._find_copies()

    def _find_copies(self) -> None:
        """Find sets that may come again, and how long the passages are that foretell the last of them."""
        now, struck, alike = self.length, self._struck, self._alike
        for index, bars in enumerate(_BACK):
            if now >= bars * self._bar:
                self._copies[index] = struck[now - bars * self._bar]
        # Of passages of one length, the latest one; anywhere, and on the same step of the bar.
        aligned = [step for step in range(now - self._bar, 0, -self._bar) if step in alike]
        for index, steps in enumerate((reversed(alike), aligned)):
            latest = max(steps, key=alike.__getitem__, default=None)
            self._copies[len(_BACK) + index] = NO_SET if latest is None else struck[latest]
            self._matched[index] = 0.0 if latest is None else _MATCH_TOLD[min(alike[latest], _LONG_MATCH)]
