"""What an edit may touch: its own parts and places, less what is locked."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

from boumbapp.drums.v1.drums_service_pb2 import BarFeels
from boumbapp.music.v1 import music_pb2 as pb
from boumbapp.music.v1.music_pb2 import Bar, Meter

from music.meter import steps_per_bar
from services.drums.refining.edits import Edit, Piece
from services.drums.refining.groove import Groove, Stroke, new_stroke, strokes_of, swing_of

HATS: frozenset[Piece] = frozenset({pb.DRUM_PIECE_CLOSED_HAT, pb.DRUM_PIECE_PEDAL_HAT, pb.DRUM_PIECE_OPEN_HAT})
_MOST_HITS = 512  # of a bar, as the contract says


@dataclass(frozen=True, slots=True)
class Locks:
    """What must not change.

    Attributes:
        pieces: Pieces, everywhere.
        bars: Whole bars, by index.
        kept: Edits that say what to keep.
    """

    pieces: frozenset[Piece] = frozenset()
    bars: frozenset[int] = frozenset()
    kept: tuple[Edit, ...] = ()

    def free(self, piece: Piece, bar: int, step: int, meters: Sequence[Meter]) -> bool:
        """Whether hits of the piece on this step may change, come or go."""
        if piece in self.pieces or bar in self.bars:
            return False
        return not any(edit.covers(piece) and step in reach(edit, bar, meters) for edit in self.kept)


def reach(edit: Edit, bar: int, meters: Sequence[Meter]) -> frozenset[int]:
    """Steps of a bar that an edit is about. Raises Fault when it names a bar that there is not."""
    whole = frozenset(range(steps_per_bar(meters[bar])))
    places = [place.steps_of(bar, meters) for place in edit.places]
    left_out = [place.steps_of(bar, meters) for place in edit.but_at]
    return (frozenset().union(*places) if places else whole) - frozenset().union(*left_out)


class Canvas:
    """The groove while it is edited.

    Args:
        groove: As it is.
        locks: What must not change.
        seed: Draws all randomness.
    """

    def __init__(self, groove: Groove, locks: Locks, seed: int) -> None:
        self.seed = seed
        self.meters = [bar.meter for bar in groove.bars]
        self.bars = [
            strokes_of(bar, groove.feels[at] if at < len(groove.feels) else None) for at, bar in enumerate(groove.bars)
        ]
        self.bpm = groove.bpm
        self._source = groove
        self._locks = locks
        self._swings = [swing_of(strokes) for strokes in self.bars]
        self._swing = max(self._swings, default=0.0)

    def passages(self, edit: Edit) -> list["Passage"]:
        """The bars that an edit reaches, in order. Raises Fault when it names a bar that there is not."""
        reached = [(bar, reach(edit, bar, self.meters)) for bar in range(len(self.bars))]
        return [Passage(self, edit, bar, steps) for bar, steps in reached if steps]

    def free(self, piece: Piece, bar: int, step: int) -> bool:
        """Whether no lock holds this step of this piece."""
        return self._locks.free(piece, bar, step, self.meters)

    def swing(self, bar: int) -> float:
        """Swing that new hits of a bar take on, as a fraction of a step."""
        return self._swings[bar] or self._swing

    def groove(self) -> Groove:
        """The groove as it is now. Bars that no edit changed are the ones that came in."""
        bars, feels = [], []
        for at, strokes in enumerate(self.bars):
            source = self._source.bars[at]
            hits = [stroke.hit for stroke in strokes]
            bars.append(source if hits == list(source.hits) else Bar(index=source.index, meter=source.meter, hits=hits))
            feels.append(BarFeels(feels=[stroke.feel for stroke in strokes]))
        return Groove(tuple(bars), tuple(feels), self.bpm)


@dataclass(slots=True)
class Passage:
    """One bar, as far as an edit reaches.

    Attributes:
        canvas: The groove.
        edit: The edit.
        bar: Index of the bar.
        steps: Steps that the edit is about.
    """

    canvas: Canvas
    edit: Edit
    bar: int
    steps: frozenset[int]
    _free: dict[tuple[Piece, int], bool] = field(default_factory=dict)

    @property
    def meter(self) -> Meter:
        """Time signature of the bar."""
        return self.canvas.meters[self.bar]

    @property
    def strokes(self) -> list[Stroke]:
        """All strokes of the bar."""
        return self.canvas.bars[self.bar]

    @property
    def reached(self) -> list[Stroke]:
        """Strokes that the edit may change."""
        return [stroke for stroke in self.strokes if self.reaches(stroke)]

    def reaches(self, stroke: Stroke) -> bool:
        """Whether the edit may change a stroke."""
        return self.edit.covers(stroke.piece) and self.is_open(stroke.piece, stroke.step)

    def is_open(self, piece: Piece, step: int) -> bool:
        """Whether the edit is about this step and no lock holds the piece there."""
        key = (piece, step)
        if key not in self._free:
            self._free[key] = step in self.steps and self.canvas.free(piece, self.bar, step)
        return self._free[key]

    def has(self, piece: Piece, step: int) -> bool:
        """Whether the piece is hit on the step."""
        return any(stroke.piece == piece and stroke.step == step for stroke in self.strokes)

    def change(self, change: Callable[[Stroke], Stroke | None], among: Collection[Stroke] | None = None) -> None:
        """Replace strokes by what `change` makes of them; None removes one.

        Args:
            change: Makes the new stroke.
            among: The strokes to change; all that the edit reaches when None.
        """
        chosen = {id(stroke) for stroke in (self.reached if among is None else among)}
        changed = [change(stroke) if id(stroke) in chosen else stroke for stroke in self.strokes]
        self.put([stroke for stroke in changed if stroke is not None])

    def drop(self, strokes: Collection[Stroke]) -> None:
        """Remove strokes."""
        self.change(lambda _: None, strokes)

    def add(self, piece: Piece, step: int, velocity: float) -> bool:
        """Add a plain hit, swung as the bar is. False where there is one already or a lock holds.

        The hi-hat is one instrument: opened, pedalled or closed, it gives way to its new hit on the same step.
        """
        if self.has(piece, step) or not self.is_open(piece, step) or len(self.strokes) >= _MOST_HITS:
            return False
        rivals = HATS - {piece} if piece in HATS else frozenset()
        strokes = [
            s for s in self.strokes if s.step != step or s.piece not in rivals or not self.is_open(s.piece, step)
        ]
        self.put([*strokes, new_stroke(piece, step, velocity, self.canvas.swing(self.bar))])
        return True

    def put(self, strokes: Sequence[Stroke]) -> None:
        """Set all strokes of the bar; they are put in order unless they are those that were there."""
        before = [id(stroke) for stroke in self.strokes]
        if [id(stroke) for stroke in strokes] != before:
            self.canvas.bars[self.bar] = sorted(strokes, key=lambda stroke: (stroke.step, stroke.piece))
