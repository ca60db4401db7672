"""What an edit may touch: its own parts and places, less what is locked."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

from boumbapp.drums.v1.drums_service_pb2 import BarFeels
from boumbapp.music.v1.music_pb2 import Bar, Meter

from music.meter import steps_per_bar
from services.drums.kit.kit import HATS, Piece
from services.drums.refine.context.metrical_prior import ScoredStep
from services.drums.refine.context.style_prior import StylePrior
from services.drums.refine.model.editable_groove import EditableGroove, FeltHit, hits_with_feel, new_hit
from services.drums.refine.model.edits import Edit
from services.drums.refine.model.swing import Swing, swing_from_feel, with_estimated_swing

_LOUD = 0.9  # quantile of velocities that counts as accented
_ACCENT = 112  # MIDI velocity of an accent where nothing is played softly or hard
_SOFTEST, _LOUDEST = 0.3, 127 / _ACCENT
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
    """Steps of a bar that an edit is about. Raises ApiError when it names a bar that there is not."""
    whole = frozenset(range(steps_per_bar(meters[bar])))
    locations = [location.steps_of(bar, meters) for location in edit.locations]
    left_out = [location.steps_of(bar, meters) for location in edit.but_at]
    return (frozenset().union(*locations) if locations else whole) - frozenset().union(*left_out)


class GrooveEditor:
    """The groove while it is edited.

    Args:
        groove: As it is.
        locks: What must not change.
        prior: Where added hits belong, and what is drawn at random.

    Attributes:
        composed: Bars that were composed anew.
    """

    def __init__(self, groove: EditableGroove, locks: Locks, prior: StylePrior) -> None:
        self.prior = prior
        self._source = groove
        self.meters = [bar.meter for bar in groove.bars]
        self.bars = [self._hits(at, bar) for at, bar in enumerate(groove.bars)]
        self.bpm = groove.bpm
        self.composed: set[int] = set()
        self._locks = locks
        self.listen()

    def selections(self, edit: Edit) -> list["BarSelection"]:
        """The bars that an edit reaches, in order. Raises ApiError when it names a bar that there is not."""
        reached = [(bar, reach(edit, bar, self.meters)) for bar in range(len(self.bars))]
        return [BarSelection(self, edit, bar, steps) for bar, steps in reached if steps]

    def free(self, piece: Piece, bar: int, step: int) -> bool:
        """Whether no lock holds this step of this piece."""
        return self._locks.free(piece, bar, step, self.meters)

    def listen(self) -> None:
        """Find out how the groove swings, and how loud it is, now; called after every edit."""
        self._swings = [swing_from_feel(hits, self.prior.swings_eighths) for hits in self.bars]
        self._usual_swing = max(self._swings, key=lambda swing: swing.amount)
        velocities = sorted(hit.hit.velocity for hits in self.bars for hit in hits)
        loud = velocities[round(_LOUD * (len(velocities) - 1))] if velocities else _ACCENT
        self.loudness = min(max(loud / _ACCENT, _SOFTEST), _LOUDEST)

    def swing(self, bar: int) -> Swing:
        """Swing of a bar, or where its own hits do not show it, of the groove."""
        return self._swings[bar] if self._swings[bar].amount else self._usual_swing

    def _hits(self, at: int, bar: Bar) -> list[FeltHit]:
        feels = self._source.feels
        if at < len(feels) and len(feels[at].feels) == len(bar.hits):
            return hits_with_feel(bar, feels[at])
        return with_estimated_swing(bar, self.prior.swings_eighths)

    def groove(self) -> EditableGroove:
        """The groove as it is now. Bars that no edit changed are the ones that came in."""
        bars, feels = [], []
        for at, strokes in enumerate(self.bars):
            source = self._source.bars[at]
            hits = [stroke.hit for stroke in strokes]
            bars.append(source if hits == list(source.hits) else Bar(index=source.index, meter=source.meter, hits=hits))
            feels.append(BarFeels(feels=[stroke.feel for stroke in strokes]))
        return EditableGroove(tuple(bars), tuple(feels), self.bpm)


@dataclass(slots=True)
class BarSelection:
    """One bar, as far as an edit reaches.

    Attributes:
        editor: The groove.
        edit: The edit.
        bar: Index of the bar.
        steps: Steps that the edit is about.
    """

    editor: GrooveEditor
    edit: Edit
    bar: int
    steps: frozenset[int]
    _free: dict[tuple[Piece, int], bool] = field(default_factory=dict)

    @property
    def meter(self) -> Meter:
        """Time signature of the bar."""
        return self.editor.meters[self.bar]

    @property
    def strokes(self) -> list[FeltHit]:
        """All strokes of the bar."""
        return self.editor.bars[self.bar]

    @property
    def reached(self) -> list[FeltHit]:
        """Strokes that the edit may change."""
        return [stroke for stroke in self.strokes if self.reaches(stroke)]

    def reaches(self, stroke: FeltHit) -> bool:
        """Whether the edit may change a stroke."""
        return self.edit.covers(stroke.piece) and self.is_open(stroke.piece, stroke.step)

    def is_open(self, piece: Piece, step: int) -> bool:
        """Whether the edit is about this step and no lock holds the piece there."""
        key = (piece, step)
        if key not in self._free:
            self._free[key] = step in self.steps and self.editor.free(piece, self.bar, step)
        return self._free[key]

    def scored_steps(self, piece: Piece) -> list[ScoredStep]:
        """Steps of the bar where a piece may play, the most fitting first."""
        return self.editor.prior.scored_steps(piece, self.meter, self.bar)

    def entry_pattern(self, piece: Piece) -> list[ScoredStep]:
        """Steps of the bar that a piece plays when it comes in."""
        return self.editor.prior.entry_pattern(piece, self.meter, self.bar)

    @property
    def swing(self) -> Swing:
        """Swing of the bar."""
        return self.editor.swing(self.bar)

    def straight_step(self, hit: FeltHit) -> int:
        """The step of the bar that a hit has without swing."""
        return self.swing.straight_step(hit)

    def steps_of(self, pieces: Collection[Piece]) -> set[int]:
        """Steps of the straight groove on which some pieces are hit."""
        return {self.straight_step(hit) for hit in self.strokes if hit.piece in pieces}

    def change(self, change: Callable[[FeltHit], FeltHit | None], among: Collection[FeltHit] | None = None) -> None:
        """Replace strokes by what `change` makes of them; None removes one.

        Args:
            change: Makes the new stroke.
            among: The strokes to change; all that the edit reaches when None.
        """
        chosen = {id(stroke) for stroke in (self.reached if among is None else among)}
        changed = [change(stroke) if id(stroke) in chosen else stroke for stroke in self.strokes]
        self.put([stroke for stroke in changed if stroke is not None])

    def drop(self, strokes: Collection[FeltHit]) -> None:
        """Remove strokes."""
        self.change(lambda _: None, strokes)

    def add(self, piece: Piece, straight: int, velocity: float, *, flam: bool = False) -> bool:
        """Add a hit on a step of the straight groove, as loud as the groove is beside a usual one.

        Nothing is added where there is such a hit already or a lock holds; the result tells.

        The hi-hat is one instrument: opened, pedalled or closed, it gives way to its new hit on the same step.
        """
        step = self.swing.step(straight, self.meter)
        there = any(hit.piece == piece and hit.step == step for hit in self.strokes)
        if there or not self.is_open(piece, step) or len(self.strokes) >= _MOST_HITS:
            return False
        rivals = HATS - {piece} if piece in HATS else frozenset()
        giving_way = {rival for rival in rivals if self.is_open(rival, step)}
        staying = [hit for hit in self.strokes if hit.step != step or hit.piece not in giving_way]
        sounding = velocity * self.editor.loudness
        self.put([*staying, new_hit(piece, step, sounding, self.swing.offset(straight, self.meter), flam)])
        return True

    def put(self, strokes: Sequence[FeltHit]) -> None:
        """Set all strokes of the bar; they are put in order unless they are those that were there."""
        before = [id(stroke) for stroke in self.strokes]
        if [id(stroke) for stroke in strokes] != before:
            self.editor.bars[self.bar] = sorted(strokes, key=lambda stroke: (stroke.step, stroke.piece))
