"""Velocities and offsets of a piece so far, and the features that the touch model gets from them."""

from collections.abc import Sequence

from services.drums.kit.kit import CLASSES
from services.drums.neural.features import PIECE_FEATURES, POSITION_FEATURES, PieceFeatures, PositionFeatures

POSITIONS = 4  # of a step in its quarter
LOUDEST = 127
OFFSET_UNIT = 0.2  # steps; the unit of offsets in features and predictions
_DECAY_PER_BAR, _DECAY_PER_HIT = 0.7, 0.8  # of running means: of a step of the bar, of a class
_PRIOR = 0.05  # weight of a mean of zero before the first hit, small enough for that hit to count nearly in full
_CERTAIN = 2.0  # highest weight given as a feature
# Per class, for its hits on this step of the bar and for all of them: latest velocity and offset, their running means,
# and the weight of these; then the loudest velocity so far.
TOUCH_FEATURES = (
    2 * CLASSES + 2 * 5 * CLASSES + 2 * CLASSES + 2 * POSITIONS + 3 + POSITIONS + 1 + POSITION_FEATURES + PIECE_FEATURES
)
# Slice of the features that gives the swung grid.
_GRID_FROM = 14 * CLASSES + 2 * POSITIONS + 3
GRID = slice(_GRID_FROM, _GRID_FROM + POSITIONS + 1)
_ZEROS = [0.0] * CLASSES


class TouchHistory:
    """How the hits of a piece were played so far. Steps change little, so plain lists are quicker than arrays here.

    Args:
        piece: What the model is conditioned on.
        grid: Offset of the swung grid at each position of a quarter, as a fraction of a step: (POSITIONS,). None when
            unknown; the offsets played so far show it after a bar or two.
    """

    def __init__(self, piece: PieceFeatures, grid: Sequence[float] | None = None) -> None:
        self._position_features = PositionFeatures(piece.meter)
        self._piece: list[float] = piece.vector().tolist()
        self._grid = [0.0] * (POSITIONS + 1) if grid is None else [*(offset / OFFSET_UNIT for offset in grid), 1.0]
        self._of_step = [_RunningTouch(_DECAY_PER_BAR) for _ in range(self._position_features.steps)]
        self._overall = _RunningTouch(_DECAY_PER_HIT)
        self._loudest = _ZEROS.copy()
        self._position_sums = [(0.0, _PRIOR)] * POSITIONS  # of offsets and of weights
        self._positions = [0.0] * POSITIONS + [_PRIOR] * POSITIONS
        self._last_step = [0.0, 0.0, 0.0]
        self._last_hits: Sequence[float] = _ZEROS
        self.length = 0

    def features(self, hits: Sequence[float]) -> list[float]:
        """Features of the next step: TOUCH_FEATURES numbers.

        Args:
            hits: Which classes are hit on it, 0 or 1: (CLASSES,).
        """
        return [
            *hits,
            *self._last_hits,
            *self._of_step[self.length % self._position_features.steps].features,
            *self._overall.features,
            *self._loudest,
            *(loudest if hit else 0.0 for loudest, hit in zip(self._loudest, hits, strict=True)),
            *self._positions,
            *self._last_step,
            *self._grid,
            *self._position_features.at(self.length),
            *self._piece,
        ]

    def append(self, hits: Sequence[float], velocities: Sequence[float], offsets: Sequence[float]) -> None:
        """Add the next step, in the three arrays of Gillick et al. 2019, each (CLASSES,).

        Args:
            hits: Which classes are hit, 0 or 1.
            velocities: MIDI velocity of each hit, 1-127; ignored where there is no hit.
            offsets: Distance of each hit from the grid as a fraction of a step, -0.5 to 0.5.
        """
        played = [
            (of_class, velocities[of_class] / LOUDEST, offsets[of_class] / OFFSET_UNIT)
            for of_class, hit in enumerate(hits)
            if hit
        ]
        if played:
            self._update(played)
        self._last_hits = hits
        self.length += 1

    def _update(self, played: Sequence[tuple[int, float, float]]) -> None:
        """Update the running values with the hits of the next step: class, velocity and offset of each, in units."""
        of_step = self._of_step[self.length % self._position_features.steps]
        for of_class, velocity, offset in played:
            of_step.update(of_class, velocity, offset)
            self._overall.update(of_class, velocity, offset)
            self._loudest[of_class] = max(self._loudest[of_class], velocity)
        mean = sum(offset for _, _, offset in played) / len(played)
        position = self.length % POSITIONS
        total, weight = self._position_sums[position]
        total, weight = _DECAY_PER_HIT * total + mean, _DECAY_PER_HIT * weight + 1
        self._position_sums[position] = total, weight
        self._positions[position], self._positions[POSITIONS + position] = total / weight, min(weight, _CERTAIN)
        self._last_step = [mean, max(velocity for _, velocity, _ in played), 1.0]


class _RunningTouch:
    """Latest and mean velocity and offset of every class, exponentially weighted.

    Args:
        decay: What remains of the weight of earlier hits of a class at its next one, 0-1.

    Attributes:
        features: Latest velocities, latest offsets, mean velocities, mean offsets and weights: (5 * CLASSES,).
    """

    def __init__(self, decay: float) -> None:
        self.features = 4 * _ZEROS + [_PRIOR] * CLASSES
        self._decay = decay
        self._sums = [(0.0, 0.0, _PRIOR)] * CLASSES  # of velocities, offsets and weights

    def update(self, of_class: int, velocity: float, offset: float) -> None:
        """Add a hit.

        Args:
            of_class: Class that is hit.
            velocity: Velocity as a fraction of LOUDEST.
            offset: Offset in OFFSET_UNIT.
        """
        decay, features = self._decay, self.features
        velocities, offsets, weight = self._sums[of_class]
        velocities, offsets, weight = decay * velocities + velocity, decay * offsets + offset, decay * weight + 1
        self._sums[of_class] = velocities, offsets, weight
        features[of_class], features[CLASSES + of_class] = velocity, offset
        features[2 * CLASSES + of_class], features[3 * CLASSES + of_class] = velocities / weight, offsets / weight
        features[4 * CLASSES + of_class] = min(weight, _CERTAIN)
