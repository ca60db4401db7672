"""The groove while it is edited, and what each edit may change of it: what it names, less what is locked."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

from boumbapp.drums.v2.drums_service_pb2 import BarFeels
from boumbapp.music.v2.music_pb2 import Bar, Meter

from music.meter import steps_per_bar
from services.drums.kit.kit import HATS, Piece
from services.drums.refine.context.metrical_prior import ScoredStep
from services.drums.refine.context.style_prior import StylePrior
from services.drums.refine.model.editable_groove import EditableGroove, FeltHit, hits_with_feel, new_hit, with_ids_of
from services.drums.refine.model.edits import Edit
from services.drums.refine.model.swing import GrooveSwing, swing_from_feel, with_estimated_swing

_LOUD = 0.9  # quantile of velocities that counts as an accent
_ACCENT = 112  # MIDI velocity of an accent at medium intensity
_SOFTEST, _LOUDEST = 0.3, 127 / _ACCENT
_SLOWEST, _FASTEST = 20.0, 400.0  # quarter notes per minute, limits of the contract
_MOST_HITS = 512  # of a bar, a limit of the contract


@dataclass(frozen=True, slots=True)
class Locks:
    """What must not change.

    Attributes:
        pieces: Pieces, everywhere.
        bars: Whole bars, by index.
        kept: Edits of the instruction that say what to keep.
    """

    pieces: frozenset[Piece] = frozenset()
    bars: frozenset[int] = frozenset()
    kept: tuple[Edit, ...] = ()

    def free(self, piece: Piece, bar: int, step: int, meters: Sequence[Meter]) -> bool:
        """Whether hits of a piece on a step may be changed, added or removed.

        Args:
            piece: The piece.
            bar: Index of the bar.
            step: Step of the bar, from 0.
            meters: Time signature of every bar.

        Raises:
            ApiError: A kept edit names a bar that the groove does not have.
        """
        if piece in self.pieces or bar in self.bars:
            return False
        return not any(edit.covers(piece) and step in edited_steps(edit, bar, meters) for edit in self.kept)


def edited_steps(edit: Edit, bar: int, meters: Sequence[Meter]) -> frozenset[int]:
    """Steps of a bar that an edit names.

    Args:
        edit: The edit.
        bar: Index of the bar.
        meters: Time signature of every bar.

    Returns:
        Steps from 0; none when the edit does not name the bar.

    Raises:
        ApiError: It names a bar that the groove does not have.
    """
    whole = frozenset(range(steps_per_bar(meters[bar])))
    locations = [location.steps_of(bar, meters) for location in edit.locations]
    left_out = [location.steps_of(bar, meters) for location in edit.but_at]
    return (frozenset().union(*locations) if locations else whole) - frozenset().union(*left_out)


class GrooveEditor:
    """A working copy of a groove.

    Args:
        groove: The groove; left as it is.
        locks: What must not change.
        prior: Where added hits belong.

    Attributes:
        prior: The prior.
        meters: Time signature of every bar.
        bars: Hits of every bar, by step, then piece.
        bpm: Tempo in quarter notes per minute.
        loudness: Loudness relative to medium intensity, 0.3-1.13; updated by `measure`.
        regenerated: Indices of bars that were regenerated.
    """

    def __init__(self, groove: EditableGroove, locks: Locks, prior: StylePrior) -> None:
        self.prior = prior
        self._source = groove
        self.meters = [bar.meter for bar in groove.bars]
        self._sources: list[Bar | None] = list(groove.bars)
        self.bars = [self._hits(at, bar) for at, bar in enumerate(groove.bars)]
        self.bpm = groove.bpm
        self.regenerated: set[int] = set()
        self._locks = locks
        self.measure()

    def selections(self, edit: Edit) -> list["BarSelection"]:
        """What an edit selects of each bar, in order; bars of which it selects nothing are left out.

        Raises:
            ApiError: It names a bar that the groove does not have.
        """
        named = [(bar, edited_steps(edit, bar, self.meters)) for bar in range(len(self.bars))]
        return [BarSelection(self, edit, bar, steps) for bar, steps in named if steps]

    def free(self, piece: Piece, bar: int, step: int) -> bool:
        """Whether no lock covers a piece on a step.

        Args:
            piece: The piece.
            bar: Index of the bar.
            step: Step of the bar, from 0.
        """
        return self._locks.free(piece, bar, step, self.meters)

    def locks(self, bar: int) -> bool:
        """Whether a whole bar is locked."""
        return bar in self._locks.bars

    def append_like(self, bar: int) -> None:
        """Add a bar at the end that is played like another one."""
        self.meters.append(self.meters[bar])
        self.bars.append([hit.with_id(0) for hit in self.bars[bar]])
        self._sources.append(None)
        self.measure()

    def keep_bars(self, bars: Sequence[int]) -> None:
        """Leave some bars only, one after the other."""
        self.meters = [self.meters[bar] for bar in bars]
        self.bars = [self.bars[bar] for bar in bars]
        self._sources = [self._sources[bar] for bar in bars]
        self.measure()

    def measure(self) -> None:
        """Estimate swing and loudness of the groove as it is now; to be called after every edit."""
        self._swings = [swing_from_feel(hits, self.prior.triplets) for hits in self.bars]
        self._usual_swing = max(self._swings, key=lambda swing: swing.amount)
        velocities = sorted(hit.velocity for hits in self.bars for hit in hits)
        loud = velocities[round(_LOUD * (len(velocities) - 1))] if velocities else _ACCENT
        self.loudness = min(max(loud / _ACCENT, _SOFTEST), _LOUDEST)

    def swing(self, bar: int) -> GrooveSwing:
        """Swing of a bar, or of the groove where the bar's own hits do not show any."""
        return self._swings[bar] if self._swings[bar].amount else self._usual_swing

    def _hits(self, at: int, bar: Bar) -> list[FeltHit]:
        feels = self._source.feels
        if at < len(feels) and len(feels[at].feels) == len(bar.hits):
            return hits_with_feel(bar, feels[at])
        return with_estimated_swing(bar, self.prior.triplets)

    def groove(self) -> EditableGroove:
        """The edited groove. Bars that no edit changed are the very messages of the source."""
        bars: list[Bar] = []
        feels: list[BarFeels] = []
        first = self._source.bars[0].index
        for at, hits in enumerate(self.bars):
            sent = self._source.bars[at].index if at < len(self._source.bars) else bars[-1].index + 1
            bars.append(self._bar(at, sent if bars else first))
            feels.append(BarFeels(feels=[hit.feel for hit in hits]))
        return EditableGroove(tuple(bars), tuple(feels), self.bpm)

    def _bar(self, at: int, index: int) -> Bar:
        """A bar as it is now; a tempo of its own changes as much as that of the groove."""
        source, hits = self._sources[at], [hit.message for hit in self.bars[at]]
        if source is None:
            return Bar(index=index, meter=self.meters[at], hits=hits)
        same = self.bpm == self._source.bpm and source.index == index and source.meter == self.meters[at]
        if same and hits == list(source.hits):
            return source
        bar = Bar(index=index, meter=self.meters[at], hits=hits)
        if source.HasField("bpm"):
            bar.bpm = min(max(source.bpm * self.bpm / self._source.bpm, _SLOWEST), _FASTEST)
        return bar


