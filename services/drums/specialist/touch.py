"""How a piece has been played so far: the input of the touch model, which says how hard and how late strokes are."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from services.drums.kit import CLASSES
from services.drums.specialist.setting import (
    PLACE_FEATURES,
    SETTING_FEATURES,
    FloatArray,
    Places,
    Setting,
)

POSITIONS = 4  # of a step in its quarter
LOUDEST = 127
OFFSET_UNIT = 0.2  # steps; offsets are told in this unit
_KEPT_PER_BAR, _KEPT_PER_STROKE = 0.7, 0.8
_PRIOR = 0.05  # weight of nothing, so that a first stroke counts nearly in full
_OF_CLASS = 2 * 5 + 2  # what is told of every class
TOUCH_FEATURES = (
    2 * CLASSES + _OF_CLASS * CLASSES + 2 * POSITIONS + 3 + POSITIONS + 1 + PLACE_FEATURES + SETTING_FEATURES
)
# Where the grid stands in the features.
_GRID_FROM = 2 * CLASSES + _OF_CLASS * CLASSES + 2 * POSITIONS + 3
GRID = slice(_GRID_FROM, _GRID_FROM + POSITIONS + 1)


class TouchMemory:
    """The strokes of a piece up to now.

    Args:
        setting: What is known of the piece.
        grid: Where its strokes usually fall at each place of a quarter, as fractions of a step: its swing. None where
            that is not known; what has been played tells after a bar or two.
    """

    def __init__(self, setting: Setting, grid: Sequence[float] | None = None) -> None:
        self._setting = setting.features()
        self._places = Places(setting.meter)
        bar = self._places.steps
        self._grid = np.zeros(POSITIONS + 1, dtype=np.float32)
        if grid is not None:
            self._grid[:-1] = np.asarray(grid) / OFFSET_UNIT
            self._grid[-1] = 1
        # Of every kind: velocity and offset.
        self._here = np.zeros((2, bar, CLASSES), dtype=np.float32)  # latest stroke on each step of the bar
        self._usual_here = np.zeros((2, bar, CLASSES), dtype=np.float32)
        self._weight_here = np.full((bar, CLASSES), _PRIOR, dtype=np.float32)
        self._latest = np.zeros((2, CLASSES), dtype=np.float32)
        self._usual = np.zeros((2, CLASSES), dtype=np.float32)
        self._weight = np.full(CLASSES, _PRIOR, dtype=np.float32)
        self._loud = np.zeros(CLASSES, dtype=np.float32)
        self._place_offset = np.zeros(POSITIONS, dtype=np.float32)
        self._place_weight = np.full(POSITIONS, _PRIOR, dtype=np.float32)
        self._last_step = np.zeros(3, dtype=np.float32)
        self._before = np.zeros(CLASSES, dtype=np.float32)
        self.length = 0

    def features(self, struck: FloatArray) -> FloatArray:
        """The next step as the touch model sees it: (TOUCH_FEATURES,).

        Args:
            struck: Which classes are struck on it, 0 or 1: (CLASSES,).
        """
        place = self.length % self._places.steps
        here, weight = self._usual_here[:, place], self._weight_here[place]
        return np.concatenate(
            (
                struck,
                self._before,
                self._here[:, place].ravel(),
                (here / weight).ravel(),
                np.minimum(weight, 2),
                self._latest.ravel(),
                (self._usual / self._weight).ravel(),
                np.minimum(self._weight, 2),
                self._loud,
                self._loud * struck,
                self._place_offset / self._place_weight,
                np.minimum(self._place_weight, 2),
                self._last_step,
                self._grid,
                self._places.features(self.length),
                self._setting,
            ),
            dtype=np.float32,
        )

    def append(self, struck: FloatArray, velocities: FloatArray, offsets: FloatArray) -> None:
        """Note how the next step was played.

        Args:
            struck: Which classes were struck, 0 or 1: (CLASSES,).
            velocities: 0-127, of what was struck: (CLASSES,).
            offsets: Distance from the grid as a fraction of a step: (CLASSES,).
        """
        hit = np.flatnonzero(struck)
        if len(hit):
            self._play(hit, np.stack((velocities[hit] / LOUDEST, offsets[hit] / OFFSET_UNIT)).astype(np.float32))
        self._before = struck
        self.length += 1

    def _play(self, hit: NDArray[np.intp], played: FloatArray) -> None:
        """Note the strokes of some classes on the next step: velocities and offsets, (2, classes)."""
        place, position = self.length % self._places.steps, self.length % POSITIONS
        self._here[:, place, hit] = played
        self._usual_here[:, place, hit] = _KEPT_PER_BAR * self._usual_here[:, place, hit] + played
        self._weight_here[place, hit] = _KEPT_PER_BAR * self._weight_here[place, hit] + 1
        self._latest[:, hit] = played
        self._usual[:, hit] = _KEPT_PER_STROKE * self._usual[:, hit] + played
        self._weight[hit] = _KEPT_PER_STROKE * self._weight[hit] + 1
        self._loud[hit] = np.maximum(self._loud[hit], played[0])
        mean = float(played[1].mean())
        self._place_offset[position] = _KEPT_PER_STROKE * self._place_offset[position] + mean
        self._place_weight[position] = _KEPT_PER_STROKE * self._place_weight[position] + 1
        self._last_step = np.array([mean, played[0].max(), 1], dtype=np.float32)
