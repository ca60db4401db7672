"""Training of the plain GRU, in JAX: crops of songs, Adam, and the weights of the update that validates best.

Deterministic on one machine by its seed, and resumable: what an update learns from depends on its number alone.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from numpy.typing import NDArray
from rich.console import Console

from training.baselines.gru import INPUTS, STATE, Gru, Weights, inputs_of
from training.common import checkpoint
from training.common.layers import gru
from training.scoring.protocol import SYMBOLS, EventLine, Scorer

Params = dict[str, jax.Array]
Batch = dict[str, NDArray[Any]]
# Weights, their running average, the best one, and what the optimiser remembers.
_State = dict[str, Any]
_Update = Callable[[_State, Batch, jax.Array, float], tuple[_State, jax.Array]]
_CROP = 256  # steps
_BATCH = 32
_FROM_THE_START = 0.15  # share of crops that begin with their song
_DROPOUT = 0.2
_PEAK_RATE, _WARM_UP = 4e-3, 40
_DECAY = 0.01
_AVERAGING = 0.99  # of weights over updates
_LOUDEST_GRADIENT = 1.0


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to train.

    Attributes:
        updates: Gradient steps in all.
        every: Updates between two validations, each of which leaves a checkpoint.
        seed: Of weights, crops and dropout.
        patience: Validations in a row without a better one that end training early.
    """

    updates: int = 1000
    every: int = 50
    seed: int = 1
    patience: int = 3


@dataclass(frozen=True, slots=True)
class Trained:
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


def train(training: Sequence[EventLine], validation: Sequence[EventLine], recipe: Recipe, kept_in: Path) -> Trained:
    """Train, from the checkpoint on when there is one.

    Args:
        training: Lines to learn from.
        validation: Lines that say when to stop.
        recipe: How.
        kept_in: File for the checkpoint.
    """
    began = time.monotonic()
    schedule = optax.warmup_cosine_decay_schedule(
        0.0, _PEAK_RATE, _WARM_UP, max(recipe.updates, _WARM_UP + 1), _PEAK_RATE / 50
    )
    optimiser = optax.chain(optax.clip_by_global_norm(_LOUDEST_GRADIENT), optax.adamw(schedule, weight_decay=_DECAY))
    update = jax.jit(_updater(optimiser))
    params = _initial(jax.random.key(recipe.seed))
    state = {"params": params, "average": params, "optimiser": optimiser.init(params), "best": params}
    done, losses, scores = 0, list[float](), list[float]()
    if found := checkpoint.read(kept_in, state):
        state, told = found
        done, losses, scores = int(told["done"]), told["losses"].tolist(), told["scores"].tolist()
    crops = _Crops(training)
    console = Console(stderr=True)
    recent: list[float] = []
    for number in range(done, recipe.updates):
        batch = crops.draw(np.random.default_rng((recipe.seed, number)))
        key = jax.random.fold_in(jax.random.key(recipe.seed), number)
        state, loss = update(state, batch, key, min(_AVERAGING, (1 + number) / (10 + number)))
        recent.append(float(loss) / np.log(2))
        if (number + 1) % recipe.every and number + 1 < recipe.updates:
            continue
        losses.append(float(np.mean(recent)))
        scores.append(bits_per_step(Gru(_as_numpy(state["average"])), validation))
        recent = []
        if scores[-1] == min(scores):
            state["best"] = state["average"]
        checkpoint.write(kept_in, state, done=number + 1, losses=losses, scores=scores)
        passed = time.monotonic() - began
        console.print(
            f"update {number + 1}: loss {losses[-1]:.4f}, validation {scores[-1]:.4f} bits per step, {passed:.0f} s"
        )
        if len(scores) - int(np.argmin(scores)) > recipe.patience:
            break
    return Trained(_as_numpy(state["best"]), losses, scores, time.monotonic() - began)


def bits_per_step(model: Scorer, lines: Sequence[EventLine]) -> float:
    """Mean surprise of lines in bits per sixteenth step."""
    nats = np.concatenate([model.nats(line) for line in lines])
    return float(nats.mean() / np.log(2))


class _Crops:
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


def _updater(optimiser: optax.GradientTransformation) -> _Update:
    """One gradient step: the state after it, and the loss before."""

    def update(state: _State, batch: Batch, key: jax.Array, averaging: float) -> tuple[_State, jax.Array]:
        loss, slope = jax.value_and_grad(_loss)(state["params"], batch, key)
        change, inner = optimiser.update(slope, state["optimiser"], state["params"])
        params = optax.apply_updates(state["params"], change)
        average = jax.tree.map(lambda old, new: averaging * old + (1 - averaging) * new, state["average"], params)
        return {**state, "params": params, "average": average, "optimiser": inner}, loss

    return update


def _loss(params: Params, batch: Batch, key: jax.Array) -> jax.Array:
    """Mean surprise in nats per step, with dropout of the states that are read out."""
    told = jnp.concatenate(
        [jax.nn.one_hot(batch["inputs"][..., column], size) for column, size in enumerate(INPUTS)], axis=-1
    )
    projected = (told @ params["in"] + params["in.bias"]).transpose(1, 0, 2)
    states, _ = gru(projected, jnp.zeros((projected.shape[1], STATE)), params["state"], params["state.bias"])
    kept = jax.random.bernoulli(key, 1 - _DROPOUT, (1, *states.shape[1:]))
    logits = (states * kept / (1 - _DROPOUT)) @ params["out"] + params["out.bias"]
    surprise = optax.softmax_cross_entropy_with_integer_labels(logits.transpose(1, 0, 2), batch["targets"])
    return (surprise * batch["counted"]).sum() / batch["counted"].sum()


def _as_numpy(params: Params) -> Weights:
    return {name: np.asarray(values) for name, values in params.items()}
