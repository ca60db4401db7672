"""The frame of a bar that is played anew: what the style says, what the bars around do, and what stays."""

from collections.abc import Collection
from dataclasses import replace
from statistics import mean

from music.meter import steps_per_bar
from services.drums.generation.form import first_of_section
from services.drums.kit.kit import Piece
from services.drums.kit.tab_notation import NEVER, OPEN, Cell, HitRule, Row
from services.drums.performance.velocity_curve import LOUDEST, level_of
from services.drums.refine.context.editor import BarSelection, GrooveEditor
from services.drums.refine.context.style_prior import MEDIUM
from services.drums.refine.model.editable_groove import FeltHit
from services.drums.refine.model.edits import LITTLE, MUCH, USUAL
from services.drums.styles.meter_fitting import Skeleton

_MOST_WEIGHT = 9  # in tenths
# How much the bar and those around it count beside the style, by the amount of change.
_LOYALTY = {LITTLE: 0.8, USUAL: 0.4, MUCH: 0.0}


def bars_around(editor: GrooveEditor, bar: int) -> list[int]:
    """The other bars of a bar's section, and where there are none, those of the section before; all in its metre."""
    first = first_of_section(bar)
    alike = [at for at in range(len(editor.bars)) if at != bar and editor.meters[at] == editor.meters[bar]]
    own = [at for at in alike if first_of_section(at) == first]
    return own or [at for at in alike if first_of_section(at) == first_of_section(max(first - 1, 0))]


def stays(selection: BarSelection, stroke: FeltHit, pieces: Collection[Piece]) -> bool:
    """Whether a stroke stays as it is in a bar that is played anew.

    Args:
        selection: The bar, as far as the edit reaches.
        stroke: The stroke.
        pieces: Pieces that may come and go.
    """
    return stroke.piece not in pieces or not selection.reaches(stroke)


def frame(selection: BarSelection, pieces: Collection[Piece]) -> Skeleton:
    """What must be, may be and never is in a bar that is played anew.

    The less it shall change, the likelier are strokes that it and the bars around have. What the style does not know is
    as likely as it is often struck there.

    Args:
        selection: The bar, as far as the edit reaches.
        pieces: Pieces that may come and go.
    """
    skeleton = selection.editor.prior.skeleton(selection.meter, selection.bar)
    kept: dict[Piece, dict[int, FeltHit]] = {}
    for stroke in selection.strokes:
        if stays(selection, stroke, pieces):
            kept.setdefault(stroke.piece, {})[selection.straight_step(stroke)] = stroke
    loyal, around = _Loyal(selection), (OPEN,) * steps_per_bar(selection.meter)
    rows: dict[Piece, Row] = {}
    for piece in sorted({*pieces, *kept}):
        row = skeleton.rows.get(piece, around)
        rows[piece] = tuple(
            _kept(selection, kept[piece][step])
            if step in kept.get(piece, {})
            else loyal.cell(piece, step, cell)
            if piece in pieces
            and selection.edit.covers(piece)
            and selection.is_open(piece, selection.swing.step(step, selection.meter))
            else NEVER
            for step, cell in enumerate(row)
        )
    return Skeleton(rows, {piece: rolls for piece, rolls in skeleton.rolls.items() if piece in pieces})


class _Loyal:
    """Makes likelier what a bar and those around it have.

    Args:
        selection: The bar.
    """

    def __init__(self, selection: BarSelection) -> None:
        editor, bars = selection.editor, [selection.bar, *bars_around(selection.editor, selection.bar)]
        self._passage = selection
        self._style = editor.prior.skeleton(selection.meter, selection.bar).rows if editor.prior.has_style else {}
        self._loyalty = _LOYALTY[selection.edit.amount]
        self._bars = len(bars)
        self._struck: dict[tuple[Piece, int], list[FeltHit]] = {}
        for bar in bars:
            for stroke in editor.bars[bar]:
                self._struck.setdefault((stroke.piece, editor.swing(bar).straight_step(stroke)), []).append(stroke)

    def cell(self, piece: Piece, step: int, cell: Cell) -> Cell:
        """What a piece may do on a step, given what the style says of it."""
        struck, known = self._struck.get((piece, step), []), piece in self._style
        share = len(struck) / self._bars
        if cell.rule is HitRule.MAY and (known or not struck):
            weight = (1 - self._loyalty) * cell.weight + self._loyalty * _MOST_WEIGHT * share
            return replace(cell, weight=_within(weight))
        if struck and not known:
            level = mean(_level(self._passage, stroke) for stroke in struck)
            return Cell(HitRule.MAY, round(level), _within(_MOST_WEIGHT * share))
        return cell if known or cell.rule is not HitRule.MUST else OPEN


def _kept(selection: BarSelection, stroke: FeltHit) -> Cell:
    """A stroke that stays."""
    return Cell(HitRule.MUST, _level(selection, stroke))


def _level(selection: BarSelection, stroke: FeltHit) -> int:
    """The level at which a stroke would be written."""
    editor = selection.editor
    loud = min(max(round(stroke.hit.velocity / editor.loudness), 1), LOUDEST)
    return min(level_of(stroke.piece, loud, MEDIUM, editor.prior.balance(selection.meter)), LOUDEST)


def _within(weight: float) -> int:
    return min(max(round(weight), 1), _MOST_WEIGHT)
