"""When the bars of a stream are due: bar k is due k bars after the first one."""

import time
from collections.abc import Callable
from math import inf

from boumbapp.music.v2.music_pb2 import Meter
from boumbapp.music.v2.playback_pb2 import PACE_AS_FAST_AS_POSSIBLE, PACE_PLAYBACK, Pace, Playback

from music.meter import steps_per_bar

# A stream is kept so many bars ahead of what sounds, and as many seconds where bars are shorter than one.
LEAD = 4
# While many listen, a stream begins with a lead of so many bars, and gets another one each so many: those who come do
# not all ask for their whole lead at once, which is more work than to play on.
_FIRST_LEAD, _BARS_FOR_ONE = 2, 16
_USUAL_BPM = 120.0
_SECONDS_PER_STEP_AT_ONE_BPM = 15.0
_MS = 1000.0


def bar_seconds(meter: Meter, bpm: float) -> float:
    """How long a bar plays; at a usual tempo where none is known.

    Args:
        meter: Its time signature.
        bpm: Tempo in quarter notes per minute; 0 for none.
    """
    return steps_per_bar(meter) * _SECONDS_PER_STEP_AT_ONE_BPM / (bpm or _USUAL_BPM)


class Playhead:
    """Where the listener of a stream is. The clock runs from the moment at which this is made.

    Who takes a bar after it was due plays it then, so all bars after it are due later. A reader who rests and comes
    back is therefore not served before everybody else.

    Args:
        playback: What the request says.
        user: Who listens, as the gateway verified it; "" for calls that start inside the private network.
        clock: Tells the time in seconds.

    Attributes:
        user: Who listens.
        bar_s: Seconds that a bar plays.
        pace: How fast bars are to come.
        waited_s: Seconds that bars have waited for their turn, in all.
    """

    def __init__(
        self, playback: Playback | None = None, user: str = "", clock: Callable[[], float] = time.monotonic
    ) -> None:
        playback = playback or Playback()
        self.user = user
        self.bar_s = bar_seconds(Meter(beats=4, beat_unit=4), 0)
        self.pace: Pace.ValueType = playback.pace
        self.waited_s = 0.0
        self._clock = clock
        self._begins = clock() + playback.due_in_ms / _MS
        self._goes_on = playback.due_in_ms > 0
        self._first = self._behind = 0
        self._costs: Callable[[float], object] | None = None

    def follow(self, meter: Meter, bpm: float, first: int) -> None:
        """Keep to the time of a piece, once that is known.

        Args:
            meter: Its time signature.
            bpm: Its tempo in quarter notes per minute; 0 for none.
            first: Index of the first bar that is asked for.
        """
        self.bar_s = bar_seconds(meter, bpm)
        self._first = self._behind = first

    @property
    def listens(self) -> bool:
        """Whether somebody does: bars are due at a time."""
        return self.pace != PACE_AS_FAST_AS_POSSIBLE

    @property
    def keeps_to_lead(self) -> bool:
        """Whether bars are never made earlier than the lead says."""
        return self.pace == PACE_PLAYBACK

    @property
    def lead_s(self) -> float:
        """How long before it is due a bar may be made."""
        return max(LEAD * self.bar_s, float(LEAD))

    def least_lead_s(self, index: int) -> float:
        """How long before it is due a bar is made while many listen: less than usual where a stream is young.

        What goes on with a piece has its whole lead from the start: bars of other parts may wait for it.

        Args:
            index: Of the bar.
        """
        bars = LEAD if self._goes_on else min(LEAD, _FIRST_LEAD + (index - self._behind) / _BARS_FOR_ONE)
        return self.lead_s * bars / LEAD

    def due(self, index: int) -> float:
        """When a bar has to be there, by the clock; never where nobody listens.

        Args:
            index: Of the bar.
        """
        return self.played_at(index) if self.listens else inf

    def played_at(self, index: int) -> float:
        """When a bar would be played, by the clock, whether or not somebody listens."""
        return self._begins + max(0, index - self._first) * self.bar_s

    def is_first(self, index: int) -> bool:
        """Whether a bar is the first one of the stream, which is due at once.

        Args:
            index: Of the bar.
        """
        return index <= self._first

    def is_settled(self, index: int) -> bool:
        """Whether a stream has had the time to get its lead, after its first bar or since its reader rested.

        Args:
            index: Of the bar that is made.
        """
        return index > self._behind + LEAD

    def left_s(self, index: int) -> float:
        """Seconds until a bar is due, below 0 once it is late; without end where nobody listens.

        Args:
            index: Of the bar.
        """
        return self.due(index) - self._clock()

    def early_s(self, index: int, *, busy: bool = False) -> float:
        """Seconds until a bar may be made; 0 or less when it may be made now.

        Args:
            index: Of the bar.
            busy: Whether many listen.
        """
        lead_s = self.least_lead_s(index) if busy else self.lead_s
        return self.played_at(index) - lead_s - self._clock() if self.listens else 0.0

    def left(self, index: int) -> Playback:
        """What a call for a bar and those after it says of when they are played.

        Args:
            index: Of the first bar of that call.
        """
        left_ms = round((self.played_at(index) - self._clock()) * _MS)
        # Late or not, it is part of a piece that has begun.
        least_ms = 0 if self.is_first(index) else 1
        return Playback(pace=self.pace, due_in_ms=min(max(least_ms, left_ms), 3_600_000))

    def take(self, index: int) -> None:
        """Note that the listener has taken a bar: who takes it late plays it now, and those after it later.

        Args:
            index: Of the bar.
        """
        late_s = self._clock() - self.played_at(index)
        if late_s > 0:
            self._begins += late_s
            self._behind = index

    def report_to(self, costs: Callable[[float], object]) -> None:
        """Say who wants to know how long bars take to make."""
        self._costs = costs

    def cost(self, seconds: float) -> None:
        """Note how long a bar took to make, without waiting."""
        if self._costs is not None:
            self._costs(seconds)
