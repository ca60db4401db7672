"""Fills at the ends of bars."""

from itertools import pairwise

from music.meter import steps_per_bar
from services.composition.refining.edits import LITTLE, MUCH, USUAL
from services.drums.generation.fills import play_fill
from services.drums.refine.context.editor import BarSelection, GrooveEditor
from services.drums.refine.model.edits import Edit
from services.drums.styles.meter_fitting import beat_starts

_BEATS = {LITTLE: 1, USUAL: 2, MUCH: 8}  # length, where the bar has as many
_COMPLEXITY = {LITTLE: 0.3, USUAL: 0.5, MUCH: 0.8}


def fill(editor: GrooveEditor, edit: Edit) -> None:
    """Play a fill of the style at the end of each bar, or part of a bar, that the edit names.

    Args:
        editor: The groove; changed in place.
        edit: What to change, where and by how much.

    Raises:
        ApiError: The edit names a bar that the groove does not have.
    """
    for selection in editor.selections(edit):
        beats = _beats(selection)[-_BEATS[edit.amount] :]
        chosen, rows = editor.prior.fill(selection.meter, selection.bar)
        strokes = editor.prior.unswung_strokes(selection.hits, selection.swing, selection.meter)
        play_fill(strokes, chosen, rows, beats, _COMPLEXITY[edit.amount])
        filled = {step for beat in beats for step in beat}
        added = {(piece, step): stroke for step, piece, stroke in strokes.ordered() if step in filled}
        covered = [hit for hit in selection.selected if selection.straight_step(hit) in filled]
        selection.drop([hit for hit in covered if (hit.piece, selection.straight_step(hit)) not in added])
        for (piece, step), stroke in added.items():
            selection.add(piece, step, editor.prior.velocity(piece, stroke.level, selection.meter), flam=stroke.flam)


def _beats(selection: BarSelection) -> list[range]:
    """Steps of each beat that the edit names entirely; where there is none, all of its steps as one beat."""
    starts = [*beat_starts(selection.meter), steps_per_bar(selection.meter)]
    beats = [range(start, end) for start, end in pairwise(starts)]
    whole = [beat for beat in beats if selection.steps.issuperset(beat)]
    return whole or [range(min(selection.steps), max(selection.steps) + 1)]
