"""A Melody RNN by Magenta's recipe: `python -m training.magenta.train --model attention_rnn`.

Runs under .venv-training, on one thread, after `training.magenta.melodies` and `training.magenta.dataset`. Network,
loss, first weights, dropout, clipping, optimiser and hyperparameters are Magenta's; JAX computes them
(`training.magenta.network`), because Magenta's own loop takes seven times as long. Every so many batches it measures
the loss on the validation songs, and it ends when there was no new best for a while. Interrupted, it goes on from its
last checkpoint. `training.magenta.export` makes the bundle.
"""

import argparse
import itertools
import json
import os
import time
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1")

import jax  # the threads are counted when it is imported
import jax.numpy as jnp
import numpy as np
from jax import Array

from training.common import checkpoint
from training.magenta.examples import Examples, batches, room
from training.magenta.network import Params, Shape, initial, logits, surprise

_CHECKPOINT, _BEST, _METRICS = "checkpoint.npz", "best.npz", "metrics.json"
_VALIDATION_BATCH = 16
_DECAYS, _TINY = (0.9, 0.999), 1e-8  # of TensorFlow's Adam


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How to train; see the options of the command.

    Attributes:
        batch: Melodies in a batch; Magenta's own are of 128.
        every: Batches between two evaluations.
        patience: Evaluations without a new best after which it ends.
        seed: Draws weights, batches, and what is dropped.
    """

    batch: int = 8
    every: int = 400
    patience: int = 4
    seed: int = 20261121


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What Magenta says of a model.

    Attributes:
        shape: Sizes of the network.
        keep: Share of outputs that is not dropped.
        clip: Longest gradient of a weight array.
        rate: Learning rate.
    """

    shape: Shape
    keep: float
    clip: float
    rate: float

    @classmethod
    def read(cls, path: Path) -> "Settings":
        """Read what `training.magenta.dataset` wrote of Magenta's configuration."""
        told = json.loads(path.read_text(encoding="utf-8"))
        shape = Shape(
            inputs=told["input_size"],
            classes=told["num_classes"],
            layers=tuple(told["rnn_layer_sizes"]),
            attention=told["attn_length"],
        )
        return cls(shape=shape, keep=told["dropout_keep_prob"], clip=told["clip_norm"], rate=told["learning_rate"])


@dataclass(frozen=True, slots=True)
class Point:
    """A point of the loss curve.

    Attributes:
        step: Batches learned from.
        training: Nats per step on those since the point before, with dropout.
        validation: Nats per step on the validation melodies.
        seconds: Spent since the start, over all runs.
    """

    step: int
    training: float
    validation: float
    seconds: int


class Trainer:
    """Updates, and what is kept between them.

    Args:
        examples: To learn from.
        settings: Magenta's.
        recipe: How.
        folder: Of the checkpoint.
    """

    def __init__(self, examples: Examples, settings: Settings, recipe: Recipe, folder: Path) -> None:
        self._examples, self._settings, self._recipe, self._folder = examples, settings, recipe, folder
        self._key = jax.random.PRNGKey(recipe.seed)
        params = initial(self._key, settings.shape)
        nothing = {name: jnp.zeros_like(value) for name, value in params.items()}
        self._kept = params, nothing, nothing
        self.done = 0
        self.curve: list[Point] = []
        self._resume()

    @property
    def params(self) -> Params:
        """Weights."""
        return self._kept[0]

    def run(self, updates: int) -> float:
        """Learn from as many batches; mean of their losses."""
        recipe = self._recipe
        # Draws depend on the number of the update alone, so that an interrupted run ends as one that was not.
        rows_of = batches(self._examples.lengths, recipe.batch, recipe.seed)
        losses = []
        for rows, steps in itertools.islice(rows_of, self.done, self.done + updates):
            inputs, labels = self._examples.padded(rows, steps)
            self.done += 1
            key = jax.random.fold_in(self._key, self.done)
            batch = inputs, labels, self._examples.lengths[rows]
            self._kept, loss = update(self._settings, self._kept, *batch, key, self.done)
            losses.append(loss)
        return float(np.mean(losses))

    def save(self) -> None:
        """Keep what is needed to go on."""
        told = json.dumps({"done": self.done, "curve": [asdict(point) for point in self.curve]})
        checkpoint.write(self._folder / _CHECKPOINT, self._kept, told=told)

    def _resume(self) -> None:
        if found := checkpoint.read(self._folder / _CHECKPOINT, self._kept):
            self._kept, told = found[0], json.loads(str(found[1]["told"]))
            self.done, self.curve = told["done"], [Point(**point) for point in told["curve"]]


