"""./boumb train, evaluate and export run the modules that they stand for, and say what is wrong before they do."""

import importlib.util
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli import training
from cli.app import app
from cli.messages.exit_codes import ExitCode
from cli.messages.user_errors import UserError

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


def test_a_missing_environment_is_said_with_what_makes_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(training, "_TRAINING", tmp_path / ".venv-training/bin/python")
    with pytest.raises(UserError, match=r"\.venv-training is missing") as problem:
        training.train("melody", [])
    assert problem.value.exit == ExitCode.UNAVAILABLE


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


def test_a_wrong_option_is_the_modules_own_error() -> None:
    assert CliRunner().invoke(app, ["evaluate", "melody", "--wrong"]).exit_code == ExitCode.BAD_INPUT
