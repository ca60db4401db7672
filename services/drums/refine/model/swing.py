"""Swing of a given groove: its estimation, and moving hits from and to the straight grid."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from statistics import median

from boumbapp.music.v2.feel_pb2 import HitFeel
from boumbapp.music.v2.music_pb2 import SWING_UNIT_EIGHTH, SWING_UNIT_SIXTEENTH, Bar, DrumHit, Meter, Swing

from music.grid import TICKS_PER_STEP
from music.swing import MOST_SWING, NEAREST_TICKS, delay, swung
from services.drums.refine.model.editable_groove import FeltHit

_BEAT, _AND = 4, 2  # steps; the position of the off-beat eighth in its beat
_AUDIBLE = 0.04  # of the unit; smaller delays of off-beats are not swing


@dataclass(frozen=True, slots=True)
class GrooveSwing:
    """Swing of a bar of a groove.

    Attributes:
        message: The swing; never to be changed.
    """

    message: Swing

    @classmethod
    def of(cls, amount: float, *, eighths: bool) -> "GrooveSwing":
        """Swing by an amount, clipped to what there is.

        Args:
            amount: Delay of every second unit as a fraction of the unit.
            eighths: Whether eighths swing instead of sixteenths.
        """
        unit = SWING_UNIT_EIGHTH if eighths else SWING_UNIT_SIXTEENTH
        return cls(Swing(amount=min(max(amount, 0.0), MOST_SWING), unit=unit))

    @property
    def amount(self) -> float:
        """Delay of every second unit as a fraction of the unit, 0-0.5."""
        return self.message.amount

    @property
    def eighths(self) -> bool:
        """Whether eighths swing instead of sixteenths."""
        return self.message.unit == SWING_UNIT_EIGHTH

    def by(self, amount: float) -> "GrooveSwing":
        """The same kind of swing by another amount, clipped to what there is."""
        return GrooveSwing.of(amount, eighths=self.eighths)

    def straight_step(self, hit: FeltHit) -> int:
        """The step of a hit on the straight grid."""
        moved = self.eighths and hit.feel.swing_ticks < 0 and hit.step % _BEAT == _AND + 1
        return hit.step - 1 if moved else hit.step

    def step(self, straight: int, meter: Meter) -> int:
        """The step of the grid nearest to the swung position of a step.

        Args:
            straight: Step of the straight grid, from 0.
            meter: Time signature.
        """
        return swung(straight, meter, self.message)[0]

    def ticks(self, straight: int, meter: Meter) -> int:
        """The offset of the swung position from that nearest step, in ticks.

        Args:
            straight: Step of the straight grid, from 0.
            meter: Time signature.
        """
        return swung(straight, meter, self.message)[1]

    def apply(self, hit: FeltHit, straight: int, meter: Meter) -> FeltHit:
        """A hit moved to the swung position of a step.

        Args:
            hit: The hit; left as it is.
            straight: Step of the straight grid to move it to, from 0.
            meter: Time signature.
        """
        step, ticks = self.step(straight, meter), self.ticks(straight, meter)
        on_step = hit if step == hit.step else hit.moved(step=step)
        return on_step if hit.feel.swing_ticks == ticks else on_step.with_timing(swing=ticks)


def swing_from_feel(hits: Iterable[FeltHit], eighths: bool) -> GrooveSwing:
    """The swing of a bar by the feel of its hits.

    Args:
        hits: Hits of the bar.
        eighths: Whether the style swings eighths; counts where the feel does not show which it is.
    """
    offsets = [(hit.step, hit.feel.swing_ticks / TICKS_PER_STEP) for hit in hits if hit.feel.swing_ticks]
    if any(offset < 0 or step % 2 == 0 for step, offset in offsets):
        eighths = True
    elif any(step % _BEAT == _AND + 1 for step, _ in offsets):
        eighths = False
    amounts = list(_amounts(offsets, eighths))
    return GrooveSwing.of(median(amounts) if amounts else 0.0, eighths=eighths)


def with_estimated_swing(bar: Bar, eighths: bool) -> list[FeltHit]:
    """The hits of a bar whose feel is not known, with swing estimated from their offsets.

    Args:
        bar: The bar.
        eighths: Whether eighths swing instead of sixteenths.

    Returns:
        Hits of which the feel holds the estimated swing and no human deviation.
    """
    offsets = [(hit.step, hit.offset_ticks / TICKS_PER_STEP) for hit in bar.hits if _may_be_swung(hit, eighths)]
    amounts = list(_amounts(offsets, eighths))
    amount = median(amounts) if amounts else 0.0
    swing = GrooveSwing.of(amount, eighths=eighths) if amount >= _AUDIBLE else GrooveSwing.of(0, eighths=False)
    return [FeltHit(hit, HitFeel(swing_ticks=_swing_ticks(hit, swing, bar.meter))) for hit in bar.hits]


def _may_be_swung(hit: DrumHit, eighths: bool) -> bool:
    return hit.step % _BEAT in (1, _AND, _AND + 1) if eighths else hit.step % 2 == 1


def _swing_ticks(hit: DrumHit, swing: GrooveSwing, meter: Meter) -> int:
    if swing.eighths and hit.step % _BEAT == _AND + 1 and hit.offset_ticks < 0:
        return swing.ticks(hit.step - 1, meter)
    if swing.eighths and hit.step % _BEAT == _AND and hit.offset_ticks > NEAREST_TICKS:
        return delay(hit.step, meter, swing.message)
    return swing.ticks(hit.step, meter) if _may_be_swung(hit, swing.eighths) else 0


def _amounts(offsets: Iterable[tuple[int, float]], eighths: bool) -> Iterator[float]:
    """The amount of swing that each offset, a fraction of a step, implies with its step."""
    for step, offset in offsets:
        position = step % _BEAT
        if not eighths or position == 1:
            yield offset
        elif position == _AND:
            yield offset / 2
        elif position == _AND + 1:
            yield (1 + offset) / 2 if offset < 0 else offset
