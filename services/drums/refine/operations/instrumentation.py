"""Edits of what is played where: without, only, instead, open and closed hats, a pulse, shifted, copied."""

import dataclasses
from collections import Counter
from collections.abc import Mapping

from boumbapp.music.v1 import music_pb2 as pb

from music.meter import EIGHTH, step_weights, steps_per_bar
from services.chassis.errors.catalogue import ApiError
from services.drums.errors import NO_SUCH_BAR
from services.drums.kit.kit import Piece
from services.drums.refine.context.selection import Canvas, Passage
from services.drums.refine.model.edits import LITTLE, Edit
from services.drums.refine.model.groove import FeltHit
from services.drums.refine.model.metrical_prior import metrical_spots, named_velocity

_OPENED: Mapping[Piece, Piece] = {
    pb.DRUM_PIECE_CLOSED_HAT: pb.DRUM_PIECE_OPEN_HAT,
    pb.DRUM_PIECE_PEDAL_HAT: pb.DRUM_PIECE_OPEN_HAT,
}
_CLOSED: Mapping[Piece, Piece] = {pb.DRUM_PIECE_OPEN_HAT: pb.DRUM_PIECE_CLOSED_HAT}


def remove(canvas: Canvas, edit: Edit) -> None:
    """Remove all hits that the edit reaches."""
    for passage in canvas.passages(edit):
        passage.drop(passage.reached)


def only(canvas: Canvas, edit: Edit) -> None:
    """Remove all hits of other parts."""
    for passage in canvas.passages(edit):
        others = [stroke for stroke in passage.strokes if not edit.covers(stroke.piece)]
        passage.drop([stroke for stroke in others if passage.is_open(stroke.piece, stroke.step)])


def only_at(canvas: Canvas, edit: Edit) -> None:
    """Make the named parts play on the positions named, and nowhere else in those bars."""
    bars = dataclasses.replace(edit, places=tuple(place.without_positions() for place in edit.places))
    positions = {passage.bar: passage.steps for passage in canvas.passages(edit)}
    for passage in canvas.passages(bars):
        wanted = positions.get(passage.bar, frozenset())
        passage.drop([hit for hit in passage.reached if passage.straight_step(hit) not in wanted])
        for part in edit.parts:
            for step in wanted - passage.steps_of(part.pieces):
                passage.add(part.adds, step, named_velocity(part.adds, passage.meter, step))


def replace(canvas: Canvas, edit: Edit) -> None:
    """Play on another piece what the named parts play."""
    assert edit.by is not None
    for passage in canvas.passages(edit):
        _replay(passage, dict.fromkeys({stroke.piece for stroke in passage.reached}, edit.by.adds))


def open_hats(canvas: Canvas, edit: Edit) -> None:
    """Open closed hats: all that the edit reaches, or, "a little", those between the beats."""
    for passage in canvas.passages(edit):
        weights = step_weights(passage.meter)
        reached = [s for s in passage.strokes if s.piece in _OPENED and passage.is_open(s.piece, s.step)]
        between = [hit for hit in reached if weights[passage.straight_step(hit)] == EIGHTH]
        _replay(passage, _OPENED, between if edit.amount == LITTLE else reached)


def close_hats(canvas: Canvas, edit: Edit) -> None:
    """Close open hats."""
    for passage in canvas.passages(edit):
        reached = [s for s in passage.strokes if s.piece in _CLOSED and passage.is_open(s.piece, s.step)]
        _replay(passage, _CLOSED, reached)


def pulse(canvas: Canvas, edit: Edit) -> None:
    """Make each named part play every so many steps, and nowhere else."""
    every = max(1, round(edit.value or 1))
    for part in edit.parts:
        for passage in canvas.passages(edit.about(part)):
            played = Counter(stroke.piece for stroke in passage.reached)
            piece = played.most_common(1)[0][0] if played else part.adds
            passage.drop([hit for hit in passage.reached if passage.straight_step(hit) % every])
            taken = passage.steps_of(part.pieces)
            for spot in metrical_spots(piece, passage.meter):
                if spot.step % every == 0 and spot.step not in taken:
                    passage.add(piece, spot.step, spot.velocity)


def shift(canvas: Canvas, edit: Edit) -> None:
    """Move hits by whole steps; what leaves a bar comes back at its other end, as in a loop of that bar."""
    distance = round(edit.value or 0)
    for passage in canvas.passages(edit):
        steps = steps_per_bar(passage.meter)
        moves = {
            id(hit): passage.swing.placed(hit, (passage.straight_step(hit) + distance) % steps, passage.meter)
            for hit in passage.reached
        }
        moves = {key: hit for key, hit in moves.items() if canvas.free(hit.piece, passage.bar, hit.step)}
        staying = [hit for hit in passage.strokes if id(hit) not in moves]
        held = {(hit.piece, hit.step) for hit in staying}
        passage.put([*staying, *(hit for hit in moves.values() if (hit.piece, hit.step) not in held)])


def copy(canvas: Canvas, edit: Edit) -> None:
    """Make bars like another one. Raises ApiError when there is no such bar to copy."""
    source = source_bar(edit, len(canvas.bars))
    model = list(canvas.bars[source])
    for passage in canvas.passages(edit):
        if passage.bar == source:
            continue
        kept = _without(passage, passage.reached)
        held = {(stroke.piece, stroke.step) for stroke in kept}
        fitting = [s for s in model if passage.reaches(s) and (s.piece, s.step) not in held]
        if fitting != passage.reached:
            passage.put([*kept, *fitting])


def source_bar(edit: Edit, count: int) -> int:
    """Index of the bar that COPY copies. Raises ApiError when there is no such bar."""
    number = round(edit.value or 0)
    if not 1 <= abs(number) <= count:
        raise ApiError(NO_SUCH_BAR, field="instruction", value=abs(number), bars=count)
    return number - 1 if number > 0 else number + count


def _replay(passage: Passage, onto: Mapping[Piece, Piece], among: list[FeltHit] | None = None) -> None:
    """Move strokes to other pieces; one that lands on a hit of that piece gives way to it."""
    strokes = [s for s in (passage.reached if among is None else among) if onto.get(s.piece, s.piece) != s.piece]
    moving = [s for s in strokes if passage.canvas.free(onto[s.piece], passage.bar, s.step)]
    staying = _without(passage, moving)
    held = {(stroke.piece, stroke.step) for stroke in staying}
    moved = []
    for stroke in moving:
        target = (onto[stroke.piece], stroke.step)
        if target not in held:
            held.add(target)
            moved.append(stroke.placed(piece=target[0]))
    if moving:
        passage.put([*staying, *moved])


def _without(passage: Passage, strokes: list[FeltHit]) -> list[FeltHit]:
    gone = {id(stroke) for stroke in strokes}
    return [stroke for stroke in passage.strokes if id(stroke) not in gone]
