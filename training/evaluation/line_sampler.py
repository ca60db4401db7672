"""The line model that ships as it composes alone: every event as likely as it thinks it, no masks, no temperature."""

import numpy as np

from services.melody.line_model import Conditions, LineNetwork, LinePredictor, features
from services.melody.line_model.history import HOLD, KIND_ON
from training.data.line_arrays import metre_of
from training.evaluation.sampler import pick
from training.scoring.passage_requests import Harmony
from training.scoring.passages import Passage


class LineImproviser:
    """The line model within a line.

    Args:
        network: The network.
        passage: Where it begins.
        harmony: From the primer's first step on. With it, the model is conditioned on mode and chords; without, on the
            role alone.
    """

    def __init__(self, network: LineNetwork, passage: Passage, harmony: Harmony | None = None) -> None:
        self._about, self._harmony = passage.primer, harmony
        self._heard = 0
        self._line = LinePredictor(network, metre_of(passage.primer.meter))
        self._line.condition_on(self._conditions())

    def draw(self, random: np.random.Generator) -> int:
        """See `training.evaluation.sampler.Improviser`."""
        kind = pick(np.array(self._line.kind_log_probabilities()), random)
        return pick(self._line.pitch_log_probabilities(), random) if kind == KIND_ON else HOLD + kind

    def hear(self, event: int) -> None:
        """See `training.evaluation.sampler.Improviser`."""
        self._line.push(event)
        self._heard += 1
        if self._harmony is not None and self._heard < len(self._harmony.roots):
            self._line.condition_on(self._conditions())

    def _conditions(self) -> Conditions:
        if self._harmony is None:
            return Conditions.of_role(self._about.role)
        role = features.ROLES[self._about.role]
        conditions = (role, features.MODES["minor" if self._about.is_minor else "major"], *features.UNKNOWN[2:])
        return Conditions(conditions, self._harmony.roots[self._heard], self._harmony.chords[self._heard])
