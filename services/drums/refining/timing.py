"""Edits of when hits sound: swing, human timing, the grid, ahead or behind, double and half time."""

from random import Random

from boumbapp.music.v1 import music_pb2 as pb

from music.randomness import bar_random
from services.drums.refining.canvas import Canvas, Passage
from services.drums.refining.edits import LITTLE, MUCH, USUAL, Edit, Piece
from services.drums.refining.groove import Stroke, is_swung

MAX_SWING = 0.5  # steps
_SWING_STEP = {LITTLE: 0.06, USUAL: 0.12, MUCH: 0.24}
_PUSHED_BY = {LITTLE: 0.06, USUAL: 0.12, MUCH: 0.24}  # steps
_DEVIATIONS_LEFT = {LITTLE: 0.6, USUAL: 0.3, MUCH: 0.0}  # share of them after "more mechanical"
# Standard deviations added by "more human": timing in steps, velocity in MIDI units.
_TIMING_SPREAD = {LITTLE: 0.03, USUAL: 0.06, MUCH: 0.1}
_VELOCITY_SPREAD = {LITTLE: 4.0, USUAL: 8.0, MUCH: 13.0}
_HUMAN_LIMIT = 0.3  # steps; no drummer who means this step is further off
_DRAW = 101  # purpose of the random numbers
# Pieces that go on as they are in half time: they keep the pulse against which the backbeat slows down.
_PULSE_KEEPERS: frozenset[Piece] = frozenset(
    {
        pb.DRUM_PIECE_CLOSED_HAT, pb.DRUM_PIECE_PEDAL_HAT, pb.DRUM_PIECE_OPEN_HAT, pb.DRUM_PIECE_RIDE,
        pb.DRUM_PIECE_SHAKER, pb.DRUM_PIECE_TAMBOURINE, pb.DRUM_PIECE_COWBELL,
    }
)  # fmt: skip


def more_swing(canvas: Canvas, edit: Edit) -> None:
    """Delay off-beat sixteenths further."""
    _swing(canvas, edit, _SWING_STEP[edit.amount])


def less_swing(canvas: Canvas, edit: Edit) -> None:
    """Bring off-beat sixteenths nearer to the grid."""
    _swing(canvas, edit, -_SWING_STEP[edit.amount])


def set_swing(canvas: Canvas, edit: Edit) -> None:
    """Swing by as much as the edit says; 0 is straight."""
    swing = min(max(edit.value or 0.0, 0.0), MAX_SWING)
    for passage in canvas.passages(edit):
        passage.change(lambda stroke: _swung(stroke, swing))


def humanise(canvas: Canvas, edit: Edit) -> None:
    """Add what a drummer's hands add: small deviations in timing and velocity."""
    for passage in canvas.passages(edit):
        draw = bar_random(canvas.seed, passage.bar, _DRAW)
        passage.change(lambda stroke: _loosened(stroke, edit.amount, draw))  # noqa: B023  called within this turn


def mechanise(canvas: Canvas, edit: Edit) -> None:
    """Take away human deviations; where they are not told, all micro-timing but swing counts as such."""
    left = _DEVIATIONS_LEFT[edit.amount]
    for passage in canvas.passages(edit):
        told = any(stroke.feel.human_offset or stroke.feel.human_velocity for stroke in passage.strokes)
        passage.change(lambda stroke: _tightened(stroke, left, told))  # noqa: B023  called within this turn


def quantise(canvas: Canvas, edit: Edit) -> None:
    """Put hits on the grid; swing stays."""
    for passage in canvas.passages(edit):
        passage.change(lambda stroke: stroke.timed(human=0.0, plain=0.0) if _is_off(stroke) else stroke)


def lay_back(canvas: Canvas, edit: Edit) -> None:
    """Play behind the beat."""
    _push(canvas, edit, _PUSHED_BY[edit.amount])


def push(canvas: Canvas, edit: Edit) -> None:
    """Play ahead of the beat."""
    _push(canvas, edit, -_PUSHED_BY[edit.amount])


