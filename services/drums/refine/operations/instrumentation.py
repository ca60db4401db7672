"""Edits of instrumentation and placement: remove, only, replace, hats, a pulse, shift, copy."""

import dataclasses
from collections import Counter
from collections.abc import Mapping

from boumbapp.music.v2 import music_pb2 as pb

from music.grid import TICKS_PER_STEP
from music.meter import EIGHTH, step_weights, steps_per_bar
from services.chassis.errors.catalogue import ApiError
from services.composition.refining.edits import LITTLE
from services.composition.refining.errors import NO_SUCH_BAR
from services.composition.refining.kit import kit_parts
from services.drums.kit.kit import HATS, Piece
from services.drums.refine.context.editor import BarSelection, GrooveEditor
from services.drums.refine.context.metrical_prior import metrical_prior, named_velocity
from services.drums.refine.model.editable_groove import FeltHit, new_hit
from services.drums.refine.model.edits import Edit

_OPENED: Mapping[Piece, Piece] = {
    pb.DRUM_PIECE_CLOSED_HAT: pb.DRUM_PIECE_OPEN_HAT,
    pb.DRUM_PIECE_PEDAL_HAT: pb.DRUM_PIECE_OPEN_HAT,
}
_TRIPLET = 160  # ticks: a third of a quarter note
_CLOSED: Mapping[Piece, Piece] = {pb.DRUM_PIECE_OPEN_HAT: pb.DRUM_PIECE_CLOSED_HAT}


def remove(editor: GrooveEditor, edit: Edit) -> None:
    """Remove all selected hits.

    Args:
        editor: The groove; changed in place.
        edit: What to change, where and by how much.

    Raises:
        ApiError: The edit names a bar that the groove does not have.
    """
    for selection in editor.selections(edit):
        selection.drop(selection.selected)


def only(editor: GrooveEditor, edit: Edit) -> None:
    """Remove all hits of other parts.

    Args:
        editor: The groove; changed in place.
        edit: What to change, where and by how much.

    Raises:
        ApiError: The edit names a bar that the groove does not have.
    """
    for selection in editor.selections(edit):
        others = [hit for hit in selection.hits if not edit.covers(hit.piece)]
        selection.drop([hit for hit in others if selection.is_editable(hit.piece, hit.step)])


def only_at(editor: GrooveEditor, edit: Edit) -> None:
    """Make the named parts play on the positions named, and nowhere else in those bars.

    Args:
        editor: The groove; changed in place.
        edit: What to change, where and by how much.

    Raises:
        ApiError: The edit names a bar that the groove does not have.
    """
    bars = dataclasses.replace(edit, locations=tuple(location.without_positions() for location in edit.locations))
    positions = {selection.bar: selection.steps for selection in editor.selections(edit)}
    for selection in editor.selections(bars):
        wanted = positions.get(selection.bar, frozenset())
        selection.drop([hit for hit in selection.selected if selection.straight_step(hit) not in wanted])
        for part in edit.parts:
            for step in wanted - selection.steps_of(part.pieces):
                selection.add(part.adds, step, named_velocity(part.adds, selection.meter, step))


def replace(editor: GrooveEditor, edit: Edit) -> None:
    """Move the hits of the named parts to another piece.

    Args:
        editor: The groove; changed in place.
        edit: What to change, where and by how much.

    Raises:
        ApiError: The edit names a bar that the groove does not have.
    """
    assert edit.by is not None
    for selection in editor.selections(edit):
        _replay(selection, dict.fromkeys({hit.piece for hit in selection.selected}, edit.by.adds))


def open_hats(editor: GrooveEditor, edit: Edit) -> None:
    """Open closed hats: all that are selected, or for a small amount those between the beats.

    Args:
        editor: The groove; changed in place.
        edit: What to change, where and by how much.

    Raises:
        ApiError: The edit names a bar that the groove does not have.
    """
    for selection in editor.selections(edit):
        weights = step_weights(selection.meter)
        selected = [s for s in selection.hits if s.piece in _OPENED and selection.is_editable(s.piece, s.step)]
        between = [hit for hit in selected if weights[selection.straight_step(hit)] == EIGHTH]
        _replay(selection, _OPENED, between if edit.amount == LITTLE else selected)


def close_hats(editor: GrooveEditor, edit: Edit) -> None:
    """Close open hats.

    Args:
        editor: The groove; changed in place.
        edit: What to change, where and by how much.

    Raises:
        ApiError: The edit names a bar that the groove does not have.
    """
    for selection in editor.selections(edit):
        selected = [s for s in selection.hits if s.piece in _CLOSED and selection.is_editable(s.piece, s.step)]
        _replay(selection, _CLOSED, selected)


def pulse(editor: GrooveEditor, edit: Edit) -> None:
    """Make each named part play every so many steps (the value of the edit), and nowhere else.

    Args:
        editor: The groove; changed in place.
        edit: What to change, where and by how much.

    Raises:
        ApiError: The edit names a bar that the groove does not have.
    """
    every = max(1, round(edit.value or 1))
    for part in edit.parts:
        for selection in editor.selections(edit.about(part)):
            played = Counter(hit.piece for hit in selection.selected)
            piece = played.most_common(1)[0][0] if played else part.adds
            selection.drop([hit for hit in selection.selected if selection.straight_step(hit) % every])
            taken = selection.steps_of(part.pieces)
            for role in metrical_prior(piece, selection.meter):
                if role.step % every == 0 and role.step not in taken:
                    selection.add(piece, role.step, role.velocity)


