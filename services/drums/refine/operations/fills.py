"""Fills at the ends of bars."""

from itertools import pairwise

from music.meter import steps_per_bar
from services.drums.refine.context.selection import Canvas, Passage
from services.drums.refine.model.edits import LITTLE, MUCH, USUAL, Edit
from services.drums.styles.fills import play_fill
from services.drums.styles.meter_fitting import beat_starts

_BEATS = {LITTLE: 1, USUAL: 2, MUCH: 8}  # length, where the bar has as many
_COMPLEXITY = {LITTLE: 0.3, USUAL: 0.5, MUCH: 0.8}


def fill(canvas: Canvas, edit: Edit) -> None:
    """Play a fill of the style at the end of each bar, or stretch of a bar, that the edit reaches."""
    for passage in canvas.passages(edit):
        beats = _beats(passage)[-_BEATS[edit.amount] :]
        chosen, rows = canvas.habits.fill(passage.meter, passage.bar)
        strokes = canvas.habits.strokes_behind(passage.strokes, passage.swing, passage.meter)
        play_fill(strokes, chosen, rows, beats, _COMPLEXITY[edit.amount])
        filled = {step for beat in beats for step in beat}
        played = {(piece, step): stroke for step, piece, stroke in strokes.ordered() if step in filled}
        over = [hit for hit in passage.reached if passage.straight_step(hit) in filled]
        passage.drop([hit for hit in over if (hit.piece, passage.straight_step(hit)) not in played])
        for (piece, step), stroke in played.items():
            passage.add(piece, step, canvas.habits.velocity(piece, stroke.level, passage.meter), flam=stroke.flam)


def _beats(passage: Passage) -> list[range]:
    """Beats that the edit reaches whole; all its steps as one, where it reaches none whole."""
    starts = [*beat_starts(passage.meter), steps_per_bar(passage.meter)]
    beats = [range(start, end) for start, end in pairwise(starts)]
    whole = [beat for beat in beats if passage.steps.issuperset(beat)]
    return whole or [range(min(passage.steps), max(passage.steps) + 1)]
