"""A groove as edits see it: hits together with what feel added to them."""

from dataclasses import dataclass, field

from boumbapp.drums.v1.drums_service_pb2 import BarFeels, HitFeel
from boumbapp.music.v1.music_pb2 import ARTICULATION_FLAM, Articulation, Bar, DrumHit

from music.grid import TICKS_PER_STEP
from services.drums.kit.kit import Piece

MAX_OFFSET = 0.5  # steps
_MOST_VELOCITY = 127


@dataclass(frozen=True, slots=True)
class EditableGroove:
    """Bars of hits at a tempo.

    Attributes:
        bars: Bars in order.
        feels: One entry per bar: what feel added to each of its hits, in their order. Shorter where it is not known.
        bpm: Quarter notes per minute.
    """

    bars: tuple[Bar, ...]
    feels: tuple[BarFeels, ...]
    bpm: float


@dataclass(frozen=True, slots=True)
class FeltHit:
    """A hit and what feel added to it. Its messages are never changed in place: edits make new strokes."""

    hit: DrumHit
    feel: HitFeel = field(default_factory=HitFeel)

    @property
    def piece(self) -> Piece:
        """What is struck."""
        return self.hit.piece

    @property
    def step(self) -> int:
        """Onset inside the bar, in steps."""
        return self.hit.step

    @property
    def plain_offset(self) -> float:
        """Micro-timing without swing and humanising, as a fraction of a step."""
        return self.hit.offset - self.feel.swing_offset - self.feel.human_offset

    def struck(self, velocity: float) -> "FeltHit":
        """The same at another velocity."""
        hit, feel = self._copies()
        hit.velocity = round(min(max(velocity, 1), _MOST_VELOCITY))
        # Without what humanising added, the velocity must still be one.
        feel.human_velocity = min(max(feel.human_velocity, hit.velocity - _MOST_VELOCITY), hit.velocity - 1)
        return FeltHit(hit, feel)

    def with_deviation(self, late: float, louder: float) -> "FeltHit":
        """The same with a human deviation, instead of the one it has.

        Args:
            late: Delay as a fraction of a step.
            louder: Difference in MIDI velocity.
        """
        plain = self.hit.velocity - self.feel.human_velocity
        struck = self.struck(plain + louder)
        struck.feel.human_velocity = struck.hit.velocity - plain
        return struck.with_timing(human=on_tick(late))

    def placed(self, *, piece: Piece | None = None, step: int | None = None) -> "FeltHit":
        """The same on another piece or step."""
        hit, feel = self._copies()
        hit.piece = self.piece if piece is None else piece
        hit.step = self.step if step is None else step
        return FeltHit(hit, feel)

    def with_articulation(self, articulation: Articulation.ValueType, strokes: int = 0) -> "FeltHit":
        """The same with another articulation."""
        hit, feel = self._copies()
        hit.articulation, hit.strokes = articulation, strokes
        return FeltHit(hit, feel)

    def with_timing(
        self, *, swing: float | None = None, human: float | None = None, plain: float | None = None
    ) -> "FeltHit":
        """The same with parts of its micro-timing replaced, each a fraction of a step.

        Args:
            swing: What swing adds.
            human: What humanising adds.
            plain: What is left without both.
        """
        hit, feel = self._copies()
        plain = self.plain_offset if plain is None else plain
        feel.swing_offset = feel.swing_offset if swing is None else swing
        wanted = feel.human_offset if human is None else human
        # What the grid leaves no room for is taken from the human part.
        hit.offset = min(max(plain + feel.swing_offset + wanted, -MAX_OFFSET), MAX_OFFSET)
        feel.human_offset = hit.offset - plain - feel.swing_offset
        return FeltHit(hit, feel)

    def _copies(self) -> tuple[DrumHit, HitFeel]:
        hit, feel = DrumHit(), HitFeel()
        hit.CopyFrom(self.hit)
        feel.CopyFrom(self.feel)
        return hit, feel


def new_hit(piece: Piece, step: int, velocity: float, swing: float, flam: bool) -> FeltHit:
    """A hit without human deviations.

    Args:
        piece: What is struck.
        step: Onset inside the bar, in steps.
        velocity: MIDI velocity.
        swing: What swing adds to its timing, as a fraction of a step.
        flam: Whether it is a flam.
    """
    hit = FeltHit(DrumHit(piece=piece, step=step)).struck(velocity)
    if flam:
        hit = hit.with_articulation(ARTICULATION_FLAM)
    return hit.with_timing(swing=swing) if swing else hit


def hits_with_feel(bar: Bar, feels: BarFeels) -> list[FeltHit]:
    """Hits of a bar in their order, with the feel that is told of each."""
    return [FeltHit(hit, _sane(feel)) for hit, feel in zip(bar.hits, feels.feels, strict=True)]


def on_tick(offset: float) -> float:
    """The nearest offset that a MIDI file can hold."""
    return round(offset * TICKS_PER_STEP) / TICKS_PER_STEP


def _sane(feel: HitFeel) -> HitFeel:
    """The feel, or none when it cannot have been added to a hit."""
    possible = abs(feel.swing_offset) <= MAX_OFFSET and abs(feel.human_offset) <= 2 * MAX_OFFSET
    return feel if possible and abs(feel.human_velocity) < _MOST_VELOCITY else HitFeel()
