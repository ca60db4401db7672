"""Writes ONNX graphs node by node, so that nothing of a framework is left in them."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper


class GraphBuilder:
    """A graph while it is written.

    Args:
        opset: Version of the operators.
        ir_version: Version of the file format.
        producer: Named in the file as what wrote it; empty for nothing.
    """

    def __init__(self, opset: int, ir_version: int, producer: str = "") -> None:
        self._opset, self._ir_version, self._producer = opset, ir_version, producer
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[onnx.TensorProto] = []

    def constant(self, name: str, values: NDArray[Any]) -> str:
        """Add a constant.

        Args:
            name: Of the constant; unique in the graph.
            values: Any shape and type.

        Returns:
            The name.
        """
        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def node(
        self, kind: str, inputs: Sequence[str], outputs: Sequence[str], name: str = "", **attributes: int | str
    ) -> str:
        """Add a node.

        Args:
            kind: The operator.
            inputs: Names of what it is given; empty for an input left out.
            outputs: Names of its results; unique in the graph.
            name: Of the node itself; empty for none.
            attributes: Of the operator.

        Returns:
            The name of the first output.
        """
        self._nodes.append(helper.make_node(kind, list(inputs), list(outputs), name=name or None, **attributes))
        return outputs[0]

    @property
    def size(self) -> int:
        """Number of nodes so far."""
        return len(self._nodes)

    def model(
        self, name: str, inputs: Sequence[onnx.ValueInfoProto], outputs: Sequence[onnx.ValueInfoProto]
    ) -> onnx.ModelProto:
        """The finished graph, checked.

        Args:
            name: Of the graph.
            inputs: What it is given.
            outputs: What it gives.

        Raises:
            onnx.checker.ValidationError: The graph is not valid.
        """
        graph = helper.make_graph(self._nodes, name, inputs, outputs, self._constants)
        named = {"producer_name": self._producer} if self._producer else {}
        opsets = [helper.make_opsetid("", self._opset)]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=self._ir_version, **named)
        onnx.checker.check_model(model, full_check=True)
        return model


def floats(name: str, *shape: int | str) -> onnx.ValueInfoProto:
    """An input or output of single-precision numbers.

    Args:
        name: Of the input or output.
        shape: Its sizes; a text names a size that is known only when the graph runs.
    """
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, list(shape))


def integers(name: str, *shape: int | str) -> onnx.ValueInfoProto:
    """An input or output of 64-bit integers; see `floats`.

    Args:
        name: Of the input or output.
        shape: Its sizes.
    """
    return helper.make_tensor_value_info(name, TensorProto.INT64, list(shape))
