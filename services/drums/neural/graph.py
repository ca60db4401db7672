"""A trained graph, run by onnxruntime, a step or a bar at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from struct import Struct
from threading import Lock
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from modelstore.onnx_session import bind, open_graph
from services.drums.neural.features import FloatArray

_SEEN, _STATE = "seen", "state"
# Shapes whose arrays are kept in place; longer stretches are heard at once, and seldom.
_MOST_STEPS = 48


class Graph:
    """A graph with the inputs `seen`, `state` and one of indices, and two outputs: what it tells, and the state after.

    Handing over new arrays takes as long as a layer, so those of usual shapes stay in place from run to run.

    Args:
        content: The ONNX model.
    """

    def __init__(self, content: bytes) -> None:
        self._session = open_graph(content)
        self._inputs: Mapping[str, list[int | str]] = {each.name: each.shape for each in self._session.get_inputs()}
        self._outputs: Mapping[str, list[int | str]] = {each.name: each.shape for each in self._session.get_outputs()}
        self._indices = next(name for name in self._inputs if name not in (_SEEN, _STATE))
        self._pack = Struct(f"{self._inputs[_SEEN][-1]}f")
        self._buffers: dict[tuple[int, int], _Buffers] = {}
        self._lock = Lock()

    def initial_state(self) -> FloatArray:
        """The state of one who has heard nothing."""
        return np.zeros((1, 1, int(self._inputs[_STATE][-1])), dtype=np.float32)

    def run(
        self, seen: Sequence[Sequence[float]], indices: Sequence[int] | Sequence[Sequence[int]], state: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """Run some steps of one piece.

        Args:
            seen: A row of features per step.
            indices: The input of whole numbers: a row per step, or one row for all.
            state: The state before.

        Returns:
            What is told, and the state after. Both belong to the caller.
        """
        shape = len(seen), len(indices)
        with self._lock:
            buffers = self._buffers.get(shape) or self._allocate(*shape)
            for at, row in enumerate(seen):
                self._pack.pack_into(buffers.seen, at * self._pack.size, *row)
            buffers.indices[:] = np.array(indices).reshape(buffers.indices.shape)
            buffers.state[:] = state
            self._session.run_with_iobinding(buffers.binding)
            return buffers.told.copy(), buffers.after.copy()

    def _allocate(self, steps: int, indices: int) -> "_Buffers":
        sizes = {"steps": steps, "rows": 1, "classes": indices}

        def zeros(shape: Sequence[int | str], kind: type[np.generic]) -> NDArray[Any]:
            return np.zeros([sizes[size] if isinstance(size, str) else size for size in shape], dtype=kind)

        inputs = {
            name: zeros(shape, np.int64 if name == self._indices else np.float32)
            for name, shape in self._inputs.items()
        }
        outputs = {name: zeros(shape, np.float32) for name, shape in self._outputs.items()}
        binding = bind(self._session, inputs, outputs)
        told, after = outputs.values()
        buffers = _Buffers(binding, inputs[_SEEN].data.cast("B"), inputs[self._indices], inputs[_STATE], told, after)
        if steps <= _MOST_STEPS:
            self._buffers[steps, indices] = buffers
        return buffers


@dataclass(frozen=True, slots=True)
class _Buffers:
    """Where inputs and outputs of one shape stand.

    Attributes:
        binding: What onnxruntime knows of them.
        seen: Bytes of the features.
        indices: Input of whole numbers.
        state: State before.
        told: What is told.
        after: State after.
    """

    binding: onnxruntime.IOBinding
    seen: memoryview
    indices: NDArray[np.int64]
    state: FloatArray
    told: FloatArray
    after: FloatArray
