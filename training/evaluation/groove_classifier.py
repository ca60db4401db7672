"""A style classifier trained on human grooves, to recognise generated ones: softmax regression on two-bar windows.

It shares nothing with what composes: its features are plain onset, velocity and timing grids in the nine classes of the
data set, and it has never seen a generated bar.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.drums.kit.kit import CLASS_OF, CLASSES
from training.data.groove_corpus import Performance

FloatArray = NDArray[np.float64]
_BAR, _BARS = 16, 2  # steps of a bar of 4/4, bars of a window
_FEWEST_HITS = 8
_LOUDEST = 127
_RIDGE, _ROUNDS = 0.02, 300


@dataclass(frozen=True, slots=True)
class Hits:
    """Hits of a groove in 4/4; arrays of equal length."""

    steps: NDArray[np.int64]
    pieces: NDArray[np.int64]
    velocities: NDArray[np.int64]
    offsets: FloatArray

    @classmethod
    def of(cls, performance: Performance) -> "Hits":
        """The hits of a performance, without what else is known of it."""
        return cls(performance.steps, performance.pieces, performance.velocities, performance.offsets)


def windows(hits: Hits) -> FloatArray:
    """Features of every whole two-bar window, a row each.

    Per class and step of the bar: how often it is hit, how loud, and how late; and sums of the onsets by class, and by
    class and place in the beat.
    """
    span = _BAR * _BARS
    classes = np.array([CLASS_OF[piece] for piece in hits.pieces.tolist()], dtype=np.int64)
    rows = []
    for start in range(0, (int(hits.steps.max()) // _BAR + 1) * _BAR - span + 1, span):
        inside = (hits.steps >= start) & (hits.steps < start + span)
        if inside.sum() >= _FEWEST_HITS:
            where = classes[inside], hits.steps[inside] - start
            rows.append(_features(where, hits.velocities[inside], hits.offsets[inside]))
    return np.array(rows).reshape(len(rows), -1)


def _features(
    where: tuple[NDArray[np.int64], NDArray[np.int64]], velocities: NDArray[np.int64], offsets: FloatArray
) -> FloatArray:
    onsets, loudness, lateness = (np.zeros((CLASSES, _BAR * _BARS)) for _ in range(3))
    onsets[where] = 1
    np.maximum.at(loudness, where, velocities / _LOUDEST)
    lateness[where] = offsets
    by_step, loud, late = (grid.reshape(CLASSES, _BARS, _BAR).mean(axis=1) for grid in (onsets, loudness, lateness))
    by_place = by_step.reshape(CLASSES, -1, 4).sum(axis=1)
    return np.concatenate([each.ravel() for each in (by_step, loud, late, by_step.sum(axis=1), by_place)])


class StyleClassifier:
    """Tells styles of grooves apart.

    Args:
        grooves: Grooves to learn from.
        styles: The style of each. Every style counts the same, and so does every groove of a style.
    """

    def __init__(self, grooves: Sequence[Hits], styles: Sequence[str]) -> None:
        self.styles = sorted(set(styles))
        rows, labels, weights = [], [], []
        for groove, style in zip(grooves, styles, strict=True):
            features = windows(groove)
            rows.append(features)
            labels += [self.styles.index(style)] * len(features)
            weights += [1 / len(features) / styles.count(style)] * len(features)
        inputs, targets = np.concatenate(rows), np.eye(len(self.styles))[labels]
        self._mean, self._scale = inputs.mean(axis=0), inputs.std(axis=0) + 1e-3
        self._weights = _fit(self._standard(inputs), targets, np.array(weights) / sum(weights))

    def recognise(self, groove: Hits) -> list[str]:
        """The style of every two-bar window."""
        features = windows(groove)
        return [self.styles[index] for index in (self._standard(features) @ self._weights).argmax(axis=1)]

    def _standard(self, rows: FloatArray) -> FloatArray:
        standard: FloatArray = (rows - self._mean) / self._scale
        return np.hstack([standard, np.ones((len(rows), 1))])


def _fit(inputs: FloatArray, targets: FloatArray, importance: FloatArray) -> FloatArray:
    """Weights of a softmax regression, by Nesterov's accelerated gradient at the step that curvature allows."""
    curvature = np.linalg.eigvalsh(inputs.T @ (inputs * importance[:, None]))[-1] / 2 + _RIDGE
    weights = np.zeros((inputs.shape[1], targets.shape[1]))
    before = weights
    for number in range(_ROUNDS):
        ahead = weights + number / (number + 3) * (weights - before)
        scores = inputs @ ahead
        probabilities = np.exp(scores - scores.max(axis=1, keepdims=True))
        probabilities /= probabilities.sum(axis=1, keepdims=True)
        slope = inputs.T @ ((probabilities - targets) * importance[:, None]) + _RIDGE * ahead
        before, weights = weights, ahead - slope / curvature
    return weights
