"""Trains the baselines: `python -m training.baselines.train --pop909 DIR --out models/baselines`.

Learns from POP909's melodies of the training split, or from any folder of music with `--data`. Interrupted, it goes on
from its last checkpoint when it is run again with the same folder for its work.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from training.baselines.bundle import save
from training.baselines.gru_training import Recipe, bits_per_step, train
from training.baselines.markov import Markov, count
from training.data.midi_folder import EmptyFolder, read_folder, split_by_name
from training.data.pop909 import read_pop909
from training.data.splits import of_split
from training.scoring.protocol import EventLine, Scorer

METRICS = "metrics.json"


def lines_of_pop909(folder: Path) -> dict[str, list[EventLine]]:
    """Melodies by split."""
    tunes = [tune for tune in read_pop909(folder).tunes if tune.role == "melody"]
    return {split: [EventLine.of(tune) for tune in of_split(tunes, split)] for split in ("train", "validation")}


def lines_of_folder(folder: Path) -> dict[str, list[EventLine]]:
    """Lines by split: which one a file is in depends on its name alone.

    Raises:
        EmptyFolder: There is too little to train on.
    """
    learned, watched = split_by_name(read_folder(folder).tunes)
    return {split: [EventLine.of(tune) for tune in of] for split, of in (("train", learned), ("validation", watched))}


def train_baselines(lines: dict[str, list[EventLine]], recipe: Recipe, out: Path, work: Path) -> dict[str, Any]:
    """Train all and write them with their metrics, which are returned.

    Args:
        lines: To learn from, "train", and to stop by, "validation".
        recipe: Of the GRU.
        out: Folder of the models.
        work: Folder for the checkpoint.
    """
    tables = count(lines["train"])
    trained = train(lines["train"], lines["validation"], recipe, work / "checkpoint.npz")
    manifest = save(out, tables, trained.weights)
    steps = {split: sum(len(line.events) for line in of) for split, of in lines.items()}
    metrics = {
        "sha256": manifest.sha256,
        "lines": {split: len(of) for split, of in lines.items()},
        "steps": steps,
        "recipe": asdict(recipe),
        "weights": sum(int(values.size) for values in trained.weights.values()),
        "training_bits_per_step": _rounded(trained.losses),
        "validation_bits_per_step": {
            "unigram": _bits(Markov(tables, order=0), lines["validation"]),
            "markov_5": _bits(Markov(tables), lines["validation"]),
            "gru": _rounded(trained.validation),
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


def main() -> None:
    """Run the recipe."""
    parser = argparse.ArgumentParser(description=__doc__)
    data = parser.add_mutually_exclusive_group(required=True)
    data.add_argument("--pop909", type=Path, help="folder of POP909")
    data.add_argument("--data", type=Path, help="folder of MIDI or MusicXML files, instead")
    parser.add_argument("--out", type=Path, required=True, help="folder for models, manifest and metrics")
    parser.add_argument(
        "--work",
        type=Path,
        default=Path(".boumb/training/baselines"),
        help="folder for checkpoints (default: %(default)s)",
    )
    for name, value in asdict(Recipe()).items():
        parser.add_argument(f"--{name}", type=int, default=value, help="of the GRU (default: %(default)s)")
    options = parser.parse_args()
    recipe = Recipe(**{name: getattr(options, name) for name in asdict(Recipe())})
    try:
        lines = lines_of_pop909(options.pop909) if options.pop909 else lines_of_folder(options.data)
    except EmptyFolder as reason:
        sys.exit(f"boumb: {reason}")
    print(json.dumps(train_baselines(lines, recipe, options.out, options.work), indent=2))


if __name__ == "__main__":
    main()
