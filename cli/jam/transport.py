"""Where a loop is: time that passes makes samples and MIDI messages due; a new loop goes on from the same place."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from cli.audio.sound import RATE, Samples
from cli.jam.loop import Loop

LEAD_S = 0.25  # sound is given to the player so much earlier than it is due
_FADE = 256  # samples from one loop to the next
_LONGEST_S = 0.5  # of a pause in the program; what was due in a longer one is skipped


@dataclass(frozen=True, slots=True)
class Due:
    """What is due.

    Attributes:
        samples: Sound, for the time from `LEAD_S` on.
        messages: MIDI messages, for now.
    """

    samples: Samples
    messages: tuple[bytes, ...]


class Transport:
    """Plays a loop. The head is where sound is given out; what is heard lies `LEAD_S` before it."""

    def __init__(self) -> None:
        self.loop: Loop | None = None
        self.playing = True
        self._head = 0
        self._heard = 0  # never before what was given out
        self._last: float | None = None
        self._fading: Samples | None = None

    @property
    def place(self) -> tuple[int, float]:
        """The bar that is heard, from 0, and how much of it is over, 0-1."""
        return self.loop.place(self._heard % self.loop.length) if self.loop else (0, 0.0)

    def take(self, loop: Loop) -> None:
        """Go on with another loop from the same bar and beat."""
        if self.loop is None:
            self.loop = loop
            return
        head, heard = (self.loop.place(each % self.loop.length) for each in (self._head, self._heard))
        self._fading = _taken(self.loop, self._head, _FADE)
        self.loop = loop
        self._head, self._heard = loop.sample_at(*head), loop.sample_at(*heard)

    def jump(self, bars: int) -> None:
        """Go to the beginning of this bar or of another one.

        Args:
            bars: How many bars on.
        """
        if self.loop is not None:
            bar = (self.place[0] + bars) % (len(self.loop.starts) - 1)
            self._fading = _taken(self.loop, self._head, _FADE)
            self._head = self._heard = self.loop.starts[bar]
            self._lead()

    def advance(self, now: float) -> Due:
        """What is due since the last time.

        Args:
            now: Seconds, of a clock that never goes back.
        """
        began = self._last is None
        passed = 0.0 if self._last is None else min(max(now - self._last, 0.0), _LONGEST_S)
        count = round(passed * RATE)
        self._last = now
        if self.loop is None:
            self._last = None
            return Due(np.zeros(0), ())
        if not self.playing:
            return Due(np.zeros(count), ())
        messages = tuple(_messages(self.loop, self._heard, count))
        self._heard = (self._heard + count) % self.loop.length
        if began:
            count += round(LEAD_S * RATE)
        samples = _taken(self.loop, self._head, count)
        if self._fading is not None and len(samples) >= _FADE:
            weight = np.linspace(0.0, 1.0, _FADE)
            samples[:_FADE] = samples[:_FADE] * weight + self._fading * (1 - weight)
            self._fading = None
        self._head = (self._head + count) % self.loop.length
        return Due(samples, messages)

    def _lead(self) -> None:
        assert self.loop is not None
        self._head = (self._heard + round(LEAD_S * RATE)) % self.loop.length


def _taken(loop: Loop, first: int, count: int) -> Samples:
    """Samples from a place on, over as many turns as it takes."""
    taken: Samples = loop.samples[(first + np.arange(count)) % loop.length]
    return taken


def _messages(loop: Loop, first: int, count: int) -> Iterator[bytes]:
    """Messages of a stretch, which may reach over the end of the turn."""
    first %= loop.length
    for at, message in loop.messages:
        if first <= at < first + count or first <= at + loop.length < first + count:
            yield message
