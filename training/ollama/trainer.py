"""Training of the model for Ollama: random crops of notated lines, with conditions given or withheld at random.

The matrices of the blocks are trained with Muon (Jordan et al., 2024, as optax has it), all other weights with AdamW;
the learning rate falls linearly to zero.
"""

import json
import math
from dataclasses import asdict
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax import Array
from optax.contrib import MuonDimensionNumbers, muon

from music.notation.vocabulary import TOKENS, TokenKind
from training.common import checkpoint
from training.common.training_loop import RunningMean, TrainingLoop
from training.ollama.config import CHECKPOINT, METRICS, WEIGHTS, LlamaShape, LlamaTrainingConfig
from training.ollama.lines import Crops, TokenLine
from training.ollama.network import Params, initial, logits, matrices, summed
from training.ollama.validation import validate

_State = dict[str, Any]  # weights ("params") and what the optimiser remembers ("optimiser")
_WARM_UP = 20
_LOG_DECAY = 0.95  # of the running mean of training losses
# Conditions are given, never predicted; padding is the unknown token.
_PREDICTED = np.array([token.kind is TokenKind.USER_DEFINED or token.text == "</s>" for token in TOKENS])


def _update_of(config: LlamaTrainingConfig, shape: LlamaShape) -> tuple[Any, optax.GradientTransformation]:
    axes = dict.fromkeys(matrices(shape), MuonDimensionNumbers(reduction_axis=1, output_axis=0))

    def rate(highest: float) -> optax.Schedule:
        return optax.join_schedules(
            [
                optax.linear_schedule(0, highest, _WARM_UP),
                optax.linear_schedule(highest, 0, max(config.steps - _WARM_UP, 1)),
            ],
            [_WARM_UP],
        )

    optimiser = optax.chain(
        optax.clip_by_global_norm(1.0),
        muon(
            rate(config.muon_rate),
            adam_learning_rate=rate(config.adam_rate),
            adam_b2=0.98,
            weight_decay=config.weight_decay,
            adam_weight_decay=config.weight_decay,
            muon_weight_dimension_numbers=lambda params: {name: axes.get(name) for name in params},
        ),
    )

    def update(state: _State, tokens: Array) -> tuple[_State, Array]:
        loss, gradient = jax.value_and_grad(loss_of)(state["params"], tokens, shape)
        changes, memory = optimiser.update(gradient, state["optimiser"], state["params"])
        return {"params": optax.apply_updates(state["params"], changes), "optimiser": memory}, loss

    return jax.jit(update), optimiser


def loss_of(params: Params, tokens: Array, shape: LlamaShape) -> Array:
    """Mean negative log-likelihood of a token, in nats; conditions are not counted.

    Args:
        params: Weights, the token embeddings in parts.
        tokens: Crops, (B, T).
        shape: Sizes of the network.
    """
    scores = jax.nn.log_softmax(logits(summed(params), tokens[:, :-1], shape))
    predicted = jnp.asarray(_PREDICTED)[tokens[:, 1:]]
    taken = jnp.take_along_axis(scores, tokens[:, 1:, None], axis=-1)[..., 0]
    return -(taken * predicted).sum() / predicted.sum()


def train(
    lines: list[TokenLine], validation: list[TokenLine], config: LlamaTrainingConfig, shape: LlamaShape, out: Path
) -> dict[str, Any]:
    """Train, or go on training.

    Args:
        lines: To learn from.
        validation: To validate on.
        config: Hyperparameters.
        shape: Sizes of the network.
        out: Folder for weights, metrics and the checkpoint; made where it is missing.

    Returns:
        The metrics, which are also written to `out`.

    Raises:
        UnusableCheckpoint: The checkpoint in `out` is damaged or of another network.
    """
    step, optimiser = _update_of(config, shape)
    params = initial(jax.random.PRNGKey(config.seed), shape)
    crops = Crops(lines, config.melody_share, shape.context)

    def update(state: _State, number: int) -> tuple[_State, Array]:
        draws = np.random.default_rng((config.seed, number))
        tokens = jnp.asarray(np.stack([crops.draw(draws) for _ in range(config.batch)]))
        state, loss = step(state, tokens)
        return state, loss

    loop = TrainingLoop(out / CHECKPOINT, {"params": params, "optimiser": optimiser.init(params)})
    running, seconds = RunningMean(_LOG_DECAY), sum(entry["seconds"] for entry in loop.history)
    for finished in loop.rounds(update, config.check_every, config.steps):
        seconds += finished.seconds
        bits = running.add([loss / math.log(2) for loss in finished.losses])
        loop.save({"step": finished.done, "bits_per_token": round(bits, 3), "seconds": round(finished.seconds)})
        print(json.dumps(loop.history[-1]), flush=True)
    weights = summed(loop.state["params"])
    checkpoint.write_arrays(out / WEIGHTS, weights)
    metrics = {
        "recipe": asdict(config),
        "shape": asdict(shape),
        "weights": sum(array.size for array in weights.values()),
        "training_lines": len(lines),
        "training_tokens": sum(len(line.plain) for line in lines),
        "validation": asdict(validate(weights, validation, shape)),
        "seconds": round(seconds),
    }
    (out / METRICS).write_text(json.dumps(metrics, indent=2) + "\n", encoding="utf-8")
    return metrics
