"""Prediction of a line without knowing where its bar lines are: the metre is marginalised over.

Files that begin with a pickup, that name no time signature or a wrong one have their bar lines elsewhere than a reader
of the file assumes. A hypothesis is a metre and a place of the first step in its bar; by Bayes' rule its weight grows
when it predicts the line well. The mixture's probabilities add up to one at every step and depend on nothing that is
yet to come, as those of a single hypothesis do.
"""

import math
from collections.abc import Sequence

import numpy as np
from boumbapp.music.v2.music_pb2 import Meter

from music.meter import steps_per_bar
from services.melody.line_model import Conditions, LineNetwork, LinePredictor
from services.melody.line_model.history import HOLD, KIND_ON, kind_of
from training.data.line_arrays import metre_of
from training.scoring.protocol import FloatArray

# Chance that the bar lines of a file are not where it says.
DOUBT = 0.2
# Metres that a line may be in besides the one that its file names.
_COMMON = (Meter(beats=4, beat_unit=4), Meter(beats=3, beat_unit=4), Meter(beats=6, beat_unit=8))
# Nats by which a hypothesis falls behind the best one before it is given up; doubt alone puts most about 5 behind.
_HOPELESS = 8.0


class _MeterHypothesis:
    """A line in one metre, beginning so many steps after a bar line, and its weight (log)."""

    def __init__(self, network: LineNetwork, role: str, meter: Meter, lead: int, weight: float) -> None:
        self.meter, self.lead, self.weight = meter, lead, weight
        self._line = LinePredictor(network, metre_of(meter))
        self._line.condition_on(Conditions.of_role(role))
        self._pitches: FloatArray | None = None  # kept until the step has passed
        for _ in range(lead):
            self._line.push(HOLD)  # silence

    def kinds(self) -> tuple[float, ...]:
        return self._line.kind_log_probabilities()

    def pitches(self) -> FloatArray:
        if self._pitches is None:
            self._pitches = self._line.pitch_log_probabilities()
        return self._pitches

    def push(self, event: int) -> None:
        kind = kind_of(event)
        self.weight += self.kinds()[kind] + (float(self.pitches()[event]) if kind == KIND_ON else 0.0)
        self._line.push(event)
        self._pitches = None


class MeterMarginal:
    """A line so far, in all metres that it may be in.

    Args:
        network: The network.
        role: Of the line: "melody", "counter" or "bass".
        named: The metre that its file names; the file begins with a bar line, as it thinks.
        doubt: Chance that this is wrong, 0 to 1.
    """

    def __init__(self, network: LineNetwork, role: str, named: Meter, doubt: float = DOUBT) -> None:
        self._hypotheses = [_MeterHypothesis(network, role, named, 0, math.log1p(-doubt))]
        if not doubt:
            return
        meters = [named, *(meter for meter in _COMMON if meter != named)]
        others = [(meter, lead) for meter in meters for lead in range(steps_per_bar(meter))][1:]
        share = math.log(doubt / len(others))
        self._hypotheses += [_MeterHypothesis(network, role, meter, lead, share) for meter, lead in others]

    @property
    def likeliest(self) -> tuple[Meter, int]:
        """The metre that fits best, and how many steps after a bar line the line begins in it."""
        best = max(self._hypotheses, key=lambda hypothesis: hypothesis.weight)
        return best.meter, best.lead

    def kinds(self) -> FloatArray:
        """Log-probabilities that the step to come brings nothing new, an end, or an onset, (KINDS,)."""
        return _mean([np.array(hypothesis.kinds()) for hypothesis in self._hypotheses], self._weights())

    def pitches(self) -> FloatArray:
        """Log-probabilities of every pitch, should the step to come bring an onset, (PITCHES,)."""
        onsets = [hypothesis.kinds()[KIND_ON] for hypothesis in self._hypotheses]
        weights = self._weights() + onsets
        return _mean([hypothesis.pitches() for hypothesis in self._hypotheses], weights - np.logaddexp.reduce(weights))

    def push(self, event: int) -> None:
        """Let the step pass with this event: HOLD, OFF or the index of a pitch."""
        for hypothesis in self._hypotheses:
            hypothesis.push(event)
        best = max(hypothesis.weight for hypothesis in self._hypotheses)
        self._hypotheses = [hypothesis for hypothesis in self._hypotheses if hypothesis.weight > best - _HOPELESS]

    def _weights(self) -> FloatArray:
        weights = np.array([hypothesis.weight for hypothesis in self._hypotheses])
        normalised: FloatArray = weights - np.logaddexp.reduce(weights)
        return normalised


def _mean(log_probabilities: Sequence[FloatArray], log_weights: FloatArray) -> FloatArray:
    """Mixture of distributions, all in logs."""
    mixed: FloatArray = np.logaddexp.reduce(np.stack(log_probabilities) + log_weights[:, None])
    return mixed
