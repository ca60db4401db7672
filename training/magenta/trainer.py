"""Training of a Melody RNN by Magenta's recipe.

Network, loss, initial weights, dropout, clipping, optimiser and hyperparameters are Magenta's; JAX computes them
(`training.magenta.network`), because Magenta's own loop takes seven times as long. `training.magenta.train` sets the
number of threads, which JAX reads when it is imported.
"""

import itertools
import json
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from training.common import checkpoint
from training.common.training_loop import Round, TrainingLoop, has_converged
from training.magenta.config import MelodyRnnTrainingConfig
from training.magenta.examples import Examples, batches, room
from training.magenta.network import Params, RnnShape, initial, logits, negative_log_likelihood

_CHECKPOINT, _BEST, _METRICS = "checkpoint.npz", "best.npz", "metrics.json"
# Weights, and the running means of their gradients and of these squared.
AdamState = tuple[Params, Params, Params]
_VALIDATION_BATCH = 16
_DECAYS, _TINY = (0.9, 0.999), 1e-8  # of TensorFlow's Adam


@dataclass(frozen=True, slots=True, kw_only=True)
class MelodyRnnSettings:
    """What Magenta says of a model.

    Attributes:
        shape: Sizes of the network.
        keep: Share of outputs that is not dropped.
        clip: Longest gradient of a weight array.
        rate: Learning rate.
    """

    shape: RnnShape
    keep: float
    clip: float
    rate: float

    @classmethod
    def read(cls, path: Path) -> "MelodyRnnSettings":
        """Read what `training.magenta.dataset` wrote of Magenta's configuration."""
        given = json.loads(path.read_text(encoding="utf-8"))
        shape = RnnShape(
            inputs=given["input_size"],
            classes=given["num_classes"],
            layers=tuple(given["rnn_layer_sizes"]),
            attention=given["attn_length"],
        )
        return cls(shape=shape, keep=given["dropout_keep_prob"], clip=given["clip_norm"], rate=given["learning_rate"])


@dataclass(frozen=True, slots=True)
class LossPoint:
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


class MelodyRnnTraining:
    """Updates, and what is kept between them.

    Attributes:
        loop: Its state: the weights, and the running means of their gradients and of these squared.

    Args:
        examples: To learn from.
        settings: Magenta's.
        config: Other hyperparameters.
        folder: Of the checkpoint.

    Raises:
        UnusableCheckpoint: The checkpoint is damaged or of another network.
    """

    def __init__(
        self, examples: Examples, settings: MelodyRnnSettings, config: MelodyRnnTrainingConfig, folder: Path
    ) -> None:
        self._examples, self._settings, self._config = examples, settings, config
        self._key = jax.random.PRNGKey(config.seed)
        params = initial(self._key, settings.shape)
        nothing = {name: jnp.zeros_like(value) for name, value in params.items()}
        self.loop = TrainingLoop[AdamState](folder / _CHECKPOINT, (params, nothing, nothing))
        batches_of = batches(examples.lengths, config.batch, config.seed)
        self._batches = itertools.islice(batches_of, self.loop.done, None)

    @property
    def params(self) -> Params:
        """Weights."""
        return self.loop.state[0]

    def rounds(self, total: int | None = None) -> Iterator[Round]:
        """Train, a round of `config.every` batches at a time, until so many batches have been learned from."""
        return self.loop.rounds(self._update, self._config.every, total)

    def _update(self, state: AdamState, number: int) -> tuple[AdamState, Array]:
        rows, steps = next(self._batches)
        inputs, labels = self._examples.padded(rows, steps)
        key = jax.random.fold_in(self._key, number + 1)
        batch = inputs, labels, self._examples.lengths[rows]
        state, loss = update(self._settings, state, *batch, key, number + 1)
        return state, loss


