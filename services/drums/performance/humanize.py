"""Performs strokes with feel: dynamics, swing and humanization, reported apart so that each can be undone."""

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import fmean
from typing import NamedTuple, Protocol, TypeAlias

from boumbapp.music.v2.feel_pb2 import Feel, HitFeel
from boumbapp.music.v2.intent_pb2 import Constraints, Intent
from boumbapp.music.v2.music_pb2 import (
    LEVEL_HIGH,
    LEVEL_LOW,
    DrumHit,
    Flam,
    Meter,
    Roll,
)

from music.articulation import usual_flam, usual_roll
from music.grid import TICKS_PER_STEP, articulate
from music.meter import is_dotted, steps_per_bar
from music.random_streams import stream_for_bar
from music.swing import NEAREST_TICKS, swung
from services.drums.kit.kit import CLASS_OF, Piece, playable
from services.drums.kit.random_stream import RandomStream
from services.drums.kit.strokes import BarStrokes, DrumStroke
from services.drums.kit.tab_notation import SOFT
from services.drums.performance.deviation_model import CorrelatedNoise, FeelModel
from services.drums.performance.velocity_curve import LOUDEST, velocity
from services.drums.styles.style import DrumStyle

_COMPLEXITY = {LEVEL_LOW: 0.3, LEVEL_HIGH: 0.7}
_COMPLEXITY_OTHERWISE = 0.5
_MS_PER_STEP_AT_1_BPM = 15_000
# Position in the beat for each step of a dotted beat, in the four positions of the tables.
_DOTTED_POSITIONS = (0, 1, 2, 1, 2, 3)
_QUARTER_STEPS = 4


def feel_in_use(requested: Feel, intent: Intent, constraints: Constraints, style: DrumStyle) -> Feel:
    """The feel with every field set: from the request, else from the prompt, else from the style.

    Args:
        requested: Fields that the request sets; its swing counts once it is in the constraints.
        intent: What theory understood of the prompt: density.
        constraints: What the music must keep to: swing.
        style: The style that is played.
    """
    usual = Feel(
        intensity=style.intensity,
        complexity=_COMPLEXITY.get(intent.density, _COMPLEXITY_OTHERWISE),
        humanise=style.humanise,
    )
    usual.MergeFrom(requested)
    usual.swing.CopyFrom(constraints.swing)
    return usual


@dataclass(frozen=True, slots=True, kw_only=True)
class Playing:
    """How a groove is played.

    Attributes:
        feel: Amounts, every field filled.
        style: The style, whose drummers it is played like.
        meter: Time signature.
        bpm: Tempo in quarter notes per minute.
        seed: With the index of a bar, seeds the deviations.
    """

    feel: Feel
    style: DrumStyle
    meter: Meter
    bpm: float
    seed: int


# Strokes by piece and the step that swing moves them to, with the ticks that it adds.
SwungStrokes: TypeAlias = Mapping[tuple[Piece, int], tuple[DrumStroke, int]]


class Deviation(NamedTuple):
    """How a drummer's hit differs from the written stroke.

    Attributes:
        offset: Delay as a fraction of a step; negative is early.
        velocity: Difference in MIDI velocity.
    """

    offset: float
    velocity: float


_NONE = Deviation(0.0, 0.0)


class Humanizer(Protocol):
    """Samples human deviations: the task that Gillick et al. 2019 call humanization."""

    def deviations(self, strokes: SwungStrokes, playing: Playing, bar: int) -> Mapping[tuple[Piece, int], Deviation]:
        """Sample the deviations of a bar at full humanising.

        Args:
            strokes: Strokes of the bar by piece and swung step.
            playing: How the piece is played; its seed and the index of the bar seed the samples.
            bar: Index of the bar.

        Returns:
            A deviation for each stroke, by piece and step.
        """


