"""The line model's training: random crops of lines, AdamW, and a running average of the weights."""

import json
import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax import Array

from training.common import checkpoint
from training.common.optimization import TrainState, averaging_update, initial_state
from training.common.training_loop import RunningMean, TrainingLoop
from training.data.line_arrays import LineArrays
from training.data.line_corpus import LineCorpus
from training.data.skipping import EmptyFolder
from training.melody_line.batches import ONLY_ROLE, Batch, conditions, stack
from training.melody_line.config import CHECKPOINT, METRICS, WEIGHTS, LineTrainingConfig
from training.melody_line.network import Params, initial, losses, size

_STEPS, _NOTES = 512, 160
_LONG_STEPS, _LONG_NOTES, _LONG_ROWS = 2048, 704, 8
# How often role, mode, style, density and register are withheld, and chords.
_WITHHELD = np.array([0.15, 0.3, 0.4, 0.6, 0.6])
_WITHHELD_CHORDS = 0.5
_FROM_START = 0.15
_AVERAGING = 0.995
_WARM_UP = 60
_LOG_DECAY = 0.98  # of the running mean of training losses


class LineCrops:
    """Random crops of lines, half of them from sung melodies.

    Args:
        lines: To draw from, each as often as it is long.
        config: Hyperparameters.
    """

    def __init__(self, lines: Sequence[LineArrays], config: LineTrainingConfig) -> None:
        self._random = np.random.default_rng(config.seed)
        self._config = config
        sung = [line for line in lines if line.role == "melody" and line.name.startswith("pop909/")]
        others = [line for line in lines if line.role != "melody" or not line.name.startswith("pop909/")]
        self._pools = [pool for pool in (sung, others) if pool]
        self._shares = [config.melody_share, 1 - config.melody_share] if len(self._pools) == 2 else [1.0]
        self._probabilities = [np.array([len(line.events) for line in pool], float) for pool in self._pools]

    def draw(self) -> Batch:
        """A batch of crops, each with conditions of its own."""
        return stack([self._crop() for _ in range(self._config.batch)], _STEPS, _NOTES)

    def skip(self, batches: int) -> None:
        """Go on as if so many batches had been drawn, so that a resumed run ends as an uninterrupted one does."""
        for _ in range(batches * self._config.batch):
            self._crop()

    def _crop(self) -> tuple[LineArrays, int, Any, bool]:
        random = self._random
        pool = int(random.choice(len(self._pools), p=self._shares))
        probabilities = self._probabilities[pool]
        line = self._pools[pool][int(random.choice(len(probabilities), p=probabilities / probabilities.sum()))]
        start = 0
        if random.random() >= _FROM_START:
            start = int(random.integers(max(len(line.events) - _STEPS // 2, 1))) // line.bar_steps * line.bar_steps
        given = conditions(line, tuple(random.random(5) >= _WITHHELD))
        return line, start, given, bool(random.random() >= _WITHHELD_CHORDS)


@dataclass(frozen=True, slots=True)
class LineValidation:
    """How well lines are predicted, conditioned on their role alone; bits are negative log-likelihoods.

    Attributes:
        bits_per_step: All bits over all steps.
        kind_bits_per_step: Bits of holds, offs and onsets over steps.
        pitch_bits_per_onset: Bits of pitches over onsets.
        steps: Steps predicted.
    """

    bits_per_step: float
    kind_bits_per_step: float
    pitch_bits_per_onset: float
    steps: int


def validate(params: Params, lines: Sequence[LineArrays]) -> LineValidation:
    """Predict whole lines.

    Args:
        params: Weights.
        lines: At least one, with a note.
    """
    kinds = pitches = 0.0
    steps = onsets = 0
    ordered = sorted(lines, key=lambda line: len(line.events))
    for begin in range(0, len(ordered), _LONG_ROWS):
        rows = ordered[begin : begin + _LONG_ROWS]
        state = jnp.zeros((2, _LONG_ROWS, params["gru1.h"].shape[0]))
        starts = [0] * len(rows)
        while any(start < len(line.events) for start, line in zip(starts, rows, strict=True)):
            crops = [
                (line, start, conditions(line, ONLY_ROLE), False) for line, start in zip(rows, starts, strict=True)
            ]
            filler = [crops[0]] * (_LONG_ROWS - len(rows))
            batch = stack([*crops, *filler], _LONG_STEPS, _LONG_NOTES)
            for name in ("step_valid", "note_valid"):
                batch[name][len(rows) :] = False
            kind_nats, pitch_nats, state = _predict_at_once(params, batch, state)
            kinds += float(kind_nats.sum())
            pitches += float(pitch_nats.sum())
            steps += int(batch["step_valid"].sum())
            onsets += int(batch["note_valid"].sum())
            passed = batch["step_valid"].sum(axis=1)
            starts = [start + int(passed[row]) for row, start in enumerate(starts)]
    bit = math.log(2)
    return LineValidation(
        bits_per_step=round((kinds + pitches) / steps / bit, 4),
        kind_bits_per_step=round(kinds / steps / bit, 4),
        pitch_bits_per_onset=round(pitches / onsets / bit, 4),
        steps=steps,
    )


def _predict(params: Params, batch: Batch, state: Array) -> tuple[Array, Array, Array]:
    return losses(params, batch, state, None, 0.0)


_predict_at_once = jax.jit(_predict)


def train(corpus: LineCorpus, config: LineTrainingConfig, out: Path) -> dict[str, Any]:
    """Train, or go on training.

    Args:
        corpus: Lines to learn from, and to validate on.
        config: Hyperparameters.
        out: Folder for weights, metrics and the checkpoint; made where it is missing.

    Returns:
        The metrics, which are also written to `out`.

    Raises:
        EmptyFolder: There is nothing to learn from, or nothing to validate on.
        UnusableCheckpoint: The checkpoint in `out` is damaged or of another network.
    """
    if not corpus.train or not corpus.validation:
        raise EmptyFolder(f"too few lines to train on: {json.dumps(corpus.counts)}")
    schedule = optax.warmup_cosine_decay_schedule(
        0.0, config.learning_rate, min(_WARM_UP, config.steps // 4), config.steps, config.learning_rate / 50
    )
    optimiser = optax.chain(
        optax.clip_by_global_norm(1.0), optax.adamw(schedule, b2=0.99, weight_decay=config.weight_decay)
    )
    params = initial(jax.random.PRNGKey(config.seed), config.state, config.step_hidden, config.pitch_hidden)

    def loss(weights: Params, batch: Batch, key: Array) -> tuple[Array, None]:
        begin = jnp.zeros((2, config.batch, config.state))
        kinds, pitches, _ = losses(weights, batch, begin, key, config.dropout)
        return (kinds.sum() + pitches.sum()) / batch["step_valid"].sum(), None

    step = averaging_update(loss, optimiser, lambda _: _AVERAGING)
    crops, key = LineCrops(corpus.train, config), jax.random.PRNGKey(config.seed + 1)
    loop = TrainingLoop(out / CHECKPOINT, initial_state(params, optimiser))
    crops.skip(loop.done)
    running = RunningMean(_LOG_DECAY)
    with ThreadPoolExecutor(1) as pool:
        # The next batch is made while an update runs.
        upcoming = [pool.submit(crops.draw)]

        def update(state: TrainState, number: int) -> tuple[TrainState, Array]:
            batch = upcoming.pop().result()
            upcoming.append(pool.submit(crops.draw))
            state, value, _ = step(state, number, batch, jax.random.fold_in(key, number + 1))
            return state, value

        seconds = 0.0
        for finished in loop.rounds(update, config.check_every, config.steps):
            seconds += finished.seconds
            bits = running.add([value / math.log(2) for value in finished.losses])
            found = validate(loop.state["average"], corpus.validation)
            if all(found.bits_per_step <= entry["bits_per_step"] for entry in loop.history):
                checkpoint.write_arrays(out / WEIGHTS, loop.state["average"])
            loop.save({"step": finished.done, "train_bits_per_step": round(bits, 4), **asdict(found)})
            print(json.dumps(loop.history[-1] | {"seconds": round(seconds)}), flush=True)
    metrics = {
        "recipe": asdict(config),
        "weights": size(params),
        "sources": corpus.counts,
        "training_lines": len(corpus.train),
        "validation_lines": len(corpus.validation),
        "history": loop.history,
    }
    (out / METRICS).write_text(json.dumps(metrics, indent=2) + "\n", encoding="utf-8")
    return metrics
