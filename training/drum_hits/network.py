"""The models of the drums specialist as networks, in JAX: a dense layer, a GRU, a dense layer, and a head each.

Hits, velocities and offsets are those of Gillick et al., "Learning to Groove with Inverse Sequence Transformations",
ICML 2019.

The hit model gives a score to each of the 512 hit sets: one of its own, the sum of those of its pieces, and a bonus for
sets that may come again (`HitMemory.copies`). The touch model gives quantiles of velocity and offset for each class.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import jax
import jax.numpy as jnp
from jax import Array

from services.drums.kit.kit import CLASSES
from services.drums.neural.hit_history import CLASSES_OF_SET, COPIES, HIT_FEATURES, SETS
from services.drums.neural.touch_history import LOUDEST, OFFSET_UNIT, TOUCH_FEATURES
from services.drums.performance.deviation_model import PROBABILITIES
from training.common.layers import gru
from training.drum_hits.config import LayerSizes

Params = dict[str, Array]
Batch = Mapping[str, Array]

_SMALL = 0.1  # scale of what begins near zero
_RARE = -1.0  # a piece is struck on about one step in four, at first
_MEDIAN, _MEDIAN_WEIGHT = 0.5, 4.0
_QUANTITIES = 2  # velocity and offset


def body(key: Array, features: int, sizes: LayerSizes) -> Params:
    """Random weights of all layers below the head.

    Args:
        key: Random key.
        features: Size of the input.
        sizes: Units of the layers.
    """
    keys = jax.random.split(key, 4)

    def dense(index: int, rows: int, columns: int) -> Array:
        return jax.random.normal(keys[index], (rows, columns)) / jnp.sqrt(rows)

    return {
        "entry": dense(0, features, sizes.entry),
        "entry_bias": jnp.zeros(sizes.entry),
        "gru_in": dense(1, sizes.entry, 3 * sizes.state),
        "gru_state": dense(2, sizes.state, 3 * sizes.state),
        "gru_in_bias": jnp.zeros(3 * sizes.state),
        "gru_new_bias": jnp.zeros(sizes.state),
        "exit": dense(3, sizes.state + sizes.entry, sizes.exit),
        "exit_bias": jnp.zeros(sizes.exit),
    }


def hit_network(key: Array, sizes: LayerSizes) -> Params:
    """Random weights of the hit model.

    Args:
        key: Random key.
        sizes: Units of the layers.
    """
    keys = jax.random.split(key, 4)

    def head(index: int, columns: int) -> Array:
        return _SMALL * jax.random.normal(keys[index], (sizes.exit, columns)) / jnp.sqrt(sizes.exit)

    return {
        **body(keys[0], HIT_FEATURES, sizes),
        "sets": head(1, SETS),
        "sets_bias": jnp.zeros(SETS),
        "pieces": head(2, CLASSES),
        "pieces_bias": jnp.full(CLASSES, _RARE),
        "copies": head(3, COPIES),
        "copies_bias": jnp.ones(COPIES),
    }


def touch_network(key: Array, sizes: LayerSizes) -> Params:
    """Random weights of the touch model.

    Args:
        key: Random key.
        sizes: Units of the layers.
    """
    keys = jax.random.split(key, 3)
    outputs = _QUANTITIES * CLASSES * len(PROBABILITIES)
    return {
        **body(keys[0], TOUCH_FEATURES, sizes),
        "quantiles": _SMALL * jax.random.normal(keys[1], (sizes.exit, outputs)) / jnp.sqrt(sizes.exit),
        "quantiles_bias": jnp.zeros(outputs),
        "direct": _SMALL * jax.random.normal(keys[2], (TOUCH_FEATURES, outputs)) / jnp.sqrt(TOUCH_FEATURES),
    }


@dataclass(frozen=True, slots=True)
class Dropout:
    """Which units are left out.

    Attributes:
        share: Of the units, 0-1.
        key: Draws them.
    """

    share: float
    key: Array

    def apply(self, values: Array, layer: int) -> Array:
        """Values with some at zero and the others larger in return.

        Args:
            values: Any shape.
            layer: Number of the layer; each draws its own units.
        """
        kept = jax.random.bernoulli(jax.random.fold_in(self.key, layer), 1 - self.share, values.shape)
        return jnp.where(kept, values / (1 - self.share), 0)


def run_body(
    params: Params, seen: Array, restarts: Array, state: Array, dropout: Dropout | None = None
) -> tuple[Array, Array]:
    """Run all layers below the head.

    Args:
        params: Weights.
        seen: Features: (steps, rows, features).
        restarts: 1 where another piece begins: (steps, rows).
        state: What is remembered: (rows, state).
        dropout: For training.

    Returns:
        Units for the head, (steps, rows, exit), and the state after the last step.
    """

    def drop(values: Array, layer: int) -> Array:
        return dropout.apply(values, layer) if dropout else values

    entered = drop(jax.nn.relu(seen @ params["entry"] + params["entry_bias"]), 0)
    projected = entered @ params["gru_in"] + params["gru_in_bias"]
    states, state = gru(
        projected, state, params["gru_state"], params["gru_new_bias"], update_first=True, restarts=restarts
    )
    together = jnp.concatenate([drop(states, 1), entered], axis=-1)
    return drop(jax.nn.relu(together @ params["exit"] + params["exit_bias"]), 2), state


def hit_scores(params: Params, units: Array, copies: Array) -> Array:
    """Log odds of all hit sets, up to a constant: (steps, rows, SETS).

    Args:
        params: Weights.
        units: What the body gives.
        copies: Sets that may come again: (steps, rows, COPIES).
    """
    own = units @ params["sets"] + params["sets_bias"]
    pieces = (units @ params["pieces"] + params["pieces_bias"]) @ CLASSES_OF_SET.T
    bonus = units @ params["copies"] + params["copies_bias"]
    return own + pieces + jnp.einsum("...k,...ks->...s", bonus, jax.nn.one_hot(copies, SETS))


def touch_quantiles(params: Params, units: Array, seen: Array) -> Array:
    """Quantiles of velocity and offset, in the units of `targets`: (steps, rows, 2, CLASSES, probabilities).

    Args:
        params: Weights.
        units: What the body gives: (steps, rows, exit).
        seen: Features: (steps, rows, features).
    """
    flat = units @ params["quantiles"] + params["quantiles_bias"] + seen @ params["direct"]
    return flat.reshape(*flat.shape[:-1], _QUANTITIES, CLASSES, len(PROBABILITIES))


def hit_loss(params: Params, batch: Batch, state: Array, dropout: Dropout | None = None) -> tuple[Array, Array]:
    """Mean negative log-likelihood of a step's hit set in nats, and the state after the last step.

    Args:
        params: Weights.
        batch: Arrays `seen`, `copies`, `sets`, `restarts` and `counts`, (steps, rows, ...) each.
        state: State before the first step: (rows, state).
        dropout: For training.
    """
    units, state = run_body(params, batch["seen"], batch["restarts"], state, dropout)
    scores = jax.nn.log_softmax(hit_scores(params, units, batch["copies"]))
    costs = -jnp.take_along_axis(scores, batch["sets"][..., None], axis=-1)[..., 0]
    return (costs * batch["counts"]).sum() / jnp.maximum(batch["counts"].sum(), 1), state


def touch_loss(params: Params, batch: Batch, state: Array, dropout: Dropout | None = None) -> tuple[Array, Array]:
    """Mean pinball loss of a stroke, the median counting most, and the state after the last step.

    The batch: `seen`, `struck`, `velocities`, `offsets`, `restarts`, `counts`.

    Quantile regression: Koenker and Bassett, 1978.

    Args:
        params: Weights.
        batch: Arrays `seen`, `struck`, `velocities`, `offsets`, `restarts` and `counts`, (steps, rows, ...) each.
        state: State before the first step: (rows, state).
        dropout: For training.
    """
    units, state = run_body(params, batch["seen"], batch["restarts"], state, dropout)
    quantiles = touch_quantiles(params, units, batch["seen"])
    targets = jnp.stack([batch["velocities"] / LOUDEST, batch["offsets"] / OFFSET_UNIT], axis=-2)[..., None]
    probabilities = jnp.array(PROBABILITIES)
    weights = jnp.where(probabilities == _MEDIAN, _MEDIAN_WEIGHT, 1.0)
    above = targets - quantiles
    losses = (jnp.maximum(probabilities * above, (probabilities - 1) * above) * weights / weights.sum()).sum(axis=-1)
    struck = batch["struck"][..., None, :] * batch["counts"][..., None, None]
    return (losses * struck).sum() / jnp.maximum(struck.sum(), 1), state
