"""Trains tiny models without and with an interruption, and prints how they differ as JSON. Runs under .venv-training.

Usage: python -m tests.integration.training.hold_training_loop FOLDER
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import Array

from training.common import checkpoint
from training.common.training_loop import TrainingLoop, has_converged
from training.data.line_arrays import lines_of
from training.data.line_corpus import LineCorpus
from training.data.midi_folder import read_folder, split_by_name
from training.melody_line.config import CHECKPOINT, WEIGHTS, LineTrainingConfig
from training.melody_line.trainer import train

EXAMPLES = Path("training/examples")
CONFIG = LineTrainingConfig(steps=9, batch=2, state=8, step_hidden=4, pitch_hidden=4, check_every=3)


class Interrupted(Exception):
    pass


def main() -> None:
    folder = Path(sys.argv[1])
    print(json.dumps({"line": line_model(folder), "rounds": rounds(folder), "refused": refused(folder)}))


def line_model(folder: Path) -> dict[str, Any]:
    """Largest difference between the weights of a whole run and of one that was killed after its first round."""
    learned, watched = split_by_name(read_folder(EXAMPLES).tunes)
    corpus = LineCorpus(lines_of(learned), lines_of(watched), {})
    whole = train(corpus, CONFIG, folder / "whole")
    write = checkpoint.write
    try:
        checkpoint.write = killed_after(write)
        train(corpus, CONFIG, folder / "parts")
    except Interrupted:
        pass
    finally:
        checkpoint.write = write
    parts = train(corpus, CONFIG, folder / "parts")
    with np.load(folder / "whole" / WEIGHTS) as one, np.load(folder / "parts" / WEIGHTS) as other:
        off = max(float(np.abs(one[name] - other[name]).max()) for name in one.files)
    return {"off": off, "bits": [[entry["bits_per_step"] for entry in each["history"]] for each in (whole, parts)]}


def killed_after(write: Callable[..., None]) -> Callable[..., None]:
    """Writes the checkpoint, and ends training."""

    def write_and_end(path: Path, tree: Any, record: dict[str, Any]) -> None:
        write(path, tree, record)
        raise Interrupted

    return write_and_end


def rounds(folder: Path) -> dict[str, Any]:
    """What the loop makes of ten updates in rounds of four, and of a second look at a finished run."""

    def update(state: Array, number: int) -> tuple[Array, Array]:
        return state + number, jnp.asarray(float(number))

    loop = TrainingLoop(folder / "sum.npz", jnp.zeros(()))
    found = []
    for finished in loop.rounds(update, 4, 10):
        found.append([finished.done, finished.losses])
        loop.save({"loss": finished.mean_loss})
    again = TrainingLoop(folder / "sum.npz", jnp.zeros(()))
    return {
        "rounds": found,
        "sum": float(again.state),
        "history": again.history,
        "again": len(list(again.rounds(update, 4, 10))),
        "converged": [has_converged(losses, 2) for losses in ([], [3, 2, 1], [3, 1, 2], [3, 1, 2, 1], [1, 2, 3])],
    }


def refused(folder: Path) -> list[str]:
    """What is said of checkpoints that do not fit."""
    texts = []
    (folder / "damaged.npz").write_bytes((folder / "sum.npz").read_bytes()[:100])
    for file, state in (("damaged.npz", jnp.zeros(())), ("sum.npz", jnp.zeros(3)), ("whole/" + WEIGHTS, jnp.zeros(()))):
        try:
            TrainingLoop(folder / file, state)
        except checkpoint.UnusableCheckpoint as reason:
            texts.append(str(reason))
    assert (folder / "whole" / CHECKPOINT).exists()
    return texts


if __name__ == "__main__":
    main()
