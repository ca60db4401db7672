"""A plain recurrent model with half a million weights, run with numpy; `gru_training` makes them.

One GRU layer (Cho et al., 2014) is given the last event, its place in the bar, and what the line did one, two and four
bars ago, much as in Magenta's lookback_rnn (Waite, 2016).
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from music.meter import step_weights, steps_per_bar
from training.scoring.protocol import SYMBOLS, EventLine, FloatArray, IntArray, Prediction, nats_of, prediction_of

STATE = 256
LOOK_BACKS = (1, 2, 4)  # bars
BEFORE_START = SYMBOLS
POSITIONS = 24  # sixteenths of the longest bar that is given step by step
WEIGHTS_OF_STEP = 5
# Sizes of the inputs, in the order of `inputs_of`.
INPUTS = (*(SYMBOLS + 1 for _ in (0, *LOOK_BACKS)), POSITIONS, WEIGHTS_OF_STEP)

Floats = NDArray[np.float32]
Weights = Mapping[str, Floats]


def inputs_of(line: EventLine) -> IntArray:
    """What the model is given before each step, (T, len(INPUTS)), each number below its size in INPUTS."""
    bar = steps_per_bar(line.meter)
    weights = step_weights(line.meter)
    length = len(line.events)
    columns = [_back(line.symbols, 1), *(_back(line.symbols, bars * bar) for bars in LOOK_BACKS)]
    places = np.arange(length) % bar
    columns += [np.minimum(places, POSITIONS - 1), np.array(weights)[places]]
    return np.stack(columns, axis=1)


def _back(symbols: IntArray, steps: int) -> IntArray:
    """What happened so many steps before each step."""
    return np.concatenate([np.full(steps, BEFORE_START), symbols])[: len(symbols)]


class GruModel:
    """The model.

    Args:
        weights: By name: `in` (sum(INPUTS), 3 * STATE), `in.bias` (3 * STATE), `state` (STATE, 3 * STATE),
            `state.bias` (STATE), `out` (STATE, SYMBOLS), `out.bias` (SYMBOLS). Gates in the order reset, update, new.
    """

    name = "gru"

    def __init__(self, weights: Weights) -> None:
        self._weights = {name: np.asarray(values, dtype=np.float32) for name, values in weights.items()}
        self._first_rows = np.cumsum([0, *INPUTS[:-1]])

    @property
    def weights(self) -> Weights:
        """The weights, by name."""
        return self._weights

    def predict(self, line: EventLine) -> Prediction:
        """Log-probabilities of what could happen at each step of a line, given the steps before it."""
        inputs = self._project(inputs_of(line))
        state = self.start()
        states = np.empty((len(inputs), len(state)), np.float32)
        for step, given in enumerate(inputs):
            state = self._advance(given, state)
            states[step] = state
        return prediction_of(self._log_probabilities(states), line)

    def nats(self, line: EventLine) -> FloatArray:
        """(T,) negative log-likelihood of each event, in nats."""
        return nats_of(self.predict(line), line)

    def start(self) -> Floats:
        """State before the first step, (STATE,)."""
        return np.zeros(self._weights["state"].shape[0], np.float32)

    def step(self, given: IntArray, state: Floats) -> tuple[Floats, FloatArray]:
        """Run the model for one step.

        Args:
            given: A row of `inputs_of`, (len(INPUTS),).
            state: State before the step, (STATE,).

        Returns:
            State at the step, (STATE,), and log-probabilities of every symbol, (SYMBOLS,).
        """
        state = self._advance(self._project(given), state)
        return state, self._log_probabilities(state)

    def _project(self, inputs: IntArray) -> Floats:
        projected: Floats = self._weights["in"][inputs + self._first_rows].sum(axis=-2)
        return projected + self._weights["in.bias"]

    def _advance(self, given: Floats, state: Floats) -> Floats:
        size = state.shape[-1]
        remembered = state @ self._weights["state"]
        gates = np.reciprocal(1 + np.exp(-(given[: 2 * size] + remembered[: 2 * size])))
        reset, update = gates[:size], gates[size:]
        new: Floats = np.tanh(given[2 * size :] + reset * (remembered[2 * size :] + self._weights["state.bias"]))
        advanced: Floats = update * state + (1 - update) * new
        return advanced

    def _log_probabilities(self, states: Floats) -> FloatArray:
        logits = (states @ self._weights["out"] + self._weights["out.bias"]).astype(np.float64)
        log_probabilities: FloatArray = logits - np.logaddexp.reduce(logits, axis=-1, keepdims=True)
        return log_probabilities
