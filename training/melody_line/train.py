"""Trains the line model: `python -m training.melody_line.train --out .boumb/line-model`.

Reads every corpus that is there (`training.data.line_corpus`), shows random crops of lines to the network with
conditions given or withheld at random, and keeps the running average of the weights that predicts the validation songs
best. Interrupted, it goes on from its last checkpoint.
`training.melody_line.export` makes the model that ships from it.
"""

import argparse
import json
import math
import sys
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax import Array

from training.common import checkpoint
from training.data.line_arrays import Line
from training.data.line_corpus import LineCorpus, read_any_folder, read_lines
from training.data.midi_folder import EmptyFolder
from training.melody_line.batches import ONLY_ROLE, Batch, conditions, stack
from training.melody_line.network import Params, initial, losses, size

WEIGHTS, CHECKPOINT, METRICS = "weights.npz", "checkpoint.npz", "metrics.json"
_STEPS, _NOTES = 512, 160
_LONG_STEPS, _LONG_NOTES, _LONG_ROWS = 2048, 704, 8
# How often role, mode, style, density and register are withheld, and chords.
_WITHHELD = np.array([0.15, 0.3, 0.4, 0.6, 0.6])
_WITHHELD_CHORDS = 0.5
_FROM_START = 0.15
_AVERAGING = 0.995
_WARM_UP = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How to train; see the options of the command."""

    steps: int = 2400
    batch: int = 32
    state: int = 256
    step_hidden: int = 160
    pitch_hidden: int = 192
    learning_rate: float = 2e-3
    weight_decay: float = 0.05
    dropout: float = 0.3
    melody_share: float = 0.5
    check_every: int = 150
    seed: int = 1


class Crops:
    """Random crops of lines, half of them from sung melodies.

    Args:
        lines: To draw from, each as often as it is long.
        recipe: How.
    """

    def __init__(self, lines: Sequence[Line], recipe: Recipe) -> None:
        self._random = np.random.default_rng(recipe.seed)
        self._recipe = recipe
        sung = [line for line in lines if line.role == "melody" and line.name.startswith("pop909/")]
        others = [line for line in lines if line.role != "melody" or not line.name.startswith("pop909/")]
        self._pools = [pool for pool in (sung, others) if pool]
        self._shares = [recipe.melody_share, 1 - recipe.melody_share] if len(self._pools) == 2 else [1.0]
        self._chances = [np.array([len(line.events) for line in pool], float) for pool in self._pools]

    def draw(self) -> Batch:
        """A batch."""
        return stack([self._crop() for _ in range(self._recipe.batch)], _STEPS, _NOTES)

    def _crop(self) -> tuple[Line, int, Any, bool]:
        random = self._random
        pool = int(random.choice(len(self._pools), p=self._shares))
        chances = self._chances[pool]
        line = self._pools[pool][int(random.choice(len(chances), p=chances / chances.sum()))]
        start = 0
        if random.random() >= _FROM_START:
            start = int(random.integers(max(len(line.events) - _STEPS // 2, 1))) // line.bar_steps * line.bar_steps
        told = conditions(line, tuple(random.random(5) >= _WITHHELD))
        return line, start, told, bool(random.random() >= _WITHHELD_CHORDS)


@dataclass(frozen=True, slots=True)
class Fit:
    """How well lines are predicted, in bits, nothing but the role being told.

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


def fit(params: Params, lines: Sequence[Line]) -> Fit:
    """Predict whole lines."""
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
    return Fit(
        bits_per_step=round((kinds + pitches) / steps / bit, 4),
        kind_bits_per_step=round(kinds / steps / bit, 4),
        pitch_bits_per_onset=round(pitches / onsets / bit, 4),
        steps=steps,
    )


def _predict(params: Params, batch: Batch, state: Array) -> tuple[Array, Array, Array]:
    return losses(params, batch, state, None, 0.0)


_predict_at_once = jax.jit(_predict)


