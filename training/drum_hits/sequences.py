"""Performances as the specialist's models see them: what is struck on each step, how, and what was known before."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.drums.kit.kit import CLASS_OF, CLASSES
from services.drums.neural.features import FAMILY, KIND, PIECE_FEATURES, TEMPO, FloatArray, PieceFeatures
from services.drums.neural.hit_history import COPIES, HIT_FEATURES, HitHistory
from services.drums.neural.touch_history import POSITIONS, TOUCH_FEATURES, TouchHistory
from training.data.groove_corpus import Performance
from training.drum_feel.deviations import family_of

_FEWEST_AT_POSITION = 4
# Where the features of the setting begin, counted from the end.
SETTING_FROM = -PIECE_FEATURES


@dataclass(frozen=True, slots=True)
class DrumSequence:
    """A performance in the nine classes, step by step, from its first to its last stroke's step.

    Attributes:
        name: Name of the performance.
        step_ms: Length of a step in milliseconds.
        sets: Hit set of each step: (steps,).
        struck: The same by class, 0 or 1: (steps, CLASSES).
        velocities: 0-127: (steps, CLASSES).
        offsets: Fractions of a step: (steps, CLASSES).
        setting: What is known of the piece.
        grid: Where its strokes usually fall at each place of a quarter, as fractions of a step.
    """

    name: str
    step_ms: float
    sets: NDArray[np.int32]
    struck: FloatArray
    velocities: FloatArray
    offsets: FloatArray
    setting: PieceFeatures
    grid: tuple[float, ...]


def sequence_of(performance: Performance, setting: PieceFeatures | None = None) -> DrumSequence:
    """A performance as a sequence. Of two pieces of one class on a step, the louder one counts.

    Args:
        performance: The performance.
        setting: What is known of it, where that is not what the data set's index says.
    """
    steps = int(performance.steps[-1]) + 1
    struck, velocities, offsets = (np.zeros((steps, CLASSES), dtype=np.float32) for _ in range(3))
    classes = np.array([CLASS_OF[piece] for piece in performance.pieces.tolist()])
    for index in np.argsort(performance.velocities, kind="stable"):
        where = performance.steps[index], classes[index]
        struck[where] = 1
        velocities[where] = performance.velocities[index]
        offsets[where] = performance.offsets[index]
    positions = performance.steps % POSITIONS
    return DrumSequence(
        name=performance.name,
        step_ms=performance.step_ms,
        sets=(struck @ (1 << np.arange(CLASSES))).astype(np.int32),
        struck=struck,
        velocities=velocities,
        offsets=offsets,
        setting=setting
        or PieceFeatures(
            meter=performance.meter,
            family=family_of(performance.style),
            bpm=performance.bpm,
            kind="fill" if performance.fill else "beat",
        ),
        grid=tuple(_usual(performance.offsets, positions == place) for place in range(POSITIONS)),
    )


def _usual(offsets: NDArray[np.float64], chosen: NDArray[np.bool_]) -> float:
    return float(np.median(offsets[chosen] if chosen.sum() >= _FEWEST_AT_POSITION else offsets))


def hit_inputs(sequence: DrumSequence) -> dict[str, NDArray[Any]]:
    """Input of the hit model, a row per step: `seen` and `copies`."""
    memory = HitHistory(sequence.setting)
    seen = np.zeros((len(sequence.sets), HIT_FEATURES), dtype=np.float16)
    copies = np.zeros((len(sequence.sets), COPIES), dtype=np.int32)
    for step, struck in enumerate(sequence.sets.tolist()):
        seen[step], copies[step] = memory.features(), memory.copies()
        memory.append(struck)
    return {"seen": seen, "copies": copies}


def touch_inputs(sequence: DrumSequence, grid: Sequence[float] | None = None) -> dict[str, NDArray[Any]]:
    """Input of the touch model, a row per step: `seen`.

    Args:
        sequence: T steps long.
        grid: Usual offsets of the sequence, as fractions of a step; None where they are not known.
    """
    memory = TouchHistory(sequence.setting, grid)
    seen = np.zeros((len(sequence.sets), TOUCH_FEATURES), dtype=np.float16)
    for step, played in enumerate(
        zip(sequence.struck.tolist(), sequence.velocities.tolist(), sequence.offsets.tolist(), strict=True)
    ):
        seen[step] = memory.features(played[0])
        memory.append(*played)
    return {"seen": seen}


@dataclass(frozen=True, slots=True)
class ConcatenatedSequences:
    """Many sequences end to end.

    Attributes:
        arrays: A row per step of each.
        starts: First row of each sequence, and the end of the last.
    """

    arrays: dict[str, NDArray[Any]]
    starts: NDArray[np.int64]

    @property
    def sequences(self) -> int:
        """Number of sequences."""
        return len(self.starts) - 1


def concatenate(parts: Iterable[dict[str, NDArray[Any]]]) -> ConcatenatedSequences:
    """Put the arrays of sequences end to end.

    Raises:
        ValueError: There are none.
    """
    listed = list(parts)
    arrays = {name: np.concatenate([part[name] for part in listed]) for name in listed[0]}
    lengths = [len(next(iter(part.values()))) for part in listed]
    return ConcatenatedSequences(arrays, np.concatenate(([0], np.cumsum(lengths))))


def withheld(seen: NDArray[Any], given: NDArray[np.bool_], grid: slice | None) -> NDArray[Any]:
    """Features with parts of the setting, and the grid, taken out.

    Args:
        seen: Features that end with the setting: (..., features); left as they are.
        given: Whether family, kind, tempo and grid stay: (..., 4).
        grid: Where the grid stands in the features, if it does.
    """
    setting = seen[..., SETTING_FROM:].copy()
    for index, part in enumerate((FAMILY, KIND)):
        unknown = np.zeros(part.stop - part.start, dtype=seen.dtype)
        unknown[0] = 1
        setting[..., part] = np.where(given[..., index, None], setting[..., part], unknown)
    setting[..., TEMPO] *= given[..., 2, None]
    left = np.concatenate((seen[..., :SETTING_FROM], setting), axis=-1)
    if grid is not None:
        left[..., grid] *= given[..., 3, None]
    return left
