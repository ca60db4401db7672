"""Edits of timing: human deviations, quantisation, ahead of or behind the beat, double and half time."""

from boumbapp.music.v2 import music_pb2 as pb
from boumbapp.music.v2.feel_pb2 import HitFeel

from music.grid import TICKS_PER_STEP
from services.composition.refining.edits import LITTLE, MUCH, USUAL
from services.drums.kit.kit import Piece
from services.drums.refine.context.editor import BarSelection, GrooveEditor
from services.drums.refine.model.editable_groove import FeltHit
from services.drums.refine.model.edits import Edit

_PUSHED_BY = {LITTLE: 0.05, USUAL: 0.1, MUCH: 0.2}  # steps
_MS_PER_STEP_AT_1_BPM = 15_000
_DEVIATIONS_LEFT = {LITTLE: 0.6, USUAL: 0.3, MUCH: 0.0}  # share of them after "more mechanical"
_DEVIATIONS_ADDED = {LITTLE: 0.4, USUAL: 0.8, MUCH: 1.2}  # times the measured deviations of drummers
_HUMAN_LIMIT = 48  # ticks; beyond it, a hit belongs to the next step
# Pieces that half time leaves as they are: they keep the pulse against which the backbeat slows down.
_PULSE_KEEPERS: frozenset[Piece] = frozenset(
    {
        pb.DRUM_PIECE_CLOSED_HAT, pb.DRUM_PIECE_PEDAL_HAT, pb.DRUM_PIECE_OPEN_HAT, pb.DRUM_PIECE_RIDE,
        pb.DRUM_PIECE_SHAKER, pb.DRUM_PIECE_TAMBOURINE, pb.DRUM_PIECE_COWBELL,
    }
)  # fmt: skip


def humanise(editor: GrooveEditor, edit: Edit) -> None:
    """Add human deviations of timing and velocity, sampled as they were measured on drummers.

    Args:
        editor: The groove; changed in place.
        edit: What to change, where and by how much.

    Raises:
        ApiError: The edit names a bar that the groove does not have.
    """
    for selection in editor.selections(edit):
        amount = _DEVIATIONS_ADDED[edit.amount]
        added = editor.prior.deviations(
            selection.hits, selection.meter, selection.swing, editor.bpm, selection.bar, amount
        )
        selection.change(lambda hit: _loosened(hit, added.get((hit.piece, hit.step))))  # noqa: B023  called at once


def mechanise(editor: GrooveEditor, edit: Edit) -> None:
    """Reduce human deviations; where the feel is not known, all of an offset but swing counts as one.

    Args:
        editor: The groove; changed in place.
        edit: What to change, where and by how much.

    Raises:
        ApiError: The edit names a bar that the groove does not have.
    """
    left = _DEVIATIONS_LEFT[edit.amount]
    for selection in editor.selections(edit):
        known = any(hit.feel.human_ticks or hit.feel.human_velocity for hit in selection.hits)
        selection.change(lambda hit: _tightened(hit, left, known))  # noqa: B023  called within this turn


def quantise(editor: GrooveEditor, edit: Edit) -> None:
    """Move hits onto the swung grid.

    Args:
        editor: The groove; changed in place.
        edit: What to change, where and by how much.

    Raises:
        ApiError: The edit names a bar that the groove does not have.
    """
    for selection in editor.selections(edit):
        selection.change(lambda hit: hit.with_timing(human=0, plain=0) if _is_off(hit) else hit)


def lay_back(editor: GrooveEditor, edit: Edit) -> None:
    """Delay hits, by the milliseconds of the edit where it has a value.

    Args:
        editor: The groove; changed in place.
        edit: What to change, where and by how much.

    Raises:
        ApiError: The edit names a bar that the groove does not have.
    """
    _push(editor, edit, 1)


def push(editor: GrooveEditor, edit: Edit) -> None:
    """Play hits earlier, by the milliseconds of the edit where it has a value.

    Args:
        editor: The groove; changed in place.
        edit: What to change, where and by how much.

    Raises:
        ApiError: The edit names a bar that the groove does not have.
    """
    _push(editor, edit, -1)


