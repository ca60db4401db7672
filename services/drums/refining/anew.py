"""Composes bars anew: another bar of the style in the place of one that did not please."""

from collections.abc import Iterator

from services.drums.kit import HATS, Piece
from services.drums.refining.canvas import Canvas, Passage
from services.drums.refining.edits import Edit
from services.drums.refining.groove import FeltHit

_SEEDS = 8  # tried until a bar is another one and about as busy
_COMPLEXITIES = (0.5, 0.3, 0.7)
_NEAR = 2  # hits more or fewer that count as just as busy


def compose_anew(canvas: Canvas, edit: Edit) -> None:
    """Replace what the edit reaches by what the style would play at another seed, about as busy.

    Pieces that the groove does not play stay out, so that what was taken away does not come back.
    """
    playing = {stroke.piece for strokes in canvas.bars for stroke in strokes}
    human = any(stroke.feel.human_offset or stroke.feel.human_velocity for bar in canvas.bars for stroke in bar)
    for passage in canvas.passages(edit):
        reached = passage.reached
        kept = [stroke for stroke in passage.strokes if not passage.reaches(stroke)]
        others: list[list[FeltHit]] = []
        for bar in _bars_of_style(passage, len(canvas.bars), human):
            strokes = _fitting(bar, passage, kept, playing)
            if _places(strokes) != _places(reached):
                others.append(strokes)
                if abs(len(strokes) - len(reached)) <= _NEAR:
                    break
        if others:
            passage.put([*kept, *min(others, key=lambda strokes: abs(len(strokes) - len(reached)))])


def _bars_of_style(passage: Passage, bars: int, human: bool) -> Iterator[list[FeltHit]]:
    for attempt in range(1, _SEEDS + 1):
        for complexity in _COMPLEXITIES:
            yield passage.canvas.habits.other_bar(
                passage.meter,
                passage.bar,
                bars=bars,
                attempt=attempt,
                swing=passage.swing,
                bpm=passage.canvas.bpm,
                complexity=complexity,
                human=human,
            )


def _fitting(bar: list[FeltHit], passage: Passage, kept: list[FeltHit], playing: set[Piece]) -> list[FeltHit]:
    """The strokes that may come: on free steps, of pieces that play, none on top of a stroke that stays."""
    held, loudness = _places(kept), passage.canvas.loudness
    return [
        stroke.struck(stroke.hit.velocity * loudness)
        for stroke in bar
        if passage.reaches(stroke)
        and (stroke.piece in playing or not playing)
        and (stroke.piece, stroke.step) not in held
        and not (stroke.piece in HATS and any((hat, stroke.step) in held for hat in HATS))
    ]


def _places(strokes: list[FeltHit]) -> set[tuple[Piece, int]]:
    return {(stroke.piece, stroke.step) for stroke in strokes}
