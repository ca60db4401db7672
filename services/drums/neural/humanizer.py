"""The neural humanizer: velocities and offsets sampled from the touch model, each hit given those before it."""

from collections.abc import Mapping, Sequence

from boumbapp.music.v2.music_pb2 import Bar, Meter

from music.grid import TICKS_PER_STEP
from music.meter import steps_per_bar
from music.random_streams import stream_for_bar
from music.swing import swung
from services.drums.kit.kit import CLASS_OF, CLASSES, Piece
from services.drums.kit.random_stream import RandomStream
from services.drums.kit.tab_notation import ACCENT, SOFT
from services.drums.neural.features import PieceFeatures
from services.drums.neural.onnx_models import SpecialistModel, TouchPredictor
from services.drums.neural.touch_history import POSITIONS
from services.drums.performance.deviation_model import (
    CorrelatedNoise,
    NoiseParams,
    cumulative_probability,
    normal_cdf,
    quantile_at,
    quantile_at_score,
)
from services.drums.performance.humanize import Deviation, Playing, SwungStrokes
from services.drums.performance.velocity_curve import LOUDEST, MEDIUM, velocity

_SLOWEST, _FASTEST = 50.0, 240.0  # quarter notes per minute: the range of the data set
# Limits of the deviation from the written velocity; ghost notes stay soft and accents loud.
_BELOW, _ABOVE = 34, 30
_GHOST_AT_MOST, _ACCENT_AT_LEAST = 64, 62
# Correlation of the samples, beyond what the model predicts from the hits before: between hits of one step, and over
# time.
_VELOCITY_NOISE = NoiseParams(lasting=0.1, per_step=0.99, shared=0.3)
_TIMING_NOISE = NoiseParams(lasting=0.2, per_step=0.9, shared=0.4)
# The quantiles end at 3 and 97 percent, so samples are narrower than drummers play, and through the history so are the
# predictions after them. Wider scores make up for it.
_WIDER = 1.2


class NeuralHumanizer:
    """Humanizes the bars of one piece in order.

    Args:
        model: The specialist's models.
        playing: How the piece is played.
    """

    def __init__(self, model: SpecialistModel, playing: Playing) -> None:
        self._model = model
        self._playing = playing
        self._steps = steps_per_bar(playing.meter)
        self._piece = piece_features(playing)
        self._grid = _grid(playing)
        self._predictor = self._new_predictor()

    def reset(self) -> None:
        """Drop the history."""
        self._predictor = self._new_predictor()

    def condition_on(self, bars: Sequence[Bar]) -> None:
        """Replace the history by these bars."""
        self.reset()
        for bar in bars:
            by_step: list[list[tuple[Piece, int, float]]] = [[] for _ in range(self._steps)]
            for hit in bar.hits:
                if hit.step < self._steps and hit.piece in CLASS_OF:
                    by_step[hit.step].append((hit.piece, hit.velocity, hit.offset_ticks / TICKS_PER_STEP))
            for together in by_step:
                self._append(together)

    def deviations(self, strokes: SwungStrokes, playing: Playing, bar: int) -> Mapping[tuple[Piece, int], Deviation]:
        """Sample the deviations of the next bar; see `Humanizer`.

        Args:
            strokes: Strokes of the bar by piece and swung step.
            playing: How the piece is played.
            bar: Index of the bar.
        """
        pieces = sorted({piece for piece, _ in strokes})
        velocity_scores = _scores(_VELOCITY_NOISE, self._steps, playing.seed, bar, RandomStream.VELOCITY, pieces)
        timing_scores = _scores(_TIMING_NOISE, self._steps, playing.seed, bar, RandomStream.TIMING, pieces)
        by_step: list[list[Piece]] = [[] for _ in range(self._steps)]
        for piece, step in sorted(strokes):
            by_step[step].append(piece)
        deviations: dict[tuple[Piece, int], Deviation] = {}
        for step, together in enumerate(by_step):
            quantiles = self._quantiles(together)
            played: list[tuple[Piece, int, float]] = []
            for piece in together:
                stroke, swing_ticks = strokes[piece, step]
                plain = velocity(piece, stroke.level, MEDIUM, playing.style.balance)
                velocities, offsets = quantiles[CLASS_OF[piece]]
                sampled = _truncated(velocities, *_velocity_range(plain, stroke.level), velocity_scores[piece][step])
                offset = quantile_at_score(offsets, _WIDER * timing_scores[piece][step])
                # The model predicts offsets from the grid; swing is already part of them.
                late = offset - swing_ticks / TICKS_PER_STEP + playing.style.late.get(piece, 0)
                deviations[piece, step] = Deviation(offset=late, velocity=sampled - plain)
                played.append((piece, round(sampled), offset))
            self._append(played)
        return deviations

    def _quantiles(self, together: Sequence[Piece]) -> dict[int, list[list[float]]]:
        """Quantiles of velocity and offset of the next step by class, for the pieces that are hit on it."""
        if not together:
            return {}
        hits = [0.0] * CLASSES
        for piece in together:
            hits[CLASS_OF[piece]] = 1.0
        classes = [of_class for of_class, hit in enumerate(hits) if hit]
        return dict(zip(classes, self._predictor.quantiles(hits).tolist(), strict=True))

    def _append(self, played: Sequence[tuple[Piece, int, float]]) -> None:
        """Add a step to the history: piece, velocity and offset of each hit; of two of one class, the louder counts."""
        hits, velocities, offsets = [0.0] * CLASSES, [0.0] * CLASSES, [0.0] * CLASSES
        for piece, loud, offset in sorted(played, key=lambda hit: hit[1]):
            of_class = CLASS_OF[piece]
            hits[of_class], velocities[of_class], offsets[of_class] = 1.0, loud, offset
        self._predictor.append(hits, velocities, offsets)

    def _new_predictor(self) -> TouchPredictor:
        return self._model.touch_predictor(self._piece, self._grid)


