"""Trains a network on takes: many short stretches of long streams, each going on where the one before it ended."""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax import Array
from numpy.typing import NDArray

from training.common import checkpoint
from training.drum_hits.network import Batch, Dropout, Params
from training.drum_hits.sequences import Rows, withheld

Loss = Callable[..., tuple[Array, Array]]
_CLIP = 1.0
_LAST_RATE = 0.02  # of the highest
_AVERAGED_AFTER = 10  # steps
_WITHHOLDABLE = 4  # family, kind, tempo, grid
_ROWS_AT_ONCE, _STEPS_AT_ONCE = 16, 256  # when nothing is learned


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How to train.

    Attributes:
        epochs: Times that every take would be seen while the learning rate falls to its lowest.
        stop_after: Epochs after which training ends all the same, because the validation split gains no more.
        streams: Streams side by side.
        stretch: Steps of a stretch.
        rate: Highest learning rate.
        warm_up: Updates until it is reached.
        decay: Weight decay of matrices.
        dropout: Share of units left out.
        withheld: Chance that family, kind, tempo or grid of a take is not told, each by itself.
        average: Share of the running average of weights that an update leaves as it is.
        seed: Draws everything.
    """

    epochs: int
    stop_after: int | None = None
    streams: int = 32
    stretch: int = 32
    rate: float = 4e-3
    warm_up: int = 200
    decay: float = 0.05
    dropout: float = 0.2
    withheld: float = 0.3
    average: float = 0.998
    seed: int = 1


class Trainer:
    """Trains one network; can be stopped after any epoch and goes on from its checkpoint.

    Args:
        loss: `network.hit_loss` or `touch_loss`.
        params: Weights to begin with.
        rows: What to learn from.
        recipe: How.
        kept_in: File to go on from, written after every epoch.
        grid: Where the features tell the grid of a take, which is withheld as its setting is.
    """

    def __init__(
        self, loss: Loss, params: Params, rows: Rows, recipe: Recipe, kept_in: Path, grid: slice | None = None
    ) -> None:
        self._grid = grid
        self._rows = rows
        self._recipe = recipe
        self._checkpoint = kept_in
        self._updates = max(len(_order(rows, range(rows.takes))) // (recipe.streams * recipe.stretch), 1)
        total = self._updates * recipe.epochs
        schedule = optax.warmup_cosine_decay_schedule(
            0, recipe.rate, min(recipe.warm_up, total // 2), total, recipe.rate * _LAST_RATE
        )
        optimiser = optax.chain(
            optax.clip_by_global_norm(_CLIP),
            optax.adamw(schedule, weight_decay=recipe.decay, mask=lambda tree: jax.tree.map(_is_matrix, tree)),
        )
        self._kept: dict[str, Any] = {"params": params, "average": params, "optimiser": optimiser.init(params)}
        self._done = 0
        self._update = _update_of(loss, optimiser, recipe)

    @property
    def average(self) -> Params:
        """The running average of the weights, which predicts better than the latest."""
        average: Params = self._kept["average"]
        return average

    def epochs(self) -> Iterator[dict[str, float]]:
        """Train; after every epoch, its number, its mean loss and the seconds it took."""
        self._resume()
        while self._done < (self._recipe.stop_after or self._recipe.epochs):
            started = time.perf_counter()
            losses = [self._one(batch, number) for number, batch in enumerate(self._batches())]
            self._done += 1
            self._save()
            yield {
                "epoch": self._done,
                "loss": round(float(np.mean([float(loss) for loss, _ in losses])), 5),
                "seconds": round(time.perf_counter() - started, 1),
            }

    def _one(self, batch: Batch, number: int) -> tuple[Array, Array]:
        if number == 0:
            units = self._kept["params"]["gru_state"].shape[0]
            self._state = jnp.zeros((self._recipe.streams, units))
        count = self._done * self._updates + number
        key = jax.random.fold_in(jax.random.PRNGKey(self._recipe.seed), count)
        self._kept, self._state, loss = self._update(self._kept, batch, self._state, key, count)
        return loss, self._state

    def _batches(self) -> Iterator[Batch]:
        """Stretches of streams in which the takes follow each other in a new order."""
        recipe, rows = self._recipe, self._rows
        draws = np.random.default_rng((recipe.seed, self._done))
        takes = draws.permutation(rows.takes)
        order = np.roll(_order(rows, takes), int(draws.integers(rows.starts[-1])))
        told = draws.random((rows.takes, _WITHHOLDABLE)) >= recipe.withheld
        take_of_row = np.repeat(np.arange(rows.takes), np.diff(rows.starts))
        begins = np.zeros(rows.starts[-1], dtype=np.float32)
        begins[rows.starts[:-1]] = 1
        streams = order[: len(order) // recipe.streams * recipe.streams].reshape(recipe.streams, -1).T
        for start in range(0, self._updates * recipe.stretch, recipe.stretch):
            here = streams[start : start + recipe.stretch]
            batch = {name: values[here] for name, values in rows.arrays.items()}
            batch["seen"] = withheld(batch["seen"], told[take_of_row[here]], self._grid)
            batch["restarts"] = begins[here]
            batch["counts"] = np.ones(here.shape, dtype=np.float32)
            yield batch

    def _save(self) -> None:
        checkpoint.write(self._checkpoint, self._kept, done=self._done)

    def _resume(self) -> None:
        if found := checkpoint.read(self._checkpoint, self._kept):
            self._kept, told = found
            self._done = int(told["done"])


def mean_loss(loss: Loss, params: Params, takes: Sequence[dict[str, NDArray[Any]]], weight: str = "") -> float:
    """Loss over whole takes, each step counted once, or each unit of the array `weight` where one is named."""
    run = jax.jit(lambda batch, state: loss(params, batch, state))
    total = count = 0.0
    ordered = sorted(takes, key=lambda take: len(take["seen"]))
    for first in range(0, len(ordered), _ROWS_AT_ONCE):
        together = _padded(ordered[first : first + _ROWS_AT_ONCE])
        state = jnp.zeros((_ROWS_AT_ONCE, params["gru_state"].shape[0]))
        for start in range(0, len(together["seen"]), _STEPS_AT_ONCE):
            batch = {name: values[start : start + _STEPS_AT_ONCE] for name, values in together.items()}
            counted = float((batch[weight] if weight else batch["counts"]).sum())
            cost, state = run(batch, state)
            total += float(cost) * counted
            count += counted
    return total / max(count, 1)


def _padded(takes: Sequence[dict[str, NDArray[Any]]]) -> dict[str, NDArray[Any]]:
    longest = max(len(take["seen"]) for take in takes)
    steps = -(-longest // _STEPS_AT_ONCE) * _STEPS_AT_ONCE
    batch = {
        name: np.zeros((steps, _ROWS_AT_ONCE, *values.shape[1:]), dtype=values.dtype)
        for name, values in takes[0].items()
    }
    batch["counts"] = np.zeros((steps, _ROWS_AT_ONCE), dtype=np.float32)
    batch["restarts"] = np.zeros_like(batch["counts"])
    for row, take in enumerate(takes):
        for name, values in take.items():
            batch[name][: len(values), row] = values
        batch["counts"][: len(take["seen"]), row] = 1
    return batch


def _order(rows: Rows, takes: Sequence[int] | NDArray[np.int64] | range) -> NDArray[np.int64]:
    return np.concatenate([np.arange(rows.starts[take], rows.starts[take + 1]) for take in takes])


def _is_matrix(values: Array) -> bool:
    return bool(values.ndim > 1)


def _update_of(loss: Loss, optimiser: optax.GradientTransformation, recipe: Recipe) -> Callable[..., Any]:
    def update(
        kept: dict[str, Any], batch: Batch, state: Array, key: Array, count: int
    ) -> tuple[dict[str, Any], Array, Array]:
        batch = {**batch, "seen": batch["seen"].astype(jnp.float32)}
        gradient_of = jax.value_and_grad(loss, has_aux=True)
        (cost, state), slopes = gradient_of(kept["params"], batch, state, Dropout(recipe.dropout, key))
        changes, memory = optimiser.update(slopes, kept["optimiser"], kept["params"])
        params = optax.apply_updates(kept["params"], changes)
        share = jnp.minimum(recipe.average, (1 + count) / (_AVERAGED_AFTER + count))
        average = jax.tree.map(lambda old, new: share * old + (1 - share) * new, kept["average"], params)
        return {"params": params, "average": average, "optimiser": memory}, state, cost

    compiled: Callable[..., Any] = jax.jit(update)
    return compiled


def log(line: dict[str, Any]) -> None:
    """Tell how training goes, a line of JSON at a time."""
    print(json.dumps(line), flush=True)
