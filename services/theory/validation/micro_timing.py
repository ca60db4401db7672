"""Limits of micro-timing, as the contract sets them."""

import math

from boumbapp.music.v1.music_pb2 import Note

MAX_OFFSET, MAX_RELEASE = 0.5, 1.0  # steps
_SHORTEST_SOUND = 0.1  # steps; the shortest gate there is, on the shortest note
_TOLERANCE = 1e-4  # steps; micro-timing is stored in single precision


def clamp(value: float, limit: float) -> float:
    """Clamp a value to a symmetric range.

    Args:
        value: Any number; infinite ones are clamped.
        limit: Largest magnitude, in steps.

    Returns:
        The nearest value between -limit and limit; 0 for NaN.
    """
    if -limit <= value <= limit:
        return value
    return 0.0 if math.isnan(value) else math.copysign(limit, value)


def audible_release(note: Note) -> float:
    """The note's release offset, moved later where the note would otherwise be over before it can be heard."""
    sounding = note.duration_steps + note.release_offset - note.offset
    if sounding >= _SHORTEST_SOUND - _TOLERANCE:
        return note.release_offset
    return note.offset + _SHORTEST_SOUND - note.duration_steps
