"""The line model that ships as it composes alone: every event as likely as it thinks it, no masks, no temperature."""

import numpy as np

from services.melody.line_model import Conditions, LineNetwork, LinePredictor, features
from services.melody.line_model.history import HOLD, KIND_ON
from training.data.line_arrays import metre_of
from training.evaluation.sampler import pick
from training.scoring.continuation_requests import PlannedHarmony
from training.scoring.continuation_tasks import ContinuationTask


class LineSampler:
    """The line model within a line.

    Args:
        network: The network.
        task: Where it begins.
        harmony: From the primer's first step on. With it, the model is conditioned on the mode and the chords; without,
            on the role alone.
    """

    def __init__(self, network: LineNetwork, task: ContinuationTask, harmony: PlannedHarmony | None = None) -> None:
        self._about, self._harmony = task.primer, harmony
        self._passed = 0
        self._line = LinePredictor(network, metre_of(task.primer.meter))
        self._line.condition_on(self._conditions())

    def draw(self, random: np.random.Generator) -> int:
        """Draw an event for the step to come: HOLD, OFF or the index of a pitch."""
        kind = pick(np.array(self._line.kind_log_probabilities()), random)
        return pick(self._line.pitch_log_probabilities(), random) if kind == KIND_ON else HOLD + kind

    def observe(self, event: int) -> None:
        """Move past the step with this event."""
        self._line.push(event)
        self._passed += 1
        if self._harmony is not None and self._passed < len(self._harmony.roots):
            self._line.condition_on(self._conditions())

    def _conditions(self) -> Conditions:
        if self._harmony is None:
            return Conditions.of_role(self._about.role)
        role = features.ROLES[self._about.role]
        conditions = (role, features.MODES["minor" if self._about.is_minor else "major"], *features.UNKNOWN[2:])
        return Conditions(conditions, self._harmony.roots[self._passed], self._harmony.chords[self._passed])
