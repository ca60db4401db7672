"""Mixing of experts' distributions by a gate: the product of the experts, each raised to a weight, normalised.

This is how the PAQ compressors mix (Mahoney, "Adaptive Weighing of Context Models for Lossless Data Compression",
2005), but the weights are fitted once: those of a step are the sum of a few rows of a table, which its context
chooses.
"""

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
Floats = NDArray[np.float32]
IntArray = NDArray[np.int64]

_RATE, _DECAY = 0.03, 1e-4
_FIRST, _SECOND, _TINY = 0.9, 0.999, 1e-8  # of Adam (Kingma and Ba, 2015)
_BEGIN = 0.5  # weights of all experts together at first


def mix(weights: FloatArray, rows: IntArray, views: FloatArray) -> FloatArray:
    """Log-probabilities of every event at every step, (T, K).

    Args:
        weights: A row for each context, (R, E).
        rows: Which rows add up at each step, (T, C).
        views: Log-probabilities by expert, (T, E, K).
    """
    logits = np.einsum("te,tek->tk", weights[rows].sum(axis=1), views)
    normalised: FloatArray = logits - np.logaddexp.reduce(logits, axis=-1, keepdims=True)
    return normalised


def fit_weights(rows: IntArray, views: Floats, happened: IntArray, contexts: int, updates: int = 300) -> FloatArray:
    """The weights under which what happened is likeliest; the same for the same arguments on one machine.

    Args:
        rows: As in `mix`, (T, C).
        views: As in `mix`, (T, E, K).
        happened: Event of each step, (T,).
        contexts: Rows of the table, R.
        updates: Of the weights.
    """
    steps, experts = views.shape[:2]
    weights = np.full((contexts, experts), _BEGIN / experts / rows.shape[1])
    mean, square = np.zeros_like(weights), np.zeros_like(weights)
    chosen = views[np.arange(steps), :, happened]  # (T, E)
    for number in range(1, updates + 1):
        at = weights[rows].sum(axis=1).astype(np.float32)
        logits = np.matmul(at[:, None], views)[:, 0]
        shares = np.exp(logits - logits.max(axis=-1, keepdims=True))
        shares /= shares.sum(axis=-1, keepdims=True)
        slope = np.matmul(views, shares[..., None])[..., 0] - chosen  # (T, E)
        gradient = 2 * _DECAY * weights
        for column in rows.T:
            for expert in range(experts):
                gradient[:, expert] += np.bincount(column, slope[:, expert], contexts) / steps
        mean = _FIRST * mean + (1 - _FIRST) * gradient
        square = _SECOND * square + (1 - _SECOND) * gradient**2
        scale = np.sqrt(1 - _SECOND**number) / (1 - _FIRST**number)
        weights -= _RATE * scale * mean / (np.sqrt(square) + _TINY)
    return weights
