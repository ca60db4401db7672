"""Edits of what is played where: without, only, instead, open and closed hats, a pulse, shifted, copied."""

from collections import Counter
from collections.abc import Mapping

from boumbapp.music.v1 import music_pb2 as pb

from music.meter import EIGHTH, step_weights, steps_per_bar
from services.chassis.errors import Code, Fault
from services.drums.refining.canvas import Canvas, Passage
from services.drums.refining.edits import LITTLE, Edit, Piece
from services.drums.refining.groove import Stroke
from services.drums.refining.spots import Habits
from services.drums.refining.timing import on_step

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
        between = [stroke for stroke in reached if weights[stroke.step] == EIGHTH]
        _replay(passage, _OPENED, between if edit.amount == LITTLE else reached)


def close_hats(canvas: Canvas, edit: Edit) -> None:
    """Close open hats."""
    for passage in canvas.passages(edit):
        reached = [s for s in passage.strokes if s.piece in _CLOSED and passage.is_open(s.piece, s.step)]
        _replay(passage, _CLOSED, reached)


def pulse(canvas: Canvas, edit: Edit, habits: Habits) -> None:
    """Make each named part play every so many steps, and nowhere else."""
    every = max(1, round(edit.value or 1))
    for part in edit.parts:
        for passage in canvas.passages(edit.about(part)):
            played = Counter(stroke.piece for stroke in passage.reached)
            piece = played.most_common(1)[0][0] if played else part.adds
            passage.drop([stroke for stroke in passage.reached if stroke.step % every])
            taken = {stroke.step for stroke in passage.strokes if stroke.piece in part.pieces}
            for candidate in habits.candidates(piece, passage.meter):
                if candidate.step % every == 0 and candidate.step not in taken:
                    passage.add(piece, candidate.step, candidate.velocity)


def shift(canvas: Canvas, edit: Edit) -> None:
    """Move hits by whole steps; what leaves a bar comes back at its other end, as in a loop of that bar."""
    distance = round(edit.value or 0)
    for passage in canvas.passages(edit):
        steps, swing = steps_per_bar(passage.meter), canvas.swing(passage.bar)
        moving = [s for s in passage.reached if passage.canvas.free(s.piece, passage.bar, (s.step + distance) % steps)]
        staying = _without(passage, moving)
        held = {(stroke.piece, stroke.step) for stroke in staying}
        moved = [on_step(stroke, (stroke.step + distance) % steps, swing) for stroke in moving]
        passage.put([*staying, *(stroke for stroke in moved if (stroke.piece, stroke.step) not in held)])


def copy(canvas: Canvas, edit: Edit) -> None:
    """Make bars like another one. Raises Fault when there is no such bar to copy."""
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
    """Index of the bar that COPY copies. Raises Fault when there is no such bar."""
    number = round(edit.value or 0)
    if not 1 <= abs(number) <= count:
        raise Fault(Code.NO_SUCH_BAR, field="instruction", value=abs(number), bars=count)
    return number - 1 if number > 0 else number + count


def _replay(passage: Passage, onto: Mapping[Piece, Piece], among: list[Stroke] | None = None) -> None:
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


def _without(passage: Passage, strokes: list[Stroke]) -> list[Stroke]:
    gone = {id(stroke) for stroke in strokes}
    return [stroke for stroke in passage.strokes if id(stroke) not in gone]