@dataclass(slots=True)
class BarSelection:
    """What an edit selects of one bar.

    Attributes:
        editor: The groove.
        edit: The edit.
        bar: Index of the bar.
        steps: Steps that the edit names, from 0.
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
    def hits(self) -> list[FeltHit]:
        """All hits of the bar."""
        return self.editor.bars[self.bar]

    @property
    def selected(self) -> list[FeltHit]:
        """Hits that the edit may change."""
        return [hit for hit in self.hits if self.selects(hit)]

    def selects(self, hit: FeltHit) -> bool:
        """Whether the edit may change a hit."""
        return self.edit.covers(hit.piece) and self.is_editable(hit.piece, hit.step)

    def is_editable(self, piece: Piece, step: int) -> bool:
        """Whether the edit names a step and no lock covers the piece there.

        Args:
            piece: The piece.
            step: Step of the bar, from 0.
        """
        key = (piece, step)
        if key not in self._free:
            self._free[key] = step in self.steps and self.editor.free(piece, self.bar, step)
        return self._free[key]

    def scored_steps(self, piece: Piece) -> list[ScoredStep]:
        """Steps of the bar on which a piece may be hit, the highest score first."""
        return self.editor.prior.scored_steps(piece, self.meter, self.bar)

    def entry_pattern(self, piece: Piece) -> list[ScoredStep]:
        """Steps of the bar on which a piece is hit when it is added, the highest score first."""
        return self.editor.prior.entry_pattern(piece, self.meter, self.bar)

    @property
    def swing(self) -> GrooveSwing:
        """Swing of the bar."""
        return self.editor.swing(self.bar)

    def straight_step(self, hit: FeltHit) -> int:
        """The step of a hit on the straight grid."""
        return self.swing.straight_step(hit)

    def steps_of(self, pieces: Collection[Piece]) -> set[int]:
        """Steps of the straight grid on which some pieces are hit."""
        return {self.straight_step(hit) for hit in self.hits if hit.piece in pieces}

    def change(self, change: Callable[[FeltHit], FeltHit | None], among: Collection[FeltHit] | None = None) -> None:
        """Replace hits.

        Args:
            change: Returns the new hit for an old one, or None to remove it.
            among: Hits to replace; all that are selected by default.
        """
        chosen = {id(hit) for hit in (self.selected if among is None else among)}
        changed = [change(hit) if id(hit) in chosen else hit for hit in self.hits]
        self.put([hit for hit in changed if hit is not None])

    def drop(self, hits: Collection[FeltHit]) -> None:
        """Remove hits of the bar."""
        self.change(lambda _: None, hits)

    def add(self, piece: Piece, straight: int, velocity: float, *, flam: bool = False) -> bool:
        """Add a hit, unless there is one already, the step is not editable, or the bar is full.

        The hi-hat is one instrument: a new hit of it replaces an open, pedalled or closed one on the same step.

        Args:
            piece: Piece to hit.
            straight: Step of the straight grid, from 0.
            velocity: MIDI velocity at medium intensity; the loudness of the groove scales it.
            flam: Whether it is a flam.

        Returns:
            Whether it was added.
        """
        step = self.swing.step(straight, self.meter)
        there = any(hit.piece == piece and hit.step == step for hit in self.hits)
        if there or not self.is_editable(piece, step) or len(self.hits) >= _MOST_HITS:
            return False
        rivals = HATS - {piece} if piece in HATS else frozenset()
        giving_way = {rival for rival in rivals if self.is_editable(rival, step)}
        staying = [hit for hit in self.hits if hit.step != step or hit.piece not in giving_way]
        sounding = velocity * self.editor.loudness
        self.put([*staying, new_hit(piece, step, sounding, self.swing.ticks(straight, self.meter), flam)])
        return True

    def put(self, hits: Sequence[FeltHit]) -> None:
        """Set all hits of the bar, and sort them unless nothing changed."""
        before = [id(hit) for hit in self.hits]
        if [id(hit) for hit in hits] != before:
            kept = with_ids_of(self.hits, hits)
            self.editor.bars[self.bar] = sorted(kept, key=lambda hit: (hit.step, hit.piece))
