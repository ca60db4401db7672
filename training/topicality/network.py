"""A hidden layer of hyperbolic tangents under a logistic output, fitted by Adam (Kingma and Ba, 2015)."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from numpy.typing import NDArray

_UNITS, _STEPS, _RATE, _DECAY = 24, 1500, 0.01, 3e-4
_SEED = 1
Matrix = NDArray[np.float64]


class Network(NamedTuple):
    """Weights over standardised features.

    Attributes:
        hidden: Features by units.
        hidden_bias: Of each unit.
        output: Of each unit.
        bias: What every text starts with.
    """

    hidden: jax.Array
    hidden_bias: jax.Array
    output: jax.Array
    bias: jax.Array


def scores(network: Network, x: jax.Array | Matrix) -> jax.Array:
    """How much speaks for each text.

    Args:
        network: The network.
        x: Standardised features, a row for each text.
    """
    return jnp.tanh(x @ network.hidden + network.hidden_bias) @ network.output + network.bias


def fitted(x: Matrix, y: Matrix, weight: Matrix) -> Network:
    """The network for some texts: all at once, with weights that are kept small.

    Args:
        x: Standardised features, a row for each text.
        y: 1 for music, else 0.
        weight: Of each text.
    """
    first, second = jax.random.split(jax.random.key(_SEED))
    network = Network(
        jax.random.normal(first, (x.shape[1], _UNITS)) / np.sqrt(x.shape[1]),
        jnp.zeros(_UNITS),
        jax.random.normal(second, (_UNITS,)) / np.sqrt(_UNITS),
        jnp.zeros(()),
    )
    data, label, share = jnp.array(x), jnp.array(y), jnp.array(weight / weight.sum())
    adam = optax.adam(optax.cosine_decay_schedule(_RATE, _STEPS))

    def loss(network: Network) -> jax.Array:
        wrong = optax.sigmoid_binary_cross_entropy(scores(network, data), label)
        size = jnp.sum(network.hidden**2) + jnp.sum(network.output**2)
        return jnp.sum(share * wrong) + _DECAY * size

    def step(network: Network, state: optax.OptState) -> tuple[Network, optax.OptState]:
        updates, state = adam.update(jax.grad(loss)(network), state)
        return optax.apply_updates(network, updates), state

    state, quick = adam.init(network), jax.jit(step)
    for _ in range(_STEPS):
        network, state = quick(network, state)
    return network
