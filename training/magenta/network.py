"""Magenta's recurrent networks in JAX: the same weights, the same loss, the same gradients, many times faster.

Weights are named and laid out as in a TensorFlow checkpoint of Magenta's, so that they move both ways as they are. A
layer is TensorFlow's BasicLSTMCell; the first may have attention over its last outputs (Cheng et al., "Long Short-Term
Memory-Networks for Machine Reading", EMNLP 2016, as Magenta's AttentionCellWrapper has it). Three things are done
otherwise, which changes nothing but the rounding: what attention compares an output by is computed once and not again
for as long as the output is remembered; whatever does not depend on the step before is computed for all steps at once;
and so are the gradients of the weights, from those of each step's sums.
"""

from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
from jax import Array

Params = dict[str, Array]
# What the way back needs of the way there.
_Kept = tuple[Array, ...]

FORGET_BIAS = 1.0
_OUTPUT = "fully_connected/weights", "fully_connected/biases"
_INSIDE = "attention_cell_wrapper/"


@dataclass(frozen=True, slots=True, kw_only=True)
class RnnShape:
    """Sizes of a network.

    Attributes:
        inputs: Size of an input vector.
        classes: Number of classes.
        layers: Units of each layer, from the input up.
        attention: Steps that the first layer's attention reaches back; 0 without.
    """

    inputs: int
    classes: int
    layers: tuple[int, ...]
    attention: int


def sizes(shape: RnnShape) -> dict[str, tuple[int, ...]]:
    """Names and sizes of all weights."""
    found: dict[str, tuple[int, ...]] = {}
    below = shape.inputs
    for number, units in enumerate(shape.layers):
        cell, inside = _cell(number), ""
        if shape.attention and not number:
            inside = _INSIDE
            parts: dict[str, tuple[int, ...]] = {
                "kernel": (below + units, below),
                "bias": (below,),
                "attention/attn_w": (1, 1, units, units),
                "attention/attn_v": (units,),
                "attention/kernel": (2 * units, units),
                "attention/bias": (units,),
                "attn_output_projection/kernel": (2 * units, units),
                "attn_output_projection/bias": (units,),
            }
            found |= {f"{cell}{inside}{name}": size for name, size in parts.items()}
        found[f"{cell}{inside}basic_lstm_cell/kernel"] = (below + units, 4 * units)
        found[f"{cell}{inside}basic_lstm_cell/bias"] = (4 * units,)
        below = units
    kernel, bias = _OUTPUT
    return found | {kernel: (below, shape.classes), bias: (shape.classes,)}


def initial(key: Array, shape: RnnShape) -> Params:
    """Initial weights, as Magenta's graph draws them: Glorot's uniform distribution (2010); biases are 0.

    Args:
        key: Random key.
        shape: Sizes.
    """
    params = {}
    for name, size in sizes(shape).items():
        key, part = jax.random.split(key)
        if name.endswith(("bias", "biases")):
            params[name] = jnp.zeros(size)
        else:
            limit = jnp.sqrt(6 / (size[-1] + size[-2 if len(size) > 1 else -1]))
            params[name] = jax.random.uniform(part, size, minval=-limit, maxval=limit)
    return params


def logits(params: Params, inputs: Array, shape: RnnShape, keep: float = 1.0, key: Array | None = None) -> Array:
    """Logits (T, B, classes) of the event after each step.

    Args:
        params: Weights.
        inputs: (T, B, input size), with nothing before the first step.
        shape: Sizes.
        keep: Share of the layers' outputs that is not dropped; the states keep all.
        key: Draws what is dropped.
    """
    signal = inputs
    for number in range(len(shape.layers)):
        attended = shape.attention and not number
        prefix = _cell(number) + (_INSIDE if attended else "")
        weights = {name.removeprefix(prefix): value for name, value in params.items() if name.startswith(prefix)}
        signal = _attended(weights, signal, shape.attention) if attended else _plain(weights, signal)
        if key is not None:
            kept = jax.random.bernoulli(jax.random.fold_in(key, number), keep, signal.shape)
            signal = jnp.where(kept, signal / keep, 0.0)
    kernel, bias = _OUTPUT
    return signal @ params[kernel] + params[bias]


def negative_log_likelihood(scores: Array, labels: Array, lengths: Array) -> Array:
    """Nats of each label, (T, B), 0 after the end of each melody.

    Args:
        scores: Logits, (T, B, classes).
        labels: Classes, (T, B).
        lengths: Steps of each melody, (B,).
    """
    taken = jnp.take_along_axis(jax.nn.log_softmax(scores), labels[..., None], axis=-1)[..., 0]
    return jnp.where(jnp.arange(len(labels))[:, None] < lengths, -taken, 0.0)


