"""Ids of notes and hits: the same for the same music, and no two alike in a piece."""

from collections.abc import Iterable

from boumbapp.music.v2.music_pb2 import Bar

_PER_BAR = 1024  # more than a bar can hold


def ids_of(bars: Iterable[Bar]) -> set[int]:
    """All ids in some bars."""
    return {event.id for bar in bars for events in (bar.notes, bar.hits) for event in events if event.id}


def give_ids(bar: Bar, taken: set[int]) -> None:
    """Give every note and hit of a bar an id of its own, whatever ids it has, in place.

    An id depends on the bar's index and the place in the bar alone, as long as it is not taken.

    Args:
        bar: The bar; it has an index.
        taken: Ids that are in use; those given are added.
    """
    for events in (bar.notes, bar.hits):
        for event in events:
            event.id = next_id(bar.index, taken)


def next_id(index: int, taken: set[int]) -> int:
    """The first free id for a bar; it is added to those taken.

    Args:
        index: Index of the bar.
        taken: Ids that are in use.
    """
    free = index * _PER_BAR + 1
    while free in taken:
        free += 1
    taken.add(free)
    return free
