"""Training of the plain GRU, in JAX: crops of songs, Adam, and the weights of the update that validates best.

Deterministic on one machine by its seed, and resumable: what an update learns from depends on its number alone.
"""

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from numpy.typing import NDArray
from rich.console import Console

from training.baselines.config import GruTrainingConfig
from training.baselines.gru import INPUTS, STATE, GruModel, Weights, inputs_of
from training.common.layers import gru
from training.common.optimization import TrainState, averaging_update, initial_state
from training.common.training_loop import TrainingLoop, has_converged
from training.scoring.protocol import SYMBOLS, EventLine, Scorer

Params = dict[str, jax.Array]
Batch = dict[str, NDArray[Any]]
_CROP = 256  # steps
_BATCH = 32
_FROM_THE_START = 0.15  # share of crops that begin with their song
_DROPOUT = 0.2
_PEAK_RATE, _WARM_UP = 4e-3, 40
_DECAY = 0.01
_AVERAGING = 0.99  # of weights over updates
_LARGEST_GRADIENT = 1.0


@dataclass(frozen=True, slots=True)
class TrainedGru:
    """What training gives.

    Attributes:
        weights: Of the update that validated best.
        losses: Training loss in bits per step, averaged over the updates before each validation.
        validation: Bits per step at each validation.
        seconds: Time taken, without that of earlier runs.
    """

    weights: Weights
    losses: list[float]
    validation: list[float]
    seconds: float


def train(
    training: Sequence[EventLine], validation: Sequence[EventLine], config: GruTrainingConfig, file: Path
) -> TrainedGru:
    """Train, from the checkpoint on when there is one.

    Args:
        training: Lines to learn from.
        validation: Lines that decide when to stop.
        config: Hyperparameters.
        file: Of the checkpoint.

    Raises:
        UnusableCheckpoint: The checkpoint is damaged or of another network.
    """
    began = time.monotonic()
    schedule = optax.warmup_cosine_decay_schedule(
        0.0, _PEAK_RATE, _WARM_UP, max(config.updates, _WARM_UP + 1), _PEAK_RATE / 50
    )
    optimiser = optax.chain(optax.clip_by_global_norm(_LARGEST_GRADIENT), optax.adamw(schedule, weight_decay=_DECAY))
    step = averaging_update(_loss, optimiser, lambda number: jnp.minimum(_AVERAGING, (1 + number) / (10 + number)))
    params = _initial(jax.random.key(config.seed))
    loop = TrainingLoop(file, {**initial_state(params, optimiser), "best": params})
    crops = _EventCrops(training)

    def update(state: TrainState, number: int) -> tuple[TrainState, jax.Array]:
        batch = crops.draw(np.random.default_rng((config.seed, number)))
        state, loss, _ = step(state, number, batch, jax.random.fold_in(jax.random.key(config.seed), number))
        return state, loss

    console = Console(stderr=True)
    scores = [entry["validation"] for entry in loop.history]
    rounds = loop.rounds(update, config.every, config.updates)
    while not has_converged(scores, config.patience) and (finished := next(rounds, None)):
        scores.append(bits_per_step(GruModel(_as_numpy(loop.state["average"])), validation))
        if scores[-1] == min(scores):
            loop.state["best"] = loop.state["average"]
        loss = finished.mean_loss / math.log(2)
        loop.save({"loss": loss, "validation": scores[-1]})
        passed = time.monotonic() - began
        console.print(
            f"update {finished.done}: loss {loss:.4f}, validation {scores[-1]:.4f} bits per step, {passed:.0f} s"
        )
    losses = [entry["loss"] for entry in loop.history]
    return TrainedGru(_as_numpy(loop.state["best"]), losses, scores, time.monotonic() - began)


def bits_per_step(model: Scorer, lines: Sequence[EventLine]) -> float:
    """Mean negative log-likelihood of lines, in bits per sixteenth step.

    Args:
        model: To score with.
        lines: At least one.
    """
    nats = np.concatenate([model.nats(line) for line in lines])
    return float(nats.mean() / np.log(2))


class _EventCrops:
    """Draws batches of crops, longer songs more often."""

    def __init__(self, lines: Sequence[EventLine]) -> None:
        self._inputs = [inputs_of(line) for line in lines]
        self._targets = [line.symbols for line in lines]
        lengths = np.array([len(line.events) for line in lines], dtype=np.float64)
        self._chances = lengths / lengths.sum()

    def draw(self, random: np.random.Generator) -> Batch:
        inputs = np.zeros((_BATCH, _CROP, len(INPUTS)), np.int32)
        targets = np.zeros((_BATCH, _CROP), np.int32)
        counted = np.zeros((_BATCH, _CROP), np.float32)
        for row, song in enumerate(random.choice(len(self._targets), size=_BATCH, p=self._chances)):
            last = max(len(self._targets[song]) - _CROP, 0)
            start = 0 if random.random() < _FROM_THE_START else int(random.integers(0, last + 1))
            crop = self._targets[song][start : start + _CROP]
            inputs[row, : len(crop)] = self._inputs[song][start : start + _CROP]
            targets[row, : len(crop)] = crop
            counted[row, : len(crop)] = 1
        return {"inputs": inputs, "targets": targets, "counted": counted}


def _initial(key: jax.Array) -> Params:
    parts = jax.random.split(key, 3)
    scale = 1 / np.sqrt(STATE)
    return {
        "in": jax.random.normal(parts[0], (sum(INPUTS), 3 * STATE)) * scale,
        "in.bias": jnp.zeros(3 * STATE),
        "state": jax.random.normal(parts[1], (STATE, 3 * STATE)) * scale,
        "state.bias": jnp.zeros(STATE),
        "out": jax.random.normal(parts[2], (STATE, SYMBOLS)) * scale * 0.1,
        "out.bias": jnp.zeros(SYMBOLS),
    }


def _loss(params: Params, batch: Batch, key: jax.Array) -> tuple[jax.Array, None]:
    """Mean negative log-likelihood in nats per step, with dropout of the states that are read out."""
    given = jnp.concatenate(
        [jax.nn.one_hot(batch["inputs"][..., column], size) for column, size in enumerate(INPUTS)], axis=-1
    )
    projected = (given @ params["in"] + params["in.bias"]).transpose(1, 0, 2)
    states, _ = gru(projected, jnp.zeros((projected.shape[1], STATE)), params["state"], params["state.bias"])
    kept = jax.random.bernoulli(key, 1 - _DROPOUT, (1, *states.shape[1:]))
    logits = (states * kept / (1 - _DROPOUT)) @ params["out"] + params["out.bias"]
    nats = optax.softmax_cross_entropy_with_integer_labels(logits.transpose(1, 0, 2), batch["targets"])
    return (nats * batch["counted"]).sum() / batch["counted"].sum(), None


def _as_numpy(params: Params) -> Weights:
    return {name: np.asarray(values) for name, values in params.items()}
