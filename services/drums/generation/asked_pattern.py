"""Patterns that a prompt asks of single pieces: "snare on 2 and 4", "no hats". They win over style, fill and chance."""

from collections.abc import Sequence
from statistics import median

from boumbapp.music.v2.intent_pb2 import DrumPattern
from boumbapp.music.v2.music_pb2 import DRUM_PIECE_CLAP, DRUM_PIECE_RIM, DRUM_PIECE_SNARE

from services.drums.kit.kit import Piece
from services.drums.kit.strokes import BarStrokes, DrumStroke

_USUAL_LEVEL = 92
_LOUD = 60  # a level; softer strokes are ghost notes
_BACKBEAT_PIECES: tuple[Piece, ...] = (DRUM_PIECE_SNARE, DRUM_PIECE_CLAP, DRUM_PIECE_RIM)


def follow(strokes: BarStrokes, patterns: Sequence[DrumPattern], steps: int) -> None:
    """Change the strokes of a bar so that each piece of a pattern plays on its steps, and, if exact, on no others.

    Args:
        strokes: Of the bar; changed in place. Pieces of no pattern give way where hands are missing.
        patterns: At most one for a piece.
        steps: Number of sixteenths of the bar.
    """
    asked = {pattern.piece for pattern in patterns}
    levels = {pattern.piece: _level(strokes, pattern.piece, steps) for pattern in patterns}
    for pattern in patterns:
        if pattern.exact:
            for step in set(range(steps)) - set(pattern.steps):
                _remove(strokes, pattern.piece, step)
    for pattern in patterns:
        for step in pattern.steps:
            if step < steps and pattern.piece not in strokes.at(step):
                _add(strokes, pattern.piece, step, levels[pattern.piece], asked)


def halve_time(strokes: BarStrokes, steps: int) -> None:
    """Move the backbeat to the middle of the bar: loud strokes of snare, clap and rim leave all other places.

    Args:
        strokes: Of the bar; changed in place.
        steps: Number of sixteenths of the bar.
    """
    for piece in _BACKBEAT_PIECES:
        loud = [step for step in range(steps) if piece in strokes.at(step) and strokes.at(step)[piece].level >= _LOUD]
        if not loud:
            continue
        level = _level(strokes, piece, steps)
        for step in loud:
            _remove(strokes, piece, step)
        _add(strokes, piece, steps // 2, level, set(_BACKBEAT_PIECES))


def _level(strokes: BarStrokes, piece: Piece, steps: int) -> int:
    """How hard the piece is struck in this bar; the usual level where it is silent."""
    levels = [together[piece].level for step in range(steps) if piece in (together := strokes.at(step))]
    return max(round(median(levels)), _USUAL_LEVEL) if levels else _USUAL_LEVEL


def _remove(strokes: BarStrokes, piece: Piece, step: int) -> None:
    together = strokes.at(step)
    if piece in together:
        strokes.replace(step, {other: stroke for other, stroke in together.items() if other != piece})


def _add(strokes: BarStrokes, piece: Piece, step: int, level: int, asked: set[Piece]) -> None:
    for other in [None, *(other for other in strokes.at(step) if other not in asked)]:
        if other is not None:
            _remove(strokes, other, step)
        if strokes.add(piece, step, DrumStroke(level)):
            return
