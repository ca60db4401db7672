import sys
from pathlib import Path

import pytest

from launcher.settings import ROOT, SERVICES, TABLE, USUAL, BadSettings, MeshSettings, interpreter, read_table


def test_the_committed_table_holds_everything_and_stays_on_this_machine() -> None:
    settings = MeshSettings.read({})
    assert set(settings.services) == set(SERVICES)
    assert all(address.startswith("127.0.0.1:") for address in [settings.gateway, *settings.services.values()])
    assert settings.state == ROOT / ".boumb"


def test_the_environment_wins_over_the_table() -> None:
    settings = MeshSettings.read(
        {"BOUMB_THEORY_ADDRESS": "127.0.0.1:1", "BOUMB_STATE_DIR": "/elsewhere", "OTHER": "kept"}
    )
    assert settings.services["theory"] == "127.0.0.1:1"
    assert settings.state == Path("/elsewhere")
    environment = settings.service_environment()
    assert environment["BOUMB_THEORY_ADDRESS"] == "127.0.0.1:1"
    assert environment["OTHER"] == "kept"


@pytest.mark.parametrize(
    ("content", "complaint"),
    [("NAME\n", "line 1"), ("# ok\n\nA=1\n=2\n", "line 4"), ("two words=1", "line 1")],
)
def test_a_wrong_line_is_named(tmp_path: Path, content: str, complaint: str) -> None:
    table = tmp_path / ".env"
    table.write_text(content)
    with pytest.raises(BadSettings, match=complaint):
        read_table(table)


def test_a_missing_table_or_variable_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match="nowhere"):
        read_table(tmp_path / "nowhere")
    with pytest.raises(BadSettings, match="BOUMB_MELODY_ADDRESS"):
        MeshSettings.read({"BOUMB_MELODY_ADDRESS": ""}, TABLE)
    with pytest.raises(BadSettings, match="BOUMB_GRACE_S is 'soon'"):
        MeshSettings.read({"BOUMB_GRACE_S": "soon"}, TABLE)


def test_for_one_no_port_is_left(tmp_path: Path) -> None:
    settings = MeshSettings.read({}).for_one(tmp_path)
    addresses = [settings.gateway, *settings.services.values()]
    assert len(set(addresses)) == len(SERVICES) + 1
    assert all(address.startswith(f"unix:{tmp_path}/") for address in addresses)
    assert settings.service_environment()["BOUMB_MELODY_ADDRESS"] == settings.services["melody"]


def test_a_service_with_libraries_of_its_own_runs_in_an_environment_of_its_own_and_only_when_asked_for() -> None:
    assert "magenta" not in USUAL
    assert interpreter("magenta") == str(ROOT / ".venv-magenta/bin/python")
    assert {interpreter(name) for name in USUAL} == {sys.executable}
