"""Settings fail by name."""

from pathlib import Path

import pytest

from services.chassis.settings import Environment, ServerSettings, SettingsError


def read(**variables: str) -> ServerSettings:
    return ServerSettings.read("theory", Environment(variables))


def test_the_port_comes_from_the_address_and_the_host_from_the_place_it_runs_in() -> None:
    assert read(BOUMB_THEORY_ADDRESS="theory:50051", BOUMB_BIND_HOST="0.0.0.0").address == "0.0.0.0:50051"
    assert read(BOUMB_THEORY_ADDRESS="theory:50051").address == "127.0.0.1:50051"
    assert read(BOUMB_THEORY_ADDRESS="unix:/run/t.sock").address == "unix:/run/t.sock"


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        ({}, "BOUMB_THEORY_ADDRESS is not set"),
        ({"BOUMB_THEORY_ADDRESS": "nowhere"}, "nowhere"),
        ({"BOUMB_THEORY_ADDRESS": "host:99999"}, "99999"),
        ({"BOUMB_THEORY_ADDRESS": "h:1", "BOUMB_THEORY_MAX_IN_FLIGHT": "0"}, "BOUMB_THEORY_MAX_IN_FLIGHT is 0"),
        ({"BOUMB_THEORY_ADDRESS": "h:1", "BOUMB_THEORY_USER_SHARE": "1.5"}, "BOUMB_THEORY_USER_SHARE is 1.5"),
        ({"BOUMB_THEORY_ADDRESS": "h:1", "BOUMB_GRACE_S": "soon"}, "BOUMB_GRACE_S is 'soon'"),
    ],
)
def test_a_wrong_setting_is_named(variables: dict[str, str], named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        read(**variables)


def test_a_variable_may_stand_in_a_file(tmp_path: Path) -> None:
    """As container platforms hand over secrets; what is set itself wins."""
    secret = tmp_path / "secret"
    secret.write_text("postgresql://journal\r\n", "utf-8")
    variables = {"URL_FILE": str(secret)}
    assert Environment(variables).text("URL") == "postgresql://journal"
    assert Environment(variables | {"URL": "sqlite://"}).text("URL") == "sqlite://"
    with pytest.raises(SettingsError, match="URL_FILE"):
        Environment({"URL_FILE": str(tmp_path / "missing")}).text("URL")
