"""Luck: what a seed likes of all that a groove may play.

Luck is a logistic random number for every step of every piece. Added to the log odds of a stroke, it exceeds zero as
often as the odds say. It has layers, so that a groove is a loop with a life of its own: what the whole piece repeats,
how the bars of the loop answer each other, and what one bar tries.
"""

import math
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from music.random_streams import stream_for_bar
from services.drums.kit.kit import PULSES, Piece
from services.drums.kit.random_stream import RandomStream

# How much the bars of a loop go their own ways beside what they share, and a piece is favoured as a whole.
_ANSWER, _FAVOUR = 0.5, 0.6
# Share of the strokes whose luck is drawn anew for each bar, so that a loop lives without losing itself.
_VARIATION = 0.15
# What keeps time repeats itself in every beat: its strokes share their luck, but for this much, and where only some
# of them are played, those nearer to the next bar are.
_OWN_WILL, _LATE, _BEAT = 0.15, 0.1, 4


# Of every step of the pieces.
Noise: TypeAlias = dict[Piece, list[float]]


class NoiseKey(NamedTuple):
    """Where randomness comes from.

    Attributes:
        seed: Seed of the piece.
        bar: Index of the bar.
        loop_bar: Index of the bar in its loop.
    """

    seed: int
    bar: int
    loop_bar: int


def sampling_noise(key: NoiseKey, pieces: Iterable[Piece], steps: int) -> Noise:
    """Luck of every step of the pieces, in one bar."""
    playing = sorted(pieces)
    whole = iter(_logistics(key.seed, 0, RandomStream.LOOP, len(playing) * (1 + _BEAT + steps)))
    answer = iter(_logistics(key.seed, key.loop_bar, RandomStream.ANSWER, len(playing) * steps))
    draw = stream_for_bar(key.seed, key.bar, RandomStream.VARIATION).random
    noise = {}
    for piece in playing:
        favour = _FAVOUR * next(whole)
        even = [next(whole) for _ in range(_BEAT)]
        of_piece = []
        for step in range(steps):
            usual = next(whole) + _ANSWER * next(answer)
            fresh = draw()
            own = _logistic(fresh) if draw() < _VARIATION else usual
            if piece in PULSES:
                of_piece.append(even[step % _BEAT] + _LATE * (step // _BEAT) + _OWN_WILL * own)
            else:
                of_piece.append(favour + own)
        noise[piece] = of_piece
    return noise


@lru_cache(maxsize=256)
def _logistics(seed: int, bar: int, purpose: RandomStream, count: int) -> tuple[float, ...]:
    """Logistic random numbers that many bars of a piece share."""
    draw = stream_for_bar(seed, bar, purpose).random
    return tuple(_logistic(draw()) for _ in range(count))


def _logistic(chance: float) -> float:
    chance = min(max(chance, 1e-9), 1 - 1e-9)
    return math.log(chance / (1 - chance))
