"""Gradient steps that keep a running average of the weights, which validates better than the latest weights do."""

from collections.abc import Callable
from typing import Any

import jax
import optax
from jax import Array
from jax.typing import ArrayLike

# Weights ("params"), what the optimiser remembers ("optimiser"), and the average ("average"); others are left alone.
TrainState = dict[str, Any]
# Loss in nats, and anything else that the caller wants, given the weights and arguments of the caller's choice.
Loss = Callable[..., tuple[Array, Any]]


def initial_state(params: dict[str, Array], optimiser: optax.GradientTransformation) -> TrainState:
    """State before the first update.

    Args:
        params: Weights to begin with.
        optimiser: That of `averaging_update`.
    """
    return {"params": params, "average": params, "optimiser": optimiser.init(params)}


def averaging_update(
    loss: Loss, optimiser: optax.GradientTransformation, averaging: Callable[[Array], ArrayLike]
) -> Callable[..., tuple[TrainState, Array, Any]]:
    """A compiled gradient step (Polyak and Juditsky, 1992, with an exponential average).

    Args:
        loss: Loss of the weights, given the further arguments of the step.
        optimiser: Makes changes of gradients.
        averaging: Share of the average that the update leaves as it is, 0-1, given its number.

    Returns:
        A function of a state, the number of the update, and the further arguments of `loss`; it gives the state after
        the update, and what `loss` gave.
    """

    def update(state: TrainState, number: Array, *given: Any) -> tuple[TrainState, Array, Any]:  # noqa: ANN401
        (value, extra), gradient = jax.value_and_grad(loss, has_aux=True)(state["params"], *given)
        changes, memory = optimiser.update(gradient, state["optimiser"], state["params"])
        params = optax.apply_updates(state["params"], changes)
        share = averaging(number)
        average = jax.tree.map(lambda old, new: share * old + (1 - share) * new, state["average"], params)
        return {**state, "params": params, "average": average, "optimiser": memory}, value, extra

    compiled: Callable[..., tuple[TrainState, Array, Any]] = jax.jit(update)
    return compiled
