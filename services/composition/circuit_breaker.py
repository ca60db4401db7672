"""A circuit breaker: who failed again and again is left alone for a while, then tried by one caller.

Closed, everybody may try. After so many failures without a success between them it opens: nobody may. When the pause is
over it is half open: one caller may try, and what becomes of that try closes it or opens it again.
"""

import time
from collections.abc import Callable
from enum import Enum


class State(Enum):
    """Of a breaker."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half open"


class CircuitBreaker:
    """Counts failures and successes; used by one event loop, and shared by all its requests.

    Args:
        failures: So many in a row open it, 1 or more.
        pause_s: Seconds that it stays open.
        clock: Seconds that never go back.

    Raises:
        ValueError: Fewer than one failure.
    """

    def __init__(self, failures: int = 3, pause_s: float = 10.0, clock: Callable[[], float] = time.monotonic) -> None:
        if failures < 1:
            raise ValueError("a breaker opens after one failure or more")
        self._most = failures
        self._pause_s = pause_s
        self._clock = clock
        self._failures = 0
        self._opened_at: float | None = None
        self._trying = False

    @property
    def state(self) -> State:
        """Now."""
        if self._opened_at is None:
            return State.CLOSED
        return State.HALF_OPEN if self._clock() - self._opened_at >= self._pause_s else State.OPEN

    def admit(self) -> bool:
        """Whether a caller may try now. One who was admitted reports a success, a failure, or that it gave up."""
        match self.state:
            case State.CLOSED:
                return True
            case State.OPEN:
                return False
            case State.HALF_OPEN:
                admitted, self._trying = not self._trying, True
                return admitted

    def succeed(self) -> None:
        """A try went well."""
        self._failures = 0
        self._opened_at = None
        self._trying = False

    def fail(self) -> None:
        """A try failed."""
        self._failures += 1
        self._trying = False
        if self._failures >= self._most and self.state is not State.OPEN:  # late failures do not prolong the pause
            self._opened_at = self._clock()

    def give_up(self) -> None:
        """A try was ended from outside, and so tells nothing: the next caller may try."""
        self._trying = False
