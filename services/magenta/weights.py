"""Maps the variables of a checkpoint to the weights of a network, for the names of every release of TensorFlow.

What TensorFlow calls "rnn/multi_rnn_cell/cell_0/basic_lstm_cell/kernel" today was ".../weights" in 1.0 and
"RNN/MultiRNNCell/Cell0/BasicLSTMCell/Linear/Matrix" before. Sizes are read from the shapes, the layout from the names:
until 2017 attention stood around the whole stack of layers ("RNN/AttentionCellWrapper/MultiRNNCell/Cell0/..."), since
then around the first layer alone ("rnn/multi_rnn_cell/cell_0/attention_cell_wrapper/...").
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
_NO_CELL = -1  # the output's number, and that of attention around the whole stack
# The cells that train on a graphics card add nothing to the forget gate; all others add 1.
_WITHOUT_FORGET_BIAS = "cudnncompatiblelstmcell"
_FORGET_BIAS = 1.0


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
    """Attention over the last outputs of what it stands around (Cheng et al., "LSTM-Networks", EMNLP 2016).

    Attributes:
        merge: Projects the input and the last context vector to the input of the first layer.
        key: (size, size) projects an output to its key.
        query: Projects the states of all layers inside, cell and output of each, to the query.
        score: (size,) weights of the additive score of query and key.
        output: Projects the output of the last layer and the context vector to the output.
    """

    merge: Linear
    key: FloatArray
    query: Linear
    score: FloatArray
    output: Linear


@dataclass(frozen=True, slots=True)
class LstmLayer:
    """An LSTM layer.

    Attributes:
        gates: Input gate, candidate, forget gate and output gate, in this order.
        forget_bias: Added to the forget gate.
    """

    gates: Linear
    forget_bias: float

    @property
    def units(self) -> int:
        """Size of its output."""
        return len(self.gates.bias) // 4

    @property
    def input_size(self) -> int:
        """Size of its input."""
        return int(self.gates.kernel.shape[0]) - self.units


@dataclass(frozen=True, slots=True)
class Block:
    """Layers that follow each other, and what stands around them.

    Attributes:
        layers: From the input up.
        attention: Attention around all of them, if any.
        projection: Projects the block's input, if any.
        residual: Whether the (projected) input is added to the output.
    """

    layers: tuple[LstmLayer, ...]
    attention: Attention | None = None
    projection: Linear | None = None
    residual: bool = False

    @property
    def units(self) -> int:
        """Size of its output."""
        return self.layers[-1].units

    @property
    def inner_size(self) -> int:
        """Size of its input once it is projected."""
        if self.attention:
            return int(self.attention.merge.kernel.shape[0]) - self.units
        return self.layers[0].input_size

    @property
    def input_size(self) -> int:
        """Size of its input."""
        return int(self.projection.kernel.shape[0]) if self.projection else self.inner_size


@dataclass(frozen=True, slots=True)
class Weights:
    """The weights of a network.

    Attributes:
        blocks: From the input up.
        output: Projects the output of the last block to logits.
    """

    blocks: tuple[Block, ...]
    output: Linear

    @property
    def layers(self) -> tuple[LstmLayer, ...]:
        """All layers, from the input up."""
        return tuple(layer for block in self.blocks for layer in block.layers)

    @property
    def input_size(self) -> int:
        """Size of an input vector."""
        return self.blocks[0].input_size

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
    forget_bias = _FORGET_BIAS
    for name, value in variables.items():
        plain = name.lower().replace("_", "")
        if _IGNORED.search(plain):
            continue
        parts[_place(name, plain)] = np.asarray(value, np.float32)
        if _WITHOUT_FORGET_BIAS in plain:
            forget_bias = 0.0
    try:
        weights = Weights(_blocks(parts, forget_bias), _linear(parts, _NO_CELL, "output"))
    except (KeyError, ValueError) as missing:
        raise UnsupportedNetwork(f"no variable for {missing}") from None
    if parts:
        raise UnsupportedNetwork(f"variables of an unknown use: {sorted(parts)}")
    _check(weights)
    return weights


def _place(name: str, plain: str) -> tuple[int, str]:
    """Cell, `_NO_CELL` for none, and part of a variable."""
    folder, _, last = plain.rpartition("/")
    if folder.endswith("fullyconnected") and last in _KINDS:
        return _NO_CELL, f"output {_KINDS[last]}"
    cell = _CELL.search(plain)
    number = int(cell[1]) if cell else _NO_CELL
    inside = plain[cell.end() :] if cell else plain
    if last in ("attnw", "attnv"):
        return number, last
    if last not in _KINDS:
        raise UnsupportedNetwork(f"unknown variable {name}")
    if "lstmcell" in inside:
        return max(number, 0), f"gates {_KINDS[last]}"
    for mark, part in (("attnoutputprojection", "mix"), ("attention/", "query"), ("attentioncellwrapper", "merge")):
        if mark in inside:
            return number, f"{part} {_KINDS[last]}"
    if "inputprojectionwrapper" in inside:
        return number, f"projection {_KINDS[last]}"
    raise UnsupportedNetwork(f"unknown variable {name}")


def _linear(parts: dict[tuple[int, str], FloatArray], cell: int, part: str) -> Linear:
    return Linear(parts.pop((cell, f"{part} kernel")), parts.pop((cell, f"{part} bias")))


def _blocks(parts: dict[tuple[int, str], FloatArray], forget_bias: float) -> tuple[Block, ...]:
    count = max(cell for cell, _ in parts) + 1
    layers = [LstmLayer(_linear(parts, cell, "gates"), forget_bias) for cell in range(max(count, 1))]
    around = _attention(parts, _NO_CELL)
    if around:
        return (Block(tuple(layers), around),)
    # Where layers are bridged, all of them are, and the first one's input is projected.
    residual = (0, "projection kernel") in parts
    blocks = []
    for cell, layer in enumerate(layers):
        projection = _linear(parts, cell, "projection") if (cell, "projection kernel") in parts else None
        blocks.append(Block((layer,), _attention(parts, cell), projection, residual))
    return tuple(blocks)


def _attention(parts: dict[tuple[int, str], FloatArray], cell: int) -> Attention | None:
    if (cell, "attnw") not in parts:
        return None
    key = parts.pop((cell, "attnw"))
    return Attention(
        merge=_linear(parts, cell, "merge"),
        key=key.reshape(key.shape[-2:]),
        query=_linear(parts, cell, "query"),
        score=parts.pop((cell, "attnv")),
        output=_linear(parts, cell, "mix"),
    )


def _check(weights: Weights) -> None:
    """Raise UnsupportedNetwork unless the layers fit on each other."""
    size = weights.input_size
    cell = 0
    for block in weights.blocks:
        wanted: dict[str, tuple[FloatArray, tuple[int, ...]]] = {}
        inner, units = block.inner_size, block.units
        if block.projection:
            wanted["projection"] = (block.projection.kernel, (size, inner))
            size = inner
        if block.attention:
            states = 2 * sum(layer.units for layer in block.layers)
            wanted |= {
                "merge": (block.attention.merge.kernel, (size + units, size)),
                "key": (block.attention.key, (units, units)),
                "query": (block.attention.query.kernel, (states, units)),
                "mix": (block.attention.output.kernel, (2 * units, units)),
            }
        below = size
        for layer in block.layers:
            wanted[f"gates {cell}" if len(block.layers) > 1 else "gates"] = (
                layer.gates.kernel,
                (below + layer.units, 4 * layer.units),
            )
            below = layer.units
            cell += 1
        for part, (found, shape) in wanted.items():
            if found.shape != shape:
                raise UnsupportedNetwork(f"cell {cell - 1}: {part} has shape {found.shape}, not {shape}")
        if block.residual and size != units:
            raise UnsupportedNetwork(f"cell {cell - 1}: {size} inputs cannot be added to {units} outputs")
        size = units
    if weights.output.kernel.shape != (size, weights.classes):
        raise UnsupportedNetwork(f"the output has shape {weights.output.kernel.shape}")
