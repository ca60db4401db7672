"""Applies edits to a groove. What they do not name stays the same, hit for hit; what is locked never changes."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from services.composition.refining.edits import LITTLE, MUCH, USUAL
from services.drums.kit.kit import Piece
from services.drums.refine.context.editor import GrooveEditor, Locks
from services.drums.refine.context.style_prior import StylePrior
from services.drums.refine.hit_ids import settle_ids
from services.drums.refine.model.editable_groove import EditableGroove
from services.drums.refine.model.edits import Action, Edit
from services.drums.refine.operations import (
    density,
    dynamics,
    fills,
    instrumentation,
    regenerate,
    structure,
    swing,
    timing,
)

_SLOWEST, _FASTEST = 20.0, 400.0  # quarter notes per minute
_FASTER = {LITTLE: 1.05, USUAL: 1.1, MUCH: 1.25}  # times the tempo

_EDITS: Mapping[Action, Callable[[GrooveEditor, Edit], None]] = {
    Action.MORE: density.more,
    Action.ADD: density.add,
    Action.BUSIER: density.busier,
    Action.GHOSTS: density.ghosts,
    Action.FILL: fills.fill,
    Action.LESS: density.less,
    Action.SIMPLER: density.simpler,
    Action.NO_GHOSTS: density.no_ghosts,
    Action.REMOVE: instrumentation.remove,
    Action.ONLY: instrumentation.only,
    Action.ONLY_AT: instrumentation.only_at,
    Action.REPLACE: instrumentation.replace,
    Action.OPEN: instrumentation.open_hats,
    Action.CLOSE: instrumentation.close_hats,
    Action.PULSE: instrumentation.pulse,
    Action.SHIFT: instrumentation.shift,
    Action.COPY: instrumentation.copy,
    Action.REGENERATE: regenerate.regenerate,
    Action.LOUDER: dynamics.louder,
    Action.SOFTER: dynamics.softer,
    Action.ROLLS: dynamics.rolls,
    Action.NO_ROLLS: dynamics.no_rolls,
    Action.FLAMS: dynamics.flams,
    Action.NO_FLAMS: dynamics.no_flams,
    Action.SWING_MORE: swing.more_swing,
    Action.SWING_LESS: swing.less_swing,
    Action.SWING: swing.set_swing,
    Action.HUMAN: timing.humanise,
    Action.MECHANICAL: timing.mechanise,
    Action.QUANTISE: timing.quantise,
    Action.TRIPLETS: instrumentation.triplets,
    Action.LAYER: instrumentation.layer,
    Action.NO_FILL: fills.no_fill,
    Action.CRESCENDO: dynamics.swell,
    Action.DIMINUENDO: dynamics.swell,
    Action.BRUSHES: dynamics.brushes,
    Action.STYLE: structure.style,
    Action.METER: structure.meter,
    Action.MORE_BARS: structure.more_bars,
    Action.FEWER_BARS: structure.fewer_bars,
    Action.CUT_BARS: structure.cut_bars,
    Action.BARS: structure.set_bars,
    Action.LAID_BACK: timing.lay_back,
    Action.PUSHED: timing.push,
    Action.DOUBLE_TIME: timing.double_time,
    Action.HALF_TIME: timing.half_time,
}


@dataclass(frozen=True, slots=True)
class Refined:
    """The result of edits.

    Attributes:
        groove: The edited groove.
        idle: Edits that changed nothing.
        composed: Name of the engine that regenerated a bar, by index of the bar.
    """

    groove: EditableGroove
    idle: tuple[Edit, ...]
    composed: Mapping[int, str]


def apply(
    edits: Sequence[Edit],
    groove: EditableGroove,
    *,
    prior: StylePrior,
    locked_pieces: Collection[Piece] = (),
    locked_bars: Collection[int] = (),
) -> Refined:
    """Apply edits, one after the other. What one of them keeps, none of them changes.

    Args:
        edits: The edits of an instruction.
        groove: The groove; left as it is.
        prior: Where added hits belong.
        locked_pieces: Pieces that must not change.
        locked_bars: Indices of bars that must not change.

    Raises:
        ApiError: An edit names a bar that the groove does not have.
    """
    kept = tuple(edit for edit in edits if edit.action is Action.KEEP)
    editor = GrooveEditor(groove, Locks(frozenset(locked_pieces), frozenset(locked_bars), kept), prior)
    idle = []
    for edit in edits:
        if edit.action is Action.UNDO:
            continue  # the groove is an earlier version already
        before = ([list(hits) for hits in editor.bars], list(editor.meters), editor.bpm)
        _apply(editor, edit)
        editor.measure()
        if edit.action is not Action.KEEP and before == (editor.bars, editor.meters, editor.bpm):
            idle.append(edit)
    edited = editor.groove()
    settled = replace(edited, bars=settle_ids(groove.bars, edited.bars))
    return Refined(settled, tuple(idle), dict.fromkeys(editor.regenerated, prior.engine))


def _apply(editor: GrooveEditor, edit: Edit) -> None:
    if edit.action is Action.KEEP:
        editor.selections(edit)  # raises ApiError for a bar that the groove does not have
    elif edit.action in (Action.FASTER, Action.SLOWER, Action.TEMPO):
        editor.bpm = min(max(_tempo(edit, editor.bpm), _SLOWEST), _FASTEST)
    else:
        _EDITS[edit.action](editor, edit)


def _tempo(edit: Edit, bpm: float) -> float:
    """The tempo after an edit of it, in quarter notes per minute."""
    if edit.action is Action.TEMPO and edit.value is not None:
        return edit.value
    faster = edit.action is Action.FASTER
    if edit.value is not None:
        return bpm + edit.value if faster else bpm - edit.value
    if edit.percent is not None:
        return bpm * (1 + edit.percent / 100 * (1 if faster else -1))
    return float(round(bpm * _FASTER[edit.amount] if faster else bpm / _FASTER[edit.amount]))
