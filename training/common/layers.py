"""Layers that several networks share, in JAX."""

import jax
import jax.numpy as jnp
from jax import Array


def gru(
    inputs: Array,
    start: Array,
    recurrent: Array,
    new_bias: Array,
    *,
    update_first: bool = False,
    valid: Array | None = None,
    restarts: Array | None = None,
) -> tuple[Array, Array]:
    """Run a GRU layer (Cho et al., 2014) whose reset gate acts on the recurrent sum, as in cuDNN.

    Args:
        inputs: What the inputs contribute to the reset gate, the update gate and the new state, biases included:
            (T, B, 3H).
        start: State before the first step, (B, H).
        recurrent: Recurrent weights of the gates and the new state, in the order of `inputs`: (H, 3H).
        new_bias: Bias of the new state's recurrent sum, (H,).
        update_first: The update gate comes before the reset gate, as in ONNX.
        valid: Where False, the state stays as it is: (T, B).
        restarts: 1 where the state is set to zero before the step, else 0: (T, B).

    Returns:
        States after each step, (T, B, H), and the last one, (B, H).
    """
    units = start.shape[-1]

    def advance(before: Array, now: tuple[Array, Array | None, Array | None]) -> tuple[Array, Array]:
        given, is_valid, restart = now
        if restart is not None:
            before = before * (1 - restart)[:, None]
        recalled = before @ recurrent
        gates = jax.nn.sigmoid(given[:, : 2 * units] + recalled[:, : 2 * units])
        first, second = gates[:, :units], gates[:, units:]
        update, reset = (first, second) if update_first else (second, first)
        new = jnp.tanh(given[:, 2 * units :] + reset * (recalled[:, 2 * units :] + new_bias))
        after = update * before + (1 - update) * new
        if is_valid is not None:
            after = jnp.where(is_valid[:, None], after, before)
        return after, after

    last, states = jax.lax.scan(advance, start, (inputs, valid, restarts))
    return states, last
