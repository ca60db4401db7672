"""A hand that plays as the touch model has learned from drummers: each stroke follows from those before it."""

from collections.abc import Mapping, Sequence

from boumbapp.music.v1.music_pb2 import Bar, Meter

from music.grid import TICKS_PER_STEP
from music.meter import steps_per_bar
from music.random_streams import stream_for_bar
from services.drums.kit.kit import CLASS_OF, CLASSES, Piece
from services.drums.kit.random_stream import RandomStream
from services.drums.kit.swing import swung
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
from services.drums.performance.velocity_curve import LOUDEST, velocity

_MEDIUM = 0.5  # intensity at which the model's velocities are taken for granted
_SLOWEST, _FASTEST = 50.0, 240.0  # quarter notes per minute: as drummers of the data set played
# How far a stroke may be from what its style writes, in velocity; a ghost stays one, and so does an accent.
_BELOW, _ABOVE = 34, 30
_GHOST_AT_MOST, _ACCENT_AT_LEAST = 64, 62
# Strokes of one step deviate together, and drift for a while, beyond what the model foretells from those before.
_VELOCITY_MEMORY = NoiseParams(lasting=0.1, per_step=0.99, shared=0.3)
_TIMING_MEMORY = NoiseParams(lasting=0.2, per_step=0.9, shared=0.4)
# The quantiles end at 3 and 97 percent: draws from them would be narrower than drummers play, and so would those after.
_WIDER = 1.2


class NeuralHumanizer:
    """Plays the bars of one piece in order.

    Args:
        model: The specialist's models.
        playing: How the piece is played.
    """

    def __init__(self, model: SpecialistModel, playing: Playing) -> None:
        self._model = model
        self._playing = playing
        self._steps = steps_per_bar(playing.meter)
        self._setting = piece_features(playing)
        self._grid = _grid(playing)
        self._listener = self._fresh()

    def restart(self) -> None:
        """Forget what has been played."""
        self._listener = self._fresh()

    def condition_on(self, bars: Sequence[Bar]) -> None:
        """Forget what has been played, and go on from these bars."""
        self.restart()
        for bar in bars:
            by_step: list[list[tuple[Piece, int, float]]] = [[] for _ in range(self._steps)]
            for hit in bar.hits:
                if hit.step < self._steps and hit.piece in CLASS_OF:
                    by_step[hit.step].append((hit.piece, hit.velocity, hit.offset))
            for together in by_step:
                self._append(together)

    def deviations(self, strokes: SwungStrokes, playing: Playing, bar: int) -> Mapping[tuple[Piece, int], Deviation]:
        """How a drummer plays the strokes of the next bar; see `feel.Hand`."""
        pieces = sorted({piece for piece, _ in strokes})
        loudness = _scores(_VELOCITY_MEMORY, self._steps, playing.seed, bar, RandomStream.VELOCITY, pieces)
        timing = _scores(_TIMING_MEMORY, self._steps, playing.seed, bar, RandomStream.TIMING, pieces)
        by_step: list[list[Piece]] = [[] for _ in range(self._steps)]
        for piece, step in sorted(strokes):
            by_step[step].append(piece)
        found: dict[tuple[Piece, int], Deviation] = {}
        for step, together in enumerate(by_step):
            quantiles = self._quantiles(together)
            played: list[tuple[Piece, int, float]] = []
            for piece in together:
                stroke, swing_ticks = strokes[piece, step]
                plain = velocity(piece, stroke.level, _MEDIUM, playing.style.balance)
                velocities, offsets = quantiles[CLASS_OF[piece]]
                loud = _within(velocities, *_band(plain, stroke.level), loudness[piece][step])
                offset = quantile_at_score(offsets, _WIDER * timing[piece][step])
                late = offset - swing_ticks / TICKS_PER_STEP + playing.style.late.get(piece, 0)
                found[piece, step] = Deviation(late, loud - plain)
                played.append((piece, round(loud), offset))
            self._append(played)
        return found

    def _quantiles(self, together: Sequence[Piece]) -> dict[int, list[list[float]]]:
        """How the pieces of the next step may be played: quantiles of velocity and offset by class."""
        if not together:
            return {}
        struck = [0.0] * CLASSES
        for piece in together:
            struck[CLASS_OF[piece]] = 1.0
        classes = [of_class for of_class, hit in enumerate(struck) if hit]
        return dict(zip(classes, self._listener.quantiles(struck).tolist(), strict=True))

    def _append(self, played: Sequence[tuple[Piece, int, float]]) -> None:
        struck, velocities, offsets = [0.0] * CLASSES, [0.0] * CLASSES, [0.0] * CLASSES
        for piece, loud, offset in sorted(played, key=lambda stroke: stroke[1]):
            of_class = CLASS_OF[piece]
            struck[of_class], velocities[of_class], offsets[of_class] = 1.0, loud, offset
        self._listener.append(struck, velocities, offsets)

    def _fresh(self) -> TouchPredictor:
        return self._model.touch_predictor(self._setting, self._grid)


def piece_features(playing: Playing) -> PieceFeatures:
    """What the models are told of a piece."""
    bpm = min(max(playing.bpm, _SLOWEST), _FASTEST)
    return PieceFeatures(meter=playing.meter, family=playing.style.feel, bpm=bpm, kind="beat")


def _grid(playing: Playing) -> tuple[float, ...]:
    """Where swing puts the strokes at each place of a quarter."""
    offsets = [0.0] * POSITIONS
    quarter = Meter(beats=1, beat_unit=4)
    for step in range(POSITIONS):
        target, ticks = swung(step, quarter, playing.feel.swing, playing.style.swings_eighths)
        if offsets[target] == 0.0:
            offsets[target] = ticks / TICKS_PER_STEP
    return tuple(offsets)


def _scores(
    memory: NoiseParams, steps: int, seed: int, bar: int, purpose: RandomStream, pieces: Sequence[Piece]
) -> dict[Piece, list[float]]:
    """Standard normal numbers for every step of every piece."""
    of_piece = {
        RandomStream.VELOCITY: RandomStream.VELOCITY_OF_PIECE,
        RandomStream.TIMING: RandomStream.TIMING_OF_PIECE,
    }[purpose]
    wander = CorrelatedNoise(memory, steps, stream_for_bar(seed, bar, purpose))
    return {piece: wander.of_piece(stream_for_bar(seed, bar, of_piece + piece)) for piece in pieces}


def _band(plain: int, level: int) -> tuple[float, float]:
    """Velocities that a stroke of a level may have."""
    low, high = max(plain - _BELOW, 1), min(plain + _ABOVE, LOUDEST)
    if level <= SOFT:
        high = min(high, max(_GHOST_AT_MOST, plain))
    if level >= ACCENT:
        low = max(low, min(_ACCENT_AT_LEAST, plain))
    return low, high


def _within(quantiles: Sequence[float], low: float, high: float, score: float) -> float:
    """What a score stands for, of the part of a distribution between two values."""
    first, last = cumulative_probability(quantiles, low), cumulative_probability(quantiles, high)
    return min(max(quantile_at(quantiles, first + (last - first) * normal_cdf(score)), low), high)
