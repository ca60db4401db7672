"""The groove that edits change: each hit together with the feel that was added to it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from boumbapp.drums.v2.drums_service_pb2 import BarFeels
from boumbapp.music.v2.feel_pb2 import HitFeel
from boumbapp.music.v2.music_pb2 import Bar, DrumHit, Flam, Roll

from music.articulation import usual_flam
from music.grid import TICKS_PER_STEP, articulate
from services.drums.kit.kit import Piece
from services.drums.performance.velocity_curve import LOUDEST

MAX_TICKS = TICKS_PER_STEP // 2  # of an offset that refining makes: beyond it, a hit belongs to another step


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
    def plain_ticks(self) -> int:
        """Offset without swing and humanising, in ticks."""
        return self.message.offset_ticks - self.feel.swing_ticks - self.feel.human_ticks

    def with_velocity(self, velocity: float) -> "FeltHit":
        """A copy with another MIDI velocity, clipped to 1-127; the other strokes of a flam or roll keep their share."""
        hit, feel = self._copies()
        hit.velocity = round(min(max(velocity, 1), LOUDEST))
        match hit.WhichOneof("articulation"):
            case "flam":
                usual = hit.flam.velocity == usual_flam(self.velocity).velocity
                share = self._share(hit.flam.velocity, hit.velocity)
                hit.flam.velocity = usual_flam(hit.velocity).velocity if usual else share
            case "roll":
                hit.roll.last_velocity = self._share(hit.roll.last_velocity, hit.velocity)
        # Without what humanising added, the velocity must still be within 1-127.
        feel.human_velocity = min(max(feel.human_velocity, hit.velocity - LOUDEST), hit.velocity - 1)
        return FeltHit(hit, feel)

    def _share(self, other: int, velocity: int) -> int:
        """The velocity of another stroke once the hit's own is changed."""
        return round(min(max(other * velocity / self.velocity, 1), LOUDEST))

    def with_deviation(self, ticks: float, velocity: float) -> "FeltHit":
        """A copy with a human deviation in place of its own.

        Args:
            ticks: Delay; negative is early.
            velocity: Difference in MIDI velocity.
        """
        plain = self.velocity - self.feel.human_velocity
        deviated = self.with_velocity(plain + velocity)
        deviated.feel.human_velocity = deviated.velocity - plain
        return deviated.with_timing(human=round(ticks))

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

    def with_id(self, number: int) -> "FeltHit":
        """A copy with another id."""
        hit, feel = self._copies()
        hit.id = number
        return FeltHit(hit, feel)

    def with_articulation(self, articulation: Flam | Roll | None) -> "FeltHit":
        """A copy with another articulation; None for one plain stroke."""
        hit, feel = self._copies()
        articulate(hit, articulation)
        return FeltHit(hit, feel)

    def with_timing(self, *, swing: int | None = None, human: int | None = None, plain: int | None = None) -> "FeltHit":
        """A copy with parts of its offset replaced, in ticks; the others stay.

        Args:
            swing: What swing adds.
            human: What humanising adds; clipped so that the sum stays within half a step.
            plain: What is left without both.
        """
        hit, feel = self._copies()
        plain = self.plain_ticks if plain is None else plain
        feel.swing_ticks = feel.swing_ticks if swing is None else swing
        wanted = feel.human_ticks if human is None else human
        furthest = max(MAX_TICKS, abs(self.message.offset_ticks))  # a hit that was given further off may stay so
        hit.offset_ticks = min(max(plain + feel.swing_ticks + wanted, -furthest), furthest)
        feel.human_ticks = hit.offset_ticks - plain - feel.swing_ticks
        return FeltHit(hit, feel)

    def _copies(self) -> tuple[DrumHit, HitFeel]:
        hit, feel = DrumHit(), HitFeel()
        hit.CopyFrom(self.message)
        feel.CopyFrom(self.feel)
        return hit, feel


def new_hit(piece: Piece, step: int, velocity: float, swing: int, flam: bool) -> FeltHit:
    """A hit without a human deviation.

    Args:
        piece: Piece to hit.
        step: Step of the bar, from 0.
        velocity: MIDI velocity; clipped to 1-127.
        swing: Offset that swing adds, in ticks.
        flam: Whether it is a flam.
    """
    hit = FeltHit(DrumHit(piece=piece, step=step)).with_velocity(velocity)
    if flam:
        hit = hit.with_articulation(usual_flam(hit.velocity))
    return hit.with_timing(swing=swing) if swing else hit


def with_ids_of(before: Iterable[FeltHit], hits: Sequence[FeltHit]) -> Sequence[FeltHit]:
    """Hits of a bar, where those that take another's place have its id too, unless that one moved.

    Args:
        before: The hits that were there.
        hits: Those that are there now; left as they are.
    """
    ids = {(hit.piece, hit.step): hit.message.id for hit in before if hit.message.id}
    if not ids:
        return hits
    staying = {hit.message.id for hit in hits}
    kept = []
    for hit in hits:
        there = ids.get((hit.piece, hit.step), hit.message.id)
        kept.append(hit if there == hit.message.id or there in staying else hit.with_id(there))
    return kept


def hits_with_feel(bar: Bar, feels: BarFeels) -> list[FeltHit]:
    """The hits of a bar with their feel, in their order.

    Args:
        bar: The bar.
        feels: The feel of each hit; one that cannot have been added to a hit counts as none.

    Raises:
        ValueError: There are not as many feels as hits.
    """
    return [FeltHit(hit, _valid_feel(feel)) for hit, feel in zip(bar.hits, feels.feels, strict=True)]


def _valid_feel(feel: HitFeel) -> HitFeel:
    possible = abs(feel.swing_ticks) <= MAX_TICKS and abs(feel.human_ticks) <= 2 * MAX_TICKS
    return feel if possible and abs(feel.human_velocity) < LOUDEST else HitFeel()
