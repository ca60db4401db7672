"""Makes edits. What they do not name stays as it is, hit for hit; what is locked never changes."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from services.drums.kit.kit import Piece
from services.drums.refine.context.editor import GrooveEditor, Locks
from services.drums.refine.context.style_prior import StylePrior
from services.drums.refine.model.editable_groove import EditableGroove
from services.drums.refine.model.edits import LITTLE, MUCH, USUAL, Action, Edit
from services.drums.refine.operations import density, dynamics, fills, instrumentation, regenerate, timing

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
    Action.SWING_MORE: timing.more_swing,
    Action.SWING_LESS: timing.less_swing,
    Action.SWING: timing.set_swing,
    Action.HUMAN: timing.humanise,
    Action.MECHANICAL: timing.mechanise,
    Action.QUANTISE: timing.quantise,
    Action.LAID_BACK: timing.lay_back,
    Action.PUSHED: timing.push,
    Action.DOUBLE_TIME: timing.double_time,
    Action.HALF_TIME: timing.half_time,
}


@dataclass(frozen=True, slots=True)
class Refined:
    """What edits came to.

    Attributes:
        groove: The groove after them.
        idle: Edits that found nothing to change.
        composed: The engine that composed bars anew, by the place of the bar.
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
    """Make edits, one after the other. What one of them keeps, none of them changes.

    Args:
        edits: As read from an instruction.
        groove: As it is; it is left so.
        prior: Where added hits belong.
        locked_pieces: Pieces that must not change.
        locked_bars: Indices of bars that must not change.

    Raises:
        ApiError: An edit names a bar that there is not.
    """
    kept = tuple(edit for edit in edits if edit.action is Action.KEEP)
    editor = GrooveEditor(groove, Locks(frozenset(locked_pieces), frozenset(locked_bars), kept), prior)
    idle = []
    for edit in edits:
        before, bpm = [list(strokes) for strokes in editor.bars], editor.bpm
        _make(editor, edit)
        editor.listen()
        if edit.action is not Action.KEEP and editor.bars == before and editor.bpm == bpm:
            idle.append(edit)
    return Refined(editor.groove(), tuple(idle), dict.fromkeys(editor.composed, prior.composer))


def _make(editor: GrooveEditor, edit: Edit) -> None:
    if edit.action is Action.KEEP:
        editor.selections(edit)  # for the bars it names
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
