"""The recurrent network and the sampling of its events, for a whole batch and many steps in one call of TensorFlow.

The arithmetic is that of Magenta's graph, but for one saving: the attention key of each output is computed once
instead of at every later step.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from services.magenta.batch_inputs import FIRST_PITCH, HOLD, OFF, SAMPLE, Row, State
from services.magenta.network_encoding import EncoderState, Encoding, Tensor
from services.magenta.weights import Attention, Block, Linear, LstmLayer, Weights

_COLDEST = 1e-3  # lower temperatures count as 0: argmax
_HIGHEST_DRAW = 1 - 2.0**-20  # so that rounding never selects a class beyond the last possible one


class Network:
    """A Melody RNN.

    Args:
        weights: Its weights.
        encoding: Encoding of its inputs and classes; sizes must match the weights.
        attention_length: Steps that attention reaches back.
    """

    def __init__(self, weights: Weights, encoding: Encoding, attention_length: int) -> None:
        self.encoding = encoding
        self._weights = weights
        self._attention_length = attention_length
        names = list(encoding.start())
        self._names = names
        specs = [tf.TensorSpec([None, *part.shape[1:]], part.dtype) for part in self.start()]
        rows = tf.TensorSpec([None, None], tf.int32)
        self._advance = tf.function(
            self._sampled,
            input_signature=[
                specs,
                rows,
                tf.TensorSpec([None, None], tf.float32),
                tf.TensorSpec([None, None, encoding.events], tf.bool),
                tf.TensorSpec([None], tf.float32),
            ],
            autograph=False,
        )
        self._trace = tf.function(self._traced, input_signature=[specs, rows], autograph=False)

    def start(self) -> State:
        """State before the first event."""
        parts: list[NDArray[Any]] = [*self.encoding.start().values(), np.zeros((1, self.encoding.classes), np.float32)]
        for block in self._weights.blocks:
            for layer in block.layers:
                parts += [np.zeros((1, layer.units), np.float32)] * 2
            if block.attention:
                parts += [np.zeros((1, block.units), np.float32)]
                parts += [np.zeros((1, self._attention_length, block.units), np.float32)] * 2
        return tuple(parts)

    def advance(self, rows: Sequence[Row]) -> list[tuple[NDArray[np.int32], State]]:
        """Compute the next steps of several melodies at once.

        Args:
            rows: Inputs of each melody; all have the same number of steps T.

        Returns:
            For each row, the events (T,) and the state after them.
        """
        state = [np.concatenate(parts) for parts in zip(*(row.state for row in rows), strict=True)]
        events, after = self._advance(
            state,
            np.stack([row.forced for row in rows]),
            np.stack([row.draws for row in rows]),
            np.stack([row.allowed for row in rows]),
            np.array([row.temperature for row in rows], np.float32),
        )
        arrays = [part.numpy() for part in after]
        # Copies: a view would keep the state of the whole batch alive.
        return [
            (found, tuple(part[index : index + 1].copy() for part in arrays))
            for index, found in enumerate(events.numpy())
        ]

    def trace(self, events: NDArray[np.int32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Run given events without sampling, to compare the network with another.

        Args:
            events: Events of a melody: (T,).

        Returns:
            Input vectors (T, input size) and logits after each event (T, classes).
        """
        inputs, logits = self._trace(list(self.start()), events[None])
        return inputs.numpy()[:, 0], logits.numpy()[:, 0]

    def _sampled(
        self, state: list[Tensor], forced: Tensor, draws: Tensor, allowed: Tensor, temperature: Tensor
    ) -> tuple[Tensor, list[Tensor]]:
        steps = tf.shape(forced)[1]
        found = tf.TensorArray(tf.int32, steps)

        def body(step: Tensor, found: Tensor, *state: Tensor) -> tuple[Tensor, ...]:
            drawn = self._draw(state, draws[:, step], allowed[:, step], temperature)
            event = tf.where(forced[:, step] == SAMPLE, drawn, forced[:, step])
            after, _ = self._step(state, event)
            return step + 1, found.write(step, event), *after

        _, found, *after = tf.while_loop(lambda step, *_: step < steps, body, (0, found, *state))
        return tf.transpose(found.stack()), after

    def _traced(self, state: list[Tensor], events: Tensor) -> tuple[Tensor, Tensor]:
        steps = tf.shape(events)[1]

        def body(step: Tensor, shown: Tensor, logits: Tensor, *state: Tensor) -> tuple[Tensor, ...]:
            after, inputs = self._step(state, events[:, step])
            return step + 1, shown.write(step, inputs), logits.write(step, after[len(self._names)]), *after

        arrays = (tf.TensorArray(tf.float32, steps), tf.TensorArray(tf.float32, steps))
        _, shown, logits, *_ = tf.while_loop(lambda step, *_: step < steps, body, (0, *arrays, *state))
        return shown.stack(), logits.stack()

    def _encoder_state(self, state: Sequence[Tensor]) -> EncoderState:
        return dict(zip(self._names, state, strict=False))

    def _draw(self, state: Sequence[Tensor], draw: Tensor, allowed: Tensor, temperature: Tensor) -> Tensor:
        """Sample an event from the masked softmax by inverse transform: (batch,)."""
        encoder_state, logits = self._encoder_state(state), state[len(self._names)]
        sounding = encoder_state["sounding"]
        # HOLD prolongs the sounding pitch, so it is allowed only where that pitch is.
        may_hold = tf.gather(allowed, tf.maximum(sounding + FIRST_PITCH, HOLD), batch_dims=1) | (sounding < 0)
        may_end = allowed[:, OFF] | (sounding >= 0)
        specials = tf.stack([allowed[:, HOLD] & may_hold, may_end], 1)
        possible = tf.concat([specials, allowed[:, FIRST_PITCH:]], 1)
        events = self.encoding.class_events(encoder_state)
        scaled = logits / tf.maximum(temperature, _COLDEST)[:, None]
        masked = tf.where(tf.gather(possible, events, batch_dims=1), scaled, -np.inf)
        reached = tf.cumsum(tf.nn.softmax(masked), 1)
        threshold = tf.minimum(draw, _HIGHEST_DRAW)[:, None] * reached[:, -1:]
        drawn = tf.reduce_sum(tf.cast(reached <= threshold, tf.int32), 1)
        chosen = tf.where(temperature < _COLDEST, tf.argmax(masked, 1, tf.int32), drawn)
        return tf.gather(events, chosen, batch_dims=1)

    def _step(self, state: Sequence[Tensor], event: Tensor) -> tuple[list[Tensor], Tensor]:
        """State after an event, and its input vector."""
        encoder_state, inputs = self.encoding.push(self._encoder_state(state), event)
        rest = list(state[len(self._names) + 1 :])
        after: list[Tensor] = []
        signal = inputs
        for block in self._weights.blocks:
            size = _state_parts(block)
            signal, changed = _through(block, signal, rest[:size])
            after += changed
            rest = rest[size:]
        return [*(encoder_state[name] for name in self._names), _apply(self._weights.output, signal), *after], inputs


