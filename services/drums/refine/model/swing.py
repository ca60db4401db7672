"""Swing of a groove that exists: how much there is, where hits would be without it, and where they go with it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from statistics import median

from boumbapp.drums.v1.drums_service_pb2 import HitFeel
from boumbapp.music.v1.music_pb2 import Bar, DrumHit, Meter

from music.grid import TICKS_PER_STEP
from services.drums.kit.swing import swung
from services.drums.refine.model.editable_groove import FeltHit

MOST = 0.5  # steps
_BEAT, _AND = 4, 2  # steps; the place of the off-beat eighth in its beat
_AUDIBLE = 0.04  # steps; less than this, off-beats are late by chance


@dataclass(frozen=True, slots=True)
class Swing:
    """Swing of a bar.

    Attributes:
        amount: Delay of off-beat sixteenths as a fraction of a step, 0-0.5.
        eighths: Whether eighths swing in that proportion instead.
    """

    amount: float = 0.0
    eighths: bool = False

    def by(self, amount: float) -> "Swing":
        """The same kind of swing by another amount, kept within what swing can be."""
        return replace(self, amount=min(max(amount, 0.0), MOST))

    def straight_step(self, hit: FeltHit) -> int:
        """The step that a hit has without swing."""
        moved = self.eighths and hit.feel.swing_offset < 0 and hit.step % _BEAT == _AND + 1
        return hit.step - 1 if moved else hit.step

    def step(self, straight: int, meter: Meter) -> int:
        """The step that a step of the straight groove is nearest to."""
        return swung(straight, meter, self.amount, self.eighths)[0]

    def offset(self, straight: int, meter: Meter) -> float:
        """How far from that step it falls, as a fraction of a step."""
        return swung(straight, meter, self.amount, self.eighths)[1] / TICKS_PER_STEP

    def placed(self, hit: FeltHit, straight: int, meter: Meter) -> FeltHit:
        """The hit on a step of the straight groove, swung."""
        step, offset = self.step(straight, meter), self.offset(straight, meter)
        same_swing = abs(hit.feel.swing_offset - offset) < 1 / (2 * TICKS_PER_STEP)
        there = hit if step == hit.step else hit.placed(step=step)
        return there if same_swing else there.with_timing(swing=offset)


def swing_from_feel(hits: Iterable[FeltHit], eighths: bool) -> Swing:
    """Swing as the feel of hits tells it.

    Args:
        hits: Hits of a bar.
        eighths: Whether the style swings its eighths, should the feel not tell.
    """
    told = [(hit.step, hit.feel.swing_offset) for hit in hits if hit.feel.swing_offset]
    if any(offset < 0 or step % 2 == 0 for step, offset in told):
        eighths = True
    elif any(step % _BEAT == _AND + 1 for step, _ in told):
        eighths = False
    amounts = list(_amounts(told, eighths))
    return Swing(min(median(amounts), MOST) if amounts else 0.0, eighths)


def with_estimated_swing(bar: Bar, eighths: bool) -> list[FeltHit]:
    """Hits of a bar whose feel is not told, with what is heard of swing told apart from the rest of their timing."""
    offsets = [(hit.step, hit.offset) for hit in bar.hits if _may_be_swung(hit, eighths)]
    amounts = list(_amounts(offsets, eighths))
    amount = median(amounts) if amounts else 0.0
    swing = Swing(min(amount, MOST), eighths) if amount >= _AUDIBLE else Swing()
    return [FeltHit(hit, HitFeel(swing_offset=_heard(hit, swing, bar.meter))) for hit in bar.hits]


def _may_be_swung(hit: DrumHit, eighths: bool) -> bool:
    return hit.step % _BEAT in (1, _AND, _AND + 1) if eighths else hit.step % 2 == 1


def _heard(hit: DrumHit, swing: Swing, meter: Meter) -> float:
    if swing.eighths and hit.step % _BEAT == _AND + 1 and hit.offset < 0:
        return swing.offset(hit.step - 1, meter)
    return swing.offset(hit.step, meter) if _may_be_swung(hit, swing.eighths) else 0.0


def _amounts(offsets: Iterable[tuple[int, float]], eighths: bool) -> Iterator[float]:
    """The amount of swing that each offset shows."""
    for step, offset in offsets:
        place = step % _BEAT
        if not eighths or place == 1:
            yield offset
        elif place == _AND:
            yield offset / 2
        elif place == _AND + 1:
            yield (1 + offset) / 2 if offset < 0 else offset
