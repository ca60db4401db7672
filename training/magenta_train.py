"""A Melody RNN by Magenta's own training loop: `python -m training.magenta_train --model attention_rnn`.

Runs under .venv-magenta, on one thread, after `python -m training.magenta_melodies` under .venv. The network, its
hyperparameters, the optimiser and the loop are Magenta's; this module only stops the loop every few steps to measure
the loss on the validation songs, keeps the best checkpoint, and ends when there was none for a while. Interrupted, it
goes on from the last checkpoint. `python -m training.magenta_export` makes the bundle.
"""

import argparse
import json
import os
import shutil
import time
from dataclasses import asdict, dataclass
from pathlib import Path

for _name in ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS"):
    os.environ[_name] = "1"

from training.magenta_dataset import batch_by_length, write_examples  # noqa: E402  the threads are counted when TensorFlow is imported
from training.magenta_evaluation import Examples, loss_per_step  # noqa: E402
from training.magenta_library import melody_config, tf  # noqa: E402

# isort: split
from magenta.models.shared import events_rnn_graph, events_rnn_train  # noqa: E402

SEED = 20261121
CURVE, BEST = "curve.jsonl", "best"
_CHECKPOINTS = 2


@dataclass(frozen=True, slots=True)
class Point:
    """A point of the loss curve.

    Attributes:
        step: Batches learned from.
        validation: Nats per step on the validation melodies.
        seconds: Spent training since the start, over all runs.
    """

    step: int
    validation: float
    seconds: int


def train(model: str, folder: Path, batch_size: int, every: int, patience: int) -> list[Point]:
    """Train until the validation loss has not fallen for a while.

    Args:
        model: Name of one of Magenta's configurations.
        folder: Holds train.jsonl and validation.jsonl; gets everything else.
        batch_size: Melodies in a batch.
        every: Batches between two evaluations.
        patience: Evaluations without a new best after which it ends.
    """
    examples = folder / f"{model}-train.tfrecord"
    write_examples(folder / "train.jsonl", examples, model)
    write_examples(folder / "validation.jsonl", folder / f"{model}-validation.tfrecord", model)
    validation = Examples.read(folder / f"{model}-validation.tfrecord")
    config = melody_config(model)
    config.hparams.batch_size = batch_size
    build = events_rnn_graph.get_build_graph_fn("train", config, [str(examples)])
    run = folder / model
    curve = read_curve(run / CURVE)

    def seeded() -> None:
        # Each stretch needs its own order, or all of them would learn from the same first batches.
        seed = SEED + len(curve)
        tf.compat.v1.set_random_seed(seed)
        batch_by_length(seed)
        build()

    while not curve or len(curve) - 1 - curve.index(best_of(curve)) < patience:
        started = time.monotonic()
        # The loop counts from where it goes on, not from the first batch ever.
        events_rnn_train.run_training(
            seeded, str(run / "train"), every, summary_frequency=every, checkpoints_to_keep=_CHECKPOINTS
        )
        seconds = round(time.monotonic() - started)
        checkpoint = tf.train.latest_checkpoint(str(run / "train"))
        loss = loss_per_step(melody_config(model), checkpoint, validation)
        step = int(checkpoint.rpartition("-")[2])
        curve.append(Point(step, round(loss, 5), seconds + (curve[-1].seconds if curve else 0)))
        if best_of(curve) is curve[-1]:
            _keep(checkpoint, run / BEST)
        with (run / CURVE).open("a", encoding="utf-8") as lines:
            lines.write(json.dumps(asdict(curve[-1])) + "\n")
        print(curve[-1], flush=True)
    return curve


def read_curve(path: Path) -> list[Point]:
    """The loss curve so far; empty before the first evaluation."""
    if not path.exists():
        return []
    return [Point(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]


def best_of(curve: list[Point]) -> Point:
    """The point with the lowest loss, the earliest of equals."""
    return min(curve, key=lambda point: point.validation)


def _keep(checkpoint: str, folder: Path) -> None:
    """Copy a checkpoint so that a crash leaves the old one or the new one."""
    fresh = folder.with_suffix(".new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    for part in Path(checkpoint).parent.glob(f"{Path(checkpoint).name}.*"):
        shutil.copy(part, fresh / f"model.ckpt{part.suffix}")
    shutil.rmtree(folder, ignore_errors=True)
    fresh.rename(folder)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="attention_rnn")
    parser.add_argument("--data", type=Path, default=Path(".boumb/magenta"))
    parser.add_argument("--batch-size", type=int, default=128, help="Magenta's own is 128")
    parser.add_argument("--every", type=int, default=50)
    parser.add_argument("--patience", type=int, default=10)
    arguments = parser.parse_args()
    train(arguments.model, arguments.data, arguments.batch_size, arguments.every, arguments.patience)


if __name__ == "__main__":
    main()
