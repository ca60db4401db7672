"""The usual flam and roll, where nothing else is asked for."""

from boumbapp.music.v2.music_pb2 import Flam, Roll

from music.grid import TICKS_PER_STEP

_LEAD = TICKS_PER_STEP // 4
_GRACE = 0.6  # velocity of the grace stroke, of the main one's


def usual_flam(velocity: int) -> Flam:
    """A flam for a main stroke of a MIDI velocity."""
    return Flam(lead_ticks=_LEAD, velocity=max(round(velocity * _GRACE), 1))


def usual_roll(strokes: int, velocity: int) -> Roll:
    """Strokes that fill a sixteenth, all as loud.

    Args:
        strokes: How many, 2-16.
        velocity: MIDI velocity of each.
    """
    return Roll(strokes=strokes, span_ticks=TICKS_PER_STEP, last_velocity=velocity)
