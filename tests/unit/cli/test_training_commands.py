"""./boumb train, evaluate and export run the modules that they stand for, and say what is wrong before they do."""

import contextlib
import importlib.util
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli import environments, training
from cli.app import app
from cli.messages.exit_codes import ExitCode
from cli.messages.user_errors import UserError
from services.chassis.service_manifest import manifests

EXAMPLES = Path(__file__).parents[3] / "training/examples"


@pytest.mark.parametrize(
    "module", sorted({*training.TRAIN.values(), *training.EVALUATE.values(), *training.EXPORT.values()})
)
def test_every_verb_stands_for_a_module_that_can_be_run(module: str) -> None:
    found = importlib.util.find_spec(module)
    assert found is not None
    assert found.origin is not None
    assert "def main() -> None:" in Path(found.origin).read_text()


@pytest.mark.parametrize("verb", ["train", "evaluate", "export"])
def test_what_is_not_there_is_named_with_what_is(verb: str) -> None:
    with pytest.raises(UserError, match=r"There is no .vocals.*melody, drums") as problem:
        getattr(training, verb)("vocals", [])
    assert problem.value.exit == ExitCode.BAD_INPUT


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """What ./boumb was asked to set up, one argument a line; it sets nothing up."""
    record = tmp_path / "asked"
    command = tmp_path / "boumb"
    command.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" >>"{record}"\nexit 3\n')
    command.chmod(0o755)
    monkeypatch.setattr(environments, "_BOUMB", command)
    return record


def test_an_environment_that_cannot_be_set_up_ends_the_command(asked: Path) -> None:
    with pytest.raises(UserError, match=r"\.venv-training could not be set up") as problem:
        training.train("melody", [])
    assert problem.value.exit == ExitCode.UNAVAILABLE
    assert asked.read_text() == "set-up\ntraining\n"


@pytest.mark.parametrize("arguments", [["--help"], ["-h"], ["--steps", "3", "--help"]])
@pytest.mark.parametrize("verb", ["train", "export"])
def test_the_help_of_a_module_sets_nothing_up(asked: Path, verb: str, arguments: list[str]) -> None:
    getattr(training, verb)("drums", arguments)
    assert not asked.exists()


@pytest.mark.parametrize(
    ("models", "wanted"),
    [
        ([], True),
        (["--model", "unigram"], False),
        (["--model=unigram"], False),
        (["--model", "unigram", "--model", "attention_rnn"], True),
        (["--help"], False),
    ],
)
def test_magenta_is_set_up_only_when_its_model_is_scored(asked: Path, models: list[str], wanted: bool) -> None:
    folder = ["--midi", str(EXAMPLES)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training, "_run", lambda *_: ExitCode.OK)
        training.evaluate("melody", [*folder, *models])
        training.evaluate("drums", folder)
    assert asked.exists() is wanted


@pytest.mark.parametrize("services", [["theory", "drums"], ["theory", "melody", "magenta"]])
def test_services_get_the_environments_that_their_manifests_name(asked: Path, services: list[str]) -> None:
    needed = {manifests()[service].environment for service in services} - {""}
    with pytest.raises(UserError) if needed else contextlib.nullcontext():
        environments.need_for(services)
    assert asked.exists() is bool(needed)


@pytest.mark.parametrize("what", ["melody", "drums"])
def test_a_folder_that_is_missing_or_holds_no_music_is_named(what: str, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").touch()
    with pytest.raises(UserError, match=r"holds no file that ends in \.mid"):
        training.evaluate(what, ["--midi", str(tmp_path)])
    with pytest.raises(UserError, match="is no folder"):
        training.evaluate(what, [f"--midi={tmp_path / 'nowhere'}"])


def test_options_reach_the_module_and_its_output_is_json(capfd: pytest.CaptureFixture[str]) -> None:
    result = CliRunner().invoke(app, ["evaluate", "melody", "--midi", str(EXAMPLES), "--model", "unigram"])
    assert result.exit_code == 0
    rows = json.loads(capfd.readouterr().out)
    assert [row["name"] for row in rows] == ["unigram"]


def test_a_wrong_option_is_the_modules_own_error(asked: Path) -> None:
    assert CliRunner().invoke(app, ["evaluate", "melody", "--wrong"]).exit_code == ExitCode.BAD_INPUT
