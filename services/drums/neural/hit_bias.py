"""The hit model's say in which optional hits a groove plays: a bias on their log-odds.

The model is conditioned on the groove as the noise alone would have it at medium complexity, whatever complexity is
requested. So the order in which hits are added does not depend on complexity, and the hits of a lower complexity remain
among those of a higher one.
"""

import functools
import math
from collections.abc import Iterable, Sequence
from typing import TypeAlias

import numpy as np
from boumbapp.music.v2.music_pb2 import Bar

from music.meter import steps_per_bar
from music.swing import swung
from services.drums.generation.sampling_noise import Noise
from services.drums.kit.kit import CLASS_OF, PERCUSSION, Piece
from services.drums.kit.tab_notation import HitRule
from services.drums.neural.hit_history import CLASSES_OF_SET, SETS, sets_of
from services.drums.neural.humanizer import piece_features
from services.drums.neural.onnx_models import HitPredictor, SpecialistModel
from services.drums.performance.humanize import Playing
from services.drums.styles.meter_fitting import Skeleton

# The data set holds no percussion, so the model has no say in it.
_NOT_IN_DATA = PERCUSSION
_SMALLEST, _TINY = 1e-3, 1e-12  # bounds that keep log-odds and quotients finite
_NEUTRAL = 0.25  # the probability at which the bias is zero
_ALL_SETS = np.arange(SETS)
_Cell: TypeAlias = tuple[Piece, int]


class HitBias:
    """Biases the noise of one piece's bars, in order.

    Args:
        model: The specialist's models.
        playing: How the piece is played. The style's `humanise` scales the bias: machine styles stay as written.
    """

    def __init__(self, model: SpecialistModel, playing: Playing) -> None:
        self._model = model
        self._playing = playing
        self._steps = steps_per_bar(playing.meter)
        self._predictor = self._new_predictor()

    def reset(self) -> None:
        """Drop the history."""
        self._predictor = self._new_predictor()

    def condition_on(self, bars: Iterable[Bar]) -> None:
        """Replace the history by these bars."""
        self.reset()
        if sets := [each for bar in bars for each in sets_of(((h.piece, h.step) for h in bar.hits), self._steps)]:
            self._predictor.extend(sets)

    def apply(self, skeleton: Skeleton, noise: Noise) -> Noise:
        """The noise of the next bar with the bias added; the bar joins the history.

        Args:
            skeleton: Cells of the bar.
            noise: Logistic noise of every piece on every step of the straight groove.
        """
        return self._biased(self._predictor, skeleton, noise)

    def preview(self, skeleton: Skeleton, noise: Noise) -> Noise:
        """The same as `apply`, but the history stays as it is.

        Args:
            skeleton: Cells of the bar.
            noise: Logistic noise of every piece on every step of the straight groove.
        """
        return self._biased(self._predictor.copy(), skeleton, noise)

    def bits(self, sets: Sequence[int]) -> float:
        """Negative log-likelihood in bits of these hit sets after the history."""
        return self._predictor.bits(sets)

    def _biased(self, predictor: HitPredictor, skeleton: Skeleton, noise: Noise) -> Noise:
        cells = _by_swung_step(skeleton, self._playing, self._steps)
        usual = [_mask(p for p, at in cells[step] if _is_usual(skeleton, noise, p, at)) for step in cells]
        certain = [_mask(p for p, at in cells[step] if skeleton.rows[p][at].rule is HitRule.MUST) for step in cells]
        probabilities = predictor.extend(usual)
        # Condition on the hits that the style demands, then marginalise by class.
        possible = probabilities * ((_ALL_SETS & np.array(certain)[:, None]) == np.array(certain)[:, None])
        of_class = (possible @ CLASSES_OF_SET / np.maximum(possible.sum(axis=1), _TINY)[:, None]).tolist()
        weight = self._playing.style.humanise
        biased = {piece: list(values) for piece, values in noise.items()}
        for step, together in cells.items():
            for piece, straight in together:
                if skeleton.rows[piece][straight].rule is HitRule.MAY and piece not in _NOT_IN_DATA:
                    probability = min(max(of_class[step][CLASS_OF[piece]], _SMALLEST), 1 - _SMALLEST)
                    biased[piece][straight] += weight * (_log_odds(probability) - _log_odds(_NEUTRAL))
        return biased

    def _new_predictor(self) -> HitPredictor:
        return self._model.hit_predictor(piece_features(self._playing))


def _by_swung_step(skeleton: Skeleton, playing: Playing, steps: int) -> dict[int, list[_Cell]]:
    """Cells of the straight groove by the step that swing moves them to."""
    cells: dict[int, list[_Cell]] = {step: [] for step in range(steps)}
    for straight in range(steps):
        step, _ = swung(straight, playing.meter, playing.feel.swing)
        cells[step] += ((piece, straight) for piece in sorted(skeleton.rows))
    return cells


def _is_usual(skeleton: Skeleton, noise: Noise, piece: Piece, step: int) -> bool:
    """Whether a cell is hit at medium complexity, going by the noise alone."""
    cell = skeleton.rows[piece][step]
    if cell.rule is HitRule.MAY:
        return noise[piece][step] + _log_odds(cell.weight / 10) > 0
    return cell.rule is HitRule.MUST


def _mask(pieces: Iterable[Piece]) -> int:
    """The hit set of some pieces."""
    known = (CLASS_OF[piece] for piece in pieces if piece in CLASS_OF)  # a newer kit may have others
    return functools.reduce(lambda mask, number: mask | 1 << number, known, 0)


def _log_odds(probability: float) -> float:
    return math.log(probability / (1 - probability))
