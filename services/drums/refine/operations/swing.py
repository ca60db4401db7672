"""Edits of swing: more, less, or a given amount."""

from services.composition.refining.edits import LITTLE, MUCH, USUAL
from services.drums.refine.context.editor import BarSelection, GrooveEditor
from services.drums.refine.model.edits import EIGHTHS, Edit
from services.drums.refine.model.swing import GrooveSwing

_SHUFFLE = 1 / 3
_CHANGE = {LITTLE: 0.06, USUAL: 0.12, MUCH: 0.24}  # of the unit that swings


def more_swing(editor: GrooveEditor, edit: Edit) -> None:
    """Delay off-beats further.

    Args:
        editor: The groove; changed in place.
        edit: What to change, where and by how much.

    Raises:
        ApiError: The edit names a bar that the groove does not have.
    """
    for selection in editor.selections(edit):
        now = selection.swing
        amount = now.amount + _CHANGE[edit.amount]
        if edit.text == EIGHTHS:  # a shuffle is made of triplets, whatever swung before
            amount = max(amount if now.eighths else 0.0, _SHUFFLE)
        _swing(selection, now.of(amount, eighths=now.eighths or edit.text == EIGHTHS))


def less_swing(editor: GrooveEditor, edit: Edit) -> None:
    """Bring off-beats nearer to the grid.

    Args:
        editor: The groove; changed in place.
        edit: What to change, where and by how much.

    Raises:
        ApiError: The edit names a bar that the groove does not have.
    """
    for selection in editor.selections(edit):
        _swing(selection, selection.swing.by(selection.swing.amount - _CHANGE[edit.amount]))


def set_swing(editor: GrooveEditor, edit: Edit) -> None:
    """Set swing to the value of the edit, a fraction of the unit that swings; 0 is straight.

    Args:
        editor: The groove; changed in place.
        edit: What to change, where and by how much.

    Raises:
        ApiError: The edit names a bar that the groove does not have.
    """
    for selection in editor.selections(edit):
        _swing(selection, selection.swing.by(edit.value or 0.0))


def _swing(selection: BarSelection, swing: GrooveSwing) -> None:
    """Move the selected hits to another swing; one whose new step is taken or not editable stays where it is."""
    before = selection.swing
    selected = {id(hit) for hit in selection.selected}
    held = {(hit.piece, hit.step) for hit in selection.hits}
    hits = []
    for hit in selection.hits:
        moved = swing.apply(hit, before.straight_step(hit), selection.meter) if id(hit) in selected else hit
        key = (moved.piece, moved.step)
        if moved.step != hit.step and (key in held or not selection.is_editable(*key)):
            moved = hit
        held.add(key)
        hits.append(moved)
    selection.put(hits)
