"""Constraints of a bar that is regenerated: its skeleton, from the style, the bars around, and the hits that stay."""

from collections.abc import Collection
from dataclasses import replace
from statistics import mean

from music.meter import steps_per_bar
from services.composition.refining.edits import LITTLE, MUCH, USUAL
from services.drums.generation.form import first_of_section
from services.drums.kit.kit import Piece
from services.drums.kit.tab_notation import NEVER, OPEN, Cell, HitRule, Row
from services.drums.performance.velocity_curve import LOUDEST, MEDIUM, level_of
from services.drums.refine.context.editor import BarSelection, GrooveEditor
from services.drums.refine.model.editable_groove import FeltHit
from services.drums.styles.meter_fitting import Skeleton

_MOST_WEIGHT = 9  # in tenths
# Weight of the bar and those around it beside the style, by the amount of change.
_CONTEXT_WEIGHT = {LITTLE: 0.8, USUAL: 0.4, MUCH: 0.0}


def bars_around(editor: GrooveEditor, bar: int) -> list[int]:
    """The other bars of a bar's section, or where there are none, those of the section before; all in its metre.

    Args:
        editor: The groove.
        bar: Index of the bar.

    Returns:
        Indices, ascending.
    """
    first = first_of_section(bar)
    alike = [at for at in range(len(editor.bars)) if at != bar and editor.meters[at] == editor.meters[bar]]
    own = [at for at in alike if first_of_section(at) == first]
    return own or [at for at in alike if first_of_section(at) == first_of_section(max(first - 1, 0))]


def stays(selection: BarSelection, hit: FeltHit, pieces: Collection[Piece]) -> bool:
    """Whether a hit stays as it is while its bar is regenerated.

    Args:
        selection: What the edit selects of the bar.
        hit: The hit.
        pieces: Pieces that are regenerated.
    """
    return hit.piece not in pieces or not selection.selects(hit)


def bar_skeleton(selection: BarSelection, pieces: Collection[Piece]) -> Skeleton:
    """The skeleton from which a bar is regenerated.

    Hits that stay are mandatory. The smaller the change, the likelier are the hits that the bar and those around it
    have. A hit that the style does not know is as likely as it is frequent in these bars.

    Args:
        selection: What the edit selects of the bar.
        pieces: Pieces that are regenerated.
    """
    skeleton = selection.editor.prior.skeleton(selection.meter, selection.bar)
    kept: dict[Piece, dict[int, FeltHit]] = {}
    for hit in selection.hits:
        if stays(selection, hit, pieces):
            kept.setdefault(hit.piece, {})[selection.straight_step(hit)] = hit
    blended, unknown = _BlendedPrior(selection), (OPEN,) * steps_per_bar(selection.meter)
    rows: dict[Piece, Row] = {}
    for piece in sorted({*pieces, *kept}):
        row = skeleton.rows.get(piece, unknown)
        rows[piece] = tuple(
            Cell(HitRule.MUST, _level(selection, kept[piece][step]))
            if step in kept.get(piece, {})
            else blended.cell(piece, step, cell)
            if piece in pieces
            and selection.edit.covers(piece)
            and selection.is_editable(piece, selection.swing.step(step, selection.meter))
            else NEVER
            for step, cell in enumerate(row)
        )
    return Skeleton(rows, {piece: rolls for piece, rolls in skeleton.rolls.items() if piece in pieces})


class _BlendedPrior:
    """Blends the style's weights with the frequencies of hits in a bar and those around it.

    Args:
        selection: What the edit selects of the bar.
    """

    def __init__(self, selection: BarSelection) -> None:
        editor, bars = selection.editor, [selection.bar, *bars_around(selection.editor, selection.bar)]
        self._selection = selection
        self._style = editor.prior.skeleton(selection.meter, selection.bar).rows if editor.prior.has_style else {}
        self._context_weight = _CONTEXT_WEIGHT[selection.edit.amount]
        self._bars = len(bars)
        self._hits: dict[tuple[Piece, int], list[FeltHit]] = {}
        for bar in bars:
            for hit in editor.bars[bar]:
                self._hits.setdefault((hit.piece, editor.swing(bar).straight_step(hit)), []).append(hit)

    def cell(self, piece: Piece, step: int, cell: Cell) -> Cell:
        """The blended cell.

        Args:
            piece: The piece.
            step: Step of the straight grid, from 0.
            cell: The style's cell.
        """
        hits, known = self._hits.get((piece, step), []), piece in self._style
        frequency = len(hits) / self._bars
        if cell.rule is HitRule.MAY and (known or not hits):
            weight = (1 - self._context_weight) * cell.weight + self._context_weight * _MOST_WEIGHT * frequency
            return replace(cell, weight=_clipped(weight))
        if hits and not known:
            level = mean(_level(self._selection, hit) for hit in hits)
            return Cell(HitRule.MAY, round(level), _clipped(_MOST_WEIGHT * frequency))
        return cell if known or cell.rule is not HitRule.MUST else OPEN


def _level(selection: BarSelection, hit: FeltHit) -> int:
    """The level at which a hit would be written in a style."""
    editor = selection.editor
    played = min(max(round(hit.velocity / editor.loudness), 1), LOUDEST)
    return min(level_of(hit.piece, played, MEDIUM, editor.prior.balance(selection.meter)), LOUDEST)


def _clipped(weight: float) -> int:
    return min(max(round(weight), 1), _MOST_WEIGHT)
