"""Plays fills, which lead from the end of a phrase into the next one, and the crash that follows."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from boumbapp.music.v2 import music_pb2 as pb

from services.drums.kit.kit import FEET, TIMEKEEPERS, Piece
from services.drums.kit.strokes import BarStrokes, DrumStroke
from services.drums.kit.tab_notation import ACCENT, SOFT, HitRule, Row
from services.drums.styles.fill import Fill

_FOR_A_CLAP = (pb.DRUM_PIECE_SNARE, pb.DRUM_PIECE_RIM)
_CERTAIN = 10  # weight of a hit that is always played


def on_kit(rows: Mapping[Piece, Row], pieces: Collection[Piece]) -> dict[Piece, Row]:
    """The rows of a fill on a style's kit: without a clap, the snare or the rim plays the clap's row.

    Args:
        rows: Rows of the fill.
        pieces: Pieces that the style plays.
    """
    if pb.DRUM_PIECE_CLAP not in rows or pb.DRUM_PIECE_CLAP in pieces:
        return dict(rows)
    instead = next((piece for piece in _FOR_A_CLAP if piece in pieces and piece not in rows), pb.DRUM_PIECE_CLAP)
    return {instead if piece == pb.DRUM_PIECE_CLAP else piece: row for piece, row in rows.items()}


def play_fill(
    strokes: BarStrokes, fill: Fill, rows: Mapping[Piece, Row], beats: Sequence[range], complexity: float
) -> None:
    """Play a fill over some beats of a bar.

    No beat gets fewer strokes than it had, so that more complexity, which lengthens fills, never means fewer strokes:
    strokes of the groove make up for missing ones, then those of its timekeeper. A beat where that fails is left as it
    is.

    Args:
        strokes: Strokes of the bar; changed in place.
        fill: The fill.
        rows: Its rows in the metre of the bar.
        beats: Steps of each beat to fill.
        complexity: How many of the fill's optional hits are played, 0-1.
    """
    timekeeper = next((piece for piece in TIMEKEEPERS if _plays(strokes, piece)), pb.DRUM_PIECE_CLOSED_HAT)
    for beat in beats:
        groove = [(piece, step, stroke) for step in beat for piece, stroke in strokes.at(step).items()]
        filled = BarStrokes(strokes.percussionist)
        for piece, step, stroke in _fill_strokes(rows, beat, complexity):
            filled.add(piece, step, stroke)
        kept = [each for each in groove if _goes_on(each[0], fill)]
        others = [each for each in groove if each[0] not in fill.rests]
        pulse = [(timekeeper, step, DrumStroke(SOFT)) for step in beat]
        for piece, step, stroke in kept:
            filled.add(piece, step, stroke)
        for piece, step, stroke in (*others, *pulse):
            if len(filled) >= len(groove):
                break
            filled.add(piece, step, stroke)
        if len(filled) >= len(groove):
            for step in beat:
                strokes.replace(step, filled.at(step))


def crash(strokes: BarStrokes) -> None:
    """Put a crash on the first step, in place of the timekeeper there; changed in place."""
    for piece in TIMEKEEPERS:
        if piece in strokes.at(0) and strokes.swap(piece, pb.DRUM_PIECE_CRASH, 0):
            strokes.put(pb.DRUM_PIECE_CRASH, 0, DrumStroke(ACCENT))
            return
    strokes.add(pb.DRUM_PIECE_CRASH, 0, DrumStroke(ACCENT))


def _plays(strokes: BarStrokes, piece: Piece) -> bool:
    return any(played == piece for _, played, _ in strokes.ordered())


def _goes_on(piece: Piece, fill: Fill) -> bool:
    return (piece in FEET or piece in fill.keeps) and piece not in fill.rests and piece not in fill.rows


def _fill_strokes(rows: Mapping[Piece, Row], beat: range, complexity: float) -> Iterator[tuple[Piece, int, DrumStroke]]:
    for step in beat:
        for piece, row in sorted(rows.items()):
            cell = row[step]
            may = cell.rule is HitRule.MAY and cell.weight + _CERTAIN * complexity >= _CERTAIN
            if may or cell.rule is HitRule.MUST:
                yield piece, step, DrumStroke(cell.level, cell.flam)
