"""A line and what the network expects of it next."""

from copy import copy

import numpy as np
from numpy.typing import NDArray

from services.melody.line_model import features
from services.melody.line_model.features import Told
from services.melody.line_model.history import KIND_OFF, PITCHES, History, Metre
from services.melody.line_model.network import LineNetwork

# Logits are rounded to this part of a nat before anything is drawn from them, so that the last bits of a sum, which
# differ between processors, do not change the music.
_GRAIN = 64
_NEVER = -1e9


class Line:
    """A line so far. Pitches are indices as in `history.py`.

    Args:
        network: The network.
        metre: The metre of the line.
        length: Most steps that it will have.
    """

    def __init__(self, network: LineNetwork, metre: Metre, length: int) -> None:
        self.network = network
        self._history = History(metre, length)
        self._state = network.start()
        self._told = Told()
        # Kept until the line or what is told changes.
        self._seen: NDArray[np.float32] | None = None
        self._kinds: NDArray[np.float64] | None = None

    @property
    def sounding(self) -> bool:
        """Whether a note sounds."""
        return self._history.sounding

    def copy(self) -> "Line":
        """The same line, to go on from here in another way."""
        twin = copy(self)
        twin._history = self._history.copy()  # noqa: SLF001  its own kind; the rest is replaced, never changed
        return twin

    def tell(self, told: Told) -> None:
        """What holds from the step to come on."""
        self._told, self._seen, self._kinds = told, None, None

    def kinds(self) -> NDArray[np.float64]:
        """Log chances that the step to come brings nothing new, an end, or an onset, (KINDS,)."""
        if self._kinds is None:
            vector = self._look()
            logits = self.network.kinds(vector, features.votes(vector), self._state).astype(np.float64)
            if not self._history.sounding:
                logits[KIND_OFF] = _NEVER
            self._kinds = _normalised(logits)
        return self._kinds

    def pitches(self) -> NDArray[np.float64]:
        """Log chances of every pitch, should the step to come bring an onset, (PITCHES,)."""
        votes = self._history.pitch_votes()[None]
        logits = self.network.pitches(self._look(), votes, self._history.pitch, self._state)
        return _normalised(logits.astype(np.float64))

    def push(self, event: int) -> None:
        """Let the step pass with this event: HOLD, OFF or the index of a pitch, 0 to PITCHES - 1."""
        if event >= 0:
            if event >= PITCHES:
                raise ValueError(f"{event} is no index of a pitch")
            self._state = self.network.advance(features.note(self._look(), event, self._history.pitch), self._state)
        self._history.push(event)
        self._seen = self._kinds = None

    def _look(self) -> NDArray[np.float32]:
        if self._seen is None:
            self._seen = features.seen(self._history, self._told)
        return self._seen


def _normalised(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    grained = np.round((logits - logits.max()) * _GRAIN) / _GRAIN
    normalised: NDArray[np.float64] = grained - np.log(np.exp(grained).sum())
    return normalised
