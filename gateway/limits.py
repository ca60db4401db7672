"""The gateway's limits as settings: a variable for each number of `gateway.config.Limits`."""

from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any

from gateway.config import Limits, Quota
from services.chassis.settings import Environment

_MOST = 2**31 - 1  # what Envoy's fields hold


def variables() -> Iterator[tuple[str, str, str, float]]:
    """Every setting: its variable, the field of Limits, the field of Quota (or empty), and the default.

    A field `unary_s` is BOUMB_GATEWAY_UNARY_S; a quota `calls` is two, ..._CALLS_BURST and ..._CALLS_PER_MINUTE.
    """
    usual = Limits()
    for field in fields(Limits):
        value = getattr(usual, field.name)
        variable = f"BOUMB_GATEWAY_{field.name.upper()}"
        if isinstance(value, Quota):
            for part in fields(Quota):
                yield f"{variable}_{part.name.upper()}", field.name, part.name, getattr(value, part.name)
        else:
            yield variable, field.name, "", value


def read_limits(environment: Environment) -> Limits:
    """Read the limits; what is not set has its default.

    Raises:
        SettingsError: A variable is no number, or out of range.
    """
    chosen: dict[str, Any] = {}
    for variable, name, part, default in variables():
        value = (
            environment.whole_number(variable, default, 1, _MOST)
            if isinstance(default, int)
            else environment.number(variable, default, 0, _MOST)
        )
        if part:
            chosen[name] = replace(chosen.get(name, getattr(Limits(), name)), **{part: value})
        else:
            chosen[name] = value
    return Limits(**chosen)
