"""Bars of several parts, each at the place that its index says."""

from collections.abc import Iterable, Sequence

from boumbapp.music.v2.music_pb2 import Bar, Meter


class MisplacedBar(ValueError):
    """A bar that cannot be placed.

    Attributes:
        part: Position of the part.
        bar: Position of the bar in it.
        index: The bar's index.
    """

    def __init__(self, part: int, bar: int, index: int) -> None:
        super().__init__(f"part {part}, bar {bar}: index {index}")
        self.part = part
        self.bar = bar
        self.index = index


class RepeatedBar(MisplacedBar):
    """A part has an index twice."""


class DifferentMeter(MisplacedBar):
    """A bar has another metre than a bar of the same index in a part before."""


def side_by_side(parts: Sequence[Iterable[Bar]]) -> list[list[Bar]]:
    """Every part from bar 0 to the last bar of the longest, with empty bars where a part has none.

    A bar that no part has is in the metre before it, or in that of the first bar.

    Args:
        parts: Bars of each part, in any order.

    Returns:
        As many bars for each part, ordered by index.

    Raises:
        RepeatedBar: A part has an index twice.
        DifferentMeter: Two parts disagree about a metre.
    """
    placed: list[dict[int, Bar]] = []
    meters: dict[int, Meter] = {}
    for number, bars in enumerate(parts):
        own: dict[int, Bar] = {}
        for position, bar in enumerate(bars):
            if bar.index in own:
                raise RepeatedBar(number, position, bar.index)
            if meters.setdefault(bar.index, bar.meter) != bar.meter:
                raise DifferentMeter(number, position, bar.index)
            own[bar.index] = bar
        placed.append(own)
    if not meters:
        return [[] for _ in placed]
    empty: list[Bar] = []
    meter = meters[min(meters)]
    for index in range(max(meters) + 1):
        meter = meters.get(index, meter)
        empty.append(Bar(index=index, meter=meter))
    return [[own.get(bar.index, bar) for bar in empty] for own in placed]
