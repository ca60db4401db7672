"""The groove that edits change: each hit together with the feel that was added to it."""

from dataclasses import dataclass, field

from boumbapp.drums.v1.drums_service_pb2 import BarFeels
from boumbapp.music.v1.feel_pb2 import HitFeel
from boumbapp.music.v1.music_pb2 import ARTICULATION_FLAM, Articulation, Bar, DrumHit

from music.grid import TICKS_PER_STEP
from services.drums.kit.kit import Piece
from services.drums.performance.velocity_curve import LOUDEST

MAX_OFFSET = 0.5  # steps


@dataclass(frozen=True, slots=True)
class EditableGroove:
    """Bars of hits at a tempo.

    Attributes:
        bars: Bars in order.
        feels: Feel of each hit of a bar, in their order; may be shorter than `bars` where the feel is not known.
        bpm: Quarter notes per minute.
    """

    bars: tuple[Bar, ...]
    feels: tuple[BarFeels, ...]
    bpm: float


@dataclass(frozen=True, slots=True)
class FeltHit:
    """A hit and the feel that was added to it. Immutable: the messages are never changed in place.

    Attributes:
        message: The hit, feel included.
        feel: What swing and humanising added to it.
    """

    message: DrumHit
    feel: HitFeel = field(default_factory=HitFeel)

    @property
    def piece(self) -> Piece:
        """Piece that is hit."""
        return self.message.piece

    @property
    def step(self) -> int:
        """Step of the bar, from 0."""
        return self.message.step

    @property
    def velocity(self) -> int:
        """MIDI velocity, 1-127."""
        return self.message.velocity

    @property
    def plain_offset(self) -> float:
        """Offset without swing and humanising, as a fraction of a step."""
        return self.message.offset - self.feel.swing_offset - self.feel.human_offset

    def with_velocity(self, velocity: float) -> "FeltHit":
        """A copy with another MIDI velocity, clipped to 1-127."""
        hit, feel = self._copies()
        hit.velocity = round(min(max(velocity, 1), LOUDEST))
        # Without what humanising added, the velocity must still be within 1-127.
        feel.human_velocity = min(max(feel.human_velocity, hit.velocity - LOUDEST), hit.velocity - 1)
        return FeltHit(hit, feel)

    def with_deviation(self, offset: float, velocity: float) -> "FeltHit":
        """A copy with a human deviation in place of its own.

        Args:
            offset: Delay as a fraction of a step; negative is early.
            velocity: Difference in MIDI velocity.
        """
        plain = self.velocity - self.feel.human_velocity
        deviated = self.with_velocity(plain + velocity)
        deviated.feel.human_velocity = deviated.velocity - plain
        return deviated.with_timing(human=on_tick(offset))

    def moved(self, *, piece: Piece | None = None, step: int | None = None) -> "FeltHit":
        """A copy on another piece or step.

        Args:
            piece: The new piece; the same by default.
            step: The new step of the bar; the same by default.
        """
        hit, feel = self._copies()
        hit.piece = self.piece if piece is None else piece
        hit.step = self.step if step is None else step
        return FeltHit(hit, feel)

    def with_articulation(self, articulation: Articulation.ValueType, strokes: int = 0) -> "FeltHit":
        """A copy with another articulation.

        Args:
            articulation: The articulation.
            strokes: Strokes of a roll, 2-8; 0 for others.
        """
        hit, feel = self._copies()
        hit.articulation, hit.strokes = articulation, strokes
        return FeltHit(hit, feel)

    def with_timing(
        self, *, swing: float | None = None, human: float | None = None, plain: float | None = None
    ) -> "FeltHit":
        """A copy with parts of its offset replaced, each a fraction of a step; the others stay.

        Args:
            swing: What swing adds.
            human: What humanising adds; clipped so that the sum stays within half a step.
            plain: What is left without both.
        """
        hit, feel = self._copies()
        plain = self.plain_offset if plain is None else plain
        feel.swing_offset = feel.swing_offset if swing is None else swing
        wanted = feel.human_offset if human is None else human
        hit.offset = min(max(plain + feel.swing_offset + wanted, -MAX_OFFSET), MAX_OFFSET)
        feel.human_offset = hit.offset - plain - feel.swing_offset
        return FeltHit(hit, feel)

    def _copies(self) -> tuple[DrumHit, HitFeel]:
        hit, feel = DrumHit(), HitFeel()
        hit.CopyFrom(self.message)
        feel.CopyFrom(self.feel)
        return hit, feel


def new_hit(piece: Piece, step: int, velocity: float, swing: float, flam: bool) -> FeltHit:
    """A hit without a human deviation.

    Args:
        piece: Piece to hit.
        step: Step of the bar, from 0.
        velocity: MIDI velocity; clipped to 1-127.
        swing: Offset that swing adds, as a fraction of a step.
        flam: Whether it is a flam.
    """
    hit = FeltHit(DrumHit(piece=piece, step=step)).with_velocity(velocity)
    if flam:
        hit = hit.with_articulation(ARTICULATION_FLAM)
    return hit.with_timing(swing=swing) if swing else hit


def hits_with_feel(bar: Bar, feels: BarFeels) -> list[FeltHit]:
    """The hits of a bar with their feel, in their order.

    Args:
        bar: The bar.
        feels: The feel of each hit; one that cannot have been added to a hit counts as none.

    Raises:
        ValueError: There are not as many feels as hits.
    """
    return [FeltHit(hit, _valid_feel(feel)) for hit, feel in zip(bar.hits, feels.feels, strict=True)]


def on_tick(offset: float) -> float:
    """The nearest offset that a MIDI file can hold."""
    return round(offset * TICKS_PER_STEP) / TICKS_PER_STEP


def _valid_feel(feel: HitFeel) -> HitFeel:
    possible = abs(feel.swing_offset) <= MAX_OFFSET and abs(feel.human_offset) <= 2 * MAX_OFFSET
    return feel if possible and abs(feel.human_velocity) < LOUDEST else HitFeel()
