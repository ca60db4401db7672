"""Trains a network by truncated backpropagation through time: each batch goes on where the one before it ended."""

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax import Array
from numpy.typing import NDArray

from training.common.optimization import TrainState, averaging_update, initial_state
from training.common.training_loop import TrainingLoop
from training.drum_hits.config import DrumTrainingConfig
from training.drum_hits.network import Batch, Dropout, Params
from training.drum_hits.sequences import ConcatenatedSequences, withheld

Loss = Callable[..., tuple[Array, Array]]
_CLIP = 1.0
_LAST_RATE = 0.02  # of the highest
_AVERAGED_AFTER = 10  # steps
_WITHHOLDABLE = 4  # family, kind, tempo, grid
_ROWS_AT_ONCE, _STEPS_AT_ONCE = 16, 256  # when nothing is learned


class StreamTrainer:
    """Trains one network on streams, in which sequences follow each other; resumes after the last finished epoch.

    Args:
        loss: `network.hit_loss` or `touch_loss`.
        params: Weights to begin with.
        rows: Sequences to learn from.
        config: Hyperparameters.
        file: Of the checkpoint, written after every epoch.
        grid: Where the features hold the grid of a sequence, which is withheld as its setting is.

    Raises:
        UnusableCheckpoint: The checkpoint is damaged or of another network.
    """

    def __init__(
        self,
        loss: Loss,
        params: Params,
        rows: ConcatenatedSequences,
        config: DrumTrainingConfig,
        file: Path,
        grid: slice | None = None,
    ) -> None:
        self._grid, self._rows, self._config = grid, rows, config
        self._updates = max(len(_order(rows, range(rows.sequences))) // (config.streams * config.stretch), 1)
        total = self._updates * config.epochs
        schedule = optax.warmup_cosine_decay_schedule(
            0, config.rate, min(config.warm_up, total // 2), total, config.rate * _LAST_RATE
        )
        optimiser = optax.chain(
            optax.clip_by_global_norm(_CLIP),
            optax.adamw(schedule, weight_decay=config.decay, mask=lambda tree: jax.tree.map(_is_matrix, tree)),
        )
        self._loop = TrainingLoop(file, initial_state(params, optimiser))
        self._batches = iter(list[Batch]())
        self._state = jnp.zeros((config.streams, params["gru_state"].shape[0]))

        def loss_of(weights: Params, batch: Batch, state: Array, key: Array) -> tuple[Array, Array]:
            batch = {**batch, "seen": batch["seen"].astype(jnp.float32)}
            return loss(weights, batch, state, Dropout(config.dropout, key))

        self._step = averaging_update(loss_of, optimiser, self._averaging)

    @property
    def average(self) -> Params:
        """The running average of the weights, which predicts better than the latest."""
        average: Params = self._loop.state["average"]
        return average

    def epochs(self, validate: Callable[[Params], dict[str, float]]) -> Iterator[dict[str, float]]:
        """Train; an entry after every epoch of this run: its number, its mean loss in nats, and its seconds.

        Args:
            validate: Gives what is added to the entry, from the averaged weights.
        """
        total = self._updates * (self._config.stop_after or self._config.epochs)
        for finished in self._loop.rounds(self._update, self._updates, total):
            entry = {
                "epoch": finished.done // self._updates,
                "loss": round(finished.mean_loss, 5),
                "seconds": round(finished.seconds, 1),
                **validate(self.average),
            }
            self._loop.save(entry)
            yield entry

    @property
    def history(self) -> list[dict[str, float]]:
        """The entries of all epochs, those of earlier runs included."""
        return self._loop.history

    def _averaging(self, number: Array) -> Array:
        return jnp.minimum(self._config.average, (1 + number) / (_AVERAGED_AFTER + number))

    def _update(self, state: TrainState, number: int) -> tuple[TrainState, Array]:
        epoch, place = divmod(number, self._updates)
        if place == 0:
            self._batches = self._epoch(epoch)
            self._state = jnp.zeros_like(self._state)
        key = jax.random.fold_in(jax.random.PRNGKey(self._config.seed), number)
        state, loss, self._state = self._step(state, number, next(self._batches), self._state, key)
        return state, loss

    def _epoch(self, epoch: int) -> Iterator[Batch]:
        """Stretches of streams in which the sequences follow each other in a new order."""
        config, rows = self._config, self._rows
        draws = np.random.default_rng((config.seed, epoch))
        sequences = draws.permutation(rows.sequences)
        order = np.roll(_order(rows, sequences), int(draws.integers(rows.starts[-1])))
        given = draws.random((rows.sequences, _WITHHOLDABLE)) >= config.withheld
        sequence_of_row = np.repeat(np.arange(rows.sequences), np.diff(rows.starts))
        begins = np.zeros(rows.starts[-1], dtype=np.float32)
        begins[rows.starts[:-1]] = 1
        streams = order[: len(order) // config.streams * config.streams].reshape(config.streams, -1).T
        for start in range(0, self._updates * config.stretch, config.stretch):
            here = streams[start : start + config.stretch]
            batch = {name: values[here] for name, values in rows.arrays.items()}
            batch["seen"] = withheld(batch["seen"], given[sequence_of_row[here]], self._grid)
            batch["restarts"] = begins[here]
            batch["counts"] = np.ones(here.shape, dtype=np.float32)
            yield batch


def mean_loss(loss: Loss, params: Params, sequences: Sequence[dict[str, NDArray[Any]]], weight: str = "") -> float:
    """Mean loss over whole sequences.

    Args:
        loss: `network.hit_loss` or `touch_loss`.
        params: Weights.
        sequences: Arrays of each, a row per step.
        weight: Name of the array whose units count the same; without it, steps do.
    """
    run = jax.jit(lambda batch, state: loss(params, batch, state))
    total = count = 0.0
    ordered = sorted(sequences, key=lambda arrays: len(arrays["seen"]))
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


def _padded(sequences: Sequence[dict[str, NDArray[Any]]]) -> dict[str, NDArray[Any]]:
    longest = max(len(arrays["seen"]) for arrays in sequences)
    steps = -(-longest // _STEPS_AT_ONCE) * _STEPS_AT_ONCE
    batch = {
        name: np.zeros((steps, _ROWS_AT_ONCE, *values.shape[1:]), dtype=values.dtype)
        for name, values in sequences[0].items()
    }
    batch["counts"] = np.zeros((steps, _ROWS_AT_ONCE), dtype=np.float32)
    batch["restarts"] = np.zeros_like(batch["counts"])
    for row, arrays in enumerate(sequences):
        for name, values in arrays.items():
            batch[name][: len(values), row] = values
        batch["counts"][: len(arrays["seen"]), row] = 1
    return batch


def _order(rows: ConcatenatedSequences, sequences: NDArray[np.int64] | range) -> NDArray[np.int64]:
    return np.concatenate([np.arange(rows.starts[index], rows.starts[index + 1]) for index in sequences])


def _is_matrix(values: Array) -> bool:
    return bool(values.ndim > 1)


def log(line: dict[str, Any]) -> None:
    """Print a line of JSON."""
    print(json.dumps(line), flush=True)
