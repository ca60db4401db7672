"""From the written level of a stroke to its MIDI velocity: the balance of the kit, bent by intensity."""

import math
from collections.abc import Mapping
from functools import lru_cache

from boumbapp.music.v2 import music_pb2 as pb

from services.drums.kit.kit import Piece

LOUDEST = 127
MEDIUM = 0.5  # intensity at which levels are played as they are written
# Velocity of each piece relative to a tom at the same level: measured on Groove, percussion set by ear.
_BALANCE: Mapping[Piece, float] = {
    pb.DRUM_PIECE_KICK: 0.82,
    pb.DRUM_PIECE_SNARE: 1.05,
    pb.DRUM_PIECE_RIM: 0.9,
    pb.DRUM_PIECE_CLAP: 0.95,
    pb.DRUM_PIECE_CLOSED_HAT: 0.85,
    pb.DRUM_PIECE_PEDAL_HAT: 0.7,
    pb.DRUM_PIECE_OPEN_HAT: 0.95,
    pb.DRUM_PIECE_RIDE: 0.82,
    pb.DRUM_PIECE_CRASH: 0.95,
    pb.DRUM_PIECE_COWBELL: 0.75,
    pb.DRUM_PIECE_SHAKER: 0.7,
    pb.DRUM_PIECE_TAMBOURINE: 0.7,
}
# Exponent of the curve at intensity 0 and 1; at 0.5 it is 1, so that levels are velocities there.
_SOFTEST, _HARDEST = 1.7, 0.6


def velocity(piece: Piece, level: int, intensity: float, balance: Mapping[Piece, float]) -> int:
    """Velocity of a stroke, 1-127; rises with intensity, and louder playing evens out ghosts and accents.

    Args:
        piece: Piece that is hit.
        level: Velocity at medium intensity, before the balance of the kit, 1-127.
        intensity: How hard the groove is played, 0-1.
        balance: Factors of the style on the balance, by piece; 1 where it has none.
    """
    share = min(level * _weight(piece, balance) / LOUDEST, 1.0)
    return max(round(LOUDEST * math.pow(share, _exponent(intensity))), 1)


def level_of(piece: Piece, played: int, intensity: float, balance: Mapping[Piece, float]) -> int:
    """The level that is played at a velocity: the inverse of `velocity`, but for rounding.

    Args:
        piece: Piece that is hit.
        played: MIDI velocity, 1-127.
        intensity: How hard the groove is played, 0-1.
        balance: Factors of the style on the balance, by piece; 1 where it has none.
    """
    share = math.pow(played / LOUDEST, 1 / _exponent(intensity))
    return max(round(LOUDEST * share / _weight(piece, balance)), 1)


def _weight(piece: Piece, balance: Mapping[Piece, float]) -> float:
    return _BALANCE.get(piece, 1.0) * balance.get(piece, 1.0)


@lru_cache(maxsize=64)
def _exponent(intensity: float) -> float:
    extreme = _SOFTEST if intensity < MEDIUM else _HARDEST
    return math.pow(extreme, abs(1 - 2 * intensity))
