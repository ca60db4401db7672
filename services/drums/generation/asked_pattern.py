"""Patterns that a prompt asks of single pieces: "snare on 2 and 4", "no hats". They win over style, fill and chance."""

from collections.abc import Iterator, Sequence
from statistics import median

from boumbapp.music.v2.intent_pb2 import DrumPattern
from boumbapp.music.v2.music_pb2 import DRUM_PIECE_CLAP, DRUM_PIECE_RIM, DRUM_PIECE_SNARE

from music.divisions import SIXTEENTHS
from music.grid import TICKS_PER_STEP
from services.drums.kit.kit import Piece
from services.drums.kit.strokes import BarStrokes, DrumStroke

_USUAL_LEVEL = 92
_UNACCENTED = 0.72  # part of the level for triplets off the beat
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
            for step in set(range(steps)) - set(pattern.steps if pattern.divisions in (0, SIXTEENTHS) else ()):
                _remove(strokes, pattern.piece, step)
    for pattern in patterns:
        level = levels[pattern.piece]
        if pattern.divisions not in (0, SIXTEENTHS):
            for step, ticks in _divided(pattern):
                if step < steps:
                    loud = level if ticks == 0 and step % SIXTEENTHS == 0 else round(level * _UNACCENTED)
                    _add(strokes, pattern.piece, step, DrumStroke(loud, ticks=ticks), asked)
            continue
        for step in pattern.steps:
            if step < steps and pattern.piece not in strokes.at(step):
                _add(strokes, pattern.piece, step, DrumStroke(level), asked)


def _divided(pattern: DrumPattern) -> Iterator[tuple[int, int]]:
    """The sixteenth nearest to each step of a pattern with other divisions, and the ticks from there."""
    length = SIXTEENTHS * TICKS_PER_STEP // pattern.divisions
    for step in pattern.steps:
        nearest = round(step * length / TICKS_PER_STEP)
        yield nearest, step * length - nearest * TICKS_PER_STEP


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
        _add(strokes, piece, steps // 2, DrumStroke(level), set(_BACKBEAT_PIECES))


def _level(strokes: BarStrokes, piece: Piece, steps: int) -> int:
    """How hard the piece is struck in this bar; the usual level where it is silent."""
    levels = [together[piece].level for step in range(steps) if piece in (together := strokes.at(step))]
    return max(round(median(levels)), _USUAL_LEVEL) if levels else _USUAL_LEVEL


def _remove(strokes: BarStrokes, piece: Piece, step: int) -> None:
    together = strokes.at(step)
    if piece in together:
        strokes.replace(step, {other: stroke for other, stroke in together.items() if other != piece})


def _add(strokes: BarStrokes, piece: Piece, step: int, stroke: DrumStroke, asked: set[Piece]) -> None:
    for other in [None, *(other for other in strokes.at(step) if other not in asked)]:
        if other is not None:
            _remove(strokes, other, step)
        if strokes.add(piece, step, stroke):
            return
