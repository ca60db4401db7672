"""Admission by load: a stream is taken in while the bars of all who listen can still be made in time.

A stream needs so many bars a second; a bar takes so long to make, as measured, contention for the machine included. Who
reads nothing needs none. docs/decisions/0028-playback-scheduling.md tells why it is done so.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from boumbapp.music.v2.playback_pb2 import Playback

from services.chassis.errors.catalogue import ApiError
from services.chassis.request_context import current
from services.composition.scheduling.errors import BUSY, BUSY_SHARE
from services.composition.scheduling.playhead import Playhead

RETRY_S = 2.0
# Streams that may be open, and the part of them that one user may have: what memory is for, whoever reads them.
STREAMS, USER_STREAMS = 1024, 1 / 8
# Of the time of those who make bars: so much may be promised; beyond these parts of it, one user may have so few
# streams.
_FULL = 0.75
_SCARCE, _FEW = 0.6, 4
_LAST, _ONE = 0.68, 1
# Part of it that one user may have.
_USER_SHARE = 0.5
# Below this part, a bar that was held up is an accident and not a sign of too many listeners.
_LIGHT = 0.25
# While the promised part is below this, bars are made earlier than need be.
_IDLE = 0.2
# What a bar takes before one was made, in seconds, and how much each one counts for the mean of them.
_USUAL_COST_S, _COUNTS = 0.005, 0.02
# After a bar that was held up for a bar's time, nobody else is taken in for so long, in seconds. What many who come at
# once need to get their leads holds up others for less.
_RECOVERY_S = 3.0
# Who may be served early once there is time looks whether there is, each so many seconds.
_LOOK_S = 1.0


class Listening:
    """A stream to which somebody listens.

    Args:
        user: Who.
        bars_per_s: How many bars it needs.

    Attributes:
        user: Who listens.
        bars_per_s: How many bars it needs.
        reads: Whether it needs them now, and does not wait for its reader.
    """

    def __init__(self, user: str, bars_per_s: float) -> None:
        self.user = user
        self.bars_per_s = bars_per_s
        self.reads = False


class Load:
    """What has been promised to those who listen, in one process. For one thread.

    Args:
        places: How many bars are made at the same time, 1 or more.
        clock: Tells the time in seconds.
    """

    def __init__(self, places: Callable[[], int] = lambda: 1, clock: Callable[[], float] = time.monotonic) -> None:
        self._places = places
        self._clock = clock
        self._cost_s = _USUAL_COST_S
        self._listening: set[Listening] = set()
        self._needed = 0.0  # bars a second, by those who read
        self._behind_at = -_RECOVERY_S

    @property
    def part(self) -> float:
        """Part of the time of those who make bars that is promised, 0 or more."""
        return self._part_of(self._needed)

    @property
    def idle(self) -> bool:
        """Whether there is time for bars that are early."""
        return self.part < _IDLE

    def took(self, seconds: float) -> None:
        """Note how long a bar took to make."""
        self._cost_s += _COUNTS * (seconds - self._cost_s)

    def made(self, playhead: Playhead, index: int, engine_s: float) -> None:
        """Note that a bar was made; one that was held up by something else than its engine closes the door for a while.

        A stream that was left in peace has each bar a whole lead before it is due. Where that shrinks, more is made
        than there is time for, long before anybody notices.

        Args:
            playhead: Of its stream.
            index: Of the bar.
            engine_s: Seconds that its engine took, which may be slow by nature.
        """
        if not playhead.listens or playhead.is_first(index):
            return
        left_s = playhead.left_s(index) + engine_s
        if left_s < 0 or (playhead.is_settled(index) and playhead.lead_s - left_s > playhead.bar_s):
            self._behind_at = self._clock()

    def admitted(self, playback: Playback) -> Playhead:
        """The playhead of a new stream of the call that is being handled, if its bars can be there in time.

        Bars that another service orders for a piece that it has begun are never refused: that piece was taken in.

        Args:
            playback: What the request says.

        Raises:
            ApiError: BUSY when somebody's bars would be late; BUSY_SHARE when what is left is for others.
        """
        call = current()
        playhead = Playhead(playback, call.identity.user, self._clock)
        if playhead.listens and not (call.nested and playback.due_in_ms):
            self._check(call.identity.user, 1 / playhead.bar_s)
        return playhead

    def _check(self, user: str, bars_per_s: float) -> None:
        part = self._part_of(self._needed + bars_per_s)
        own = [stream.bars_per_s for stream in self._listening if stream.user == user]
        behind = part > _LIGHT and self._clock() - self._behind_at < _RECOVERY_S
        if self._listening and (part > _FULL or (behind and not (user and not own and self._is_crowded))):
            raise ApiError(BUSY, retry_s=RETRY_S)
        if not user:
            return
        most = _ONE if part > _LAST else _FEW if part > _SCARCE else None
        if own and (self._part_of(sum(own) + bars_per_s) > _USER_SHARE or (most is not None and len(own) >= most)):
            raise ApiError(BUSY_SHARE, value=len(own), retry_s=RETRY_S)

    @property
    def _is_crowded(self) -> bool:
        """Whether one user has most of the streams: then a newcomer does not pay for bars that were held up."""
        streams = Counter(stream.user for stream in self._listening)
        return bool(streams) and 2 * max(streams.values()) > streams.total()

    @contextmanager
    def listening(self, playhead: Playhead) -> Iterator[Listening]:
        """Count a stream for the time of a block.

        Args:
            playhead: Of the stream; one to which nobody listens needs nothing.
        """
        playhead.report_to(self.took)
        stream = Listening(playhead.user, 1 / playhead.bar_s if playhead.listens else 0.0)
        if playhead.listens:
            self._listening.add(stream)
        self.goes_on(stream)
        try:
            yield stream
        finally:
            self.rests(stream)
            self._listening.discard(stream)
            if not self._listening:
                self._needed = 0.0

    def rests(self, stream: Listening) -> None:
        """Note that a stream waits for its reader."""
        if stream.reads:
            stream.reads = False
            self._needed -= stream.bars_per_s

    def goes_on(self, stream: Listening) -> None:
        """Note that a stream needs bars."""
        if not stream.reads:
            stream.reads = True
            self._needed += stream.bars_per_s

    async def may_begin(self, playhead: Playhead, index: int) -> None:
        """Wait until a bar is near what sounds, or there is time for bars that are early.

        Args:
            playhead: Of its stream.
            index: Of the bar.
        """
        # Time passes by itself, and so may the load.
        while (early_s := playhead.early_s(index)) > 0 and (playhead.keeps_to_lead or not self.idle):  # noqa: ASYNC110
            await asyncio.sleep(early_s if playhead.keeps_to_lead else min(early_s, _LOOK_S))

    def _part_of(self, bars_per_s: float) -> float:
        return bars_per_s * self._cost_s / max(1, self._places())
