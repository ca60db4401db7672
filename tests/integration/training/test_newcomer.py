"""The documented commands, from twelve tunes to scored models, as somebody new runs them: in under two minutes."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from services.melody.line_model import load
from tests.environments import needs
from training.baselines.bundle import load as load_baselines
from training.data.midi_folder import read_folder
from training.evaluation.line_scorer import LineScorer
from training.evaluation.metrics import tally
from training.scoring.protocol import EventLine

ROOT = Path(__file__).parents[3]
PYTHON = ROOT / ".venv-training/bin/python"
EXAMPLES = ROOT / "training/examples"
pytestmark = [
    needs("training"),
    pytest.mark.timeout(600),
]


def run(module: str, *arguments: str | Path) -> str:
    command = [PYTHON, "-P", "-m", module, *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=500, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


@pytest.fixture(scope="module")
def lines() -> list[EventLine]:
    return [EventLine.of(tune) for tune in read_folder(EXAMPLES).tunes]


def test_the_melody_model_is_trained_exported_and_scored(tmp_path: Path, lines: list[EventLine]) -> None:
    small = ("--batch", "4", "--state", "32", "--step-hidden", "32", "--pitch-hidden", "32", "--check-every", "10")
    run("training.melody_line.train", "--data", EXAMPLES, "--out", tmp_path / "work", "--steps", "30", *small)
    history = json.loads((tmp_path / "work/metrics.json").read_text())["history"]
    losses = [entry["train_bits_per_step"] for entry in history]
    assert len(losses) == 3
    assert losses[-1] < 0.8 * losses[0]
    run("training.melody_line.export", "--weights", tmp_path / "work", "--out", tmp_path / "model")
    network, _ = load(tmp_path / "model")
    told = tally(LineScorer(network), lines[:4]).metrics()
    assert told["steps"] == sum(len(line.events) for line in lines[:4])
    assert told["bits_per_step"] < losses[0]
    folders = ("--weights", tmp_path / "work", "--model", tmp_path / "model", "--data", EXAMPLES)
    parity = json.loads(run("training.melody_line.export_check", *folders))
    assert parity["steps"] >= sum(len(line.events) for line in lines)
    assert parity["usual_difference"] < 0.02
    assert parity["largest_difference"] < 1  # eight bits are coarse for so small a network
    assert abs(parity["jax_bits_per_step"] - parity["graphs_bits_per_step"]) < 0.01


def test_the_baselines_are_trained_and_go_on_after_an_interruption(tmp_path: Path, lines: list[EventLine]) -> None:
    def train(out: str, *arguments: str) -> dict[str, Any]:
        folders = ("--out", tmp_path / out, "--work", tmp_path / f"work-{out}")
        told: dict[str, Any] = json.loads(
            run("training.baselines.train", "--data", EXAMPLES, *folders, "--every", "4", *arguments)
        )
        return told

    whole = train("whole", "--updates", "12")
    assert whole["training_bits_per_step"][-1] < whole["training_bits_per_step"][0]
    _, markov, gru = load_baselines(tmp_path / "whole")
    # The exported weights, run by numpy, predict as well as those in training did.
    watched = lines[:3]
    assert tally(gru, watched).metrics()["bits_per_step"] < whole["training_bits_per_step"][0]
    assert tally(markov, watched).metrics()["bits_per_step"] > 0
    again = train("whole", "--updates", "12")
    assert again["validation_bits_per_step"] == whole["validation_bits_per_step"]
    assert again["seconds"] <= whole["seconds"]


def test_the_evaluation_prints_json_alone(tmp_path: Path) -> None:
    out = run("training.evaluation.melody", "--midi", EXAMPLES, "--model", "unigram", "--model", "gru")
    rows = json.loads(out)
    assert [row["name"] for row in rows] == ["unigram", "gru"]
    assert {row["files"] for row in rows} == {12}
    assert rows[0]["steps"] == rows[1]["steps"]
    assert rows[1]["bits_per_step"] < rows[0]["bits_per_step"]
    empty = subprocess.run(
        [PYTHON, "-P", "-m", "training.evaluation.melody", "--midi", tmp_path],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (empty.returncode, empty.stdout) == (2, "")
    assert str(tmp_path) in empty.stderr
