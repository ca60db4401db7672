"""MelodyMarkovModel models of step events: an event depends on the five before it, or for the unigram on nothing.

Orders are mixed as Witten and Bell proposed ("The zero-frequency problem", IEEE Transactions on Information Theory 37,
1991, method C): after a context seen n times with t different events, the next shorter context counts t times. The
shortest falls back on all events being alike.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from training.scoring.protocol import SYMBOLS, EventLine, FloatArray, IntArray, Prediction, nats_of, prediction_of

ORDER = 5
_BEFORE_START = SYMBOLS
_RADIX = SYMBOLS + 1

Counts = Mapping[str, NDArray[np.uint64]]


def context_keys(line: EventLine, order: int) -> NDArray[np.uint64]:
    """A number that identifies the last `order` events before each step, (T,).

    Args:
        line: T steps long.
        order: Events of a context, 0 to ORDER.
    """
    padded = np.concatenate([np.full(order, _BEFORE_START), line.symbols]).astype(np.uint64)
    keys = np.zeros(len(line.events), np.uint64)
    for back in range(order):
        keys = keys * np.uint64(_RADIX) + padded[back : back + len(keys)]
    return keys


def count(lines: Sequence[EventLine], longest: int = ORDER) -> dict[str, NDArray[np.uint64]]:
    """Count what followed every context of up to `longest` events.

    Args:
        lines: At least one.
        longest: Events of the longest context.

    Returns:
        For each order k, `pairs<k>`: sorted numbers of context and event, and `counts<k>`: how often each came.
    """
    tables = {}
    for order in range(longest + 1):
        pairs = np.concatenate(
            [context_keys(line, order) * np.uint64(_RADIX) + line.symbols.astype(np.uint64) for line in lines]
        )
        tables[f"pairs{order}"], counts = np.unique(pairs, return_counts=True)
        tables[f"counts{order}"] = counts.astype(np.uint64)
    return tables


class MelodyMarkovModel:
    """The model.

    Args:
        tables: Of `count`.
        order: Longest context used, at most that of the tables; 0 for the unigram.
    """

    def __init__(self, tables: Counts, order: int = ORDER) -> None:
        self.name = f"markov_{order}" if order else "unigram"
        self.order = order
        self._orders = [_ContextTable(tables[f"pairs{k}"], tables[f"counts{k}"]) for k in range(order + 1)]

    def probabilities(self, line: EventLine) -> FloatArray:
        """Probability of every symbol at every step, (T, SYMBOLS)."""
        probabilities = np.full((len(line.events), SYMBOLS), 1 / SYMBOLS)
        for order, table in enumerate(self._orders):
            table.mix_into(probabilities, context_keys(line, order))
        return probabilities

    def last_probabilities(self, line: EventLine) -> FloatArray:
        """Probability of every symbol at the last step, whatever stands there, (SYMBOLS,)."""
        probabilities = np.full((1, SYMBOLS), 1 / SYMBOLS)
        for order, table in enumerate(self._orders):
            table.mix_into(probabilities, context_keys(line, order)[-1:])
        last: FloatArray = probabilities[0]
        return last

    def predict(self, line: EventLine) -> Prediction:
        """Log-probabilities of what could happen at each step of a line, given the steps before it."""
        return prediction_of(np.log(self.probabilities(line)), line)

    def nats(self, line: EventLine) -> FloatArray:
        """(T,) negative log-likelihood of each event, in nats."""
        return nats_of(self.predict(line), line)


class _ContextTable:
    """Contexts of one length."""

    def __init__(self, pairs: NDArray[np.uint64], counts: NDArray[np.uint64]) -> None:
        contexts, self._starts = np.unique(pairs // np.uint64(_RADIX), return_index=True)
        self._contexts = contexts
        self._ends = np.append(self._starts[1:], len(pairs))
        self._symbols: IntArray = (pairs % np.uint64(_RADIX)).astype(np.int64)
        self._counts = counts.astype(np.float64)

    def mix_into(self, probabilities: FloatArray, keys: NDArray[np.uint64]) -> None:
        """Mix what is known of each step's context into what shorter contexts say."""
        found, where = np.unique(keys, return_inverse=True)
        places = np.searchsorted(self._contexts, found)
        for index, (key, place) in enumerate(zip(found, places, strict=True)):
            if place == len(self._contexts) or self._contexts[place] != key:
                continue
            rows = slice(self._starts[place], self._ends[place])
            counts = np.zeros(SYMBOLS)
            counts[self._symbols[rows]] = self._counts[rows]
            different = int(self._ends[place] - self._starts[place])
            at = where == index
            probabilities[at] = (different * probabilities[at] + counts) / (counts.sum() + different)
