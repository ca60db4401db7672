"""Admission by load: a stream is taken in while the bars of all who listen can still be made in time.

A stream needs so many bars a second; a bar takes so long to make, as measured, contention for the machine included. Who
reads nothing needs none. docs/decisions/0028-playback-scheduling.md tells why it is done so.
"""

import asyncio
import math
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
_FULL = 0.6
_SCARCE, _FEW = 0.48, 4
_LAST, _ONE = 0.54, 1
# Part of it that one user may have.
_USER_SHARE = 0.5
# Below this part, a bar that was held up is an accident and not a sign of too many listeners.
_LIGHT = 0.25
# While the promised part is below this, bars are made earlier than need be.
_IDLE = 0.1
# What a bar takes before one was made, in seconds. The mean is that of the bars of so many seconds, and of as many
# bars at least: less swings with what the machine does at a moment, and takes in too many whenever it falls.
_USUAL_COST_S, _OVER_S, _OVER_BARS = 0.005, 3.0, 20
# One bar counts as so many usual ones at most: a process that stood still for a second says nothing about the next bar,
# and where bars have become that slow, a few of them say so.
_MOST_AT_ONCE = 10
# After a bar that came less than a bar's time before it was due, no other listener is taken in for so long, in seconds.
_RECOVERY_S = 3.0
# While bars of settled streams are held up, and for so long after, more bars have to be made than are played: by this
# factor, as measured over so many seconds. A bar is held up where it is later than usual by this part of its length.
_BACKLOG_S, _SPARE, _RATE_OVER_S, _HELD_UP = 3.0, 1.2, 3.0, 1 / 8
# So long may those who have come wait for their first bars, in seconds, as far as that is known from their number.
_FIRST_S = 0.5
# Who was taken in and does not listen after so many seconds has left.
_COMES_WITHIN_S = 3.0
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
        self._bars, self._cost_at = 0.0, clock()
        self._listening: set[Listening] = set()
        self._needed = 0.0  # bars a second, by those who read
        self._behind_at = self._held_up_at = -math.inf
        self._coming: dict[Playhead, float] = {}  # those who were taken in and do not listen yet, and since when
        self._before_first: set[Playhead] = set()  # those whose first bar is not there yet
        self._rate, self._rate_at = 0.0, clock()  # bars that are made a second

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
        now = self._clock()
        left = max(math.exp((self._cost_at - now) / _OVER_S), 1 - 1 / _OVER_BARS)
        self._cost_at, self._bars = now, self._bars * left + 1
        seconds = min(seconds, _MOST_AT_ONCE * self._cost_s)
        self._cost_s += (seconds - self._cost_s) / max(self._bars, _OVER_BARS)

    def made(self, playhead: Playhead, index: int, engine_s: float) -> None:
        """Note that a bar was made; one that was held up by something else than its engine closes the door for a while.

        A stream that was left in peace has each bar a whole lead before it is due. Where that shrinks, more is made
        than there is time for, long before anybody notices.

        Args:
            playhead: Of its stream.
            index: Of the bar.
            engine_s: Seconds that its engine took, which may be slow by nature.
        """
        now = self._clock()
        self._rate, self._rate_at = self._rate_now(now) + 1 / _RATE_OVER_S, now
        self._before_first.discard(playhead)
        if not playhead.listens or playhead.is_first(index):
            return
        left_s, settled = playhead.left_s(index) + engine_s, playhead.is_settled(index)
        if left_s < (playhead.bar_s if settled else 0):
            self._behind_at = now
        if settled and playhead.least_lead_s(index) - left_s > _HELD_UP * playhead.bar_s:
            self._held_up_at = now

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
        if playhead.listens:
            self._coming[playhead] = self._clock()
        return playhead

    def _check(self, user: str, bars_per_s: float) -> None:
        now = self._clock()
        coming = self._those_who_come(now)
        needed = self._needed + sum(1 / playhead.bar_s for playhead in coming) + bars_per_s
        part = self._part_of(needed)
        own = [stream.bars_per_s for stream in self._listening if stream.user == user]
        own += [1 / playhead.bar_s for playhead in coming if playhead.user == user]
        behind = part > _LIGHT and (now - self._behind_at < _RECOVERY_S or self._has_backlog(now, needed))
        first = len(self._before_first) + len(coming)
        crowded = first * self._cost_s > _FIRST_S * max(1, self._places())
        others = bool(self._listening or coming)
        if others and (part > _FULL or crowded or (behind and not (user and not own and self._is_crowded))):
            raise ApiError(BUSY, retry_s=RETRY_S)
        if not user:
            return
        most = _ONE if part > _LAST else _FEW if part > _SCARCE else None
        if own and (self._part_of(sum(own) + bars_per_s) > _USER_SHARE or (most is not None and len(own) >= most)):
            raise ApiError(BUSY_SHARE, value=len(own), retry_s=RETRY_S)

    def _has_backlog(self, now: float, needed: float) -> bool:
        """Whether bars are held up and hardly more are made than are needed: then what is made is all that can be.

        Many who come at once hold up others for a while, whose bars are in time nevertheless; while bars are made
        faster than they are played, that ends by itself.
        """
        return now - self._held_up_at < _BACKLOG_S and self._rate_now(now) < _SPARE * needed

    def _rate_now(self, now: float) -> float:
        return self._rate * math.exp((self._rate_at - now) / _RATE_OVER_S)

    def _those_who_come(self, now: float) -> list[Playhead]:
        """Those who were taken in a moment ago and do not listen yet."""
        for playhead in [playhead for playhead, since in self._coming.items() if now - since > _COMES_WITHIN_S]:
            del self._coming[playhead]
        return list(self._coming)

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
        self._coming.pop(playhead, None)
        stream = Listening(playhead.user, 1 / playhead.bar_s if playhead.listens else 0.0)
        if playhead.listens:
            self._listening.add(stream)
            self._before_first.add(playhead)
        self.goes_on(stream)
        try:
            yield stream
        finally:
            self.rests(stream)
            self._listening.discard(stream)
            self._before_first.discard(playhead)
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
        while playhead.keeps_to_lead or not self.idle:
            early_s = playhead.early_s(index, busy=not self.idle)
            if early_s <= 0:
                return
            await asyncio.sleep(min(early_s, _LOOK_S))

    def _part_of(self, bars_per_s: float) -> float:
        return bars_per_s * self._cost_s / max(1, self._places())
