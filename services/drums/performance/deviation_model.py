"""How drummers deviate from the grid and from even strokes: distributions learned from the Groove MIDI Dataset."""

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
# Probabilities whose quantiles are stored; the far tails are slips and are left out.
PROBABILITIES = (0.03, 0.06, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.94, 0.97)
TIMING_UNIT_MS = 0.1
# Shape of the tables: family, class of piece, position, whether the piece was struck a step before, [soft,] quantile.
TIMING_SHAPE = (len(FAMILIES), CLASSES, POSITIONS, 2, len(PROBABILITIES))
VELOCITY_SHAPE = (len(FAMILIES), CLASSES, POSITIONS, 2, 2, len(PROBABILITIES))
_SQRT_2 = math.sqrt(2)


@dataclass(frozen=True, slots=True)
class NoiseParams:
    """How deviations hang together, as correlations of their normal scores.

    Attributes:
        lasting: Share of a deviation that lasts; the rest is new at every stroke.
        per_step: What remains of the lasting share after a step.
        shared: Correlation of strokes of different pieces on one step.
    """

    lasting: float
    per_step: float
    shared: float


class CorrelatedNoise:
    """Standard normal numbers for every step of a bar, hanging together as a drummer's deviations do.

    A number depends on the piece and the step alone, never on what else is struck.

    Args:
        memory: How they hang together.
        steps: Steps in the bar.
        common: Draws what all pieces share.
    """

    def __init__(self, memory: NoiseParams, steps: int, common: random.Random) -> None:
        self._memory = memory
        self._steps = steps
        self._common = self._walk(common)

    def of_piece(self, own: random.Random) -> list[float]:
        """Numbers of one piece, one per step; `own` draws what is the piece's alone."""
        common, alone = math.sqrt(self._memory.shared), math.sqrt(1 - self._memory.shared)
        return [common * a + alone * b for a, b in zip(self._common, self._walk(own), strict=True)]

    def _walk(self, draws: random.Random) -> list[float]:
        memory = self._memory
        kept, renewed = memory.per_step, math.sqrt(1 - memory.per_step**2)
        lasting, new = math.sqrt(memory.lasting), math.sqrt(1 - memory.lasting)
        level, *noise = _normals(draws, 1 + 2 * self._steps)
        numbers = []
        for alone, renewal in zip(noise[::2], noise[1::2], strict=True):
            numbers.append(lasting * level + new * alone)
            level = kept * level + renewed * renewal
        return numbers


def _normals(draws: random.Random, count: int) -> list[float]:
    """Standard normal numbers by the method of Box and Muller, which yields pairs: the numbers of `draws.gauss`."""
    uniform, numbers = draws.random, list[float]()
    for _ in range((count + 1) // 2):
        angle, distance = 2 * math.pi * uniform(), math.sqrt(-2 * math.log(1 - uniform()))
        numbers.append(math.cos(angle) * distance)
        numbers.append(math.sin(angle) * distance)
    return numbers[:count]


class FeelModel:
    """The distributions.

    Args:
        timing: Quantiles of the distance from the swung grid, in tenths of a millisecond; `TIMING_SHAPE`.
        velocity: Quantiles of the distance from a stroke's usual velocity; `VELOCITY_SHAPE`.
        timing_memory: How timing deviations hang together.
        velocity_memory: How velocity deviations hang together.
    """

    def __init__(
        self, timing: NDArray[Any], velocity: NDArray[Any], timing_memory: NoiseParams, velocity_memory: NoiseParams
    ) -> None:
        if timing.shape != TIMING_SHAPE or velocity.shape != VELOCITY_SHAPE:
            raise ValueError(f"tables of shape {TIMING_SHAPE} and {VELOCITY_SHAPE} are needed")
        self._timing: list[Any] = timing.tolist()
        self._velocity: list[Any] = velocity.tolist()
        self.timing_memory = timing_memory
        self.velocity_memory = velocity_memory

    @classmethod
    def load(cls, folder: Path) -> tuple["FeelModel", Manifest]:
        """Read the model. Raises WeightsError."""
        arrays, manifest = load_arrays(folder)
        return cls.from_arrays(arrays), manifest

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> "FeelModel":
        """A model from the arrays that `arrays` gives. Raises KeyError or ValueError when they are others."""
        memories = [
            NoiseParams(*(float(value) for value in arrays[f"{kind}_memory"])) for kind in ("timing", "velocity")
        ]
        return cls(arrays["timing"], arrays["velocity"], *memories)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """The model as arrays, for files."""
        return {
            "timing": np.array(self._timing, dtype=np.int16),
            "velocity": np.array(self._velocity, dtype=np.int8),
            "timing_memory": _memory_array(self.timing_memory),
            "velocity_memory": _memory_array(self.velocity_memory),
        }

    def timing_ms(self, family: str, piece_class: int, position: int, repeated: bool, score: float) -> float:
        """Distance from the swung grid in milliseconds, late is positive.

        Args:
            family: One of `FAMILIES`; any other counts as all drummers together.
            piece_class: Class of the piece, as in `kit.CLASS_OF`.
            position: Place of the step in its beat, 0-3.
            repeated: Whether the piece was struck a step before.
            score: A standard normal number.
        """
        cell = self._timing[_family_index(family)][piece_class][position][repeated]
        return quantile_at_score(cell, score) * TIMING_UNIT_MS

    def velocity(self, family: str, piece_class: int, position: int, repeated: bool, soft: bool, score: float) -> float:
        """Distance from the stroke's usual velocity; `soft` tells ghost notes from full strokes, else as for timing."""
        cell = self._velocity[_family_index(family)][piece_class][position][repeated][soft]
        return quantile_at_score(cell, score)


def _family_index(family: str) -> int:
    return FAMILIES.index(family) if family in FAMILIES else 0


def normal_cdf(score: float) -> float:
    """Probability of a standard normal number being below one."""
    return 0.5 * (1 + math.erf(score / _SQRT_2))


def cumulative_probability(quantiles: Sequence[float], value: float) -> float:
    """Probability of being below a value, of those that PROBABILITIES span; the inverse of `at_chance`."""
    index = bisect_right(quantiles, value)
    if index == 0:
        return PROBABILITIES[0]
    if index == len(quantiles):
        return PROBABILITIES[-1]
    low, high = quantiles[index - 1], quantiles[index]
    share = (value - low) / (high - low)
    return PROBABILITIES[index - 1] + share * (PROBABILITIES[index] - PROBABILITIES[index - 1])


def _memory_array(memory: NoiseParams) -> NDArray[Any]:
    return np.array([memory.lasting, memory.per_step, memory.shared], dtype=np.float64)


def quantile_at_score(quantiles: Sequence[float], score: float) -> float:
    """Quantile at the probability of a standard normal number, between those of PROBABILITIES by straight lines."""
    return quantile_at(quantiles, normal_cdf(score))


def quantile_at(quantiles: Sequence[float], probability: float) -> float:
    """Quantile at a probability, between those of PROBABILITIES by straight lines."""
    index = bisect_right(PROBABILITIES, probability)
    if index == 0:
        return quantiles[0]
    if index == len(PROBABILITIES):
        return quantiles[-1]
    low, high = PROBABILITIES[index - 1], PROBABILITIES[index]
    share = (probability - low) / (high - low)
    return quantiles[index - 1] + share * (quantiles[index] - quantiles[index - 1])
