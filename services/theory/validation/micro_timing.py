"""Limits of micro-timing, as the contract sets them."""

from boumbapp.music.v2.music_pb2 import Note

from music.grid import TICKS_PER_STEP

MAX_TICKS = TICKS_PER_STEP  # of an offset or a release
_SHORTEST_SOUND = TICKS_PER_STEP // 10  # the shortest gate there is, on the shortest note


def clamp(value: int, low: int, high: int) -> int:
    """Clamp a value to a range.

    Args:
        value: Any number.
        low: The lowest value.
        high: The highest value.

    Returns:
        The nearest value between the two.
    """
    return min(max(value, low), high)


def audible_release(note: Note, step: int) -> int:
    """The note's release in ticks, moved later where the note would otherwise be over before it can be heard.

    Args:
        note: The note.
        step: Length of a step in ticks.
    """
    earliest = note.offset_ticks + _SHORTEST_SOUND - note.duration_steps * step
    return max(note.release_ticks, earliest)
