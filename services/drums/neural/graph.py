"""A recurrent ONNX graph, run by onnxruntime a step or a bar at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from struct import Struct
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from modelstore.onnx_session import Binding, bind, open_graph
from services.drums.neural.features import FloatArray

_FEATURES, _STATE = "seen", "state"  # names of the inputs in the files
# Longest sequence whose buffers are kept; longer ones are rare, and their buffers large.
_MOST_STEPS = 48


class Graph:
    """A graph with inputs for features, recurrent state and indices, and outputs for predictions and the next state.

    Passing new arrays to onnxruntime costs as much as a layer, so buffers of common shapes are bound once and reused.
    Calls from several threads take turns.

    Args:
        content: The ONNX model.
    """

    def __init__(self, content: bytes) -> None:
        self._session = open_graph(content)
        self._inputs: Mapping[str, list[int | str]] = {each.name: each.shape for each in self._session.get_inputs()}
        self._outputs: Mapping[str, list[int | str]] = {each.name: each.shape for each in self._session.get_outputs()}
        self._indices = next(name for name in self._inputs if name not in (_FEATURES, _STATE))
        self._pack = Struct(f"{self._inputs[_FEATURES][-1]}f")
        self._buffers: dict[tuple[int, int], _Buffers] = {}
        self._lock = Lock()

    def initial_state(self) -> FloatArray:
        """The recurrent state before the first step: (1, 1, units) zeros."""
        return np.zeros((1, 1, int(self._inputs[_STATE][-1])), dtype=np.float32)

    def run(
        self, features: Sequence[Sequence[float]], indices: Sequence[int] | Sequence[Sequence[int]], state: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """Run consecutive steps of one piece.

        Args:
            features: A row per step: (steps, features).
            indices: The integer input: a row per step, or one row for all steps.
            state: The recurrent state before the first step: (1, 1, units).

        Returns:
            The predictions and the state after the last step, as new arrays.
        """
        shape = len(features), len(indices)
        with self._lock:
            buffers = self._buffers.get(shape) or self._allocate(*shape)
            for at, row in enumerate(features):
                self._pack.pack_into(buffers.features, at * self._pack.size, *row)
            buffers.indices[:] = np.array(indices).reshape(buffers.indices.shape)
            buffers.state[:] = state
            self._session.run_with_iobinding(buffers.binding)
            return buffers.predictions.copy(), buffers.next_state.copy()

    def _allocate(self, steps: int, indices: int) -> "_Buffers":
        sizes = {"steps": steps, "rows": 1, "classes": indices}

        def zeros(shape: Sequence[int | str], kind: type[np.generic]) -> NDArray[Any]:
            return np.zeros([sizes[size] if isinstance(size, str) else size for size in shape], dtype=kind)

        inputs = {
            name: zeros(shape, np.int64 if name == self._indices else np.float32)
            for name, shape in self._inputs.items()
        }
        outputs = {name: zeros(shape, np.float32) for name, shape in self._outputs.items()}
        predictions, next_state = outputs.values()
        buffers = _Buffers(
            binding=bind(self._session, inputs, outputs),
            features=inputs[_FEATURES].data.cast("B"),
            indices=inputs[self._indices],
            state=inputs[_STATE],
            predictions=predictions,
            next_state=next_state,
        )
        if steps <= _MOST_STEPS:
            self._buffers[steps, indices] = buffers
        return buffers


@dataclass(frozen=True, slots=True, kw_only=True)
class _Buffers:
    """Arrays of one shape that are bound to the session.

    Attributes:
        binding: The binding that reads and writes them.
        features: Bytes of the features.
        indices: The integer input.
        state: The state before.
        predictions: The first output.
        next_state: The state after.
    """

    binding: Binding
    features: memoryview
    indices: NDArray[np.int64]
    state: FloatArray
    predictions: FloatArray
    next_state: FloatArray
