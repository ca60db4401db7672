"""From observations to the counts of a back-off model."""

from collections.abc import Iterable, Sequence

import numpy as np

from services.melody.next_note_models.backoff_counts import IntArray

# A context of the highest order and the symbol that followed it.
Observation = tuple[tuple[int, ...], int]


def count(observations: Iterable[Observation], radices: Sequence[int], symbols: int) -> dict[str, IntArray]:
    """Count what follows every context of every order, in the layout that `BackoffModel` reads.

    Args:
        observations: Contexts with a value per factor, each with the symbol that followed.
        radices: Number of values of each factor.
        symbols: Number of symbols.
    """
    rows = np.array([(*context, symbol) for context, symbol in observations], dtype=np.int64)
    rows = rows.reshape(-1, len(radices) + 1)
    arrays: dict[str, IntArray] = {
        "radices": np.array(radices, dtype=np.int64),
        "symbols": np.array([symbols], dtype=np.int64),
    }
    key = np.zeros(len(rows), dtype=np.int64)
    for order in range(len(radices) + 1):
        if order:
            key = key * radices[order - 1] + rows[:, order - 1]
        pairs, counts = np.unique(key * symbols + rows[:, -1], return_counts=True)
        contexts, starts = np.unique(pairs // symbols, return_index=True)
        arrays[f"keys_{order}"] = contexts
        arrays[f"starts_{order}"] = np.append(starts, len(pairs)).astype(np.int32)
        arrays[f"next_{order}"] = (pairs % symbols).astype(np.uint8)
        arrays[f"counts_{order}"] = counts.astype(np.int32)
    return arrays
