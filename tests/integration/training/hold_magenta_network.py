"""Holds the networks in JAX against their definition written out step by step. Runs under .venv-training; prints JSON.

Usage: python -m tests.integration.training.hold_magenta_network FOLDER
"""

import json
import shutil
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from training.magenta.config import MelodyRnnTrainingConfig
from training.magenta.examples import Examples
from training.magenta.network import Params, RnnShape, logits, negative_log_likelihood, sizes
from training.magenta.trainer import MelodyRnnSettings, MelodyRnnTraining, nats_per_step

STEPS, ROWS = 8, 4
SHAPES = {
    "attentive": RnnShape(inputs=6, classes=5, layers=(8, 7), attention=3),
    # Attention that would reach back further than melodies are long.
    "far": RnnShape(inputs=6, classes=5, layers=(8,), attention=20),
}


def main() -> None:
    told = {name: compared(shape) for name, shape in SHAPES.items()}
    print(json.dumps({"networks": told, "dropped": dropped(), "resumed": resumed(Path(sys.argv[1]))}))


def compared(shape: RnnShape) -> dict[str, float]:
    """Largest differences in logits and gradients, and the largest gradient of the array that has the smallest ones."""
    params, inputs = weights(shape), random(1, (STEPS, ROWS, shape.inputs))
    labels, lengths = jnp.arange(STEPS * ROWS).reshape(STEPS, ROWS) % shape.classes, jnp.array([STEPS, 5, 7, 1])

    def loss(network: Callable[..., Array]) -> Callable[[Params], tuple[Array, Array]]:
        def cost(params: Params) -> tuple[Array, Array]:
            scores = network(params, inputs, shape)
            return negative_log_likelihood(scores, labels, lengths).sum(), scores

        return cost

    ours, theirs = (jax.jit(jax.grad(loss(network), has_aux=True))(params) for network in (logits, spelled_out))
    (slopes, scores), (expected_slopes, expected_scores) = ours, theirs
    return {
        "logits": furthest(scores, expected_scores),
        "slopes": max(furthest(slopes[name], expected_slopes[name]) for name in params),
        "least": min(float(jnp.abs(expected_slopes[name]).max()) for name in params),
    }


def spelled_out(params: Params, inputs: Array, shape: RnnShape) -> Array:
    """BasicLSTMCell and AttentionCellWrapper as TensorFlow and Magenta define them, one step after another."""
    rows = inputs.shape[1]
    states = [[jnp.zeros((rows, units))] * 3 for units in shape.layers]
    remembered = jnp.zeros((rows, max(shape.attention, 1), shape.layers[0]))
    made = []
    for signal in inputs:
        for number, state in enumerate(states):
            cell, output, attended = state
            prefix = f"rnn/multi_rnn_cell/cell_{number}/"
            attentive = shape.attention and not number
            prefix += "attention_cell_wrapper/" if attentive else ""
            if attentive:
                signal = linear(params, prefix, signal, attended)  # noqa: PLW2901  it goes up through the layers
            sums = linear(params, f"{prefix}basic_lstm_cell/", signal, output)
            enter, candidate, forget, leave = jnp.split(sums, 4, 1)
            cell = cell * jax.nn.sigmoid(forget + 1) + jax.nn.sigmoid(enter) * jnp.tanh(candidate)
            signal = output = jnp.tanh(cell) * jax.nn.sigmoid(leave)  # noqa: PLW2901
            if attentive:
                features = remembered @ params[f"{prefix}attention/attn_w"][0, 0]
                query = linear(params, f"{prefix}attention/", cell, output)
                scores = (params[f"{prefix}attention/attn_v"] * jnp.tanh(features + query[:, None])).sum(2)
                attended = (jax.nn.softmax(scores, 1)[..., None] * remembered).sum(1)
                signal = linear(params, f"{prefix}attn_output_projection/", output, attended)  # noqa: PLW2901
                remembered = jnp.concatenate([remembered[:, 1:], signal[:, None]], 1)
            states[number] = [cell, output, attended]
        made.append(signal @ params["fully_connected/weights"] + params["fully_connected/biases"])
    return jnp.stack(made)


def linear(params: Params, prefix: str, *inputs: Array) -> Array:
    return jnp.concatenate(inputs, 1) @ params[f"{prefix}kernel"] + params[f"{prefix}bias"]


def dropped() -> dict[str, Any]:
    """What dropping does to outputs that are shown as they are: zeros, doubles, or a change of what is remembered."""
    shape = RnnShape(inputs=6, classes=8, layers=(8,), attention=3)
    params = weights(shape) | {"fully_connected/weights": jnp.eye(8), "fully_connected/biases": jnp.zeros(8)}
    inputs = random(1, (100, ROWS, 6))
    network = jax.jit(partial(logits, shape=shape, keep=0.5))
    whole, some = network(params, inputs), network(params, inputs, key=jax.random.PRNGKey(9))
    kept = some != 0
    return {"kept": float(kept.mean()), "off": furthest(some, jnp.where(kept, 2 * whole, 0))}


def resumed(folder: Path) -> dict[str, float]:
    """Largest difference between weights of a run at once and of one in two parts; what 60 updates gained."""
    settings = MelodyRnnSettings(
        shape=RnnShape(inputs=4, classes=3, layers=(12, 12), attention=5), keep=0.5, clip=3, rate=0.01
    )
    examples = alternating()
    config = MelodyRnnTrainingConfig(batch=2, every=25, seed=3)
    whole = MelodyRnnTraining(examples, settings, config, folder / "nowhere")
    before = nats_per_step(whole.params, examples, settings.shape)
    for _ in whole.rounds(60):
        pass
    for updates in (25, 60):
        part = MelodyRnnTraining(examples, settings, config, folder / "parts")
        for _ in part.rounds(updates):
            part.loop.save({})
    shutil.rmtree(folder / "parts")
    return {
        "off": max(furthest(whole.params[name], part.params[name]) for name in sizes(settings.shape)),
        "before": before,
        "after": nats_per_step(whole.params, examples, settings.shape),
    }


def alternating() -> Examples:
    """Melodies in which two events take turns: what follows is certain."""
    melodies = []
    for length in (40, 52, 61, 90):
        label = np.arange(length) % 2
        inputs = np.zeros((length, 4), np.float32)
        inputs[np.arange(length), 1 - label] = 1
        melodies.append((inputs, label.astype(np.int64)))
    return Examples.of(melodies)


def weights(shape: RnnShape) -> Params:
    return {name: random(number, size) / 2 for number, (name, size) in enumerate(sizes(shape).items())}


def random(seed: int, size: tuple[int, ...]) -> Array:
    return jax.random.normal(jax.random.PRNGKey(seed), size)


def furthest(ours: Array, theirs: Array) -> float:
    return float(jnp.abs(ours - theirs).max())


if __name__ == "__main__":
    main()
