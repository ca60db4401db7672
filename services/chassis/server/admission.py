"""Admission control: a full server says so at once instead of queueing."""

from collections.abc import Iterator
from contextlib import contextmanager

from services.chassis.errors.catalogue import ApiError, Code

_RETRY_S = 1.0


class Admission:
    """Counts calls in flight.

    Args:
        places: Calls handled at once.
    """

    def __init__(self, places: int) -> None:
        self._places = places
        self._taken = 0
        self._open = True

    @property
    def in_flight(self) -> int:
        """Calls being handled now."""
        return self._taken

    def close(self) -> None:
        """Refuse new calls from now on."""
        self._open = False

    @contextmanager
    def place(self) -> Iterator[None]:
        """Hold a place for the time of a call. Raises ApiError OVERLOADED or STOPPING when there is none."""
        if not self._open:
            raise ApiError(Code.STOPPING, retry_s=_RETRY_S)
        if self._taken >= self._places:
            raise ApiError(Code.OVERLOADED, value=self._places, retry_s=_RETRY_S)
        self._taken += 1
        try:
            yield
        finally:
            self._taken -= 1
