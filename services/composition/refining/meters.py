"""A metre that an edit names."""

from boumbapp.music.v2.music_pb2 import Meter

from services.chassis.errors.catalogue import ApiError
from services.composition.refining.errors import UNUSABLE_EDIT
from services.composition.refining.texts import NO_METER

_MOST_BEATS = 32
_UNITS = frozenset({"2", "4", "8", "16"})


def meter_of(text: str) -> Meter:
    """Read a time signature, such as "3/4".

    Raises:
        ApiError: There is no such metre.
    """
    beats, _, unit = text.partition("/")
    if not (beats.isascii() and beats.isdigit() and unit in _UNITS and 1 <= int(beats) <= _MOST_BEATS):
        raise ApiError(UNUSABLE_EDIT, field="instruction", problem=NO_METER)
    return Meter(beats=int(beats), beat_unit=int(unit))
