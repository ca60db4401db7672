"""A line and what the network expects of it next."""

import math
from copy import copy

import numpy as np
from numpy.typing import NDArray

from services.melody.line_model.features import Seen, Told, seen
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
    """

    def __init__(self, network: LineNetwork, metre: Metre) -> None:
        self.network = network
        self._history = History(metre)
        self._state = network.start()
        self._told = Told()
        # Kept until the line or what is told changes.
        self._seen: Seen | None = None
        self._kinds: tuple[float, ...] | None = None

    def copy(self) -> "Line":
        """The same line, to go on from here in another way."""
        twin = copy(self)
        twin._history = self._history.copy()  # noqa: SLF001  its own kind; the rest is replaced, never changed
        return twin

    def tell(self, told: Told) -> None:
        """What holds from the step to come on."""
        self._told, self._seen, self._kinds = told, None, None

    def kinds(self) -> tuple[float, ...]:
        """Log chances that the step to come brings nothing new, an end, or an onset, (KINDS,)."""
        if self._kinds is None:
            logits = self.network.kinds(self._look(), self._state).tolist()
            if not self._history.sounding:
                logits[KIND_OFF] = _NEVER
            highest = max(logits)
            grained = [round((logit - highest) * _GRAIN) / _GRAIN for logit in logits]
            hold, off, onset = map(math.exp, grained)
            total = math.log(hold + off + onset)
            self._kinds = tuple(logit - total for logit in grained)
        return self._kinds

    def pitches(self) -> NDArray[np.float64]:
        """Log chances of every pitch, should the step to come bring an onset, (PITCHES,)."""
        votes = self._history.pitch_votes()
        logits = self.network.pitches(self._look(), votes, self._history.pitch, self._state).astype(np.float64)
        grained = np.rint((logits - logits.max()) * _GRAIN) / _GRAIN
        normalised: NDArray[np.float64] = grained - np.log(np.exp(grained).sum())
        return normalised

    def push(self, event: int) -> None:
        """Let the step pass with this event: HOLD, OFF or the index of a pitch, 0 to PITCHES - 1."""
        if event >= 0:
            if event >= PITCHES:
                raise ValueError(f"{event} is no index of a pitch")
            self._state = self.network.advance(self._look(), event, self._history.pitch, self._state)
        self._history.push(event)
        self._seen = self._kinds = None

    def _look(self) -> Seen:
        if self._seen is None:
            self._seen = seen(self._history, self._told)
        return self._seen
