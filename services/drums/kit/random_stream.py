"""What random numbers are drawn for, so that one choice never disturbs another."""

from enum import IntEnum


class RandomStream(IntEnum):
    """Purposes for `music.random_streams.stream_for_bar`; those of a piece take the piece's number on top."""

    LOOP = 1  # drawn once for the piece
    ANSWER = 2  # drawn for a bar of the loop
    VARIATION = 3
    ROUNDING = 4
    SWAPS = 5
    FILL = 6
    CRASH = 7
    RIDE = 8  # drawn for a section
    TIMING = 9
    VELOCITY = 10
    ROLLS = 32
    TIMING_OF_PIECE = 64
    VELOCITY_OF_PIECE = 96
