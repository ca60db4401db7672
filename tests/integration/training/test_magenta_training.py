"""Magenta's networks trained in JAX: as their definition has them, and as Magenta's own graph trains them.

JAX and TensorFlow live in environments of their own; each side writes what it found, and they are compared here.
"""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from launcher.settings import ROOT, interpreter
from tests.environments import needs

JAX, TENSORFLOW = ROOT / ".venv-training/bin/python", Path(interpreter("magenta"))
pytestmark = [
    needs("training"),
    pytest.mark.timeout(900),
]


def run(python: Path, module: str, folder: Path) -> str:
    """Run a module of these tests in another environment; what it printed."""
    environment = os.environ | {"PYTHONPATH": f"{ROOT}:{ROOT / 'gen/python'}", "JAX_PLATFORMS": "cpu"}
    command: list[str | Path] = [python, "-P", "-m", f"tests.integration.training.{module}", folder]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(run(JAX, "hold_magenta_network", tmp_path_factory.mktemp("network")))
    return told


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("library")
    run(TENSORFLOW, "write_magenta_training", folder)
    told: dict[str, Any] = json.loads(run(JAX, "hold_magenta_training", folder))
    return told


def test_logits_and_gradients_are_those_of_the_definition_step_by_step(network: dict[str, Any]) -> None:
    assert network["networks"].keys() == {"attentive", "far"}
    for name, found in network["networks"].items():
        assert found["logits"] < 1e-5, name
        assert found["slopes"] < 1e-5, name
        assert found["least"] > 0.01, f"{name}: an array without gradients cannot be wrong"


def test_outputs_are_dropped_and_states_are_not(network: dict[str, Any]) -> None:
    assert network["dropped"]["kept"] == pytest.approx(0.5, abs=0.03)
    assert network["dropped"]["off"] < 1e-6


def test_a_run_in_two_parts_ends_as_one_at_once_and_learns(network: dict[str, Any]) -> None:
    assert network["resumed"]["off"] == 0
    assert network["resumed"]["after"] < network["resumed"]["before"] / 2


@needs("magenta")
def test_a_few_updates_move_the_weights_as_magentas_own_graph_does(library: dict[str, Any]) -> None:
    assert library["learned"].keys() == {"attention_rnn", "basic_rnn"}
    for model, found in library["learned"].items():
        theirs, ours = found["losses"]
        assert ours == pytest.approx(theirs, rel=1e-5), model
        assert theirs[-1] < theirs[0]
        assert found["names"], model
        assert found["off"] < found["moved"] / 100, model


@needs("magenta")
def test_the_loss_is_what_magentas_generation_graph_finds(library: dict[str, Any]) -> None:
    for model, found in library["learned"].items():
        theirs, ours = found["after"]
        assert ours == pytest.approx(theirs, abs=1e-4), model


@needs("magenta")
def test_first_weights_are_drawn_as_the_library_draws_them(library: dict[str, Any]) -> None:
    for name, (theirs, ours) in library["drawn"].items():
        if name.endswith(("bias", "biases")):
            assert theirs == ours == [0, 0], name
        else:
            assert ours == pytest.approx(theirs, rel=0.1), name
            assert theirs[0] > 0
