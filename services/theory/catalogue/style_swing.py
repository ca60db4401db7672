"""Reading the swing of a style: how much, and which notes."""

from boumbapp.music.v2.music_pb2 import SWING_UNIT_EIGHTH, SWING_UNIT_SIXTEENTH, SwingUnit

from language.yaml_fields import YamlFields
from music.swing import MOST_SWING

_UNITS = {"sixteenth": SWING_UNIT_SIXTEENTH, "eighth": SWING_UNIT_EIGHTH}


def read_swing(fields: YamlFields) -> tuple[float, SwingUnit.ValueType]:
    """Amount and unit of the swing in a style's fields.

    A style that says nothing is straight, and swings eighths if a prompt asks for swing; one that only names a unit is
    straight too. Raises DataFileError.
    """
    if not fields.has("swing"):
        return 0.0, SWING_UNIT_EIGHTH
    swing = fields.nested("swing")
    amount = swing.number("amount", 0, MOST_SWING, default=0)
    unit = _UNITS.get(swing.string("unit"))
    if unit is None:
        raise swing.error("unit", f"one of {', '.join(_UNITS)} is needed")
    swing.finish()
    return amount, unit
