"""The frame of a bar that is played anew: what the style says, what the bars around do, and what stays."""

from collections.abc import Collection
from dataclasses import replace
from statistics import mean

from music.meter import steps_per_bar
from services.drums.generation.form import first_of_section
from services.drums.kit.kit import Piece
from services.drums.kit.tab_notation import NEVER, OPEN, Cell, Layer, Row
from services.drums.performance.velocity_curve import LOUDEST, level_of
from services.drums.refine.context.selection import Canvas, Passage
from services.drums.refine.context.style_prior import MEDIUM
from services.drums.refine.model.edits import LITTLE, MUCH, USUAL
from services.drums.refine.model.groove import FeltHit
from services.drums.styles.meter_fitting import Skeleton

_MOST_WEIGHT = 9  # in tenths
# How much the bar and those around it count beside the style, by the amount of change.
_LOYALTY = {LITTLE: 0.8, USUAL: 0.4, MUCH: 0.0}


def bars_around(canvas: Canvas, bar: int) -> list[int]:
    """The other bars of a bar's section, and where there are none, those of the section before; all in its metre."""
    first = first_of_section(bar)
    alike = [at for at in range(len(canvas.bars)) if at != bar and canvas.meters[at] == canvas.meters[bar]]
    own = [at for at in alike if first_of_section(at) == first]
    return own or [at for at in alike if first_of_section(at) == first_of_section(max(first - 1, 0))]


def stays(passage: Passage, stroke: FeltHit, pieces: Collection[Piece]) -> bool:
    """Whether a stroke stays as it is in a bar that is played anew.

    Args:
        passage: The bar, as far as the edit reaches.
        stroke: The stroke.
        pieces: Pieces that may come and go.
    """
    return stroke.piece not in pieces or not passage.reaches(stroke)


def frame(passage: Passage, pieces: Collection[Piece]) -> Skeleton:
    """What must be, may be and never is in a bar that is played anew.

    The less it shall change, the likelier are strokes that it and the bars around have. What the style does not know is
    as likely as it is often struck there.

    Args:
        passage: The bar, as far as the edit reaches.
        pieces: Pieces that may come and go.
    """
    skeleton = passage.canvas.habits.skeleton(passage.meter, passage.bar)
    kept: dict[Piece, dict[int, FeltHit]] = {}
    for stroke in passage.strokes:
        if stays(passage, stroke, pieces):
            kept.setdefault(stroke.piece, {})[passage.straight_step(stroke)] = stroke
    loyal, around = _Loyal(passage), (OPEN,) * steps_per_bar(passage.meter)
    rows: dict[Piece, Row] = {}
    for piece in sorted({*pieces, *kept}):
        row = skeleton.rows.get(piece, around)
        rows[piece] = tuple(
            _kept(passage, kept[piece][step])
            if step in kept.get(piece, {})
            else loyal.cell(piece, step, cell)
            if piece in pieces
            and passage.edit.covers(piece)
            and passage.is_open(piece, passage.swing.step(step, passage.meter))
            else NEVER
            for step, cell in enumerate(row)
        )
    return Skeleton(rows, {piece: rolls for piece, rolls in skeleton.rolls.items() if piece in pieces})


class _Loyal:
    """Makes likelier what a bar and those around it have.

    Args:
        passage: The bar.
    """

    def __init__(self, passage: Passage) -> None:
        canvas, bars = passage.canvas, [passage.bar, *bars_around(passage.canvas, passage.bar)]
        self._passage = passage
        self._style = canvas.habits.skeleton(passage.meter, passage.bar).rows if canvas.habits.has_style else {}
        self._loyalty = _LOYALTY[passage.edit.amount]
        self._bars = len(bars)
        self._struck: dict[tuple[Piece, int], list[FeltHit]] = {}
        for bar in bars:
            for stroke in canvas.bars[bar]:
                self._struck.setdefault((stroke.piece, canvas.swing(bar).straight_step(stroke)), []).append(stroke)

    def cell(self, piece: Piece, step: int, cell: Cell) -> Cell:
        """What a piece may do on a step, given what the style says of it."""
        struck, known = self._struck.get((piece, step), []), piece in self._style
        share = len(struck) / self._bars
        if cell.layer is Layer.MAY and (known or not struck):
            weight = (1 - self._loyalty) * cell.weight + self._loyalty * _MOST_WEIGHT * share
            return replace(cell, weight=_within(weight))
        if struck and not known:
            level = mean(_level(self._passage, stroke) for stroke in struck)
            return Cell(Layer.MAY, round(level), _within(_MOST_WEIGHT * share))
        return cell if known or cell.layer is not Layer.MUST else OPEN


def _kept(passage: Passage, stroke: FeltHit) -> Cell:
    """A stroke that stays."""
    return Cell(Layer.MUST, _level(passage, stroke))


def _level(passage: Passage, stroke: FeltHit) -> int:
    """The level at which a stroke would be written."""
    canvas = passage.canvas
    loud = min(max(round(stroke.hit.velocity / canvas.loudness), 1), LOUDEST)
    return min(level_of(stroke.piece, loud, MEDIUM, canvas.habits.balance(passage.meter)), LOUDEST)


def _within(weight: float) -> int:
    return min(max(round(weight), 1), _MOST_WEIGHT)
