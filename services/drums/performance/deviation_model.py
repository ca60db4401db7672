"""How drummers deviate from the grid and from even velocities: quantiles learned from the Groove MIDI Dataset.

Values are sampled through a Gaussian copula: correlated standard normal scores pick the quantiles. The data set is that
of Gillick et al., "Learning to Groove with Inverse Sequence Transformations" (ICML 2019).
"""

import math
import random
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from modelstore.manifest import Manifest, load_arrays
from services.drums.kit.kit import CLASSES
from services.drums.styles.style import FAMILIES

NAME, VERSION = "groove-feel", "1"
POSITIONS = 4  # of a step in its beat: on it, the "e", the "and", the "a"
# Probabilities whose quantiles are stored; the far tails are mistakes and are left out.
PROBABILITIES = (0.03, 0.06, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.94, 0.97)
TIMING_UNIT_MS = 0.1
# Axes of the tables: family, class of piece, position, whether the piece is hit a step before, [ghost,] quantile.
TIMING_SHAPE = (len(FAMILIES), CLASSES, POSITIONS, 2, len(PROBABILITIES))
VELOCITY_SHAPE = (len(FAMILIES), CLASSES, POSITIONS, 2, 2, len(PROBABILITIES))
_SQRT_2 = math.sqrt(2)


@dataclass(frozen=True, slots=True)
class NoiseParams:
    """Correlation of deviations, as parameters of their normal scores: an AR(1) process plus white noise.

    Attributes:
        lasting: Share of the variance that the AR(1) process has, 0-1; the rest is new at every hit.
        per_step: Coefficient of the AR(1) process, 0-1.
        shared: Correlation of hits of different pieces on one step, 0-1.
    """

    lasting: float
    per_step: float
    shared: float


class CorrelatedNoise:
    """Standard normal scores for every step of a bar, correlated as a drummer's deviations are.

    A score depends on the piece and the step alone, never on the other hits, so that adding a hit changes no other.

    Args:
        params: The correlation.
        steps: Steps in the bar.
        common: Random stream of what all pieces share.
    """

    def __init__(self, params: NoiseParams, steps: int, common: random.Random) -> None:
        self._params = params
        self._steps = steps
        self._common = self._walk(common)

    def of_piece(self, own: random.Random) -> list[float]:
        """Scores of one piece, one per step; `own` is the random stream of the piece."""
        common, alone = math.sqrt(self._params.shared), math.sqrt(1 - self._params.shared)
        return [common * a + alone * b for a, b in zip(self._common, self._walk(own), strict=True)]

    def _walk(self, stream: random.Random) -> list[float]:
        params = self._params
        kept, renewed = params.per_step, math.sqrt(1 - params.per_step**2)
        lasting, new = math.sqrt(params.lasting), math.sqrt(1 - params.lasting)
        level, *noise = _normals(stream, 1 + 2 * self._steps)
        numbers = []
        for alone, renewal in zip(noise[::2], noise[1::2], strict=True):
            numbers.append(lasting * level + new * alone)
            level = kept * level + renewed * renewal
        return numbers


