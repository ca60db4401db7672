"""Random streams by purpose, so that one choice never shifts the random numbers of another."""

from enum import IntEnum


class RandomStream(IntEnum):
    """Purposes for `music.random_streams.stream_for_bar`; to those of a piece, the number of the piece is added."""

    LOOP = 1  # one stream for the whole piece of music
    ANSWER = 2  # one per bar of the loop
    VARIATION = 3
    ROUNDING = 4
    SWAPS = 5
    FILL = 6
    CRASH = 7
    RIDE = 8  # one per section
    TIMING = 9
    VELOCITY = 10
    ROLLS = 32
    TIMING_OF_PIECE = 64
    VELOCITY_OF_PIECE = 96
