"""Drawing from weights that need not add up to one."""

import random
from collections.abc import Sequence
from typing import TypeVar

_Item = TypeVar("_Item")


def pick(draw: random.Random, items: Sequence[_Item], weights: Sequence[float]) -> _Item:
    """Draw one of some items, each with a probability in proportion to its weight.

    Weights are added in order with plain floats, not with `sum`, whose rounding differs between versions of
    Python, so that every machine picks the same.

    Args:
        draw: Random numbers; one is drawn.
        items: The items, at least one.
        weights: A weight for each item; none is negative, and one at least is positive.

    Raises:
        ValueError: There are not as many weights as items.
        StopIteration: No weight is positive.
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
    """Draw a whole number; those in the middle are likelier.

    Args:
        draw: Random numbers; two are drawn.
        low: Least number.
        high: Greatest number, at least `low`.
    """
    width = high - low + 1
    return low + int((draw.random() + draw.random()) / 2 * width)
