"""Training of the plain GRU, in JAX: crops of songs, Adam, and the weights of the update that validates best.

It is scored on whole songs and on segments without what came before (`training.scoring.segments`), so it learns from
both: some crops know the song before them through the look-backs, the others are pieces of their own.

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

from music.meter import steps_per_bar
from training.baselines.config import GruTrainingConfig
from training.baselines.gru import INPUTS, STATE, GruModel, Weights, inputs_of
from training.common.layers import gru
from training.common.optimization import TrainState, averaging_update, initial_state
from training.common.training_loop import TrainingLoop, has_converged
from training.scoring.protocol import SYMBOLS, EventLine, Scorer
from training.scoring.segments import cut_out, segments_of

Params = dict[str, jax.Array]
Batch = dict[str, NDArray[Any]]
_CROP = 256  # steps
_BATCH = 32
_FROM_THE_START = 0.15  # share of crops that begin with their song
_OTHERS = 0.3  # share of crops from the lines that are not like those that validate
_DROPOUT = 0.2
_WARM_UP = 40
_DECAY = 0.01
_AVERAGING = 0.99  # of weights over updates
_LARGEST_GRADIENT = 1.0


@dataclass(frozen=True, slots=True)
class TrainedGru:
    """What training gives.

    Attributes:
        weights: Of the update that validated best.
        losses: Training loss in bits per step, averaged over the updates before each validation.
        validation: Bits per step at each validation: mean of whole songs and segments.
        songs: Of these, on whole songs.
        segments: Of these, on segments.
        seconds: Time taken, without that of earlier runs.
    """

    weights: Weights
    losses: list[float]
    validation: list[float]
    songs: list[float]
    segments: list[float]
    seconds: float


def train(
    training: Sequence[EventLine],
    others: Sequence[EventLine],
    validation: Sequence[EventLine],
    config: GruTrainingConfig,
    file: Path,
    start: Weights | None = None,
) -> TrainedGru:
    """Train, from the checkpoint on when there is one.

    Args:
        training: Lines to learn from.
        others: Lines of other kinds, to learn from as well; may be none.
        validation: Lines that decide when to stop.
        config: Hyperparameters.
        file: Of the checkpoint.
        start: Weights to go on from; drawn by the seed where there are none.

    Raises:
        UnusableCheckpoint: The checkpoint is damaged or of another network.
    """
    began = time.monotonic()
    schedule = optax.warmup_cosine_decay_schedule(
        0.0, config.rate, _WARM_UP, max(config.updates, _WARM_UP + 1), config.rate / 50
    )
    optimiser = optax.chain(optax.clip_by_global_norm(_LARGEST_GRADIENT), optax.adamw(schedule, weight_decay=_DECAY))
    step = averaging_update(_loss, optimiser, lambda number: jnp.minimum(_AVERAGING, (1 + number) / (10 + number)))
    params = {name: jnp.asarray(values, jnp.float32) for name, values in start.items()} if start else None
    params = params or _initial(jax.random.key(config.seed))
    loop = TrainingLoop(file, {**initial_state(params, optimiser), "best": params})
    crops = _EventCrops(training, others)
    segments = segments_of(validation)

    def update(state: TrainState, number: int) -> tuple[TrainState, jax.Array]:
        batch = crops.draw(np.random.default_rng((config.seed, number)), config.segments)
        state, loss, _ = step(state, number, batch, jax.random.fold_in(jax.random.key(config.seed), number))
        return state, loss

    console = Console(stderr=True)
    scores = [entry["validation"] for entry in loop.history]
    rounds = loop.rounds(update, config.every, config.updates)
    while not has_converged(scores, config.patience) and (finished := next(rounds, None)):
        model = GruModel(_as_numpy(loop.state["average"]))
        whole, alone = bits_per_step(model, validation), bits_per_step(model, segments)
        scores.append((whole + alone) / 2)
        if scores[-1] == min(scores):
            loop.state["best"] = loop.state["average"]
        loss = finished.mean_loss / math.log(2)
        loop.save({"loss": loss, "validation": scores[-1], "songs": whole, "segments": alone})
        passed = time.monotonic() - began
        console.print(
            f"update {finished.done}: loss {loss:.4f}, validation {whole:.4f} bits per step, segments {alone:.4f}, "
            f"{passed:.0f} s"
        )
    losses, songs, pieces = ([entry[name] for entry in loop.history] for name in ("loss", "songs", "segments"))
    return TrainedGru(_as_numpy(loop.state["best"]), losses, scores, songs, pieces, time.monotonic() - began)


def bits_per_step(model: Scorer, lines: Sequence[EventLine]) -> float:
    """Mean negative log-likelihood of lines, in bits per sixteenth step.

    Args:
        model: To score with.
        lines: At least one.
    """
    nats = np.concatenate([model.nats(line) for line in lines])
    return float(nats.mean() / np.log(2))


class _EventCrops:
    """Draws batches of crops, longer songs more often.

    Args:
        lines: Most crops are of these.
        others: A share of them is of these, if there are any.
    """

    def __init__(self, lines: Sequence[EventLine], others: Sequence[EventLine]) -> None:
        self._lines = [*lines, *others]
        self._inputs = [inputs_of(line) for line in self._lines]
        lengths = np.array([len(line.events) for line in self._lines], dtype=np.float64)
        share = _OTHERS if others else 0.0
        for part, chance in ((slice(len(lines)), 1 - share), (slice(len(lines), None), share)):
            lengths[part] *= chance / max(lengths[part].sum(), 1)
        self._chances = lengths

    def draw(self, random: np.random.Generator, segments: float) -> Batch:
        """A batch.

        Args:
            random: Draws it.
            segments: Share of crops that begin on a bar line and know nothing of what came before, 0 to 1.
        """
        inputs = np.zeros((_BATCH, _CROP, len(INPUTS)), np.int32)
        targets = np.zeros((_BATCH, _CROP), np.int32)
        counted = np.zeros((_BATCH, _CROP), np.float32)
        for row, song in enumerate(random.choice(len(self._lines), size=_BATCH, p=self._chances)):
            line, known = self._lines[song], self._inputs[song]
            last = max(len(line.events) - _CROP, 0)
            start = 0 if random.random() < _FROM_THE_START else int(random.integers(0, last + 1))
            if random.random() < segments:
                bar = steps_per_bar(line.meter)
                line = cut_out(line, start // bar * bar, _CROP)
                known, start = inputs_of(line), 0
            crop = line.symbols[start : start + _CROP]
            inputs[row, : len(crop)] = known[start : start + _CROP]
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