def _cell(number: int) -> str:
    return f"rnn/multi_rnn_cell/cell_{number}/"


def _plain(weights: Params, inputs: Array) -> Array:
    kernel = weights["basic_lstm_cell/kernel"]
    below = inputs.shape[2]
    return _lstm(inputs @ kernel[:below] + weights["basic_lstm_cell/bias"], kernel[below:])


def _attended(weights: Params, inputs: Array, length: int) -> Array:
    below = inputs.shape[2]
    merge, gates = weights["kernel"], weights["basic_lstm_cell/kernel"]
    # Between what is merged and the gates is nothing but sums: one kernel does for both.
    merged = inputs @ merge[:below] + weights["bias"]
    sums = merged @ gates[:below] + weights["basic_lstm_cell/bias"]
    recurrent = jnp.concatenate([gates[below:], merge[below:] @ gates[:below]])
    mix, bias = weights["attn_output_projection/kernel"], weights["attn_output_projection/bias"]
    key = weights["attention/attn_w"][0, 0]
    remembered = jnp.concatenate([mix, mix @ key], 1), jnp.concatenate([bias, bias @ key])
    query = weights["attention/kernel"], weights["attention/bias"]
    return _attentive_lstm(length, sums, recurrent, *query, weights["attention/attn_v"], *remembered)


def _gates(sums: Array, cell: Array) -> tuple[Array, Array]:
    """Cell and output (B, units) of an LSTM after a step, from the sums (B, 4 units) that enter its gates."""
    enter, candidate, forget, leave = jnp.split(sums, 4, -1)
    cell = cell * jax.nn.sigmoid(forget + FORGET_BIAS) + jax.nn.sigmoid(enter) * jnp.tanh(candidate)
    return cell, jnp.tanh(cell) * jax.nn.sigmoid(leave)


def _attend(query: Array, outputs: Array, keys: Array, score: Array) -> Array:
    """What is attended to (B, units) of outputs (B, L, units), by keys of the same size; in any order."""
    likeness = jnp.tanh(keys + query[:, None]) @ score
    return jnp.einsum("bl,blu->bu", jax.nn.softmax(likeness), outputs)


def _lstm_outputs(sums: Array, recurrent: Array) -> Array:
    """Outputs (T, B, units) of an LSTM, from what enters its gates from below (T, B, 4 units)."""
    return _lstm_forward(sums, recurrent)[0]


def _lstm_forward(sums: Array, recurrent: Array) -> tuple[Array, _Kept]:
    def step(state: tuple[Array, Array], below: Array) -> tuple[Any, Any]:
        cell, output = state
        whole = below + output @ recurrent
        after = _gates(whole, cell)
        return after, (whole, *after)

    start = jnp.zeros((sums.shape[1], len(recurrent)))
    _, (whole, cells, outputs) = jax.lax.scan(step, (start, start), sums)
    return outputs, (whole, cells, outputs, recurrent)


def _lstm_backward(kept: _Kept, slopes: Array) -> tuple[Array, Array]:
    whole, cells, outputs, recurrent = kept

    def step(state: tuple[Array, Array], here: tuple[Array, ...]) -> tuple[Any, Array]:
        to_cell, to_output = state
        sums, cell, slope = here
        _, pull = jax.vjp(_gates, sums, cell)
        to_sums, to_cell = pull((to_cell, to_output + slope))
        return (to_cell, to_sums @ recurrent.T), to_sums

    start = jnp.zeros_like(outputs[0])
    _, to_sums = jax.lax.scan(step, (start, start), (whole, _before(cells), slopes), reverse=True)
    return to_sums, _to_kernel(_before(outputs), to_sums)


_lstm = jax.custom_vjp(_lstm_outputs)
_lstm.defvjp(_lstm_forward, _lstm_backward)


def _attentive_outputs(
    length: int, sums: Array, recurrent: Array, query: Array, query_bias: Array, score: Array, mix: Array, bias: Array
) -> Array:
    """Outputs (T, B, units) of an LSTM with attention.

    Args:
        length: Steps that attention reaches back.
        sums: (T, B, 4 units) what enters the gates from below.
        recurrent: (2 units, 4 units) from the LSTM's output and what was attended to into the gates.
        query: (2 units, units) from cell and output into what is looked for.
        query_bias: (units,)
        score: (units,) weighs the comparison.
        mix: (2 units, 2 units) from the LSTM's output and what is attended to into the output and its key.
        bias: (2 units,)
    """
    return _attentive_forward(length, sums, recurrent, query, query_bias, score, mix, bias)[0]