def double_time(canvas: Canvas, edit: Edit) -> None:
    """Play twice as fast at the same tempo: two stretches in the time of one, and again to fill the piece."""
    passages = canvas.passages(edit)
    windows = [_Window(passage) for passage in passages]
    for at, window in enumerate(windows):
        pair = [windows[(2 * at + half) % len(windows)] for half in (0, 1)]
        if any(len(other.steps) != len(window.steps) for other in pair):  # metres differ
            pair = [window, window]
        size = len(window.steps)
        placed = [
            (stroke, (half * size + index) // 2) for half, other in enumerate(pair) for index, stroke in other.strokes
        ]
        window.fill(placed)


def half_time(canvas: Canvas, edit: Edit) -> None:
    """Play half as fast at the same tempo; what keeps the pulse goes on as it is."""
    windows = [_Window(passage, _PULSE_KEEPERS) for passage in canvas.passages(edit)]
    for at, window in enumerate(windows):
        source = windows[at // 2]
        size = len(window.steps)
        if len(source.steps) != size:  # metres differ
            source = window
        start = at % 2 * size
        window.fill([(stroke, 2 * index - start) for index, stroke in source.strokes])


class _Window:
    """A stretch of a bar that is played at another speed.

    Args:
        passage: The bar, as far as the edit reaches.
        but: Pieces that are left as they are.
    """

    def __init__(self, passage: Passage, but: frozenset[Piece] = frozenset()) -> None:
        self._passage = passage
        self.steps = sorted(passage.steps)
        places = {step: index for index, step in enumerate(self.steps)}
        # Strokes as they were before any stretch was changed, with their places in the stretch.
        self.strokes = [(places[stroke.step], stroke) for stroke in passage.reached if stroke.piece not in but]

    def fill(self, placed: list[tuple[Stroke, int]]) -> None:
        """Replace the strokes by others at new places; of two that meet, the louder stays."""
        passage = self._passage
        gone = {id(stroke) for _, stroke in self.strokes}
        staying = [stroke for stroke in passage.strokes if id(stroke) not in gone]
        held = {(stroke.piece, stroke.step) for stroke in staying}
        best: dict[tuple[Piece, int], Stroke] = {}
        for stroke, place in placed:
            if not 0 <= place < len(self.steps):
                continue
            key = (stroke.piece, self.steps[place])
            before = best.get(key)
            if key in held or not passage.is_open(*key) or (before and before.hit.velocity >= stroke.hit.velocity):
                continue
            best[key] = on_step(stroke, key[1], passage.canvas.swing(passage.bar))
        passage.put([*staying, *best.values()])


def on_step(stroke: Stroke, step: int, swing: float) -> Stroke:
    """The stroke on another step, swung by `swing` where that step is and the old one was not, or the reverse."""
    if step == stroke.step:
        return stroke
    placed = stroke.placed(step=step)
    return placed if is_swung(step) == is_swung(stroke.step) else placed.timed(swing=swing if is_swung(step) else 0.0)


def _swing(canvas: Canvas, edit: Edit, change: float) -> None:
    for passage in canvas.passages(edit):
        swing = min(max(canvas.swing(passage.bar) + change, 0.0), MAX_SWING)
        passage.change(lambda stroke: _swung(stroke, swing))  # noqa: B023  called within this turn


def _swung(stroke: Stroke, swing: float) -> Stroke:
    return stroke.timed(swing=swing) if is_swung(stroke.step) else stroke


def _push(canvas: Canvas, edit: Edit, late: float) -> None:
    for passage in canvas.passages(edit):
        passage.change(lambda stroke: stroke.timed(plain=stroke.plain_offset + late))


def _loosened(stroke: Stroke, amount: float, draw: Random) -> Stroke:
    late = stroke.feel.human_offset + draw.gauss(0, _TIMING_SPREAD[amount])
    louder = stroke.feel.human_velocity + draw.gauss(0, _VELOCITY_SPREAD[amount])
    return stroke.played_by(min(max(late, -_HUMAN_LIMIT), _HUMAN_LIMIT), louder)


def _tightened(stroke: Stroke, left: float, told: bool) -> Stroke:
    if not told:
        return stroke.timed(plain=stroke.plain_offset * left)
    return stroke.played_by(stroke.feel.human_offset * left, stroke.feel.human_velocity * left)


def _is_off(stroke: Stroke) -> bool:
    return bool(stroke.plain_offset or stroke.feel.human_offset)
