"""What a piece has struck so far, and what of it may come again: the input of the hit model."""

import math

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

# A hit set is a number: bit k is set when class k of `kit.CLASS_OF` is struck.
SETS = 2**CLASSES
NO_SET = -1
# Which classes each set strikes: (SETS, CLASSES).
CLASSES_OF_SET: FloatArray = (np.arange(SETS)[:, None] >> np.arange(CLASSES) & 1).astype(np.float32)
_BACK = (1, 2, 4, 8)  # bars
_MATCHES = 2
# Sets that may come again: those of one bar ago and so on, and what followed the longest passages like the last one.
COPIES = len(_BACK) + _MATCHES
_LATEST = 4  # steps seen in full
_SHARES = (0.6, 0.9, 1.0)  # what remains after a bar of what was struck on a step of it
_AGREEMENT = 0.9  # what remains after a step of how well the copies foretold
_LONG_MATCH = 64
HIT_FEATURES = (
    _LATEST * CLASSES
    + COPIES * (CLASSES + 2)
    + CLASSES  # one bar ago, a step later
    + len(_SHARES) * CLASSES
    + _MATCHES
    + PLACE_FEATURES
    + SETTING_FEATURES
)


class HitMemory:
    """A piece up to now.

    Args:
        setting: What is known of the piece.
    """

    def __init__(self, setting: Setting) -> None:
        self._setting = setting.features()
        self._places = Places(setting.meter)
        self._bar = self._places.steps
        self._struck: NDArray[np.int16] = np.zeros(64, dtype=np.int16)
        self._alike: NDArray[np.int32] = np.zeros(65, dtype=np.int32)
        self._shares = np.zeros((len(_SHARES), self._bar, CLASSES), dtype=np.float32)
        self._weights = np.zeros((len(_SHARES), self._bar), dtype=np.float32)
        self._trust = np.zeros(COPIES, dtype=np.float32)
        self.length = 0
        self._copies, self._matched = self._find_copies()

    def copies(self) -> NDArray[np.int32]:
        """Sets that may come again on the next step: (COPIES,), `NO_SET` where there is none."""
        return self._copies

    def features(self) -> FloatArray:
        """The next step as the hit model sees it: (HIT_FEATURES,)."""
        now, place = self.length, self.length % self._bar
        latest = np.zeros((_LATEST, CLASSES), dtype=np.float32)
        for back in range(1, min(_LATEST, now) + 1):
            latest[back - 1] = CLASSES_OF_SET[self._struck[now - back]]
        known = self._copies >= 0
        copied = CLASSES_OF_SET[self._copies] * known[:, None]
        later = now - self._bar + 1
        shares = self._shares[:, place] / np.maximum(self._weights[:, place], 1e-6)[:, None]
        return np.concatenate(
            (
                latest.ravel(),
                copied.ravel(),
                known,
                self._trust,
                CLASSES_OF_SET[self._struck[later]] if 0 <= later < now else np.zeros(CLASSES, dtype=np.float32),
                shares.ravel(),
                self._matched,
                self._places.features(now),
                self._setting,
            ),
            dtype=np.float32,
        )

    def append(self, struck: int) -> None:
        """Note what was struck on the next step."""
        now, place = self.length, self.length % self._bar
        if now == len(self._struck):
            self._struck = np.concatenate((self._struck, np.zeros_like(self._struck)))
            self._alike = np.concatenate((self._alike, np.zeros_like(self._alike)))
        right = self._copies == struck
        known = self._copies >= 0
        self._trust = np.where(known, _AGREEMENT * self._trust + (1 - _AGREEMENT) * right, self._trust)
        # Length of the passage before each step that is like the latest one.
        same = self._struck[:now] == struck
        self._alike[1 : now + 1] = np.where(same, self._alike[:now] + 1, 0)
        self._struck[now] = struck
        for index, kept in enumerate(_SHARES):
            self._shares[index, place] = kept * self._shares[index, place] + CLASSES_OF_SET[struck]
            self._weights[index, place] = kept * self._weights[index, place] + 1
        self.length += 1
        self._copies, self._matched = self._find_copies()

    def _find_copies(self) -> tuple[NDArray[np.int32], FloatArray]:
        """Sets that may come again, and how long the passages are that foretell the last of them."""
        now = self.length
        copies = np.full(COPIES, NO_SET, dtype=np.int32)
        for index, bars in enumerate(_BACK):
            if now >= bars * self._bar:
                copies[index] = self._struck[now - bars * self._bar]
        matched = np.zeros(_MATCHES, dtype=np.float32)
        for index, stride in enumerate((1, self._bar)):
            before = self._alike[now % stride : now : stride]
            if len(before):
                latest = len(before) - 1 - int(before[::-1].argmax())
                if before[latest]:
                    copies[len(_BACK) + index] = self._struck[now % stride + latest * stride]
                    matched[index] = math.log2(1 + min(int(before[latest]), _LONG_MATCH)) / math.log2(_LONG_MATCH)
        return copies, matched
