"""Condition tokens: what a language model of the notation is conditioned on, before the first bar of a line.

A prompt begins `<melody><minor><4/4><pop><density=high><register=low>`: any of role, mode, metre, style, density and
register, in this order. `docs/representation.md` describes the notation.
"""

from dataclasses import dataclass, fields
from typing import Final

ROLES: Final = ("melody", "counter", "bass")
MODES: Final = ("major", "minor", "dorian", "phrygian", "lydian", "mixolydian")
METRES: Final = ("2/4", "3/4", "4/4", "3/2", "6/4", "3/8", "6/8", "9/8", "12/8")
STYLES: Final = ("pop", "standards", "folk")
LEVELS: Final = ("low", "medium", "high")
_VALUES: Final = {
    "role": ROLES,
    "mode": MODES,
    "metre": METRES,
    "style": STYLES,
    "density": LEVELS,
    "register": LEVELS,
}
# Written with the name of the condition, because they share their values.
_NAMED = ("density", "register")
# Limits of low and high by role, near the terciles of the training lines: onsets in sixteen steps, and the mean pitch
# in semitones above the home tonic.
_DENSITY_LIMITS: Final = {"melody": (5.0, 7.0), "counter": (2.5, 4.0), "bass": (5.0, 6.0)}
_REGISTER_LIMITS: Final = {"melody": (10.5, 16.0), "counter": (12.0, 16.0), "bass": (-10.5, -7.5)}


def _token(condition: str, value: str) -> str:
    return f"<{condition}={value}>" if condition in _NAMED else f"<{value}>"


CONDITIONS: Final = tuple(_token(condition, value) for condition, values in _VALUES.items() for value in values)


@dataclass(frozen=True, slots=True, kw_only=True)
class LineConditions:
    """Conditions of a line; empty where one is not given.

    Attributes:
        role: One of ROLES.
        mode: One of MODES.
        metre: One of METRES.
        style: One of STYLES.
        density: One of LEVELS; see `density_level`.
        register: One of LEVELS; see `register_level`.

    Raises:
        ValueError: There is no token for a value.
    """

    role: str = ""
    mode: str = ""
    metre: str = ""
    style: str = ""
    density: str = ""
    register: str = ""

    def __post_init__(self) -> None:
        for condition, allowed in _VALUES.items():
            value = getattr(self, condition)
            if value and value not in allowed:
                raise ValueError(f"{condition} {value!r} is none of {', '.join(allowed)}")

    def tokens(self) -> tuple[str, ...]:
        """Tokens of the conditions that are given, in the order of training."""
        values = ((field.name, getattr(self, field.name)) for field in fields(self))
        return tuple(_token(condition, value) for condition, value in values if value)


def density_level(role: str, onsets: float) -> str:
    """Level of a density.

    Args:
        role: One of ROLES.
        onsets: Mean number of onsets in sixteen steps.

    Raises:
        KeyError: There is no such role.
    """
    return _level(onsets, _DENSITY_LIMITS[role])


def register_level(role: str, above: float) -> str:
    """Level of a register.

    Args:
        role: One of ROLES.
        above: Mean pitch in semitones above the home tonic; see `music.notation.notes.home`.

    Raises:
        KeyError: There is no such role.
    """
    return _level(above, _REGISTER_LIMITS[role])


def _level(value: float, limits: tuple[float, float]) -> str:
    return LEVELS[sum(value >= limit for limit in limits)]
