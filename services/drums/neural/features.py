"""Input features of the specialist's models that do not depend on what has been played: the piece and the position."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

import numpy as np
from boumbapp.music.v2.music_pb2 import Meter
from numpy.typing import NDArray

from music.meter import step_weights, steps_per_bar
from services.drums.styles.style import FAMILIES

FloatArray: TypeAlias = NDArray[np.float32]

KINDS = ("unknown", "beat", "fill")
_UNKNOWN_FAMILY, _UNKNOWN_KIND = FAMILIES[0], KINDS[0]
_WEIGHTS, _BEAT, _BAR, _PHRASE = 5, 4, 16, 8  # metrical weights; steps of a quarter, steps of 4/4; bars of a phrase
POSITION_FEATURES = _WEIGHTS + _BEAT + _BAR + 2 + _PHRASE + 2
PIECE_FEATURES = len(FAMILIES) + len(KINDS) + 2
_MIDDLE_BPM = 120
# Slices of the piece's features: one-hot family, one-hot kind, then tempo with its flag.
FAMILY, KIND, TEMPO = (
    slice(0, len(FAMILIES)),
    slice(len(FAMILIES), len(FAMILIES) + len(KINDS)),
    slice(len(FAMILIES) + len(KINDS), PIECE_FEATURES),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PieceFeatures:
    """What the models are conditioned on for a whole piece.

    Attributes:
        meter: Time signature.
        family: Family of drummers, one of `FAMILIES`; the first one when unknown.
        bpm: Tempo in quarter notes per minute; None when unknown.
        kind: One of `KINDS`: a groove or a lone fill.
    """

    meter: Meter
    family: str = _UNKNOWN_FAMILY
    bpm: float | None = None
    kind: str = _UNKNOWN_KIND

    def vector(self) -> FloatArray:
        """The features, without the metre: (PIECE_FEATURES,). Unknown values have a class or a flag of their own."""
        row = np.zeros(PIECE_FEATURES, dtype=np.float32)
        row[FAMILY][FAMILIES.index(self.family)] = 1
        row[KIND][KINDS.index(self.kind)] = 1
        if self.bpm is not None:
            row[TEMPO] = math.log2(self.bpm / _MIDDLE_BPM), 1
        return row


class PositionFeatures:
    """Features of each step of a metre: its metrical weight, its position in beat and bar, and its bar in the phrase.

    Args:
        meter: Time signature.

    Attributes:
        steps: Steps in a bar.
    """

    def __init__(self, meter: Meter) -> None:
        self.steps = steps_per_bar(meter)
        self._rows = _position_rows(meter.beats, meter.beat_unit)

    def at(self, step: int) -> Sequence[float]:
        """Features of a step counted from the start of the piece: POSITION_FEATURES numbers."""
        bar, position = divmod(step, self.steps)
        return self._rows[bar if bar < _PHRASE else _PHRASE + bar % _PHRASE][position]


@lru_cache(maxsize=64)
def _position_rows(beats: int, beat_unit: int) -> list[list[tuple[float, ...]]]:
    """Features of every step, for the bars of a piece's first phrase and then for those of any later phrase."""
    meter = Meter(beats=beats, beat_unit=beat_unit)
    steps = steps_per_bar(meter)
    rows = np.zeros((2 * _PHRASE, steps, POSITION_FEATURES), dtype=np.float32)
    for step, weight in enumerate(step_weights(meter)):
        of_step, angle = rows[:, step], 2 * math.pi * step / steps
        of_step[:, weight] = 1
        of_step[:, _WEIGHTS + step % _BEAT] = 1
        if steps == _BAR:
            of_step[:, _WEIGHTS + _BEAT + step] = 1
        at = _WEIGHTS + _BEAT + _BAR
        of_step[:, at : at + 2] = math.sin(angle), math.cos(angle)
        of_step[:, -1] = steps / _BAR - 1
    for bar in range(2 * _PHRASE):
        rows[bar, :, POSITION_FEATURES - 2 - _PHRASE + bar % _PHRASE] = 1
        rows[bar, :, -2] = min(bar, _PHRASE) / _PHRASE
    return [[tuple(row) for row in bar] for bar in rows.tolist()]