def double_time(editor: GrooveEditor, edit: Edit) -> None:
    """Play twice as fast at the same tempo: two bars in the time of one, repeated to fill the piece.

    Args:
        editor: The groove; changed in place.
        edit: What to change, where and by how much.

    Raises:
        ApiError: The edit names a bar that the groove does not have.
    """
    selections = editor.selections(edit)
    windows = [_Window(selection) for selection in selections]
    for at, window in enumerate(windows):
        pair = [windows[(2 * at + half) % len(windows)] for half in (0, 1)]
        if any(len(other.steps) != len(window.steps) for other in pair):  # metres differ
            pair = [window, window]
        size = len(window.steps)
        placed = [(hit, (half * size + index) // 2) for half, other in enumerate(pair) for index, hit in other.hits]
        window.fill(placed)


def half_time(editor: GrooveEditor, edit: Edit) -> None:
    """Play half as fast at the same tempo; timekeepers stay as they are.

    Args:
        editor: The groove; changed in place.
        edit: What to change, where and by how much.

    Raises:
        ApiError: The edit names a bar that the groove does not have.
    """
    windows = [_Window(selection, _PULSE_KEEPERS) for selection in editor.selections(edit)]
    for at, window in enumerate(windows):
        source = windows[at // 2]
        size = len(window.steps)
        if len(source.steps) != size:  # metres differ
            source = window
        start = at % 2 * size
        window.fill([(hit, 2 * index - start) for index, hit in source.hits])


class _Window:
    """The selected steps of a bar, to be filled with hits at another speed.

    Args:
        selection: What the edit selects of the bar.
        but: Pieces that stay as they are.
    """

    def __init__(self, selection: BarSelection, but: frozenset[Piece] = frozenset()) -> None:
        self._passage = selection
        self.steps = sorted(selection.steps)
        index_of = {step: index for index, step in enumerate(self.steps)}
        # Taken before any window changes, as windows are sources of each other; indices are those of the straight grid.
        self.hits = [
            (index_of.get(selection.straight_step(hit), index_of[hit.step]), hit)
            for hit in selection.selected
            if hit.piece not in but
        ]

    def fill(self, placed: list[tuple[FeltHit, int]]) -> None:
        """Replace the hits by others, given with their index in the window; of two that meet, the louder stays."""
        selection = self._passage
        gone = {id(hit) for _, hit in self.hits}
        staying = [hit for hit in selection.hits if id(hit) not in gone]
        held = {(hit.piece, hit.step) for hit in staying}
        best: dict[tuple[Piece, int], FeltHit] = {}
        for hit, index in placed:
            if not 0 <= index < len(self.steps):
                continue
            moved = selection.swing.apply(hit, self.steps[index], selection.meter)
            key = (moved.piece, moved.step)
            before = best.get(key)
            if key in held or not selection.is_editable(*key) or (before and before.velocity >= hit.velocity):
                continue
            best[key] = moved
        selection.put([*staying, *best.values()])


def _push(editor: GrooveEditor, edit: Edit, sign: int) -> None:
    by = _PUSHED_BY[edit.amount] if edit.value is None else edit.value * editor.bpm / _MS_PER_STEP_AT_1_BPM
    late = sign * round(by * TICKS_PER_STEP)
    for selection in editor.selections(edit):
        selection.change(lambda hit: hit.with_timing(plain=hit.plain_ticks + late))


def _loosened(hit: FeltHit, added: HitFeel | None) -> FeltHit:
    if added is None:
        return hit
    late = hit.feel.human_ticks + added.human_ticks
    louder = hit.feel.human_velocity + added.human_velocity
    return hit.with_deviation(min(max(late, -_HUMAN_LIMIT), _HUMAN_LIMIT), louder)


def _tightened(hit: FeltHit, left: float, known: bool) -> FeltHit:
    if not known:
        return hit.with_timing(plain=round(hit.plain_ticks * left))
    return hit.with_deviation(hit.feel.human_ticks * left, hit.feel.human_velocity * left)


def _is_off(hit: FeltHit) -> bool:
    return bool(hit.plain_ticks or hit.feel.human_ticks)
