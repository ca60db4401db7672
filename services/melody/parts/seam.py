"""Joins: how a bar in a gap leads from the bar before it to the given one after it."""

from collections.abc import Sequence

from boumbapp.music.v2.music_pb2 import Note

from services.melody.plan.bar_context import BarContext

_OCTAVE = 12
# Semitones from the first note after the gap within which the last one before it is at ease, and how many more for each
# note that is still to come.
_NEAR, _STRIDE = 5, 3


def towards_next(bar: BarContext, pitch: int, left: int) -> float:
    """Factor for a pitch, 1 or less: low where the line cannot be near the given bar after it in time.

    Args:
        bar: The bar.
        pitch: MIDI key number.
        left: Notes of the bar after this one.
    """
    if not bar.next_notes:
        return 1.0
    beyond = max(abs(pitch - bar.next_notes[0].pitch) - _NEAR - _STRIDE * left, 0)
    return 1 / (1 + beyond * beyond)


def join(notes: Sequence[Note], bar: BarContext) -> None:
    """Move the last and the first note of a line in place where they are more than an octave from their neighbours.

    Args:
        notes: By onset.
        bar: Their bar.
    """
    if not notes:
        return
    if bar.next_notes:
        notes[-1].pitch = _within_an_octave(notes[-1].pitch, bar.next_notes[0].pitch, bar.constraints.pitches)
    if bar.previous:
        notes[0].pitch = _within_an_octave(notes[0].pitch, bar.previous[-1].pitch, bar.constraints.pitches)


def _within_an_octave(pitch: int, anchor: int, allowed: Sequence[int]) -> int:
    """The same tone in a nearer octave, else the nearest one allowed; the pitch itself where there is neither."""
    if abs(pitch - anchor) <= _OCTAVE:
        return pitch
    near = [other for other in allowed if abs(other - anchor) <= _OCTAVE]
    return min(near, key=lambda other: ((other - pitch) % _OCTAVE != 0, abs(other - pitch)), default=pitch)
