"""How a piece has been played so far: the input of the touch model, which says how hard and how late strokes are."""

from collections.abc import Sequence

from services.drums.kit.kit import CLASSES
from services.drums.neural.features import PIECE_FEATURES, POSITION_FEATURES, PieceFeatures, PositionFeatures

POSITIONS = 4  # of a step in its quarter
LOUDEST = 127
OFFSET_UNIT = 0.2  # steps; offsets are told in this unit
_KEPT_PER_BAR, _KEPT_PER_STROKE = 0.7, 0.8
_PRIOR = 0.05  # weight of nothing, so that a first stroke counts nearly in full
# What is told of every class, of its strokes on a step of the bar and of all of them: the latest velocity and offset,
# the usual ones, and how much these are worth; of all of them also the loudest.
_CERTAIN = 2.0  # from this weight on, what is usual is worth no more
TOUCH_FEATURES = (
    2 * CLASSES + 2 * 5 * CLASSES + 2 * CLASSES + 2 * POSITIONS + 3 + POSITIONS + 1 + POSITION_FEATURES + PIECE_FEATURES
)
# Where the grid stands in the features.
_GRID_FROM = 14 * CLASSES + 2 * POSITIONS + 3
GRID = slice(_GRID_FROM, _GRID_FROM + POSITIONS + 1)
_NOTHING = [0.0] * CLASSES


class TouchHistory:
    """The strokes of a piece up to now. Few strokes change on a step, so plain lists are quicker than arrays here.

    Args:
        setting: What is known of the piece.
        grid: Where its strokes usually fall at each place of a quarter, as fractions of a step: its swing. None where
            that is not known; what has been played tells after a bar or two.
    """

    def __init__(self, setting: PieceFeatures, grid: Sequence[float] | None = None) -> None:
        self._places = PositionFeatures(setting.meter)
        self._setting: list[float] = setting.features().tolist()
        self._grid = [0.0] * (POSITIONS + 1) if grid is None else [*(offset / OFFSET_UNIT for offset in grid), 1.0]
        self._here = [_Told(_KEPT_PER_BAR) for _ in range(self._places.steps)]
        self._everywhere = _Told(_KEPT_PER_STROKE)
        self._loud = _NOTHING.copy()
        self._position_sums = [(0.0, _PRIOR)] * POSITIONS  # of offsets and of weights
        self._positions = [0.0] * POSITIONS + [_PRIOR] * POSITIONS
        self._last_step = [0.0, 0.0, 0.0]
        self._before: Sequence[float] = _NOTHING
        self.length = 0

    def features(self, struck: Sequence[float]) -> list[float]:
        """The next step as the touch model sees it: TOUCH_FEATURES numbers.

        Args:
            struck: Which classes are struck on it, 0 or 1, one per class.
        """
        return [
            *struck,
            *self._before,
            *self._here[self.length % self._places.steps].features,
            *self._everywhere.features,
            *self._loud,
            *(loud if hit else 0.0 for loud, hit in zip(self._loud, struck, strict=True)),
            *self._positions,
            *self._last_step,
            *self._grid,
            *self._places.features(self.length),
            *self._setting,
        ]

    def append(self, struck: Sequence[float], velocities: Sequence[float], offsets: Sequence[float]) -> None:
        """Note how the next step was played; one number per class.

        Args:
            struck: Which classes were struck, 0 or 1.
            velocities: 0-127, of what was struck.
            offsets: Distance from the grid as a fraction of a step.
        """
        played = [
            (of_class, velocities[of_class] / LOUDEST, offsets[of_class] / OFFSET_UNIT)
            for of_class, hit in enumerate(struck)
            if hit
        ]
        if played:
            self._play(played)
        self._before = struck
        self.length += 1

    def _play(self, played: Sequence[tuple[int, float, float]]) -> None:
        """Note the strokes of the next step: class, velocity and offset of each."""
        here = self._here[self.length % self._places.steps]
        for of_class, velocity, offset in played:
            here.play(of_class, velocity, offset)
            self._everywhere.play(of_class, velocity, offset)
            self._loud[of_class] = max(self._loud[of_class], velocity)
        mean = sum(offset for _, _, offset in played) / len(played)
        position = self.length % POSITIONS
        total, weight = self._position_sums[position]
        total, weight = _KEPT_PER_STROKE * total + mean, _KEPT_PER_STROKE * weight + 1
        self._position_sums[position] = total, weight
        self._positions[position], self._positions[POSITIONS + position] = total / weight, min(weight, _CERTAIN)
        self._last_step = [mean, max(velocity for _, velocity, _ in played), 1.0]


class _Told:
    """What is told of the strokes of every class, in `features`.

    Args:
        kept: What remains of earlier strokes of a class at the next one.
    """

    def __init__(self, kept: float) -> None:
        self.features = 4 * _NOTHING + [_PRIOR] * CLASSES
        self._kept = kept
        self._sums = [(0.0, 0.0, _PRIOR)] * CLASSES  # of velocities, offsets and weights

    def play(self, of_class: int, velocity: float, offset: float) -> None:
        """Note a stroke; see `TouchMemory._play`."""
        kept, told = self._kept, self.features
        velocities, offsets, weight = self._sums[of_class]
        velocities, offsets, weight = kept * velocities + velocity, kept * offsets + offset, kept * weight + 1
        self._sums[of_class] = velocities, offsets, weight
        told[of_class], told[CLASSES + of_class] = velocity, offset
        told[2 * CLASSES + of_class], told[3 * CLASSES + of_class] = velocities / weight, offsets / weight
        told[4 * CLASSES + of_class] = min(weight, _CERTAIN)
