"""Feel: dynamics, swing and human deviation, each told apart so that it can be undone."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple, Protocol, TypeAlias

from boumbapp.drums.v1.drums_service_pb2 import Feel, HitFeel
from boumbapp.music.v1.intent_pb2 import SOURCE_OPTION, SOURCE_PROMPT, Intent
from boumbapp.music.v1.music_pb2 import (
    ARTICULATION_FLAM,
    ARTICULATION_ROLL,
    ARTICULATION_UNSPECIFIED,
    LEVEL_HIGH,
    LEVEL_LOW,
    Articulation,
    DrumHit,
    Meter,
)

from music.grid import TICKS_PER_STEP
from music.meter import is_dotted, steps_per_bar
from music.random_streams import stream_for_bar
from services.drums.kit.kit import CLASS_OF, Piece
from services.drums.kit.random_stream import RandomStream
from services.drums.kit.strokes import BarStrokes, DrumStroke
from services.drums.kit.swing import swung
from services.drums.kit.tab_notation import SOFT
from services.drums.performance.deviation_model import CorrelatedNoise, FeelModel
from services.drums.performance.velocity_curve import LOUDEST, velocity
from services.drums.styles.style import DrumStyle

_COMPLEXITY = {LEVEL_LOW: 0.3, LEVEL_HIGH: 0.7}
_COMPLEXITY_OTHERWISE = 0.5
_MS_PER_STEP_AT_1_BPM = 15_000
_MOST_TICKS = TICKS_PER_STEP // 2
# Place in its beat of a step that divides in three: on it, around, the "and" of a shuffle.
_DOTTED_POSITIONS = (0, 1, 2, 1, 2, 3)
_QUARTER_STEPS = 4


def feel_in_use(requested: Feel, intent: Intent, style: DrumStyle) -> Feel:
    """Every field filled: from the request, else from the prompt, else as the style is usually played."""
    said = any(each.slot == "swing" and each.source in (SOURCE_PROMPT, SOURCE_OPTION) for each in intent.evidence)
    usual = Feel(
        intensity=style.intensity,
        complexity=_COMPLEXITY.get(intent.density, _COMPLEXITY_OTHERWISE),
        swing=intent.swing if said or not style.slug else style.swing,
        humanise=style.humanise,
    )
    usual.MergeFrom(requested)
    return usual


@dataclass(frozen=True, slots=True, kw_only=True)
class Playing:
    """How a groove is played.

    Attributes:
        feel: Amounts, every field filled.
        style: Whose drummers to play like.
        meter: Time signature.
        bpm: Tempo in quarter notes per minute.
        seed: Draws the deviations, together with the index of a bar.
    """

    feel: Feel
    style: DrumStyle
    meter: Meter
    bpm: float
    seed: int


# Strokes by piece and the step that swing moves them to, with the ticks that it adds.
SwungStrokes: TypeAlias = Mapping[tuple[Piece, int], tuple[DrumStroke, int]]


class Deviation(NamedTuple):
    """How a stroke differs from the written one.

    Attributes:
        late: Delay as a fraction of a step.
        harder: Difference in velocity.
    """

    late: float
    harder: float


_NONE = Deviation(0.0, 0.0)


class Humanizer(Protocol):
    """Somebody who plays strokes in their own way."""

    def deviations(self, strokes: SwungStrokes, playing: Playing, bar: int) -> Mapping[tuple[Piece, int], Deviation]:
        """How the strokes of a bar are played, at full humanising; drawn by the seed and the index of the bar."""


def perform(strokes: BarStrokes, playing: Playing, hand: Humanizer, bar: int) -> tuple[list[DrumHit], list[HitFeel]]:
    """Play strokes with feel.

    Args:
        strokes: What is struck.
        playing: How.
        hand: Who plays them.
        bar: Index of the bar.

    Returns:
        Hits ordered by step, then piece, and what feel added to each. A hit's offset is the sum of the two parts of its
        feel; without them it lies on the grid, at the velocity that intensity gives it.
    """
    moved = swing_strokes(strokes, playing)
    amount = playing.feel.humanise
    deviations = hand.deviations(moved, playing, bar) if amount > 0 else {}
    hits, feels = [], []
    for (piece, step), (stroke, swing_ticks) in sorted(moved.items(), key=lambda item: item[0][::-1]):
        plain = velocity(piece, stroke.level, playing.feel.intensity, playing.style.balance)
        late, harder = deviations.get((piece, step), _NONE)
        late_ticks = round(late * amount * TICKS_PER_STEP)
        human_ticks = min(max(late_ticks, -_MOST_TICKS - swing_ticks), _MOST_TICKS - swing_ticks)
        loud = min(max(plain + round(harder * amount), 1), LOUDEST)
        hits.append(
            DrumHit(
                piece=piece,
                step=step,
                velocity=loud,
                offset=(swing_ticks + human_ticks) / TICKS_PER_STEP,
                articulation=_articulation(stroke),
                strokes=stroke.rolled,
            )
        )
        feels.append(
            HitFeel(
                swing_offset=swing_ticks / TICKS_PER_STEP,
                human_offset=human_ticks / TICKS_PER_STEP,
                human_velocity=loud - plain,
            )
        )
    return hits, feels


def swing_strokes(strokes: BarStrokes, playing: Playing) -> dict[tuple[Piece, int], tuple[DrumStroke, int]]:
    """Strokes at the steps that swing moves them to, with the ticks it adds; of two that meet, the louder stays."""
    moved: dict[tuple[Piece, int], tuple[DrumStroke, int]] = {}
    for step, piece, stroke in strokes.ordered():
        target, ticks = swung(step, playing.meter, playing.feel.swing, playing.style.swings_eighths)
        met = moved.get((piece, target))
        if met is None or met[0].level < stroke.level:
            moved[piece, target] = stroke, ticks
    return moved


@dataclass(frozen=True, slots=True)
class _Scores:
    """Standard normal numbers for the strokes of one piece, one per step."""

    timing: list[float]
    velocity: list[float]


class TableHumanizer:
    """Plays as drummers do on the whole, by the tables of a feel model.

    Args:
        model: How drummers deviate.
    """

    def __init__(self, model: FeelModel) -> None:
        self._model = model

    def deviations(self, strokes: SwungStrokes, playing: Playing, bar: int) -> Mapping[tuple[Piece, int], Deviation]:
        """How the strokes of a bar are played; see `Hand`."""
        scores = self._draw({piece for piece, _ in strokes}, playing, bar)
        return {
            (piece, step): self._deviation(piece, step, stroke, (piece, step - 1) in strokes, scores[piece], playing)
            for (piece, step), (stroke, _) in strokes.items()
        }

    def _draw(self, pieces: set[Piece], playing: Playing, bar: int) -> Mapping[Piece, _Scores]:
        steps, seed, model = steps_per_bar(playing.meter), playing.seed, self._model
        timing = CorrelatedNoise(model.timing_memory, steps, stream_for_bar(seed, bar, RandomStream.TIMING))
        loudness = CorrelatedNoise(model.velocity_memory, steps, stream_for_bar(seed, bar, RandomStream.VELOCITY))
        return {
            piece: _Scores(
                timing.of_piece(stream_for_bar(seed, bar, RandomStream.TIMING_OF_PIECE + piece)),
                loudness.of_piece(stream_for_bar(seed, bar, RandomStream.VELOCITY_OF_PIECE + piece)),
            )
            for piece in pieces
        }

    def _deviation(
        self, piece: Piece, step: int, stroke: DrumStroke, repeated: bool, scores: _Scores, playing: Playing
    ) -> Deviation:
        style = playing.style
        position = _DOTTED_POSITIONS[step % 6] if is_dotted(playing.meter) else step % _QUARTER_STEPS
        cell = style.feel, CLASS_OF[piece], position, repeated
        late = self._model.timing_ms(*cell, scores.timing[step]) * playing.bpm / _MS_PER_STEP_AT_1_BPM
        harder = self._model.velocity(*cell, stroke.level <= SOFT, scores.velocity[step])
        return Deviation(late + style.late.get(piece, 0), harder)


def _articulation(stroke: DrumStroke) -> Articulation.ValueType:
    if stroke.rolled:
        return ARTICULATION_ROLL
    return ARTICULATION_FLAM if stroke.flam else ARTICULATION_UNSPECIFIED
