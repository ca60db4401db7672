"""The drums specialist trained on grooves made for it, in the environment of training.

The exported graphs are run here by onnxruntime and must cost what JAX said they would: the same bits, the same loss.
"""

import csv
import json
import os
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from boumbapp.music.v2 import music_pb2 as pb
from boumbapp.music.v2.music_pb2 import Meter

from music.midi import write_midi
from services.drums.kit.kit import CLASSES
from services.drums.neural.onnx_models import SpecialistModel
from services.drums.neural.touch_history import LOUDEST, OFFSET_UNIT
from services.drums.performance.deviation_model import PROBABILITIES
from tests.unit.drums.pieces import piece
from training.data.groove_corpus import INDEX, read_corpus
from training.drum_hits.sequences import DrumSequence, sequence_of, touch_inputs

ROOT = Path(__file__).parents[3]
ENVIRONMENT = ROOT / ".venv-training"
PYTHON, STAMP = ENVIRONMENT / "bin/python", ENVIRONMENT / ".stamp-training"
EPOCHS = 4
STYLES = ("rock", "funk", "jazz", "hiphop", "latin", "soul", "pop", "reggae")
pytestmark = [
    pytest.mark.skipif(
        not STAMP.exists() and os.environ.get("CI") != "true", reason="./boumb test sets up .venv-training"
    ),
    pytest.mark.timeout(600),
]


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve grooves in the form of the data set, three of them for validation."""
    folder = tmp_path_factory.mktemp("grooves")
    with (folder / INDEX).open("w", encoding="utf-8", newline="") as lines:
        names = ("drummer", "style", "bpm", "beat_type", "time_signature", "midi_filename", "split")
        writer = csv.DictWriter(lines, names)
        writer.writeheader()
        for number in range(12):
            style = STYLES[number % len(STYLES)]
            bars = piece(style, 8, seed=number, meter=Meter(beats=4, beat_unit=4), humanise=1.0)
            (folder / f"{number}.mid").write_bytes(write_midi(bars, 110, None, pb.ROLE_DRUMS))
            split = "validation" if number % 4 == 3 else "train"
            writer.writerow(dict(zip(names, ("me", style, "110", "beat", "4-4", f"{number}.mid", split), strict=True)))
    return folder


@pytest.fixture(scope="module")
def trained(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """Where the models are, and how training went."""
    out = tmp_path_factory.mktemp("models")
    command = [PYTHON, "-m", "training.drum_hits.train", "--corpus", corpus, "--out", out, "--work", out / "work"]
    environment = os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'gen/python'}"}
    done = subprocess.run(
        [*map(str, command), "--epochs", str(EPOCHS)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return out, json.loads((out / "training.json").read_text(encoding="utf-8"))


def validation(corpus: Path) -> list[DrumSequence]:
    return [sequence_of(p) for p in read_corpus(corpus).performances if p.split == "validation"]


def test_what_is_learned_foretells_grooves_that_were_held_out(trained: tuple[Path, dict[str, Any]]) -> None:
    _, told = trained
    bits = [epoch["validation_bits_per_step"] for epoch in told["hits"]["epochs"]]
    losses = [epoch["validation_loss"] for epoch in told["touch"]["epochs"]]
    assert len(bits) == len(losses) == EPOCHS
    assert bits[-1] < bits[0]
    assert losses[-1] < losses[0]
    assert told["performances"] == {"training": 9, "validation": 3}


def test_the_hit_graph_costs_what_the_network_cost(trained: tuple[Path, dict[str, Any]], corpus: Path) -> None:
    folder, told = trained
    model, manifest = SpecialistModel.load(folder)
    assert manifest.sha256 == told["sha256"]
    bits, steps = 0.0, 0
    for sequence in validation(corpus):
        chances = model.hit_predictor(sequence.setting).extend(sequence.sets.tolist())
        bits -= float(np.log2(chances[np.arange(len(sequence.sets)), sequence.sets]).sum())
        steps += len(sequence.sets)
    # Training keeps features in half precision.
    assert bits / steps == pytest.approx(told["hits"]["epochs"][-1]["validation_bits_per_step"], abs=2e-3)


def test_the_touch_graph_costs_what_the_network_cost(trained: tuple[Path, dict[str, Any]], corpus: Path) -> None:
    folder, told = trained
    model, _ = SpecialistModel.load(folder)
    chances = np.array(PROBABILITIES)
    weights = np.where(chances == 0.5, 4.0, 1.0)
    cost, strokes = 0.0, 0.0
    for sequence in validation(corpus):
        seen = touch_inputs(sequence)["seen"].astype(np.float32)
        quantiles, _ = model.touch.run(seen.tolist(), range(CLASSES), model.touch.initial_state())
        targets = np.stack([sequence.velocities / LOUDEST, sequence.offsets / OFFSET_UNIT], axis=1)[..., None]
        above = targets - quantiles[:, :, 0].transpose(1, 2, 0, 3)
        losses = (np.maximum(chances * above, (chances - 1) * above) * weights / weights.sum()).sum(axis=-1).sum(axis=1)
        cost += float((losses * sequence.struck).sum())
        strokes += float(sequence.struck.sum())
    assert cost / strokes == pytest.approx(told["touch"]["epochs"][-1]["validation_loss"], abs=1e-3)


def test_training_that_was_stopped_goes_on(trained: tuple[Path, dict[str, Any]], corpus: Path) -> None:
    """All epochs are done: asked again, nothing is learned anew and the same model is written."""
    folder, told = trained
    command = [PYTHON, "-m", "training.drum_hits.train", "--corpus", corpus, "--out", folder, "--work", folder / "work"]
    environment = os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'gen/python'}"}
    subprocess.run([*map(str, command), "--epochs", str(EPOCHS)], cwd=ROOT, env=environment, timeout=300, check=True)
    again = json.loads((folder / "training.json").read_text(encoding="utf-8"))
    assert again["sha256"] == told["sha256"]
    assert again["hits"]["epochs"] == told["hits"]["epochs"]  # the seconds, too: nothing ran again
