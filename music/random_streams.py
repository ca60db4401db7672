"""Random numbers that any replica can draw again."""

import random


def stream_for_bar(seed: int, bar: int, purpose: int = 0) -> random.Random:
    """Random numbers of one bar: the same on every machine, and independent of all other bars.

    Args:
        seed: Seed of the piece, 0 to 2**32 - 1.
        bar: Index of the bar, from 0.
        purpose: Number of an independent stream for the same bar, 0-255.
    """
    # A Mersenne Twister seeded with an integer is the same everywhere; these fields never collide.
    return random.Random((seed << 40) | (bar << 8) | purpose)  # noqa: S311  music, not secrets
