"""A groove as edits see it: hits together with what feel added to them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from statistics import median

from boumbapp.drums.v1.drums_service_pb2 import BarFeels, HitFeel
from boumbapp.music.v1.music_pb2 import ARTICULATION_UNSPECIFIED, Articulation, Bar, DrumHit

from services.drums.refining.edits import Piece

MAX_OFFSET = 0.5  # steps
_AUDIBLE_SWING = 0.04  # steps; less than this, off-beats late by chance
_MOST_VELOCITY = 127


@dataclass(frozen=True, slots=True)
class Groove:
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
class Stroke:
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

    def struck(self, velocity: float) -> "Stroke":
        """The same at another velocity."""
        hit, feel = self._copies()
        hit.velocity = round(min(max(velocity, 1), _MOST_VELOCITY))
        # Without what humanising added, the velocity must still be one.
        feel.human_velocity = min(max(feel.human_velocity, hit.velocity - _MOST_VELOCITY), hit.velocity - 1)
        return Stroke(hit, feel)

    def played_by(self, late: float, louder: float) -> "Stroke":
        """The same with a human deviation, instead of the one it has.

        Args:
            late: Delay as a fraction of a step.
            louder: Difference in MIDI velocity.
        """
        plain = self.hit.velocity - self.feel.human_velocity
        struck = self.struck(plain + louder)
        struck.feel.human_velocity = struck.hit.velocity - plain
        return struck.timed(human=late)

    def placed(self, *, piece: Piece | None = None, step: int | None = None) -> "Stroke":
        """The same on another piece or step."""
        hit, feel = self._copies()
        hit.piece = self.piece if piece is None else piece
        hit.step = self.step if step is None else step
        return Stroke(hit, feel)

    def struck_as(self, articulation: Articulation.ValueType, strokes: int = 0) -> "Stroke":
        """The same with another articulation."""
        hit, feel = self._copies()
        hit.articulation, hit.strokes = articulation, strokes
        return Stroke(hit, feel)

    def timed(self, *, swing: float | None = None, human: float | None = None, plain: float | None = None) -> "Stroke":
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
        return Stroke(hit, feel)

    def _copies(self) -> tuple[DrumHit, HitFeel]:
        hit, feel = DrumHit(), HitFeel()
        hit.CopyFrom(self.hit)
        feel.CopyFrom(self.feel)
        return hit, feel


def new_stroke(piece: Piece, step: int, velocity: float, swing: float = 0.0) -> Stroke:
    """A plain hit; on an off-beat sixteenth it is swung by `swing`, a fraction of a step."""
    stroke = Stroke(DrumHit(piece=piece, step=step, articulation=ARTICULATION_UNSPECIFIED)).struck(velocity)
    return stroke.timed(swing=swing) if is_swung(step) and swing else stroke


def is_swung(step: int) -> bool:
    """Whether swing moves this step: the sixteenths between eighths."""
    return step % 2 == 1


def strokes_of(bar: Bar, feels: BarFeels | None) -> list[Stroke]:
    """Strokes of a bar in the order of its hits. Where their feel is not told, swing is what is heard of it."""
    if feels is not None and len(feels.feels) == len(bar.hits):
        return [Stroke(hit, _sane(feel)) for hit, feel in zip(bar.hits, feels.feels, strict=True)]
    late = [hit.offset for hit in bar.hits if is_swung(hit.step)]
    heard = median(late) if late else 0.0
    swing = heard if heard >= _AUDIBLE_SWING else 0.0
    return [Stroke(hit, HitFeel(swing_offset=swing if is_swung(hit.step) else 0.0)) for hit in bar.hits]


def swing_of(strokes: Iterable[Stroke]) -> float:
    """Swing that a stretch is played with, as a fraction of a step."""
    swung = [stroke.feel.swing_offset for stroke in strokes if stroke.feel.swing_offset]
    return median(swung) if swung else 0.0


def _sane(feel: HitFeel) -> HitFeel:
    """The feel, or none when it cannot have been added to a hit."""
    possible = abs(feel.swing_offset) <= MAX_OFFSET and abs(feel.human_offset) <= 2 * MAX_OFFSET
    return feel if possible and abs(feel.human_velocity) < _MOST_VELOCITY else HitFeel()
