"""How well the network predicts lines that it has not seen."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.melody.line_model.features import Conditions
from services.melody.line_model.history import KIND_ON, Metre, kind_of
from services.melody.line_model.line import LinePredictor
from services.melody.line_model.network import LineNetwork


@dataclass(frozen=True, slots=True)
class LineScore:
    """Negative log-likelihood of a line, in nats.

    Attributes:
        kinds: Of the kind of each step, (T,).
        pitches: Of the pitch of each step's onset, 0 on other steps, (T,).
    """

    kinds: NDArray[np.float64]
    pitches: NDArray[np.float64]

    @property
    def nats(self) -> NDArray[np.float64]:
        """Negative log-likelihood of each step, (T,)."""
        return self.kinds + self.pitches


def score(network: LineNetwork, metre: Metre, events: Sequence[int], role: str = "melody") -> LineScore:
    """Predict a whole line, step by step.

    Args:
        network: The network.
        metre: The metre of the line.
        events: HOLD, OFF or the index of a pitch, for every sixteenth; see `history.py`.
        role: "melody", "counter" or "bass": the only condition that the network is given.
    """
    line = LinePredictor(network, metre)
    line.condition_on(Conditions.of_role(role))
    kinds, pitches = np.zeros(len(events)), np.zeros(len(events))
    for step, event in enumerate(events):
        kind = kind_of(event)
        kinds[step] = -line.kind_log_probabilities()[kind]
        if kind == KIND_ON:
            pitches[step] = -line.pitch_log_probabilities()[event]
        line.push(event)
    return LineScore(kinds, pitches)
