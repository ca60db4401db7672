"""Maps the variables of a checkpoint to the weights of a network, for the names of every release of TensorFlow.

What TensorFlow calls "rnn/multi_rnn_cell/cell_0/basic_lstm_cell/kernel" today was ".../weights" in 1.0 and
"RNN/MultiRNNCell/Cell0/BasicLSTMCell/Linear/Matrix" before. Sizes are read from the shapes.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]

_IGNORED = re.compile(r"adam|globalstep|beta[12]power|learningrate")
_CELL = re.compile(r"cell(\d+)/")
_KINDS = {"kernel": "kernel", "weights": "kernel", "matrix": "kernel", "bias": "bias", "biases": "bias"}


class UnsupportedNetwork(Exception):
    """The variables are not those of a known Melody RNN; the message says why."""


@dataclass(frozen=True, slots=True)
class Linear:
    """An affine map.

    Attributes:
        kernel: (inputs, outputs).
        bias: (outputs,).
    """

    kernel: FloatArray
    bias: FloatArray


@dataclass(frozen=True, slots=True)
class Attention:
    """Attention over a layer's last outputs (Cheng et al., "Long Short-Term Memory-Networks", EMNLP 2016).

    Attributes:
        merge: Projects the input and the last context vector to the input of the cell.
        key: (size, size) projects an output to its key.
        query: Projects the state to the query.
        score: (size,) weights of the additive score of query and key.
        output: Projects the cell's output and the context vector to the output.
    """

    merge: Linear
    key: FloatArray
    query: Linear
    score: FloatArray
    output: Linear


@dataclass(frozen=True, slots=True)
class LstmLayer:
    """An LSTM layer, with or without attention.

    Attributes:
        gates: Input gate, candidate, forget gate and output gate, in this order.
        attention: Attention over its last outputs, if any.
    """

    gates: Linear
    attention: Attention | None

    @property
    def units(self) -> int:
        """Size of its output."""
        return len(self.gates.bias) // 4


@dataclass(frozen=True, slots=True)
class Weights:
    """The weights of a network.

    Attributes:
        layers: From the input up.
        output: Projects the output of the last layer to logits.
    """

    layers: tuple[LstmLayer, ...]
    output: Linear

    @property
    def input_size(self) -> int:
        """Size of an input vector."""
        first = self.layers[0]
        size: int = (first.attention.merge if first.attention else first.gates).kernel.shape[0]
        return size - first.units

    @property
    def classes(self) -> int:
        """Number of classes."""
        return len(self.output.bias)


def read_weights(variables: Mapping[str, NDArray[Any]]) -> Weights:
    """Map the variables of a checkpoint to weights.

    Args:
        variables: Arrays by name; optimiser state is ignored.

    Raises:
        UnsupportedNetwork: One is missing, unknown, or of the wrong shape.
    """
    parts: dict[tuple[int, str], FloatArray] = {}
    for name, value in variables.items():
        plain = name.lower().replace("_", "")
        if not _IGNORED.search(plain):
            parts[_place(name, plain)] = np.asarray(value, np.float32)
    try:
        count = max(cell for cell, _ in parts) + 1
        layers = tuple(_layer(parts, cell) for cell in range(count))
        weights = Weights(layers, _linear(parts, -1, "output"))
    except (KeyError, ValueError) as missing:
        raise UnsupportedNetwork(f"no variable for {missing}") from None
    if parts:
        raise UnsupportedNetwork(f"variables of an unknown use: {sorted(parts)}")
    _check(weights)
    return weights


def _place(name: str, plain: str) -> tuple[int, str]:
    """Cell, -1 for none, and part of a variable."""
    folder, _, last = plain.rpartition("/")
    if folder.endswith("fullyconnected") and last in _KINDS:
        return -1, f"output {_KINDS[last]}"
    cell = _CELL.search(plain)
    number = int(cell[1]) if cell else 0
    inside = plain[cell.end() :] if cell else plain
    if last in ("attnw", "attnv"):
        return number, last
    if last not in _KINDS:
        raise UnsupportedNetwork(f"unknown variable {name}")
    for mark, part in (("attnoutputprojection", "mix"), ("attention/", "query"), ("lstmcell", "gates")):
        if mark in inside:
            return number, f"{part} {_KINDS[last]}"
    if "attentioncellwrapper" in inside:
        return number, f"merge {_KINDS[last]}"
    raise UnsupportedNetwork(f"unknown variable {name}")


def _linear(parts: dict[tuple[int, str], FloatArray], cell: int, part: str) -> Linear:
    return Linear(parts.pop((cell, f"{part} kernel")), parts.pop((cell, f"{part} bias")))


def _layer(parts: dict[tuple[int, str], FloatArray], cell: int) -> LstmLayer:
    gates = _linear(parts, cell, "gates")
    if (cell, "attnw") not in parts:
        return LstmLayer(gates, None)
    key = parts.pop((cell, "attnw"))
    attention = Attention(
        merge=_linear(parts, cell, "merge"),
        key=key.reshape(key.shape[-2:]),
        query=_linear(parts, cell, "query"),
        score=parts.pop((cell, "attnv")),
        output=_linear(parts, cell, "mix"),
    )
    return LstmLayer(gates, attention)


def _check(weights: Weights) -> None:
    """Raise UnsupportedNetwork unless the layers fit on each other."""
    size = weights.input_size
    for number, layer in enumerate(weights.layers):
        units = layer.units
        wanted = {"gates": (layer.gates.kernel, (size + units, 4 * units))}
        if layer.attention:
            wanted |= {
                "merge": (layer.attention.merge.kernel, (size + units, size)),
                "key": (layer.attention.key, (units, units)),
                "query": (layer.attention.query.kernel, (2 * units, units)),
                "mix": (layer.attention.output.kernel, (2 * units, units)),
            }
        for part, (found, shape) in wanted.items():
            if found.shape != shape:
                raise UnsupportedNetwork(f"cell {number}: {part} has shape {found.shape}, not {shape}")
        size = units
    if weights.output.kernel.shape != (size, weights.classes):
        raise UnsupportedNetwork(f"the output has shape {weights.output.kernel.shape}")
