"""Refuses bars that hold no whole number of their steps."""

from boumbapp.music.v2.music_pb2 import Bar

from music.divisions import allowed_divisions, divisions_of
from services.chassis.errors.catalogue import NOT_ALLOWED, ApiError


def check_divisions(bar: Bar, field: str) -> None:
    """Raise ApiError unless a bar holds a whole number of its steps.

    Args:
        bar: The bar.
        field: Path of the bar in the request.
    """
    allowed = allowed_divisions(bar)
    if divisions_of(bar) not in allowed:
        shown = ", ".join(map(str, allowed))
        raise ApiError(NOT_ALLOWED, field=f"{field}.divisions", value=bar.divisions, allowed=shown)
