"""How well the network predicts lines that it has not seen."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.melody.line_model.features import Told
from services.melody.line_model.history import KIND_ON, Metre, kind_of
from services.melody.line_model.line import Line
from services.melody.line_model.network import LineNetwork


@dataclass(frozen=True, slots=True)
class Score:
    """What a line cost, in nats.

    Attributes:
        kinds: Of what each step brings, (T,).
        pitches: Of the pitch of each step's onset, 0 on other steps, (T,).
    """

    kinds: NDArray[np.float64]
    pitches: NDArray[np.float64]

    @property
    def nats(self) -> NDArray[np.float64]:
        """Of each step, (T,)."""
        return self.kinds + self.pitches


def score(network: LineNetwork, metre: Metre, events: Sequence[int], role: str = "melody") -> Score:
    """Predict a whole line, step by step.

    Args:
        network: The network.
        metre: The metre of the line.
        events: HOLD, OFF or the index of a pitch, for every sixteenth; see `history.py`.
        role: "melody", "counter" or "bass": all that the network is told.
    """
    line = Line(network, metre)
    line.tell(Told.of_role(role))
    kinds, pitches = np.zeros(len(events)), np.zeros(len(events))
    for step, event in enumerate(events):
        kind = kind_of(event)
        kinds[step] = -line.kinds()[kind]
        if kind == KIND_ON:
            pitches[step] = -line.pitches()[event]
        line.push(event)
    return Score(kinds, pitches)
