"""What a drummer would rather play: the hit model listens to a groove and leans towards some of what it may add.

It hears the groove as luck alone would have it at medium complexity, whatever complexity is asked for, so that the
order in which strokes are added stays the same and those of a lower complexity remain among those of a higher one.
"""

import functools
import math
from collections.abc import Iterable, Sequence
from typing import TypeAlias

import numpy as np
from boumbapp.music.v1.music_pb2 import Bar

from music.meter import steps_per_bar
from services.drums.generation.sampling_noise import Noise
from services.drums.kit.kit import CLASS_OF, PERCUSSION, Piece
from services.drums.kit.swing import swung
from services.drums.kit.tab_notation import HitRule
from services.drums.neural.hit_history import CLASSES_OF_SET, SETS, sets_of
from services.drums.neural.humanizer import piece_features
from services.drums.neural.onnx_models import HitPredictor, SpecialistModel
from services.drums.performance.humanize import Playing
from services.drums.styles.meter_fitting import Skeleton

# What the model knows nothing about: it never heard these played.
_UNHEARD = PERCUSSION
_FAINTEST, _NOTHING = 1e-3, 1e-12  # chances below these count as these
_USUAL = 0.25  # the chance that leans neither way
_ALL_SETS = np.arange(SETS)
_Cell: TypeAlias = tuple[Piece, int]


class HitBias:
    """Leans for the bars of one piece, in order.

    Args:
        model: The specialist's models.
        playing: How the piece is played. Styles that are played by machines lean less, as they are humanised less.
    """

    def __init__(self, model: SpecialistModel, playing: Playing) -> None:
        self._model = model
        self._playing = playing
        self._steps = steps_per_bar(playing.meter)
        self._listener = self._fresh()

    def restart(self) -> None:
        """Forget what has been heard."""
        self._listener = self._fresh()

    def condition_on(self, bars: Iterable[Bar]) -> None:
        """Forget what has been heard, and go on from these bars."""
        self.restart()
        if heard := [struck for bar in bars for struck in sets_of(((h.piece, h.step) for h in bar.hits), self._steps)]:
            self._listener.listen(heard)

    def lean(self, skeleton: Skeleton, noise: Noise) -> Noise:
        """Luck with what a drummer would rather play in the next bar, which is then heard.

        Args:
            skeleton: What the style says of the bar.
            noise: Luck of every piece on every step of the straight groove.
        """
        return self._lean(self._listener, skeleton, noise)

    def try_out(self, skeleton: Skeleton, noise: Noise) -> Noise:
        """The same as `lean`, but the bar is not heard."""
        return self._lean(self._listener.copy(), skeleton, noise)

    def bits(self, sets: Sequence[int]) -> float:
        """How much these hit sets would surprise if they came next, in bits."""
        return self._listener.bits(sets)

    def _lean(self, listener: HitPredictor, skeleton: Skeleton, noise: Noise) -> Noise:
        cells = _by_played_step(skeleton, self._playing, self._steps)
        struck = [_mask(piece for piece, at in cells[step] if _is_usual(skeleton, noise, piece, at)) for step in cells]
        certain = [_mask(p for p, at in cells[step] if skeleton.rows[p][at].rule is HitRule.MUST) for step in cells]
        chances = listener.listen(struck)
        possible = chances * ((_ALL_SETS & np.array(certain)[:, None]) == np.array(certain)[:, None])
        of_class = (possible @ CLASSES_OF_SET / np.maximum(possible.sum(axis=1), _NOTHING)[:, None]).tolist()
        weight = self._playing.style.humanise
        leaned = {piece: list(values) for piece, values in noise.items()}
        for step, together in cells.items():
            for piece, straight in together:
                if skeleton.rows[piece][straight].rule is HitRule.MAY and piece not in _UNHEARD:
                    chance = min(max(of_class[step][CLASS_OF[piece]], _FAINTEST), 1 - _FAINTEST)
                    leaned[piece][straight] += weight * (_log_odds(chance) - _log_odds(_USUAL))
        return leaned

    def _fresh(self) -> HitPredictor:
        return self._model.hit_predictor(piece_features(self._playing))


def _by_played_step(skeleton: Skeleton, playing: Playing, steps: int) -> dict[int, list[_Cell]]:
    """Cells of the straight groove by the step that swing puts them on."""
    cells: dict[int, list[_Cell]] = {step: [] for step in range(steps)}
    for straight in range(steps):
        step, _ = swung(straight, playing.meter, playing.feel.swing, playing.style.swings_eighths)
        cells[step] += ((piece, straight) for piece in sorted(skeleton.rows))
    return cells


def _is_usual(skeleton: Skeleton, noise: Noise, piece: Piece, step: int) -> bool:
    """Whether a cell is struck at medium complexity, luck alone deciding."""
    cell = skeleton.rows[piece][step]
    if cell.rule is HitRule.MAY:
        return noise[piece][step] + _log_odds(cell.weight / 10) > 0
    return cell.rule is HitRule.MUST


def _mask(pieces: Iterable[Piece]) -> int:
    """The hit set of some pieces."""
    return functools.reduce(lambda mask, piece: mask | 1 << CLASS_OF[piece], pieces, 0)


def _log_odds(chance: float) -> float:
    return math.log(chance / (1 - chance))