def _apply(linear: Linear, *inputs: Tensor) -> Tensor:
    return tf.matmul(tf.concat(inputs, 1) if len(inputs) > 1 else inputs[0], linear.kernel) + linear.bias


def _state_parts(block: Block) -> int:
    """Number of tensors in a block's state: cell and output of each layer; context, last outputs and their keys."""
    return 2 * len(block.layers) + (3 if block.attention else 0)


def _through(block: Block, inputs: Tensor, state: Sequence[Tensor]) -> tuple[Tensor, list[Tensor]]:
    """A block's output and state after one input."""
    if block.projection:
        inputs = _apply(block.projection, inputs)
    output, after = (
        _attended(block, block.attention, inputs, state) if block.attention else _stacked(block, inputs, state)
    )
    return (output + inputs if block.residual else output), after


def _stacked(block: Block, inputs: Tensor, state: Sequence[Tensor]) -> tuple[Tensor, list[Tensor]]:
    after: list[Tensor] = []
    for number, layer in enumerate(block.layers):
        inputs, changed = _lstm(layer, inputs, state[2 * number : 2 * number + 2])
        after += changed
    return inputs, after


def _lstm(layer: LstmLayer, inputs: Tensor, state: Sequence[Tensor]) -> tuple[Tensor, list[Tensor]]:
    cell, hidden = state
    gate, candidate, forget, output = tf.split(_apply(layer.gates, inputs, hidden), 4, 1)
    cell = cell * tf.sigmoid(forget + layer.forget_bias) + tf.sigmoid(gate) * tf.tanh(candidate)
    hidden = tf.tanh(cell) * tf.sigmoid(output)
    return hidden, [cell, hidden]


def _attended(
    block: Block, attention: Attention, inputs: Tensor, state: Sequence[Tensor]
) -> tuple[Tensor, list[Tensor]]:
    *inner, attended, outputs, keys = state
    hidden, after = _stacked(block, _apply(attention.merge, inputs, attended), inner)
    wanted = _apply(attention.query, *after)
    scores = tf.reduce_sum(attention.score * tf.tanh(keys + wanted[:, None]), 2)
    attended = tf.squeeze(tf.matmul(tf.nn.softmax(scores)[:, None], outputs), 1)
    output = _apply(attention.output, hidden, attended)
    key = tf.matmul(output, attention.key)
    outputs = tf.concat([outputs[:, 1:], output[:, None]], 1)
    keys = tf.concat([keys[:, 1:], key[:, None]], 1)
    return output, [*after, attended, outputs, keys]
