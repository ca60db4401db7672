"""Commands by their front door, as far as they need no studio."""

import json
import re
import time
from dataclasses import fields
from pathlib import Path

import jwt
import pytest
import typer
from typer.testing import CliRunner

from cli import bench, doctor
from cli.app import app
from cli.options import ArrangeOptions, ComposeOptions, DrumsOptions
from services.chassis.service_manifest import manifests, usual

RUNNER = CliRunner()


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BOUMB_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    return tmp_path / "state"


def test_help_names_every_command_and_the_exit_codes() -> None:
    result = RUNNER.invoke(app, ["--help"])
    assert result.exit_code == 0
    for command in ("compose", "drums", "arrange", "up", "token", "analyse", "bench", "doctor", "test"):
        assert command in result.output
    assert "130 interrupted" in " ".join(result.output.split())


@pytest.mark.parametrize("command", ["compose", "drums", "arrange"])
def test_every_option_of_a_part_is_one_of_its_command(command: str) -> None:
    options = {"compose": ComposeOptions, "drums": DrumsOptions, "arrange": ArrangeOptions}[command]
    parameters = next(c for c in typer.main.get_command(app).commands.items() if c[0] == command)[1].params  # type: ignore[attr-defined]  # it is a group
    assert {parameter.name for parameter in parameters} == {field.name for field in fields(options)}
    assert all(parameter.help for parameter in parameters)


def test_up_has_an_option_for_each_optional_service_and_no_other() -> None:
    result = RUNNER.invoke(app, ["up", "--help"])
    offered = {name for name in manifests() if f"--{name}" in result.output}
    assert offered == set(manifests()) - set(usual(manifests()))


@pytest.mark.parametrize("verb", ["train", "evaluate", "export"])
@pytest.mark.parametrize("option", ["--help", "-h"])
def test_verbs_that_pass_options_on_have_a_help_of_their_own(verb: str, option: str) -> None:
    result = RUNNER.invoke(app, [verb, option])
    assert result.exit_code == 0
    assert f"Usage: ./boumb {verb}" in result.output or f"Usage: root {verb}" in result.output
    assert "WHAT" in result.output


def test_the_version_is_that_of_the_product() -> None:
    from services.chassis.version import VERSION

    assert RUNNER.invoke(app, ["--version"]).output == f"{VERSION}\n"


def test_a_token_alone_is_printed_and_says_what_was_asked(state: Path) -> None:
    result = RUNNER.invoke(app, ["token", "--user", "ana", "--role", "ROLE_A", "--role", "ROLE_B", "--ttl", "60"])
    assert result.exit_code == 0
    claims = jwt.decode(result.output.strip(), (state / "keys/public.pem").read_text(), algorithms=["RS256"])
    assert (claims["username"], claims["roles"]) == ("ana", ["ROLE_A", "ROLE_B"])
    assert claims["exp"] - time.time() == pytest.approx(60, abs=5)


@pytest.mark.parametrize("arguments", [["--user", ""], ["--ttl", "7201"], ["--ttl", "0"], ["--ttl", "-5"]])
def test_a_token_that_the_gateway_would_refuse_is_not_made(arguments: list[str]) -> None:
    result = RUNNER.invoke(app, ["token", *arguments])
    assert result.exit_code == 2
    assert result.stdout == ""
    assert arguments[0] in result.stderr


def test_the_doctor_finds_this_environment_fit_and_tells_what_it_looked_at() -> None:
    result = RUNNER.invoke(app, ["doctor", "--json"])
    assert result.exit_code == 0, result.output
    findings = {finding["name"]: finding for finding in json.loads(result.stdout)}
    assert findings["envoy"]["detail"].count(".") == 2
    assert findings["packages"]["fine"]
    assert all(finding["advice"] for finding in findings.values() if not finding["fine"])


