"""Writes the networks of the drums specialist as ONNX graphs, layer by layer.

Inputs and outputs go step by step, many rows at once: `seen` (steps, rows, features), for the hit model `copies_in`
(steps, rows, COPIES), for the touch model `classes_in` (classes), `state` (1, rows, units); `scores` or
`quantiles_out`, and `after` (1, rows, units).
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from services.drums.kit.kit import CLASSES
from services.drums.neural.hit_history import CLASSES_OF_SET, COPIES, HIT_FEATURES, SETS
from services.drums.neural.touch_history import TOUCH_FEATURES
from services.drums.performance.deviation_model import PROBABILITIES

_OPSET, _IR = 17, 8
_STEPS, _ROWS, _ASKED = "steps", "rows", "classes"
Weights = Mapping[str, NDArray[Any]]


class _Graph:
    """A graph while it is written."""

    def __init__(self) -> None:
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[onnx.TensorProto] = []

    def constant(self, name: str, values: NDArray[Any]) -> str:
        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def node(self, kind: str, inputs: list[str], *outputs: str, **attributes: int | str) -> str:
        self._nodes.append(helper.make_node(kind, inputs, outputs, **attributes))
        return outputs[0]

    def dense(self, given: str, weights: Weights, name: str, *, relu: bool = False) -> str:
        product = self.node("MatMul", [given, self.constant(name, weights[name])], f"{name}_product")
        biased = self.node("Add", [product, self.constant(f"{name}_bias", weights[f"{name}_bias"])], f"{name}_sum")
        return self.node("Relu", [biased], f"{name}_units") if relu else biased

    def bytes(self, name: str, inputs: list[Any], outputs: list[Any]) -> bytes:
        graph = helper.make_graph(self._nodes, name, inputs, outputs, self._constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", _OPSET)], producer_name="boumb")
        model.ir_version = _IR
        onnx.checker.check_model(model, full_check=True)
        content: bytes = model.SerializeToString(deterministic=True)
        return content


def hit_graph(weights: Weights) -> bytes:
    """The hit model: `seen`, `copies_in` and `state` give `scores` (steps, rows, SETS) and `after`."""
    graph, units = _Graph(), weights["gru_state"].shape[0]
    exit_units = _body(graph, weights)
    own = graph.dense(exit_units, weights, "sets")
    pieces = graph.dense(exit_units, weights, "pieces")
    of_set = graph.node("MatMul", [pieces, graph.constant("classes", CLASSES_OF_SET.T)], "pieces_of_set")
    bonus = graph.dense(exit_units, weights, "copies")
    # Votes for the sets that may come again. NO_SET, the index of a last place that is cut off, votes for nothing.
    rows = graph.node("Shape", ["copies_in"], "steps_and_rows", end=2)
    wide = graph.node("Concat", [rows, graph.constant("places", np.array([SETS + 1]))], "wide", axis=0)
    nothing = graph.node("ConstantOfShape", [wide], "no_votes")
    voted = graph.node("ScatterElements", [nothing, "copies_in", bonus], "votes", axis=-1, reduction="add")
    ends = [graph.constant(name, np.array([at])) for name, at in (("first", 0), ("last", SETS), ("axis", -1))]
    votes = graph.node("Slice", [voted, *ends], "votes_of_sets")
    graph.node("Add", [graph.node("Add", [own, of_set], "without_copies"), votes], "scores")
    copies = helper.make_tensor_value_info("copies_in", TensorProto.INT64, [_STEPS, _ROWS, COPIES])
    return graph.bytes(
        "hits",
        [_floats("seen", _STEPS, _ROWS, HIT_FEATURES), copies, _floats("state", 1, _ROWS, units)],
        [_floats("scores", _STEPS, _ROWS, SETS), _floats("after", 1, _ROWS, units)],
    )


def touch_graph(weights: Weights) -> bytes:
    """The touch model: `seen`, `classes_in` and `state` give `quantiles_out` and `after`.

    The quantiles are those of the classes asked for alone: (classes, steps, rows, 2, probabilities).
    """
    graph, units = _Graph(), weights["gru_state"].shape[0]
    exit_units = _body(graph, weights)

    def of_classes(name: str) -> str:
        by_class = weights[name].reshape(-1, 2, CLASSES, len(PROBABILITIES)).transpose(2, 0, 1, 3)
        constant = graph.constant(name, by_class.reshape(CLASSES, 1, by_class.shape[1], -1))
        return graph.node("Gather", [constant, "classes_in"], f"{name}_asked", axis=0)

    indirect = graph.node("MatMul", [exit_units, of_classes("quantiles")], "quantiles_product")
    biased = graph.node("Add", [indirect, of_classes("quantiles_bias")], "quantiles_sum")
    direct = graph.node("MatMul", ["seen", of_classes("direct")], "direct_product")
    flat = graph.node("Add", [biased, direct], "flat")
    shape = graph.constant("shape", np.array([0, 0, 0, 2, len(PROBABILITIES)]))
    graph.node("Reshape", [flat, shape], "quantiles_out")
    return graph.bytes(
        "touch",
        [
            _floats("seen", _STEPS, _ROWS, TOUCH_FEATURES),
            helper.make_tensor_value_info("classes_in", TensorProto.INT64, [_ASKED]),
            _floats("state", 1, _ROWS, units),
        ],
        [
            _floats("quantiles_out", _ASKED, _STEPS, _ROWS, 2, len(PROBABILITIES)),
            _floats("after", 1, _ROWS, units),
        ],
    )


def _body(graph: _Graph, weights: Weights) -> str:
    """All layers below the head; the name of what they give."""
    units = weights["gru_state"].shape[0]
    entered = graph.dense("seen", weights, "entry", relu=True)
    recalled_bias = np.concatenate((np.zeros(2 * units, dtype=np.float32), weights["gru_new_bias"]))
    biases = np.concatenate((weights["gru_in_bias"], recalled_bias))[None]
    given = [
        entered,
        graph.constant("gru_in", weights["gru_in"].T[None]),
        graph.constant("gru_state", weights["gru_state"].T[None]),
        graph.constant("gru_biases", biases),
        "",
        "state",
    ]
    # `linear_before_reset` is what `network.run_body` does: the reset gate acts on the recalled sum.
    graph.node("GRU", given, "states_wide", "after", hidden_size=units, linear_before_reset=1)
    states = graph.node("Squeeze", ["states_wide", graph.constant("direction", np.array([1]))], "states")
    together = graph.node("Concat", [states, entered], "together", axis=-1)
    return graph.dense(together, weights, "exit", relu=True)


def _floats(name: str, *shape: int | str) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, list(shape))
