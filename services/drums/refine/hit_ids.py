"""Ids of hits after edits: a hit that stays keeps its id, and no two share one."""

from collections.abc import Iterator, Sequence
from fractions import Fraction

from boumbapp.music.v2.music_pb2 import Bar, DrumHit

from music.event_ids import ids_of, next_id
from services.drums.kit.kit import Piece

_Place = tuple[int, Piece, Fraction]  # position of the bar, piece, quarters from the bar line
_STEPS = 4  # of a quarter, where a bar does not say


def settle_ids(before: Sequence[Bar], after: Sequence[Bar]) -> tuple[Bar, ...]:
    """Give new hits ids of their own, and copies of a hit others than its.

    A hit that had no id where it stands stays without one, and one struck again where a hit stood is that hit. Bars of
    which nothing changes are the same messages.

    Args:
        before: The bars before they were edited.
        after: The same bars afterwards.
    """
    taken = ids_of(before)
    known = {place: hit.id for place, hit in _placed(before)}
    settled = list(after)
    kept = {hit.id for place, hit in _placed(after) if hit.id and known.get(place) == hit.id}
    carried = ids_of(after)
    for at, bar in enumerate(after):
        for position, hit in enumerate(bar.hits):
            former = known.get((at, hit.piece, _quarters(bar, hit)))
            if former == hit.id:
                continue
            if hit.id and hit.id not in kept:  # it was moved
                kept.add(hit.id)
                continue
            if settled[at] is bar:
                settled[at] = Bar()
                settled[at].CopyFrom(bar)
            struck_again = former is not None and former not in carried
            settled[at].hits[position].id = former if struck_again and former else next_id(bar.index, taken)
            carried.add(settled[at].hits[position].id)
    return tuple(settled)


def _placed(bars: Sequence[Bar]) -> Iterator[tuple[_Place, DrumHit]]:
    """Each hit and its place."""
    for at, bar in enumerate(bars):
        for hit in bar.hits:
            yield (at, hit.piece, _quarters(bar, hit)), hit


def _quarters(bar: Bar, hit: DrumHit) -> Fraction:
    """Where a hit stands, in any division of its bar."""
    return Fraction(hit.step, bar.divisions or _STEPS)
