"""A line so far, and what the network predicts to come next."""

import math
from copy import copy

import numpy as np
from numpy.typing import NDArray

from services.melody.line_model.features import Conditions, StepFeatures, step_features
from services.melody.line_model.history import KIND_OFF, PITCHES, History, Metre
from services.melody.line_model.network import LineNetwork

# Logits are rounded to this part of a nat before anything is drawn from them, so that the last bits of a sum, which
# differ between processors, do not change the music.
_GRAIN = 64
_NEVER = -1e9


class LinePredictor:
    """Predicts a line a step at a time, conditioned on what has come so far.

    Pitches are indices as in `history.py`.

    Args:
        network: The network.
        metre: The metre of the line.
    """

    def __init__(self, network: LineNetwork, metre: Metre) -> None:
        self.network = network
        self._history = History(metre)
        self._state = network.start()
        self._conditions = Conditions()
        # Kept until the line or the conditions change.
        self._features: StepFeatures | None = None
        self._kinds: tuple[float, ...] | None = None

    def copy(self) -> "LinePredictor":
        """The same line, to be continued in another way."""
        twin = copy(self)
        twin._history = self._history.copy()  # noqa: SLF001  its own kind; the rest is replaced, never changed
        return twin

    def condition_on(self, conditions: Conditions) -> None:
        """Set the conditions that hold from the next step on."""
        self._conditions, self._features, self._kinds = conditions, None, None

    def kind_log_probabilities(self) -> tuple[float, ...]:
        """Log probabilities, (KINDS,), that the next step holds, ends the note, or begins one."""
        if self._kinds is None:
            logits = self.network.kind_logits(self._step_features(), self._state).tolist()
            if not self._history.sounding:
                logits[KIND_OFF] = _NEVER
            highest = max(logits)
            grained = [round((logit - highest) * _GRAIN) / _GRAIN for logit in logits]
            hold, off, onset = map(math.exp, grained)
            total = math.log(hold + off + onset)
            self._kinds = tuple(logit - total for logit in grained)
        return self._kinds

    def pitch_log_probabilities(self) -> NDArray[np.float64]:
        """Log probabilities, (PITCHES,), of every pitch given that the next step begins a note."""
        votes = self._history.pitch_votes()
        found = self.network.pitch_logits(self._step_features(), votes, self._history.pitch, self._state)
        logits = found.astype(np.float64)
        grained = np.rint((logits - logits.max()) * _GRAIN) / _GRAIN
        normalised: NDArray[np.float64] = grained - np.log(np.exp(grained).sum())
        return normalised

    def push(self, event: int) -> None:
        """Append the event of the next step: HOLD, OFF or the index of a pitch, 0 to PITCHES - 1.

        Raises:
            ValueError: It is none of these.
        """
        if event >= 0:
            if event >= PITCHES:
                raise ValueError(f"{event} is no index of a pitch")
            self._state = self.network.advance(self._step_features(), event, self._history.pitch, self._state)
        self._history.push(event)
        self._features = self._kinds = None

    def _step_features(self) -> StepFeatures:
        if self._features is None:
            self._features = step_features(self._history, self._conditions)
        return self._features
