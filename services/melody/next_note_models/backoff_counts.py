"""Variable-order Markov model over factored contexts, as it is decoded.

A context is a row of small integers, the most telling first. Each order sees one more of them, and falls
back on the order below by interpolated Witten-Bell smoothing (the escape of PPM-C; Moffat 1990, Chen and
Goodman 1999, section 2.6) with a stronger escape E, because tunes differ more than texts do:
P(s|c) = (n(c,s) + E * types(c) * P(s|shorter c)) / (n(c) + E * types(c)).

Counts are integers and only + - * / are used, so that every machine computes the same bits.
"""

from collections.abc import Mapping
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

# Chosen among 1 to 24 on tunes held out of the training split; 1 is Witten-Bell proper.
_ESCAPE = 12

IntArray = NDArray[np.integer]


class BackoffModel:
    """Distributions of one symbol given a context.

    Args:
        arrays: Counts as `training.folk.counting` exports them: `radices` (orders,), `symbols` (1,), and for every
            order n from 0: `keys_n` (contexts,) ascending, `starts_n` (contexts + 1,), `next_n` and `counts_n`
            (all symbols seen after all contexts).
    """

    def __init__(self, arrays: Mapping[str, IntArray]) -> None:
        self.radices: tuple[int, ...] = tuple(int(radix) for radix in arrays["radices"])
        self.symbols = int(arrays["symbols"][0])
        self._orders = [_ContextCounts(arrays, order) for order in range(len(self.radices) + 1)]
        # Contexts share their beginnings, so every order is kept, not only the longest.
        self._refined = lru_cache(maxsize=16384)(self._refine)

    def distribution(self, context: tuple[int, ...]) -> tuple[float, ...]:
        """Probabilities of all symbols after a context; one shorter than the model's order is known less well.

        Raises:
            IndexError: A value lies beyond its factor's radix: it would be read as another context.
        """
        return self._refined(context)[1]

    def _refine(self, context: tuple[int, ...]) -> tuple[int, tuple[float, ...]]:
        """Key of a context in its order, and the probabilities after it."""
        if not context:
            return 0, self._orders[0].refine(0, (1.0 / self.symbols,) * self.symbols)
        shorter, probabilities = self._refined(context[:-1])
        value, radix = context[-1], self.radices[len(context) - 1]
        if not 0 <= value < radix:
            raise IndexError(f"factor {len(context) - 1} is {value}, its radix is {radix}")
        key = shorter * radix + value
        return key, self._orders[len(context)].refine(key, probabilities)


class _ContextCounts:
    """Counts of one context length."""

    def __init__(self, arrays: Mapping[str, IntArray], order: int) -> None:
        keys: list[int] = arrays[f"keys_{order}"].tolist()
        self._rows = dict(zip(keys, range(len(keys)), strict=True))
        self._starts = arrays[f"starts_{order}"]
        self._next = arrays[f"next_{order}"]
        self._counts = arrays[f"counts_{order}"]

    def refine(self, key: int, shorter: tuple[float, ...]) -> tuple[float, ...]:
        """Probabilities after this context, from those after the context without its last factor."""
        row = self._rows.get(key)
        if row is None:
            return shorter
        start, end = int(self._starts[row]), int(self._starts[row + 1])
        counts: list[int] = self._counts[start:end].tolist()
        escapes = _ESCAPE * (end - start)
        total = sum(counts) + escapes
        refined = [escapes * probability / total for probability in shorter]
        for symbol, count in zip(self._next[start:end].tolist(), counts, strict=True):
            refined[symbol] += count / total
        return tuple(refined)