@partial(jax.jit, static_argnums=0)
def update(
    settings: Settings,
    kept: tuple[Params, Params, Params],
    inputs: Array,
    labels: Array,
    lengths: Array,
    key: Array,
    count: int,
) -> tuple[tuple[Params, Params, Params], Array]:
    """Learn from a batch as Magenta's graph does.

    Args:
        settings: Magenta's.
        kept: Weights, and the running means of their gradients and of these squared.
        inputs: (B, T, input size).
        labels: (B, T).
        lengths: (B,) steps of each melody.
        key: Draws what is dropped.
        count: Number of the update, from 1.

    Returns:
        What is to be kept after it, and the loss in nats per step.
    """

    def loss(params: Params) -> Array:
        shown = jnp.swapaxes(inputs, 0, 1).astype(jnp.float32)
        scores = logits(params, shown, settings.shape, settings.keep, key if settings.keep < 1 else None)
        return surprise(scores, labels.T, lengths).sum() / lengths.sum()

    params, means, squares = kept
    nats, slopes = jax.value_and_grad(loss)(params)
    # tf-slim shortens the gradient of each weight array by itself.
    slopes = jax.tree.map(lambda slope: slope * settings.clip / jnp.maximum(_length(slope), settings.clip), slopes)
    first, second = _DECAYS
    means = jax.tree.map(lambda mean, slope: first * mean + (1 - first) * slope, means, slopes)
    squares = jax.tree.map(lambda square, slope: second * square + (1 - second) * slope**2, squares, slopes)
    rate = settings.rate * jnp.sqrt(1 - second**count) / (1 - first**count)
    params = jax.tree.map(
        lambda value, mean, square: value - rate * mean / (jnp.sqrt(square) + _TINY), params, means, squares
    )
    return (params, means, squares), nats


def _length(values: Array) -> Array:
    return jnp.sqrt((values**2).sum())


def nats_per_step(params: Params, examples: Examples, shape: Shape) -> float:
    """Nats per step over all melodies, each step weighing the same."""
    order = np.argsort(-examples.lengths, kind="stable")
    total = 0.0
    for start in range(0, len(order), _VALIDATION_BATCH):
        rows = order[start : start + _VALIDATION_BATCH]
        inputs, labels = examples.padded(rows, room(int(examples.lengths[rows[0]])))
        nats = _surprise(shape, params, inputs, labels, examples.lengths[rows])
        total += float(np.asarray(nats, np.float64).sum())
    return total / int(examples.lengths.sum())


@partial(jax.jit, static_argnums=0)
def _surprise(shape: Shape, params: Params, inputs: Array, labels: Array, lengths: Array) -> Array:
    return surprise(logits(params, jnp.swapaxes(inputs, 0, 1).astype(jnp.float32), shape), labels.T, lengths)


def train(model: str, folder: Path, recipe: Recipe) -> dict[str, Any]:
    """Train, or go on training, until the validation loss has not fallen for a while.

    Args:
        model: Name of one of Magenta's configurations.
        folder: Holds what `training.magenta.dataset` wrote; gets a folder of the model's name.
        recipe: How.

    Returns:
        The metrics, which are also written beside the best weights.
    """
    settings = Settings.read(folder / f"{model}.json")
    examples, validation = (Examples.load(folder / f"{model}-{split}.npz") for split in ("train", "validation"))
    run = folder / model
    run.mkdir(exist_ok=True)
    trainer = Trainer(examples, settings, recipe, run)
    curve = trainer.curve
    while not curve or len(curve) - 1 - curve.index(_best(curve)) < recipe.patience:
        started = time.monotonic()
        training = trainer.run(recipe.every)
        loss = nats_per_step(trainer.params, validation, settings.shape)
        seconds = round(time.monotonic() - started) + (curve[-1].seconds if curve else 0)
        curve.append(Point(trainer.done, round(training, 5), round(loss, 5), seconds))
        if _best(curve) is curve[-1]:
            checkpoint.write_arrays(run / _BEST, trainer.params)
        trainer.save()
        metrics = _metrics(recipe, examples, curve)
        (run / _METRICS).write_text(json.dumps(metrics, indent=1) + "\n", encoding="utf-8")
        print(json.dumps(asdict(curve[-1])), flush=True)
    return _metrics(recipe, examples, curve)


def _best(curve: list[Point]) -> Point:
    """The point with the lowest loss, the earliest of equals."""
    return min(curve, key=lambda point: point.validation)


def _metrics(recipe: Recipe, examples: Examples, curve: list[Point]) -> dict[str, Any]:
    return {
        "recipe": asdict(recipe),
        "examples": len(examples),
        "best": asdict(_best(curve)),
        "curve": [asdict(point) for point in curve],
    }


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="attention_rnn")
    parser.add_argument("--data", type=Path, default=Path(".boumb/magenta"))
    for name, value in asdict(Recipe()).items():
        parser.add_argument(f"--{name}", type=type(value), default=value)
    options = vars(parser.parse_args())
    print(json.dumps(train(options.pop("model"), options.pop("data"), Recipe(**options))["best"]))


if __name__ == "__main__":
    main()