def layer(editor: GrooveEditor, edit: Edit) -> None:
    """Hit another part together with the named ones.

    Args:
        editor: The groove; changed in place.
        edit: Which part to add, beside which, and where.

    Raises:
        ApiError: The edit names a bar that the groove does not have.
    """
    assert edit.by is not None
    for selection in editor.selections(edit):
        held = {(hit.piece, hit.step) for hit in selection.hits}
        doubled = {
            hit.step: hit.moved(piece=edit.by.adds).with_id(0).with_articulation(None)
            for hit in selection.selected
            if (edit.by.adds, hit.step) not in held and editor.free(edit.by.adds, selection.bar, hit.step)
        }
        if doubled:
            selection.put([*selection.hits, *doubled.values()])


def triplets(editor: GrooveEditor, edit: Edit) -> None:
    """Make each named part play triplets of eighths, and nothing else.

    Args:
        editor: The groove; changed in place.
        edit: What to change, and where; the hi-hat where it names no part.

    Raises:
        ApiError: The edit names a bar that the groove does not have.
    """
    for part in edit.parts or (kit_parts()["hats"],):
        for selection in editor.selections(edit.about(part)):
            played = Counter(hit.piece for hit in selection.selected)
            piece = played.most_common(1)[0][0] if played else part.adds
            loudness = [hit.velocity for hit in selection.selected] or [named_velocity(piece, selection.meter, 0)]
            selection.drop(selection.selected)
            held = {hit.step for hit in selection.hits if hit.piece == piece or (piece in HATS and hit.piece in HATS)}
            added = []
            for at in range(0, steps_per_bar(selection.meter) * TICKS_PER_STEP, _TRIPLET):
                step = round(at / TICKS_PER_STEP)
                accented = at % (3 * _TRIPLET) == 0
                if step in selection.steps and step not in held and editor.free(piece, selection.bar, step):
                    hit = new_hit(piece, step, max(loudness) if accented else min(loudness), 0, flam=False)
                    added.append(hit.with_timing(plain=at - step * TICKS_PER_STEP))
            selection.put([*selection.hits, *added])


def shift(editor: GrooveEditor, edit: Edit) -> None:
    """Move hits by whole steps (the value of the edit), modulo the length of their bar.

    Args:
        editor: The groove; changed in place.
        edit: What to change, where and by how much.

    Raises:
        ApiError: The edit names a bar that the groove does not have.
    """
    distance = round(edit.value or 0)
    for selection in editor.selections(edit):
        steps = steps_per_bar(selection.meter)
        moves = {
            id(hit): selection.swing.apply(hit, (selection.straight_step(hit) + distance) % steps, selection.meter)
            for hit in selection.selected
        }
        moves = {key: hit for key, hit in moves.items() if editor.free(hit.piece, selection.bar, hit.step)}
        staying = [hit for hit in selection.hits if id(hit) not in moves]
        held = {(hit.piece, hit.step) for hit in staying}
        selection.put([*staying, *(hit for hit in moves.values() if (hit.piece, hit.step) not in held)])


def copy(editor: GrooveEditor, edit: Edit) -> None:
    """Copy another bar onto the selected ones.

    Args:
        editor: The groove; changed in place.
        edit: What to change, where and by how much.

    Raises:
        ApiError: The edit names a bar that the groove does not have.
    """
    source = source_bar(edit, len(editor.bars))
    model = list(editor.bars[source])
    for selection in editor.selections(edit):
        if selection.bar == source:
            continue
        kept = _without(selection, selection.selected)
        held = {(hit.piece, hit.step) for hit in kept}
        fitting = [s for s in model if selection.selects(s) and (s.piece, s.step) not in held]
        if fitting != selection.selected:
            selection.put([*kept, *fitting])


def source_bar(edit: Edit, count: int) -> int:
    """Index of the bar that a COPY edit copies.

    Args:
        edit: The edit; its value is the number of the bar, from 1, or from -1 at the end.
        count: Bars of the piece.

    Returns:
        Index from 0.

    Raises:
        ApiError: The groove does not have such a bar.
    """
    number = round(edit.value or 0)
    if not 1 <= abs(number) <= count:
        raise ApiError(NO_SUCH_BAR, field="instruction", value=abs(number), bars=count)
    return number - 1 if number > 0 else number + count


def _replay(selection: BarSelection, onto: Mapping[Piece, Piece], among: list[FeltHit] | None = None) -> None:
    """Move hits to other pieces; one that meets a hit of that piece is removed."""
    hits = [s for s in (selection.selected if among is None else among) if onto.get(s.piece, s.piece) != s.piece]
    moving = [s for s in hits if selection.editor.free(onto[s.piece], selection.bar, s.step)]
    staying = _without(selection, moving)
    held = {(hit.piece, hit.step) for hit in staying}
    moved = []
    for hit in moving:
        target = (onto[hit.piece], hit.step)
        if target not in held:
            held.add(target)
            moved.append(hit.moved(piece=target[0]))
    if moving:
        selection.put([*staying, *moved])


def _without(selection: BarSelection, hits: list[FeltHit]) -> list[FeltHit]:
    gone = {id(hit) for hit in hits}
    return [hit for hit in selection.hits if id(hit) not in gone]