def perform(
    strokes: BarStrokes, playing: Playing, humanizer: Humanizer, bar: int, *, on_the_beat: bool = False
) -> tuple[list[DrumHit], list[HitFeel]]:
    """Turn the strokes of a bar into hits.

    Args:
        strokes: Strokes on the straight grid.
        playing: How they are played.
        humanizer: Samples the deviations.
        bar: Index of the bar.
        on_the_beat: Whether the bar as a whole is neither early nor late, rather than as those before it were.

    Returns:
        Hits ordered by step, then piece, and the feel that was added to each. A hit's offset is the sum of the two
        parts that its feel tells; without these it lies on the grid, at the velocity that intensity gives it.
    """
    moved = swing_strokes(strokes, playing)
    amount = playing.feel.humanise
    deviations = humanizer.deviations(moved, playing, bar) if amount > 0 else {}
    # Others play to the same beat: a drummer strays from it stroke by stroke, and not by whole bars.
    ahead = fmean(each.offset for each in deviations.values()) if on_the_beat and deviations else 0.0
    hits, feels = [], []
    for (piece, step), (stroke, swing_ticks) in sorted(moved.items(), key=lambda item: item[0][::-1]):
        plain = velocity(piece, stroke.level, playing.feel.intensity, playing.style.balance)
        offset, velocity_change = deviations.get((piece, step), _NONE)
        offset_ticks = 0 if stroke.ticks is not None else round((offset - ahead) * amount * TICKS_PER_STEP)
        human_ticks = min(max(offset_ticks, -NEAREST_TICKS - swing_ticks), NEAREST_TICKS - swing_ticks)
        loud = min(max(plain + round(velocity_change * amount), 1), LOUDEST)
        placed = swing_ticks + human_ticks + (stroke.ticks or 0)
        hit = DrumHit(piece=piece, step=step, velocity=loud, offset_ticks=placed)
        articulate(hit, _articulation(stroke, loud))
        hits.append(hit)
        feels.append(HitFeel(swing_ticks=swing_ticks, human_ticks=human_ticks, human_velocity=loud - plain))
    return hits, feels


def swing_strokes(strokes: BarStrokes, playing: Playing) -> dict[tuple[Piece, int], tuple[DrumStroke, int]]:
    """Move strokes to the steps nearest to where swing puts them.

    Where an "and" meets the sixteenth after it, the louder of two strokes of a piece stays, and other pieces stay as
    far as hands reach.

    Args:
        strokes: Strokes on the straight grid.
        playing: How they are played.

    Returns:
        By piece and step, the stroke and its distance from the step in ticks.
    """
    moved: dict[tuple[Piece, int], tuple[DrumStroke, int]] = {}
    late: dict[int, list[Piece]] = {}  # pieces that came from the step before, by step
    exact: dict[int, list[Piece]] = {}  # pieces that do not move, by step
    for step, piece, stroke in strokes.ordered():
        if stroke.ticks is not None:
            exact.setdefault(step, []).append(piece)
            moved[piece, step] = stroke, 0
    for step, piece, stroke in strokes.ordered():
        if stroke.ticks is not None:
            continue
        target, ticks = swung(step, playing.meter, playing.feel.swing)
        if target != step:
            if target in exact and not playable(piece, exact[target], playing.style.percussionist):
                continue
            late.setdefault(target, []).append(piece)
        met, beside = moved.get((piece, target)), late.get(step, [])
        if met is None and beside and not playable(piece, beside, playing.style.percussionist):
            continue
        if met is None or met[0].level < stroke.level:
            moved[piece, target] = stroke, ticks
            if beside and piece not in beside:
                beside.append(piece)
    return moved


@dataclass(frozen=True, slots=True)
class _Scores:
    """Standard normal scores of one piece, one per step."""

    timing: list[float]
    velocity: list[float]


class TableHumanizer:
    """Humanizes by the tables of a feel model: drummers on average, whatever was played before.

    Args:
        model: The tables.
    """

    def __init__(self, model: FeelModel) -> None:
        self._model = model

    def deviations(self, strokes: SwungStrokes, playing: Playing, bar: int) -> Mapping[tuple[Piece, int], Deviation]:
        """Sample the deviations of a bar; see `Humanizer`.

        Args:
            strokes: Strokes of the bar by piece and swung step.
            playing: How the piece is played.
            bar: Index of the bar.
        """
        scores = self._scores({piece for piece, _ in strokes}, playing, bar)
        return {
            (piece, step): self._deviation(piece, step, stroke, (piece, step - 1) in strokes, scores[piece], playing)
            for (piece, step), (stroke, _) in strokes.items()
        }

    def _scores(self, pieces: set[Piece], playing: Playing, bar: int) -> Mapping[Piece, _Scores]:
        steps, seed, model = steps_per_bar(playing.meter), playing.seed, self._model
        timing = CorrelatedNoise(model.timing_noise, steps, stream_for_bar(seed, bar, RandomStream.TIMING))
        loudness = CorrelatedNoise(model.velocity_noise, steps, stream_for_bar(seed, bar, RandomStream.VELOCITY))
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
        offset = self._model.timing_ms(*cell, scores.timing[step]) * playing.bpm / _MS_PER_STEP_AT_1_BPM
        difference = self._model.velocity(*cell, stroke.level <= SOFT, scores.velocity[step])
        return Deviation(offset=offset + style.late.get(piece, 0), velocity=difference)


def _articulation(stroke: DrumStroke, loud: int) -> Flam | Roll | None:
    if stroke.rolled:
        return usual_roll(stroke.rolled, loud)
    return usual_flam(loud) if stroke.flam else None
