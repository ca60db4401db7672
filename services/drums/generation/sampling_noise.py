"""Logistic noise on the log-odds of every step and piece, by which a seed chooses among optional hits.

A hit whose log-odds plus logistic noise are positive occurs with exactly its probability (the Gumbel-max trick for two
outcomes). The noise has layers, so that a groove is a loop with small variations: what the whole piece repeats, how the
bars of the loop answer each other, and what is redrawn for one bar.
"""

import math
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from music.random_streams import stream_for_bar
from services.drums.kit.kit import PULSES, Piece
from services.drums.kit.random_stream import RandomStream

# Scales, beside the noise of the loop, of what its bars differ by and of what all steps of a piece share.
_ANSWER_SCALE, _PIECE_SCALE = 0.5, 0.6
# Share of the values that are redrawn for each bar.
_VARIATION = 0.15
# Pieces of the pulse repeat in every beat: their steps share the noise of their position in the beat, but for a small
# part of their own. A growing term makes those nearer to the next bar likelier where only some are played.
_OWN_SCALE, _LATER, _BEAT = 0.15, 0.1, 4


# A value per step of the bar, by piece.
Noise: TypeAlias = dict[Piece, list[float]]


class NoiseKey(NamedTuple):
    """Keys of a bar's noise.

    Attributes:
        seed: Seed of the piece.
        bar: Index of the bar in the piece.
        loop_bar: Index of the bar in its loop.
    """

    seed: int
    bar: int
    loop_bar: int


def sampling_noise(key: NoiseKey, pieces: Iterable[Piece], steps: int) -> Noise:
    """The noise of a bar.

    Args:
        key: Seed and bar.
        pieces: Pieces of the groove.
        steps: Steps in the bar.
    """
    ordered = sorted(pieces)
    loop = iter(_logistics(key.seed, 0, RandomStream.LOOP, len(ordered) * (1 + _BEAT + steps)))
    answer = iter(_logistics(key.seed, key.loop_bar, RandomStream.ANSWER, len(ordered) * steps))
    uniform = stream_for_bar(key.seed, key.bar, RandomStream.VARIATION).random
    noise = {}
    for piece in ordered:
        of_piece = _PIECE_SCALE * next(loop)
        of_position = [next(loop) for _ in range(_BEAT)]
        values = []
        for step in range(steps):
            repeated = next(loop) + _ANSWER_SCALE * next(answer)
            redrawn = uniform()  # drawn even when it is not used, so that no step shifts the draws of the next
            value = _logistic(redrawn) if uniform() < _VARIATION else repeated
            if piece in PULSES:
                values.append(of_position[step % _BEAT] + _LATER * (step // _BEAT) + _OWN_SCALE * value)
            else:
                values.append(of_piece + value)
        noise[piece] = values
    return noise


@lru_cache(maxsize=256)
def _logistics(seed: int, bar: int, purpose: RandomStream, count: int) -> tuple[float, ...]:
    """Standard logistic numbers; cached, as the bars of a piece share them."""
    uniform = stream_for_bar(seed, bar, purpose).random
    return tuple(_logistic(uniform()) for _ in range(count))


def _logistic(probability: float) -> float:
    """Quantile of the standard logistic distribution."""
    probability = min(max(probability, 1e-9), 1 - 1e-9)
    return math.log(probability / (1 - probability))
