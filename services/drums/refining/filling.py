"""Fills at the ends of bars."""

from boumbapp.music.v1 import music_pb2 as pb

from music.meter import steps_per_beat
from services.drums.refining.canvas import Canvas, Passage
from services.drums.refining.edits import LITTLE, MUCH, USUAL, Edit, Piece
from services.drums.refining.spots import Habits

_BEATS = {LITTLE: 1, USUAL: 2, MUCH: 64}  # length, where the bar has as many
_RUN: tuple[Piece, ...] = (pb.DRUM_PIECE_SNARE, pb.DRUM_PIECE_HIGH_TOM, pb.DRUM_PIECE_MID_TOM, pb.DRUM_PIECE_LOW_TOM)
# Feet go on under a fill.
_FEET = frozenset({pb.DRUM_PIECE_KICK, pb.DRUM_PIECE_PEDAL_HAT})


def fill(canvas: Canvas, edit: Edit, habits: Habits) -> None:
    """Put a fill at the end of each stretch that the edit reaches, in place of what the hands play there."""
    for passage in canvas.passages(edit):
        length = min(_BEATS[edit.amount] * steps_per_beat(passage.meter), len(passage.steps))
        window = sorted(passage.steps)[-length:]
        _clear(passage, window)
        for index, step in enumerate(window):
            passage.add(_RUN[index * len(_RUN) // length], step, 70 + 40 * index / length)


def _clear(passage: Passage, window: list[int]) -> None:
    passage.drop([stroke for stroke in passage.reached if stroke.step in window and stroke.piece not in _FEET])