def _normals(stream: random.Random, count: int) -> list[float]:
    """Standard normal numbers by the method of Box and Muller, which yields pairs: the numbers of `stream.gauss`."""
    uniform, numbers = stream.random, list[float]()
    for _ in range((count + 1) // 2):
        angle, distance = 2 * math.pi * uniform(), math.sqrt(-2 * math.log(1 - uniform()))
        numbers.append(math.cos(angle) * distance)
        numbers.append(math.sin(angle) * distance)
    return numbers[:count]


class FeelModel:
    """Quantiles of drummers' deviations, and the correlation of these.

    Args:
        timing: Quantiles of the distance from the swung grid, in tenths of a millisecond: TIMING_SHAPE.
        velocity: Quantiles of the difference from the usual MIDI velocity of such hits: VELOCITY_SHAPE.
        timing_noise: Correlation of timing deviations.
        velocity_noise: Correlation of velocity deviations.

    Raises:
        ValueError: A table has another shape.
    """

    def __init__(
        self, timing: NDArray[Any], velocity: NDArray[Any], timing_noise: NoiseParams, velocity_noise: NoiseParams
    ) -> None:
        if timing.shape != TIMING_SHAPE or velocity.shape != VELOCITY_SHAPE:
            raise ValueError(f"tables of shape {TIMING_SHAPE} and {VELOCITY_SHAPE} are needed")
        self._timing: list[Any] = timing.tolist()
        self._velocity: list[Any] = velocity.tolist()
        self.timing_noise = timing_noise
        self.velocity_noise = velocity_noise

    @classmethod
    def load(cls, folder: Path) -> tuple["FeelModel", Manifest]:
        """Load the model from a folder. Raises WeightsError when its files are not those that the manifest names."""
        arrays, manifest = load_arrays(folder)
        return cls.from_arrays(arrays), manifest

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> "FeelModel":
        """The model of which `arrays` gave the arrays. Raises KeyError or ValueError when they are others."""
        noises = [NoiseParams(*(float(value) for value in arrays[f"{kind}_memory"])) for kind in ("timing", "velocity")]
        return cls(arrays["timing"], arrays["velocity"], *noises)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """The arrays of a weights file."""
        return {
            "timing": np.array(self._timing, dtype=np.int16),
            "velocity": np.array(self._velocity, dtype=np.int8),
            "timing_memory": _params_array(self.timing_noise),
            "velocity_memory": _params_array(self.velocity_noise),
        }

    def timing_ms(self, family: str, piece_class: int, position: int, repeated: bool, score: float) -> float:
        """Distance from the swung grid in milliseconds; positive is late.

        Args:
            family: One of `FAMILIES`; any other counts as all drummers together.
            piece_class: Class of the piece, as in `kit.CLASS_OF`.
            position: Position of the step in its beat, 0-3.
            repeated: Whether the piece is hit a step before, too.
            score: Standard normal score.
        """
        cell = self._timing[_family_index(family)][piece_class][position][repeated]
        return quantile_at_score(cell, score) * TIMING_UNIT_MS

    def velocity(self, family: str, piece_class: int, position: int, repeated: bool, soft: bool, score: float) -> float:
        """Difference from the usual MIDI velocity of such hits.

        Args:
            family: One of `FAMILIES`; any other counts as all drummers together.
            piece_class: Class of the piece, as in `kit.CLASS_OF`.
            position: Position of the step in its beat, 0-3.
            repeated: Whether the piece is hit a step before, too.
            soft: Whether it is a ghost note.
            score: Standard normal score.
        """
        cell = self._velocity[_family_index(family)][piece_class][position][repeated][soft]
        return quantile_at_score(cell, score)


def _family_index(family: str) -> int:
    return FAMILIES.index(family) if family in FAMILIES else 0


def normal_cdf(score: float) -> float:
    """Probability that a standard normal number is below a score."""
    return 0.5 * (1 + math.erf(score / _SQRT_2))


def cumulative_probability(quantiles: Sequence[float], value: float) -> float:
    """Probability of being below a value; the inverse of `quantile_at`.

    Args:
        quantiles: Quantiles at PROBABILITIES, ascending.
        value: The value; beyond the quantiles, the nearest one counts.
    """
    return _interpolated(quantiles, PROBABILITIES, value)


def quantile_at_score(quantiles: Sequence[float], score: float) -> float:
    """The quantile at the probability of a standard normal score.

    Args:
        quantiles: Quantiles at PROBABILITIES, ascending.
        score: Standard normal score.
    """
    return quantile_at(quantiles, normal_cdf(score))


def quantile_at(quantiles: Sequence[float], probability: float) -> float:
    """The quantile at a probability, interpolated linearly.

    Args:
        quantiles: Quantiles at PROBABILITIES, ascending.
        probability: 0-1; beyond PROBABILITIES, the nearest one counts.
    """
    return _interpolated(PROBABILITIES, quantiles, probability)


def _interpolated(xs: Sequence[float], ys: Sequence[float], x: float) -> float:
    """The value at x of the line through some points; constant beyond them."""
    index = bisect_right(xs, x)
    if index == 0:
        return ys[0]
    if index == len(xs):
        return ys[-1]
    low, high = xs[index - 1], xs[index]
    share = (x - low) / (high - low)
    return ys[index - 1] + share * (ys[index] - ys[index - 1])


def _params_array(params: NoiseParams) -> NDArray[Any]:
    return np.array([params.lasting, params.per_step, params.shared], dtype=np.float64)