def _attentive_forward(
    length: int, sums: Array, recurrent: Array, query: Array, query_bias: Array, score: Array, mix: Array, bias: Array
) -> tuple[Array, _Kept]:
    units = len(score)

    def step(state: tuple[Array, ...], here: tuple[Array, Array]) -> tuple[Any, Any]:
        cell, output, attended, outputs, keys = state
        time, below = here
        whole = below + jnp.concatenate([output, attended], 1) @ recurrent
        cell, output = _gates(whole, cell)
        wanted = jnp.concatenate([cell, output], 1) @ query + query_bias
        attended = _attend(wanted, outputs, keys, score)
        made = jnp.concatenate([output, attended], 1) @ mix + bias
        place = time % length
        outputs, keys = _put(outputs, made[:, :units], place), _put(keys, made[:, units:], place)
        return (cell, output, attended, outputs, keys), (whole, cell, output, attended, wanted, made)

    steps, rows, _ = sums.shape
    start, nothing = jnp.zeros((rows, units)), jnp.zeros((rows, length, units))
    state, kept = jax.lax.scan(step, (start, start, start, nothing, nothing), (jnp.arange(steps), sums))
    return kept[-1][..., :units], (*state[-2:], *kept, recurrent, query, score, mix)


def _attentive_backward(length: int, kept: _Kept, slopes: Array) -> tuple[Array, ...]:
    *memory, whole, cells, outputs, attended, wanted, made, recurrent, query, score, mix = kept
    units = len(score)

    def step(state: tuple[Array, ...], here: tuple[Array, ...]) -> tuple[Any, Any]:
        to_cell, to_output, to_attended, outputs, keys, to_outputs, to_keys, to_score = state
        time, sums, cell, looked_for, forgotten, slope = here
        place = time % length
        to_made = jnp.concatenate([_take(to_outputs, place) + slope, _take(to_keys, place)], 1)
        # The memory as it was before this step put its output in the place of the oldest.
        outputs, keys = _put(outputs, forgotten[:, :units], place), _put(keys, forgotten[:, units:], place)
        mixed = to_made @ mix.T
        _, pull = jax.vjp(_attend, looked_for, outputs, keys, score)
        to_wanted, more_outputs, more_keys, scored = pull(to_attended + mixed[:, units:])
        asked = to_wanted @ query.T
        _, pull = jax.vjp(_gates, sums, cell)
        to_sums, to_cell = pull((to_cell + asked[:, :units], to_output + mixed[:, :units] + asked[:, units:]))
        entered = to_sums @ recurrent.T
        # What this step put there has had its due: from here on the place is that of the oldest.
        to_outputs = _put(to_outputs + more_outputs, _take(more_outputs, place), place)
        to_keys = _put(to_keys + more_keys, _take(more_keys, place), place)
        state = to_cell, entered[:, :units], entered[:, units:], outputs, keys, to_outputs, to_keys, to_score + scored
        return state, (to_sums, to_wanted, to_made)

    start, nothing = jnp.zeros_like(slopes[0]), jnp.zeros_like(memory[0])
    steps = len(slopes)
    here = jnp.arange(steps), whole, _before(cells), wanted, _before(made, length), slopes
    state = start, start, start, *memory, nothing, nothing, jnp.zeros_like(score)
    (*_, to_score), (to_sums, to_wanted, to_made) = jax.lax.scan(step, state, here, reverse=True)
    entering = jnp.concatenate([_before(outputs), _before(attended)], 2)
    return (
        to_sums,
        _to_kernel(entering, to_sums),
        _to_kernel(jnp.concatenate([cells, outputs], 2), to_wanted),
        to_wanted.sum((0, 1)),
        to_score,
        _to_kernel(jnp.concatenate([outputs, attended], 2), to_made),
        to_made.sum((0, 1)),
    )


_attentive_lstm = jax.custom_vjp(_attentive_outputs, nondiff_argnums=(0,))
_attentive_lstm.defvjp(_attentive_forward, _attentive_backward)


def _put(memory: Array, values: Array, place: Array) -> Array:
    return jax.lax.dynamic_update_index_in_dim(memory, values, place, 1)


def _take(memory: Array, place: Array) -> Array:
    taken: Array = jax.lax.dynamic_index_in_dim(memory, place, 1, keepdims=False)
    return taken


def _before(values: Array, steps: int = 1) -> Array:
    """Values (T, ...) as they were some steps before: zeros at first."""
    return jnp.concatenate([jnp.zeros((steps, *values.shape[1:])), values])[: len(values)]


def _to_kernel(inputs: Array, slopes: Array) -> Array:
    """Gradient of a kernel, from its inputs (T, B, m) and the gradient of what it made of them (T, B, n)."""
    return jnp.einsum("tbm,tbn->mn", inputs, slopes)
