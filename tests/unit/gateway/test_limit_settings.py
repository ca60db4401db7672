"""Every limit of the gateway is a setting, documented with its default."""

from dataclasses import fields, is_dataclass
from pathlib import Path

import pytest

from gateway.config import Limits, Quota
from gateway.limits import read_limits, variables
from services.chassis.settings import Environment, SettingsError

ROOT = Path(__file__).parents[3]
SETTINGS = {variable: default for variable, _, _, default in variables()}


def test_every_field_has_a_setting_of_its_own() -> None:
    usual = Limits()
    numbers = {
        (field.name, part)
        for field in fields(Limits)
        for part in ([part.name for part in fields(Quota)] if is_dataclass(getattr(usual, field.name)) else [""])
    }
    assert {(name, part) for _, name, part, _ in variables()} == numbers
    assert len(SETTINGS) == len(numbers)


def test_without_settings_the_defaults_hold() -> None:
    assert read_limits(Environment({})) == Limits()


@pytest.mark.parametrize("variable", SETTINGS)
def test_each_changes_its_own_field_and_no_other(variable: str) -> None:
    changed = read_limits(Environment({variable: "7"}))
    (name, part) = next((name, part) for other, name, part, _ in variables() if other == variable)
    value = getattr(changed, name)
    assert (getattr(value, part) if part else value) == 7
    assert [
        field.name for field in fields(Limits) if getattr(changed, field.name) != getattr(Limits(), field.name)
    ] == [name]


@pytest.mark.parametrize("variable", SETTINGS)
@pytest.mark.parametrize("value", ["nan", "inf", "-inf", "-1", "0", "many", "99999999999"])
def test_what_is_no_limit_is_refused_by_name(variable: str, value: str) -> None:
    with pytest.raises(SettingsError, match=variable):
        read_limits(Environment({variable: value}))


@pytest.mark.parametrize("variable", [*SETTINGS, "BOUMB_ALLOWED_ORIGINS"])
def test_each_stands_in_the_documentation(variable: str) -> None:
    assert f"`{variable}`" in (ROOT / "docs/gateway.md").read_text("utf-8")


def test_the_table_shows_each_with_its_default() -> None:
    lines = (ROOT / ".env").read_text("utf-8").splitlines()
    shown = [line.removeprefix("# ") for line in lines if line.startswith("# BOUMB_GATEWAY_")]
    shown = [line for line in shown if line.partition("=")[0] in SETTINGS]
    assert shown == [f"{variable}={default}" for variable, default in SETTINGS.items()]
