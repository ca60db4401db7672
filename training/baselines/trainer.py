"""Training of the baselines: the MelodyMarkovModel model's counts and the GRU's weights, from the same lines."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from training.baselines.bundle import load, save
from training.baselines.config import GruTrainingConfig
from training.baselines.gru_training import bits_per_step, train
from training.baselines.markov import MelodyMarkovModel, count
from training.data.lieder import lieder_split, read_lieder
from training.data.line_arrays import KEYS
from training.data.midi_folder import read_folder, split_by_name
from training.data.openewld import read_openewld
from training.data.pop909 import read_pop909
from training.data.skipping import EmptyFolder
from training.data.splits import of_split
from training.scoring.protocol import EventLine, Scorer

METRICS = "metrics.json"


def lines_of_pop909(folder: Path) -> dict[str, list[EventLine]]:
    """Melodies of POP909 by split: "train" and "validation"."""
    tunes = [tune for tune in read_pop909(folder).tunes if tune.role == "melody"]
    return {split: [EventLine.of(tune) for tune in of_split(tunes, split)] for split in ("train", "validation")}


def lines_of_corpus(folder: Path) -> dict[str, list[EventLine]]:
    """Melodies of POP909 by split, and lead sheets and Lieder to learn from under "others".

    Args:
        folder: Where `pop909`, `openewld` and `lieder` are unpacked.
    """
    sheets = [tune for tune in read_openewld(folder / "openewld").tunes if tune.mode in KEYS]
    songs = [tune for tune in read_lieder(folder / "lieder").tunes if lieder_split(tune.name) == "train"]
    others = [EventLine.of(tune) for tune in (*sheets, *songs)]
    return {**lines_of_pop909(folder / "pop909"), "others": others}


def lines_of_folder(folder: Path) -> dict[str, list[EventLine]]:
    """Lines by split: which one a file is in depends on its name alone.

    Raises:
        EmptyFolder: There is too little to train on.
    """
    learned, watched = split_by_name(read_folder(folder).tunes)
    return {split: [EventLine.of(tune) for tune in of] for split, of in (("train", learned), ("validation", watched))}


def train_baselines(
    lines: dict[str, list[EventLine]], config: GruTrainingConfig, out: Path, work: Path, start: Path | None = None
) -> dict[str, Any]:
    """Train all baselines and write them with their metrics.

    Args:
        lines: To learn from, "train", and to stop by, "validation"; lines of other kinds for the GRU, "others", if any.
        config: Hyperparameters of the GRU.
        out: Folder of the models.
        work: Folder of the checkpoint.
        start: Folder of baselines whose GRU is to be trained on; None trains a new one.

    Returns:
        The metrics.

    Raises:
        EmptyFolder: There are no lines to learn from, or none to validate on.
        UnusableCheckpoint: The checkpoint is damaged or of another network.
        WeightsError: The baselines to start from are not what their manifest says.
    """
    if not lines["train"] or not lines["validation"]:
        counts = ", ".join(f"{len(of)} for {split}" for split, of in lines.items())
        raise EmptyFolder(f"too few lines to train on: {counts}")
    tables = count(lines["train"])
    others, begun = lines.get("others", []), load(start)[2].weights if start else None
    trained = train(lines["train"], others, lines["validation"], config, work / "checkpoint.npz", begun)
    manifest = save(out, tables, trained.weights)
    steps = {split: sum(len(line.events) for line in of) for split, of in lines.items()}
    metrics = {
        "sha256": manifest.sha256,
        "lines": {split: len(of) for split, of in lines.items()},
        "steps": steps,
        "recipe": asdict(config),
        "weights": sum(int(values.size) for values in trained.weights.values()),
        "training_bits_per_step": _rounded(trained.losses),
        "validation_bits_per_step": {
            "unigram": _bits(MelodyMarkovModel(tables, order=0), lines["validation"]),
            "markov_5": _bits(MelodyMarkovModel(tables), lines["validation"]),
            "gru": _rounded(trained.songs),
            "gru_on_segments": _rounded(trained.segments),
        },
        "seconds": round(trained.seconds),
    }
    (out / METRICS).write_text(json.dumps(metrics, indent=2) + "\n", encoding="utf-8")
    return metrics


def _bits(model: Scorer, lines: Sequence[EventLine]) -> float:
    return round(bits_per_step(model, lines), 4)


def _rounded(values: Sequence[float]) -> list[float]:
    rounded: list[float] = np.round(values, 4).tolist()
    return rounded
