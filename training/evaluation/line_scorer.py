"""The line model that ships, as evaluated: given the role of a line, and the metre that its file names."""

from pathlib import Path

import numpy as np

from services.melody.line_model import LineNetwork, load
from training.evaluation.meter_marginal import DOUBT, MeterMarginal
from training.melody_line.config import FOLDER
from training.scoring.protocol import EventLine, FloatArray, Prediction, nats_of


class LineScorer:
    """The line model.

    Args:
        network: The network.
        doubt: Chance that bar lines are not where a file says; see `MeterMarginal`.
    """

    name = "specialist"

    def __init__(self, network: LineNetwork, doubt: float = DOUBT) -> None:
        self._network, self._doubt = network, doubt

    @classmethod
    def load(cls, folder: Path = FOLDER) -> "LineScorer":
        """Read the network of a folder. Raises WeightsError."""
        return cls(load(folder)[0])

    def predict(self, line: EventLine) -> Prediction:
        """Log-probabilities of what could happen at each step of a line, given the steps before it."""
        marginal = MeterMarginal(self._network, line.role, line.meter, self._doubt)
        kinds, pitches = [], []
        for event in line.events.tolist():
            kinds.append(marginal.kinds())
            if event >= 0:
                pitches.append(marginal.pitches())
            marginal.push(event)
        return Prediction(np.array(kinds), np.array(pitches))

    def nats(self, line: EventLine) -> FloatArray:
        """(T,) negative log-likelihood of each event, in nats."""
        return nats_of(self.predict(line), line)
