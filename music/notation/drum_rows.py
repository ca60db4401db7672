"""Rows of drum tablature: how hard each sign is struck, as style files and pages of know-how write it."""

from collections.abc import Mapping
from typing import Final

ACCENT, FULL, SOFT, GHOST = 112, 92, 58, 36  # velocities when played at medium intensity
# Velocities of the signs that always sound; F is an accent with a flam.
STROKES: Final[Mapping[str, int]] = {"X": ACCENT, "F": ACCENT, "x": FULL, "o": SOFT, "g": GHOST}
