"""The training loop: a run that was killed ends as one that was not, and a checkpoint of something else is refused."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from launcher.settings import ROOT

PYTHON, STAMP = ROOT / ".venv-training/bin/python", ROOT / ".venv-training/.stamp-training"
pytestmark = [
    pytest.mark.skipif(
        not STAMP.exists() and os.environ.get("CI") != "true", reason="./boumb test sets up .venv-training"
    ),
    pytest.mark.timeout(600),
]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("loop")
    command: list[str | Path] = [PYTHON, "-m", "tests.integration.training.hold_training_loop", folder]
    environment = os.environ | {"JAX_PLATFORMS": "cpu"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def test_a_killed_run_ends_as_a_whole_one(found: dict[str, Any]) -> None:
    whole, parts = found["line"]["bits"]
    assert len(whole) == 3
    assert whole == parts
    assert found["line"]["off"] == 0


def test_updates_come_in_rounds_and_a_finished_run_makes_no_more(found: dict[str, Any]) -> None:
    assert found["rounds"]["rounds"] == [[4, [0, 1, 2, 3]], [8, [4, 5, 6, 7]], [10, [8, 9]]]
    assert found["rounds"]["sum"] == 45
    assert [entry["loss"] for entry in found["rounds"]["history"]] == [1.5, 5.5, 8.5]
    assert found["rounds"]["again"] == 0


def test_training_stops_when_validation_has_not_improved_for_a_while(found: dict[str, Any]) -> None:
    assert found["rounds"]["converged"] == [False, False, False, True, True]


def test_a_checkpoint_of_something_else_is_refused(found: dict[str, Any]) -> None:
    damaged, other_size, no_checkpoint = found["refused"]
    assert "damaged.npz" in damaged
    assert "another size" in other_size
    assert "no checkpoint" in no_checkpoint