def piece_features(playing: Playing) -> PieceFeatures:
    """What both models are conditioned on."""
    bpm = min(max(playing.bpm, _SLOWEST), _FASTEST)
    return PieceFeatures(meter=playing.meter, family=playing.style.feel, bpm=bpm, kind="beat")


def _grid(playing: Playing) -> tuple[float, ...]:
    """Offset of the swung grid at each position of a quarter, as a fraction of a step."""
    offsets = [0.0] * POSITIONS
    quarter = Meter(beats=1, beat_unit=4)
    for step in range(POSITIONS):
        target, ticks = swung(step, quarter, playing.feel.swing)
        if offsets[target] == 0.0:
            offsets[target] = ticks / TICKS_PER_STEP
    return tuple(offsets)


def _scores(
    params: NoiseParams, steps: int, seed: int, bar: int, purpose: RandomStream, pieces: Sequence[Piece]
) -> dict[Piece, list[float]]:
    """Standard normal scores for every step of every piece."""
    of_piece = {
        RandomStream.VELOCITY: RandomStream.VELOCITY_OF_PIECE,
        RandomStream.TIMING: RandomStream.TIMING_OF_PIECE,
    }[purpose]
    noise = CorrelatedNoise(params, steps, stream_for_bar(seed, bar, purpose))
    return {piece: noise.of_piece(stream_for_bar(seed, bar, of_piece + piece)) for piece in pieces}


def _velocity_range(plain: int, level: int) -> tuple[float, float]:
    """Lowest and highest velocity of a stroke written at a level."""
    low, high = max(plain - _BELOW, 1), min(plain + _ABOVE, LOUDEST)
    if level <= SOFT:
        high = min(high, max(_GHOST_AT_MOST, plain))
    if level >= ACCENT:
        low = max(low, min(_ACCENT_AT_LEAST, plain))
    return low, high


def _truncated(quantiles: Sequence[float], low: float, high: float, score: float) -> float:
    """The value at a normal score of the distribution truncated to low..high."""
    first, last = cumulative_probability(quantiles, low), cumulative_probability(quantiles, high)
    return min(max(quantile_at(quantiles, first + (last - first) * normal_cdf(score)), low), high)
