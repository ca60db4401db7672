"""Trains the model for Ollama: `python -m training.ollama.train --lines .boumb/ollama-line/lines.jsonl --out DIR`.

Shows random stretches of notated lines to a small llama with conditions told or withheld at random. The matrices of its
blocks learn with Muon (Jordan et al., 2024, as optax has it), all else with AdamW; the rate falls to nothing over the
run. Interrupted, it goes on from its last checkpoint. `training.ollama.export` makes the model that ships from it.
"""

import argparse
import json
import math
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Final

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax import Array
from optax.contrib import MuonDimensionNumbers, muon

from music.notation.vocabulary import TOKENS, TokenKind
from training.common import checkpoint
from training.ollama.corpus import read_notated
from training.ollama.evaluation import fit
from training.ollama.lines import Crops, TokenLine, token_lines
from training.ollama.network import Params, Shape, initial, logits, matrices, summed

WEIGHTS: Final = "weights.npz"
METRICS: Final = "metrics.json"
_CHECKPOINT = "checkpoint.npz"
_WARM_UP = 20
# Conditions are told, never asked for; padding is the unknown token.
_ASKED = np.array([token.kind is TokenKind.USER_DEFINED or token.text == "</s>" for token in TOKENS])


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How to train; see the options of the command.

    Attributes:
        steps: Updates.
        batch: Stretches in each.
        muon_rate: Highest learning rate of the blocks' matrices.
        adam_rate: Likewise of all else.
        weight_decay: Of both.
        melody_share: Share of stretches that come from sung pop melodies.
        check_every: Updates between checkpoints, each with the bits of some validation songs.
        seed: Draws weights and stretches.
    """

    steps: int = 500
    batch: int = 4
    muon_rate: float = 0.02
    adam_rate: float = 4e-3
    weight_decay: float = 0.02
    melody_share: float = 0.5
    check_every: int = 50
    seed: int = 1


class Trainer:
    """Updates, and what is kept between them.

    Args:
        lines: To learn from.
        recipe: How.
        shape: Sizes of the network.
        out: Folder of the checkpoint.
    """

    def __init__(self, lines: list[TokenLine], recipe: Recipe, shape: Shape, out: Path) -> None:
        self._lines, self._recipe, self._shape, self._out = lines, recipe, shape, out
        self._update, optimiser = _update_of(recipe, shape)
        params = initial(jax.random.PRNGKey(recipe.seed), shape)
        self._kept: tuple[Params, Any] = (params, optimiser.init(params))
        self.done = 0
        self._resume()

    @property
    def params(self) -> Params:
        """Weights, the tables of symbols in parts."""
        return self._kept[0]

    def run(self) -> Iterator[tuple[int, float]]:
        """Train on; number and loss (bits per token) of every update."""
        crops = Crops(self._lines, self._recipe.melody_share, self._shape.context)
        while self.done < self._recipe.steps:
            # Draws depend on the update alone, so that an interrupted run ends as one that was not.
            draws = np.random.default_rng((self._recipe.seed, self.done))
            tokens = jnp.asarray(np.stack([crops.draw(draws) for _ in range(self._recipe.batch)]))
            *kept, loss = self._update(*self._kept, tokens)
            self._kept = kept[0], kept[1]
            self.done += 1
            yield self.done, float(loss) / math.log(2)

    def save(self) -> None:
        """Keep what is needed to go on."""
        checkpoint.write(self._out / _CHECKPOINT, self._kept, done=self.done)

    def _resume(self) -> None:
        if found := checkpoint.read(self._out / _CHECKPOINT, self._kept):
            self._kept, told = found
            self.done = int(told["done"])


def _update_of(recipe: Recipe, shape: Shape) -> tuple[Any, optax.GradientTransformation]:
    axes = dict.fromkeys(matrices(shape), MuonDimensionNumbers(reduction_axis=1, output_axis=0))

    def rate(highest: float) -> optax.Schedule:
        return optax.join_schedules(
            [
                optax.linear_schedule(0, highest, _WARM_UP),
                optax.linear_schedule(highest, 0, max(recipe.steps - _WARM_UP, 1)),
            ],
            [_WARM_UP],
        )

    optimiser = optax.chain(
        optax.clip_by_global_norm(1.0),
        muon(
            rate(recipe.muon_rate),
            adam_learning_rate=rate(recipe.adam_rate),
            adam_b2=0.98,
            weight_decay=recipe.weight_decay,
            adam_weight_decay=recipe.weight_decay,
            muon_weight_dimension_numbers=lambda params: {name: axes.get(name) for name in params},
        ),
    )

    def update(params: Params, memory: optax.OptState, tokens: Array) -> tuple[Params, optax.OptState, Array]:
        loss, slopes = jax.value_and_grad(loss_of)(params, tokens, shape)
        changes, memory = optimiser.update(slopes, memory, params)
        return optax.apply_updates(params, changes), memory, loss

    return jax.jit(update), optimiser


def loss_of(params: Params, tokens: Array, shape: Shape) -> Array:
    """Nats per token of stretches (B, T), the conditions not counted."""
    scores = jax.nn.log_softmax(logits(summed(params), tokens[:, :-1], shape))
    asked = jnp.asarray(_ASKED)[tokens[:, 1:]]
    taken = jnp.take_along_axis(scores, tokens[:, 1:, None], axis=-1)[..., 0]
    return -(taken * asked).sum() / asked.sum()


def train(
    lines: list[TokenLine], validation: list[TokenLine], recipe: Recipe, shape: Shape, out: Path
) -> dict[str, Any]:
    """Train, or go on training, and return the metrics, which are also written to `out` with the weights.

    Args:
        lines: To learn from.
        validation: To take figures on.
        recipe: How.
        shape: Sizes of the network.
        out: Folder for weights, metrics and the checkpoint.
    """
    out.mkdir(parents=True, exist_ok=True)
    trainer = Trainer(lines, recipe, shape, out)
    began, running = time.monotonic(), math.nan
    for step, bits in trainer.run():
        running = bits if math.isnan(running) else 0.95 * running + 0.05 * bits
        if step % recipe.check_every == 0:
            trainer.save()
            print(json.dumps({"step": step, "bits_per_token": round(running, 3), "seconds": _since(began)}), flush=True)
    trainer.save()
    weights = summed(trainer.params)
    checkpoint.write_arrays(out / WEIGHTS, weights)
    metrics = {
        "recipe": asdict(recipe),
        "shape": asdict(shape),
        "weights": sum(array.size for array in weights.values()),
        "training_lines": len(lines),
        "training_tokens": sum(len(line.plain) for line in lines),
        "validation": asdict(fit(weights, validation, shape)),
        "seconds": _since(began),
    }
    (out / METRICS).write_text(json.dumps(metrics, indent=2) + "\n", encoding="utf-8")
    return metrics


def _since(began: float) -> int:
    return round(time.monotonic() - began)


def main() -> None:
    """Run the recipe."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=Path, required=True, help="what training.ollama.corpus wrote")
    parser.add_argument("--out", type=Path, required=True, help="folder for weights, metrics and checkpoint")
    for kind in (Recipe, Shape):
        for name, value in asdict(kind()).items():
            parser.add_argument(f"--{name.replace('_', '-')}", type=type(value), default=value)
    options = parser.parse_args()
    given = vars(options)
    recipe = Recipe(**{field.name: given[field.name] for field in fields(Recipe)})
    shape = Shape(**{field.name: given[field.name] for field in fields(Shape)})
    notated = list(read_notated(options.lines))
    lines = token_lines(line for line in notated if line.split == "train")
    sung = token_lines(line for line in notated if line.split == "validation" and line.role == "melody")
    print(json.dumps(train(lines, sung, recipe, shape, options.out)["validation"]))


if __name__ == "__main__":
    main()
