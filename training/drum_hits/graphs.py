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

from services.drums.kit.kit import CLASSES
from services.drums.neural.hit_history import CLASSES_OF_SET, COPIES, HIT_FEATURES, SETS
from services.drums.neural.touch_history import TOUCH_FEATURES
from services.drums.performance.deviation_model import PROBABILITIES
from training.common.onnx_graph import GraphBuilder, floats, integers

_OPSET, _IR = 17, 8
_STEPS, _ROWS, _ASKED = "steps", "rows", "classes"
Weights = Mapping[str, NDArray[Any]]


class _DrumGraph(GraphBuilder):
    """A graph of the drums specialist."""

    def __init__(self) -> None:
        super().__init__(_OPSET, _IR, "boumb")

    def add(self, kind: str, inputs: list[str], output: str, **attributes: int | str) -> str:
        return self.node(kind, inputs, [output], "", **attributes)

    def dense(self, given: str, weights: Weights, name: str, *, relu: bool = False) -> str:
        product = self.add("MatMul", [given, self.constant(name, weights[name])], f"{name}_product")
        biased = self.add("Add", [product, self.constant(f"{name}_bias", weights[f"{name}_bias"])], f"{name}_sum")
        return self.add("Relu", [biased], f"{name}_units") if relu else biased


def hit_graph(weights: Weights) -> bytes:
    """The hit model: `seen`, `copies_in` and `state` give `scores` (steps, rows, SETS) and `after`."""
    graph, units = _DrumGraph(), weights["gru_state"].shape[0]
    exit_units = _body(graph, weights)
    own = graph.dense(exit_units, weights, "sets")
    pieces = graph.dense(exit_units, weights, "pieces")
    of_set = graph.add("MatMul", [pieces, graph.constant("classes", CLASSES_OF_SET.T)], "pieces_of_set")
    bonus = graph.dense(exit_units, weights, "copies")
    # Votes for the sets that may come again. NO_SET, the index of a last place that is cut off, votes for nothing.
    rows = graph.add("Shape", ["copies_in"], "steps_and_rows", end=2)
    wide = graph.add("Concat", [rows, graph.constant("places", np.array([SETS + 1]))], "wide", axis=0)
    nothing = graph.add("ConstantOfShape", [wide], "no_votes")
    voted = graph.add("ScatterElements", [nothing, "copies_in", bonus], "votes", axis=-1, reduction="add")
    ends = [graph.constant(name, np.array([at])) for name, at in (("first", 0), ("last", SETS), ("axis", -1))]
    votes = graph.add("Slice", [voted, *ends], "votes_of_sets")
    graph.add("Add", [graph.add("Add", [own, of_set], "without_copies"), votes], "scores")
    copies = integers("copies_in", _STEPS, _ROWS, COPIES)
    model = graph.model(
        "hits",
        [floats("seen", _STEPS, _ROWS, HIT_FEATURES), copies, floats("state", 1, _ROWS, units)],
        [floats("scores", _STEPS, _ROWS, SETS), floats("after", 1, _ROWS, units)],
    )
    return _bytes(model)


def touch_graph(weights: Weights) -> bytes:
    """The touch model: `seen`, `classes_in` and `state` give `quantiles_out` and `after`.

    The quantiles are those of the classes asked for alone: (classes, steps, rows, 2, probabilities).
    """
    graph, units = _DrumGraph(), weights["gru_state"].shape[0]
    exit_units = _body(graph, weights)

    def of_classes(name: str) -> str:
        by_class = weights[name].reshape(-1, 2, CLASSES, len(PROBABILITIES)).transpose(2, 0, 1, 3)
        constant = graph.constant(name, by_class.reshape(CLASSES, 1, by_class.shape[1], -1))
        return graph.add("Gather", [constant, "classes_in"], f"{name}_asked", axis=0)

    indirect = graph.add("MatMul", [exit_units, of_classes("quantiles")], "quantiles_product")
    biased = graph.add("Add", [indirect, of_classes("quantiles_bias")], "quantiles_sum")
    direct = graph.add("MatMul", ["seen", of_classes("direct")], "direct_product")
    flat = graph.add("Add", [biased, direct], "flat")
    shape = graph.constant("shape", np.array([0, 0, 0, 2, len(PROBABILITIES)]))
    graph.add("Reshape", [flat, shape], "quantiles_out")
    model = graph.model(
        "touch",
        [
            floats("seen", _STEPS, _ROWS, TOUCH_FEATURES),
            integers("classes_in", _ASKED),
            floats("state", 1, _ROWS, units),
        ],
        [
            floats("quantiles_out", _ASKED, _STEPS, _ROWS, 2, len(PROBABILITIES)),
            floats("after", 1, _ROWS, units),
        ],
    )
    return _bytes(model)


def _bytes(model: onnx.ModelProto) -> bytes:
    content: bytes = model.SerializeToString(deterministic=True)
    return content


def _body(graph: _DrumGraph, weights: Weights) -> str:
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
    graph.node("GRU", given, ["states_wide", "after"], hidden_size=units, linear_before_reset=1)
    states = graph.add("Squeeze", ["states_wide", graph.constant("direction", np.array([1]))], "states")
    together = graph.add("Concat", [states, entered], "together", axis=-1)
    return graph.dense(together, weights, "exit", relu=True)
