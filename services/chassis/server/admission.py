"""Admission control: a full server says so at once instead of queueing, and no user takes all of it.

Three rules, which docs/gateway.md explains:

- a user holds at most a share of the places;
- the last quarter of them is for users who hold few, the last eighth for users who hold none;
- who finds no room gets the place of a stream that has long not been read, if its user holds more;
- who holds none while all are taken gets that of the youngest stream of the user who holds most, if they have others.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from services.chassis.errors.catalogue import GAVE_WAY, OVERLOADED, STOPPING, USER_SHARE, ApiError

RETRY_S = 1.0
# Failures of calls that get no place, or lose it.
NO_PLACE = (OVERLOADED, USER_SHARE, STOPPING, GAVE_WAY)
# While at most this part of the places is free, a user may hold this many.
_SCARCE, _FEW = 1 / 4, 4
_LAST, _ONE = 1 / 8, 1
# A listener that takes nothing for so long, in seconds, has no more claim to the place than anybody else.
PATIENCE_S = 10.0


class Place:
    """A place that a call holds.

    Args:
        user: Who calls, as the gateway verified it; "" for calls that start inside the private network.
        streams: Whether the call answers with a stream, which its caller can take up again later.

    Attributes:
        held: False once the call is over or has to end for another's.
    """

    def __init__(self, user: str, *, streams: bool) -> None:
        self.user = user
        self.streams = streams
        self.held = True
        self.waiting_since: float | None = None
        self.end: Callable[[], object] | None = None
        self.stop: Callable[[], object] | None = None


class Admission:
    """Shares out the places for calls in flight. For one thread.

    Args:
        places: Calls handled at once, 1 or more.
        user_share: Part of the places that one user may hold, above 0, at most 1. With 1 all users are as one.
        clock: Tells the time in seconds.
    """

    def __init__(self, places: int, user_share: float = 1.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._places = places
        self._fair = user_share < 1
        self._most = max(1, int(places * user_share))
        self._clock = clock
        self._taken = 0
        self._of_user: dict[str, int] = {}
        self._streams: dict[Place, None] = {}  # of users; the oldest comes first
        self._waiting: dict[Place, None] = {}  # those of them that nobody reads now; who has waited longest comes first
        self._all_streams: set[Place] = set()  # of calls from inside too
        self._open = True

    @property
    def in_flight(self) -> int:
        """Calls being handled now."""
        return self._taken

    def held_by(self, user: str) -> int:
        """Places that a user holds now."""
        return self._of_user.get(user, 0)

    def close(self) -> None:
        """Refuse new calls from now on."""
        self._open = False

    def end_streams(self) -> None:
        """Let the streams in progress end with STOPPING: what they have not sent, their callers get elsewhere."""
        for place in tuple(self._all_streams):
            if place.stop is not None:
                place.stop()

    @contextmanager
    def place(self, user: str = "", *, streams: bool = False) -> Iterator[Place]:
        """Hold a place for the time of a call.

        Args:
            user: Who calls, as the gateway verified it; "" for calls that start inside the private network, which
                are counted but held to no share.
            streams: Whether the call answers with a stream, which may have to end for another's call.

        Raises:
            ApiError: STOPPING; OVERLOADED when no place is free; USER_SHARE when those that are free are for others.
        """
        if not self._open:
            raise ApiError(STOPPING, retry_s=RETRY_S)
        held = self.held_by(user)
        if user and self._fair and held >= self._most:
            raise self._over_share(held)
        if not self._has_room(user) and not self._take_back(user):
            if self._taken >= self._places:
                raise ApiError(OVERLOADED, value=self._places, retry_s=RETRY_S)
            raise self._over_share(held)
        place = Place(user, streams=streams)
        self._taken += 1
        if user:
            self._of_user[user] = held + 1
            if streams:
                self._streams[place] = None
        if streams:
            self._all_streams.add(place)
        try:
            yield place
        finally:
            self._all_streams.discard(place)
            self._release(place)

    def waits(self, place: Place, end: Callable[[], object]) -> None:
        """Note that a call waits for its caller to take what is ready.

        Args:
            place: The call's place.
            end: Ends the waiting when its place is given away.
        """
        if place in self._streams:
            place.waiting_since, place.end = self._clock(), end
            self._waiting[place] = None

    def goes_on(self, place: Place) -> None:
        """Note that the caller has taken it."""
        self._waiting.pop(place, None)

    def _has_room(self, user: str) -> bool:
        free = self._places - self._taken
        if not user or not self._fair:
            return free > 0
        held = self.held_by(user)
        if free <= self._places * _LAST:
            return free > 0 and held < _ONE
        return free > self._places * _SCARCE or held < _FEW

    def _take_back(self, user: str) -> bool:
        """Free a place for a user who finds no room; whether there was one to free."""
        if not self._fair:
            return False
        held = self.held_by(user)
        place = self._idlest(held)
        if place is None and not held and self._taken >= self._places:
            place = max(reversed(self._streams), key=lambda place: self.held_by(place.user), default=None)
            if place is None or self.held_by(place.user) < 2:
                return False
        if place is None:
            return False
        end = place.end if place in self._waiting else None
        self._release(place)
        if end is not None:
            end()
        return True

    def _idlest(self, held: int) -> Place | None:
        """The stream that has long not been read whose user holds most, more than `held`."""
        before = self._clock() - PATIENCE_S
        idle = [place for place in self._waiting if place.waiting_since is not None and place.waiting_since <= before]
        place = max(idle, key=lambda place: self.held_by(place.user), default=None)
        return None if place is None or self.held_by(place.user) <= held else place

    def _release(self, place: Place) -> None:
        if not place.held:  # it was given away
            return
        place.held = False
        self._waiting.pop(place, None)
        self._streams.pop(place, None)
        self._taken -= 1
        if place.user:
            left = self._of_user[place.user] - 1
            if left:
                self._of_user[place.user] = left
            else:
                del self._of_user[place.user]

    def _over_share(self, held: int) -> ApiError:
        return ApiError(USER_SHARE, value=held, places=self._places, retry_s=RETRY_S)
