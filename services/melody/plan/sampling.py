"""Drawing from weights that need not add up to one."""

import random
from collections.abc import Sequence
from typing import TypeVar

_Item = TypeVar("_Item")


def pick(draw: random.Random, items: Sequence[_Item], weights: Sequence[float]) -> _Item:
    """One of the items, each as likely as its weight; no weight is negative, and one at least is positive.

    Weights are added in order with plain floats, not with `sum`, whose rounding differs between versions of
    Python, so that every machine picks the same.
    """
    total = 0.0
    for weight in weights:
        total += weight
    left = draw.random() * total
    for item, weight in zip(items, weights, strict=True):
        left -= weight
        if left < 0:
            return item
    # Rounding may leave a rest; it belongs to the last item that is possible.
    return next(item for item, weight in zip(reversed(items), reversed(weights), strict=True) if weight > 0)


def between(draw: random.Random, low: int, high: int) -> int:
    """A whole number from low to high, both possible; those in the middle are likelier."""
    width = high - low + 1
    return low + int((draw.random() + draw.random()) / 2 * width)
