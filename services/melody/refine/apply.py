"""Edits that need nothing but the part itself: the operation of each action."""

from collections.abc import Callable, Mapping

from services.composition.refining.edits import LITTLE, MUCH, USUAL
from services.melody.refine.model.edits import Action, Edit
from services.melody.refine.model.part import PartEditor
from services.melody.refine.operations import feel, pitch, rhythm, structure

_SLOWEST, _FASTEST = 20.0, 400.0  # quarter notes per minute
_FASTER = {LITTLE: 1.05, USUAL: 1.1, MUCH: 1.25}  # times the tempo


def set_tempo(part: PartEditor, edit: Edit) -> None:
    """Change the tempo, and that of every bar that has its own, by as much.

    Args:
        part: The part; changed in place.
        edit: A FASTER, SLOWER or TEMPO edit.
    """
    before = part.bpm
    part.bpm = min(max(_tempo(edit, before), _SLOWEST), _FASTEST)
    for at, bar in enumerate(part.bars):
        if bar.bpm is not None and at not in part.locks.bars:
            bar.bpm = min(max(bar.bpm * part.bpm / before, _SLOWEST), _FASTEST)


def check(part: PartEditor, edit: Edit) -> None:
    """Change nothing.

    Args:
        part: The part.
        edit: What is kept.

    Raises:
        ApiError: The edit names a bar that the part does not have.
    """
    part.selected(edit)


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


OPERATIONS: Mapping[Action, Callable[[PartEditor, Edit], None]] = {
    Action.TRANSPOSE: pitch.transpose,
    Action.STEP: pitch.step,
    Action.HIGHER: pitch.register,
    Action.LOWER: pitch.register,
    Action.INVERT: pitch.invert,
    Action.RISING: pitch.contour,
    Action.FALLING: pitch.contour,
    Action.ARCH: pitch.contour,
    Action.OCTAVES: pitch.octaves,
    Action.HARMONISE: pitch.harmonise,
    Action.END_ON: pitch.end_on,
    Action.DENSER: rhythm.denser,
    Action.SPARSER: rhythm.sparser,
    Action.SIMPLIFY: rhythm.sparser,
    Action.BREATHE: rhythm.breathe,
    Action.LONGER_NOTES: rhythm.lengths,
    Action.SHORTER_NOTES: rhythm.lengths,
    Action.LEGATO: rhythm.lengths,
    Action.STACCATO: rhythm.lengths,
    Action.ORNAMENT: rhythm.ornament,
    Action.SYNCOPATE: rhythm.syncopate,
    Action.STRIKE_TWICE: rhythm.strike_twice,
    Action.SHIFT: rhythm.shift,
    Action.REMOVE: rhythm.remove,
    Action.QUANTISE: rhythm.quantise,
    Action.SWING: feel.swing,
    Action.SWING_MORE: feel.swing,
    Action.SWING_LESS: feel.swing,
    Action.HUMANISE: feel.humanise,
    Action.MECHANICAL: feel.mechanise,
    Action.LAID_BACK: feel.push,
    Action.PUSHED: feel.push,
    Action.LOUDER: feel.loudness,
    Action.SOFTER: feel.loudness,
    Action.CRESCENDO: feel.swell,
    Action.DIMINUENDO: feel.swell,
    Action.COPY: structure.copy,
    Action.REPEAT: structure.repeat,
    Action.SWAP: structure.swap,
    Action.CUT_BARS: structure.cut,
    Action.METER: structure.meter,
    Action.DOUBLE_TIME: structure.speed,
    Action.HALF_TIME: structure.speed,
    Action.RETROGRADE: structure.retrograde,
    Action.FEWER_BARS: structure.fewer_bars,
    Action.FASTER: set_tempo,
    Action.SLOWER: set_tempo,
    Action.TEMPO: set_tempo,
    Action.KEEP: check,
}
