"""Form: phrases and sections, and the fills at their ends."""

from collections.abc import Collection, Sequence
from itertools import accumulate
from typing import TypeAlias

from boumbapp.music.v2.intent_pb2 import IntentSection

_PHRASE, _SECTION = 4, 8  # bars
_Lengths: TypeAlias = tuple[tuple[float, int], ...]
# Beats of a fill from a complexity on. They never fall, so that more complexity never means fewer strokes.
_SMALL: _Lengths = ((0.0, 0), (0.25, 1), (0.7, 2))
_BIG: _Lengths = ((0.0, 1), (0.15, 2), (0.6, 3), (0.9, 4))


def fill_beats(index: int, bars: int, complexity: float, beats: int, seams: Collection[int] = ()) -> int:
    """Length of the fill at the end of a bar, in beats; 0 for none.

    Every eighth bar ends a section, every fourth a phrase; the last bar of a piece at least a phrase.

    Args:
        index: Index of the bar, from 0.
        bars: Length of the piece in bars.
        complexity: Complexity of the groove, 0-1.
        beats: Beats in the bar; at most half of a bar of fewer than four is filled.
        seams: Last bars of sections that the request names; they end a section too.
    """
    if index % _SECTION == _SECTION - 1 or index in seams:
        lengths = _BIG
    elif index % _PHRASE == _PHRASE - 1 or (index == bars - 1 and index >= _PHRASE):
        lengths = _SMALL
    else:
        return 0
    wanted = max(length for start, length in lengths if complexity >= start)
    return min(wanted, beats if beats >= _PHRASE else max(beats // 2, 1))


def seams_of(sections: Sequence[IntentSection]) -> frozenset[int]:
    """Last bars of sections that another one follows."""
    return frozenset(end - 1 for end in list(accumulate(section.bars for section in sections))[:-1] if end)


def section_of(index: int) -> int:
    """The section that a bar belongs to, from 0."""
    return index // _SECTION


def first_of_section(index: int) -> int:
    """Index of the bar with which the section of a bar begins."""
    return index // _SECTION * _SECTION


def context_start(index: int) -> int:
    """Index of the first bar that a bar is conditioned on: its own section and the one before count."""
    return max(first_of_section(index) - _SECTION, 0)


def opens_section(index: int) -> bool:
    """Whether a section begins with this bar."""
    return index % _SECTION == 0