def test_the_doctor_tells_of_the_environments_beside_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(doctor, "ROOT", tmp_path)
    for name in ("training", "magenta"):
        (tmp_path / f".venv-{name}").mkdir()
    (tmp_path / ".venv-training/pyvenv.cfg").write_text("home = /usr/bin\nversion = 3.13.5\n")
    (tmp_path / ".venv-training/.stamp-training").touch()
    (tmp_path / ".venv-magenta/.unsupported").write_text("tensorflow-cpu==2.21.0 has no wheel for Python 3.15")
    training, magenta = (doctor.environment(name, "set it up") for name in ("training", "magenta"))
    assert (training.fine, training.detail) == (True, "Python 3.13.5")
    assert (magenta.fine, magenta.advice) == (False, "tensorflow-cpu==2.21.0 has no wheel for Python 3.15")
    (tmp_path / ".venv-magenta/.unsupported").unlink()
    assert doctor.environment("magenta", "set it up").advice == "set it up"
    assert not doctor.environment("magenta", "set it up").fine


def test_the_doctor_names_a_wrong_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOUMB_MELODY_ADDRESS", "nowhere")
    result = RUNNER.invoke(app, ["doctor"])
    assert result.exit_code == 3
    assert "BOUMB_MELODY_ADDRESS: 'nowhere' is not an address" in " ".join(result.output.split())


def test_a_wrong_setting_ends_composing_before_it_begins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("BOUMB_GRACE_S", "long")
    result = RUNNER.invoke(app, ["compose", "x", "--json", "--out", str(tmp_path / "x.mid")])
    assert result.exit_code == 2
    assert json.loads(result.stdout)["error"]["message"] == "BOUMB_GRACE_S is 'long', not a number"


@pytest.mark.parametrize(
    ("out", "reason"), [("no/such/folder.mid", "son dossier n'existe pas"), (".", "c'est un dossier")]
)
def test_a_file_that_cannot_be_written_is_told_before_composing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, out: str, reason: str
) -> None:
    monkeypatch.chdir(tmp_path)
    result = RUNNER.invoke(app, ["compose", "une basse en Sol mineur", "--json", "--out", out])
    assert result.exit_code == 2
    assert json.loads(result.stdout)["error"]["message"] == f"Impossible d'écrire {out} : {reason}."


def test_prompts_are_analysed_line_by_line_and_a_bad_one_does_not_stop_the_rest() -> None:
    lines = ["Fais une basse funky en Sol mineur", "", "x" * 2001, "🎸", "a sad melody, 3/4, 90 bpm"]
    result = RUNNER.invoke(app, ["analyse", "--json"], input="\n".join(lines) + "\n")
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert len(answers) == len(lines)
    bass, empty, long, emoji, sad = answers
    assert (bass["tonic"], bass["mode"], bass["role"], bass["style"]) == (7, "minor", "bass", "funk")
    assert bass["vague"] is False
    assert (empty["error"]["code"], long["error"]["code"]) == ("TOO_SHORT", "TOO_LONG")
    assert empty["error"]["fields"] == ["prompt"]
    assert emoji["vague"] is True
    assert (sad["meter"], sad["bpm"], sad["vague"]) == ("3/4", 90, True)
    assert sad["alternatives"]
    assert result.exit_code == 2


def test_one_prompt_is_analysed_for_people_too() -> None:
    result = RUNNER.invoke(app, ["analyse", "a bass in F# dorian"])
    assert result.exit_code == 0
    assert re.search(r"mode +dorian +\(dorian\)", result.output)
    assert "null" not in result.output


def test_an_unknown_benchmark_is_refused_with_the_known_ones() -> None:
    result = RUNNER.invoke(app, ["bench", "speed_of_light"])
    assert result.exit_code == 2
    assert "speed_of_light" in result.stderr
    assert "first_bar" in result.stderr


def test_a_benchmark_prints_its_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    rows: list[bench.Row] = [{"engine": "a", "bar_ms": 1234.5}, {"engine": "b", "bar_ms": 2.0, "note": "slow"}]
    monkeypatch.setattr(bench, "available", lambda: {"first_bar": lambda: rows})
    assert json.loads(RUNNER.invoke(app, ["bench", "--json"]).stdout) == {"benchmark": "first_bar", "rows": rows}
    table = RUNNER.invoke(app, ["bench"]).output
    assert "1,234.50" in table
    assert "slow" in table
