"""Fills at the ends of bars."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from music.meter import steps_per_bar
from services.composition.refining.edits import LITTLE, MUCH, USUAL
from services.composition.refining.locations import Location, Span
from services.drums.generation.fills import play_fill
from services.drums.kit.kit import FEET, Piece
from services.drums.kit.strokes import DrumStroke
from services.drums.refine.context.editor import BarSelection, GrooveEditor
from services.drums.refine.model.edits import Edit
from services.drums.refine.operations.instrumentation import copy
from services.drums.styles.meter_fitting import beat_starts

_BEATS = {LITTLE: 1, USUAL: 2, MUCH: 8}  # length, where the bar has as many
_Place = tuple[Piece, int]
_COMPLEXITY = {LITTLE: 0.3, USUAL: 0.5, MUCH: 0.8}


def fill(editor: GrooveEditor, edit: Edit) -> None:
    """Play a fill of the style at the end of each bar, or part of a bar, that the edit names.

    Args:
        editor: The groove; changed in place.
        edit: What to change, where and by how much.

    Raises:
        ApiError: The edit names a bar that the groove does not have.
    """
    for selection in editor.selections(edit.about()):
        beats = _beats(selection)[-_BEATS[edit.amount] :]
        chosen, rows = editor.prior.fill(selection.meter, selection.bar)
        strokes = editor.prior.unswung_strokes(selection.hits, selection.swing, selection.meter)
        play_fill(strokes, chosen, rows, beats, _COMPLEXITY[edit.amount])
        filled = {step for beat in beats for step in beat}
        added = {(piece, step): stroke for step, piece, stroke in strokes.ordered() if step in filled}
        if edit.parts:
            added = _on_parts(added, [piece for part in edit.parts for piece in sorted(part.pieces, reverse=True)])
        covered = [hit for hit in selection.selected if selection.straight_step(hit) in filled]
        selection.drop([hit for hit in covered if (hit.piece, selection.straight_step(hit)) not in added])
        for (piece, step), stroke in added.items():
            selection.add(piece, step, editor.prior.velocity(piece, stroke.level, selection.meter), flam=stroke.flam)


def no_fill(editor: GrooveEditor, edit: Edit) -> None:
    """Play bars as the ones before them, which have no fill.

    Args:
        editor: The groove; changed in place.
        edit: Where a fill is.

    Raises:
        ApiError: The edit names a bar that the groove does not have.
    """
    selections = editor.selections(edit)
    filled = {selection.bar for selection in selections}
    for selection in selections:
        others = [bar for bar in range(len(editor.bars)) if bar not in filled and editor.meters[bar] == selection.meter]
        if others:
            model = min(others, key=lambda bar: (bar > selection.bar, abs(bar - selection.bar)))
            number = selection.bar + 1
            here = Location(spans=(Span(number, number),))
            copy(editor, replace(edit, locations=(here,), value=model + 1.0))


def _on_parts(added: Mapping[_Place, DrumStroke], pieces: Sequence[Piece]) -> dict[_Place, DrumStroke]:
    """Strokes of the hands on other pieces, those of a fill from the first to the last; the feet go on."""
    hands = sorted({step for piece, step in added if piece not in FEET})
    moved = {place: stroke for place, stroke in added.items() if place[0] in FEET}
    for number, step in enumerate(hands):
        piece = pieces[number * len(pieces) // len(hands)]
        loudest = max((stroke for place, stroke in added.items() if place[1] == step), key=lambda stroke: stroke.level)
        moved[piece, step] = loudest
    return moved


def _beats(selection: BarSelection) -> list[range]:
    """Steps of each beat that the edit names entirely; where there is none, all of its steps as one beat."""
    starts = [*beat_starts(selection.meter), steps_per_bar(selection.meter)]
    beats = [range(start, end) for start, end in pairwise(starts)]
    whole = [beat for beat in beats if selection.steps.issuperset(beat)]
    return whole or [range(min(selection.steps), max(selection.steps) + 1)]