@partial(jax.jit, static_argnums=0)
def update(
    settings: MelodyRnnSettings,
    state: AdamState,
    inputs: Array,
    labels: Array,
    lengths: Array,
    key: Array,
    count: int,
) -> tuple[AdamState, Array]:
    """Learn from a batch as Magenta's graph does.

    Args:
        settings: Magenta's.
        state: Weights, and the running means of their gradients and of these squared.
        inputs: (B, T, input size).
        labels: (B, T).
        lengths: (B,) steps of each melody.
        key: Draws what is dropped.
        count: Number of the update, from 1.

    Returns:
        The state after it, and the loss in nats per step.
    """

    def loss(params: Params) -> Array:
        shown = jnp.swapaxes(inputs, 0, 1).astype(jnp.float32)
        scores = logits(params, shown, settings.shape, settings.keep, key if settings.keep < 1 else None)
        return negative_log_likelihood(scores, labels.T, lengths).sum() / lengths.sum()

    params, means, squares = state
    nats, gradients = jax.value_and_grad(loss)(params)
    # tf-slim shortens the gradient of each weight array by itself.
    gradients = jax.tree.map(
        lambda gradient: gradient * settings.clip / jnp.maximum(_norm(gradient), settings.clip), gradients
    )
    first, second = _DECAYS
    means = jax.tree.map(lambda mean, gradient: first * mean + (1 - first) * gradient, means, gradients)
    squares = jax.tree.map(lambda square, gradient: second * square + (1 - second) * gradient**2, squares, gradients)
    rate = settings.rate * jnp.sqrt(1 - second**count) / (1 - first**count)
    params = jax.tree.map(
        lambda value, mean, square: value - rate * mean / (jnp.sqrt(square) + _TINY), params, means, squares
    )
    return (params, means, squares), nats


def _norm(values: Array) -> Array:
    return jnp.sqrt((values**2).sum())


def nats_per_step(params: Params, examples: Examples, shape: RnnShape) -> float:
    """Mean negative log-likelihood of a step in nats, over all melodies.

    Args:
        params: Weights.
        examples: At least one melody.
        shape: Sizes.
    """
    order = np.argsort(-examples.lengths, kind="stable")
    total = 0.0
    for start in range(0, len(order), _VALIDATION_BATCH):
        rows = order[start : start + _VALIDATION_BATCH]
        inputs, labels = examples.padded(rows, room(int(examples.lengths[rows[0]])))
        nats = _negative_log_likelihood(shape, params, inputs, labels, examples.lengths[rows])
        total += float(np.asarray(nats, np.float64).sum())
    return total / int(examples.lengths.sum())


@partial(jax.jit, static_argnums=0)
def _negative_log_likelihood(shape: RnnShape, params: Params, inputs: Array, labels: Array, lengths: Array) -> Array:
    return negative_log_likelihood(
        logits(params, jnp.swapaxes(inputs, 0, 1).astype(jnp.float32), shape), labels.T, lengths
    )


def train(model: str, folder: Path, config: MelodyRnnTrainingConfig) -> dict[str, Any]:
    """Train, or go on training, until the validation loss has not fallen for a while.

    Args:
        model: Name of one of Magenta's configurations.
        folder: Holds what `training.magenta.dataset` wrote; gets a folder of the model's name.
        config: Hyperparameters that are not Magenta's.

    Returns:
        The metrics, which are also written beside the best weights.

    Raises:
        FileNotFoundError: There are no such examples.
        UnusableCheckpoint: The checkpoint is damaged or of another network.
    """
    settings = MelodyRnnSettings.read(folder / f"{model}.json")
    examples, validation = (Examples.load(folder / f"{model}-{split}.npz") for split in ("train", "validation"))
    run = folder / model
    training = MelodyRnnTraining(examples, settings, config, run)
    curve = [LossPoint(**entry) for entry in training.loop.history]
    rounds = training.rounds()
    while not has_converged([point.validation for point in curve], config.patience):
        finished = next(rounds)
        began = time.monotonic()
        loss = nats_per_step(training.params, validation, settings.shape)
        seconds = finished.seconds + time.monotonic() - began + (curve[-1].seconds if curve else 0)
        curve.append(LossPoint(finished.done, round(finished.mean_loss, 5), round(loss, 5), round(seconds)))
        if _best(curve) is curve[-1]:
            checkpoint.write_arrays(run / _BEST, training.params)
        training.loop.save(asdict(curve[-1]))
        metrics = _metrics(config, examples, curve)
        (run / _METRICS).write_text(json.dumps(metrics, indent=1) + "\n", encoding="utf-8")
        print(json.dumps(asdict(curve[-1])), flush=True)
    return _metrics(config, examples, curve)


def _best(curve: list[LossPoint]) -> LossPoint:
    """The point with the lowest loss, the earliest of equals."""
    return min(curve, key=lambda point: point.validation)


def _metrics(config: MelodyRnnTrainingConfig, examples: Examples, curve: list[LossPoint]) -> dict[str, Any]:
    return {
        "recipe": asdict(config),
        "examples": len(examples),
        "best": asdict(_best(curve)),
        "curve": [asdict(point) for point in curve],
    }