def train(corpus: LineCorpus, recipe: Recipe, out: Path) -> dict[str, Any]:
    """Train, or go on training, and return the metrics, which are also written to `out` with the weights.

    Args:
        corpus: Lines.
        recipe: How.
        out: Folder for weights, metrics and the checkpoint.
    """
    out.mkdir(parents=True, exist_ok=True)
    schedule = optax.warmup_cosine_decay_schedule(
        0.0, recipe.learning_rate, min(_WARM_UP, recipe.steps // 4), recipe.steps, recipe.learning_rate / 50
    )
    optimiser = optax.chain(
        optax.clip_by_global_norm(1.0), optax.adamw(schedule, b2=0.99, weight_decay=recipe.weight_decay)
    )
    params = initial(jax.random.PRNGKey(recipe.seed), recipe.state, recipe.step_hidden, recipe.pitch_hidden)
    state = {"params": params, "average": params, "optimiser": optimiser.init(params)}
    history: list[dict[str, Any]] = []
    done, state, history = _resume(out, state, history)

    def loss(weights: Params, batch: Batch, key: Array) -> Array:
        begin = jnp.zeros((2, recipe.batch, recipe.state))
        kinds, pitches, _ = losses(weights, batch, begin, key, recipe.dropout)
        return (kinds.sum() + pitches.sum()) / batch["step_valid"].sum()

    def advance(state: dict[str, Any], batch: Batch, key: Array) -> tuple[dict[str, Any], Array]:
        value, gradient = jax.value_and_grad(loss)(state["params"], batch, key)
        updates, optimiser_state = optimiser.update(gradient, state["optimiser"], state["params"])
        weights = optax.apply_updates(state["params"], updates)
        average = jax.tree.map(lambda old, new: _AVERAGING * old + (1 - _AVERAGING) * new, state["average"], weights)
        return {"params": weights, "average": average, "optimiser": optimiser_state}, value

    at_once = jax.jit(advance)
    crops = Crops(corpus.train, recipe)
    key = jax.random.PRNGKey(recipe.seed + 1)
    running, began = math.nan, time.monotonic()
    with ThreadPoolExecutor(1) as pool:
        coming: Future[Batch] = pool.submit(crops.draw)
        for step in range(done + 1, recipe.steps + 1):
            batch, coming = coming.result(), pool.submit(crops.draw)
            state, value = at_once(state, batch, jax.random.fold_in(key, step))
            bits = float(value) / math.log(2)
            running = bits if math.isnan(running) else 0.98 * running + 0.02 * bits
            if step % recipe.check_every == 0 or step == recipe.steps:
                found = fit(state["average"], corpus.validation)
                history.append({"step": step, "train_bits_per_step": round(running, 4), **asdict(found)})
                print(json.dumps(history[-1] | {"seconds": round(time.monotonic() - began)}), flush=True)
                if found.bits_per_step <= min(entry["bits_per_step"] for entry in history):
                    checkpoint.write_arrays(out / WEIGHTS, state["average"])
                _keep(out, step, state, history)
    metrics = {
        "recipe": asdict(recipe),
        "weights": size(params),
        "sources": corpus.counts,
        "training_lines": len(corpus.train),
        "validation_lines": len(corpus.validation),
        "history": history,
    }
    (out / METRICS).write_text(json.dumps(metrics, indent=2) + "\n", encoding="utf-8")
    return metrics


def _keep(out: Path, step: int, state: dict[str, Any], history: list[dict[str, Any]]) -> None:
    checkpoint.write(out / CHECKPOINT, state, told=json.dumps({"step": step, "history": history}))


def _resume(
    out: Path, state: dict[str, Any], history: list[dict[str, Any]]
) -> tuple[int, dict[str, Any], list[dict[str, Any]]]:
    found = checkpoint.read(out / CHECKPOINT, state)
    if found is None:
        return 0, state, history
    told = json.loads(str(found[1]["told"]))
    return told["step"], found[0], told["history"]


def main() -> None:
    """Run the recipe."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, default=Path(".boumb/corpus"), help="folder of the data sets")
    parser.add_argument("--data", type=Path, help="folder of MIDI or MusicXML files to learn from instead")
    parser.add_argument("--out", type=Path, required=True, help="folder for weights, metrics and checkpoint")
    for name, value in asdict(Recipe()).items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=type(value), default=value)
    options = vars(parser.parse_args())
    folder, data, out = options.pop("corpus"), options.pop("data"), options.pop("out")
    try:
        train(read_any_folder(data) if data else read_lines(folder), Recipe(**options), out)
    except EmptyFolder as reason:
        sys.exit(f"boumb: {reason}")


if __name__ == "__main__":
    main()
