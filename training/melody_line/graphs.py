"""The line model as the ONNX graphs that ship.

The graphs are written node by node, so that nothing of a framework is left in them; the recurrent layers, which hold
most of the weights, are quantised to eight bits (seven of which are used, so that no processor saturates: whole numbers
add up to the same on all of them).
"""

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper
from onnxruntime.quantization import QuantType, quantize_dynamic

from modelstore.manifest import FilesManifest, save_files
from services.melody.line_model.features import STEP, VOTES_START
from services.melody.line_model.history import KINDS, PITCH_VOTES, PITCHES, VOTES
from services.melody.line_model.network import ADVANCE, KINDS_OF_STEP, PITCHES_OF_ONSET
from services.melody.line_model.originality import FILE as RUNS
from training.common.onnx_graph import GraphBuilder, floats, integers
from training.melody_line.config import NAME

_OPSET = 20
_IR = 10
_MOVES = 2 * PITCHES - 1
_GATES = VOTES // KINDS
_Weights = Mapping[str, NDArray[np.float32]]


class _LineGraph(GraphBuilder):
    """A graph of the line model."""

    def __init__(self) -> None:
        super().__init__(_OPSET, _IR)

    def many(self, kind: str, *inputs: str, outputs: int, name: str = "", **attributes: int | str) -> list[str]:
        stem = name or f"{kind.lower()}_{self.size}"
        names = [stem] if outputs == 1 else [f"{stem}.{index}" for index in range(outputs)]
        self.node(kind, inputs, names, name=stem, **attributes)
        return names

    def one(self, kind: str, *inputs: str, name: str = "", **attributes: int | str) -> str:
        return self.many(kind, *inputs, outputs=1, name=name, **attributes)[0]

    def split(self, value: str, sizes: Sequence[int]) -> list[str]:
        where = self.constant(f"{value}.sizes", np.array(sizes, np.int64))
        return self.many("Split", value, where, outputs=len(sizes), axis=1)

    def looked(self, weights: NDArray[np.float32], name: str) -> str:
        """Product of what is seen with weights: the rows of its ones, and the votes' share."""
        table = self.constant(name, weights)
        votes = self.constant(f"{name}.votes", weights[VOTES_START:STEP])
        rows = self.one("ReduceSum", self.one("Gather", table, "ones"), self.constant(f"{name}.rows", np.array([0])))
        return self.one("Add", rows, self.one("MatMul", "votes", votes, name=f"{name}.voted"))

    def hidden(self, weights: _Weights, head: str) -> str:
        """Activations of a head from its base and what is seen."""
        looked = self.looked(weights[f"{head}.seen"], f"{head}.seen")
        return self.one("Gelu", self.one("Add", looked, "base"), approximate="tanh")

    def finish(self, name: str, inputs: Mapping[str, tuple[int, ...]], outputs: Mapping[str, int]) -> onnx.ModelProto:
        typed = [integers("ones", "K")]
        typed += [
            integers(key, *shape) if key == "moves" else floats(key, *shape)
            for key, shape in ({"votes": (1, VOTES)} | dict(inputs)).items()
        ]
        return self.model(name, typed, [floats(key, 1, size) for key, size in outputs.items()])


def advance_graph(weights: _Weights) -> onnx.ModelProto:
    """The recurrent layers: the new state after a note, and its share of both heads' hidden units."""
    graph = _LineGraph()
    size = weights["gru1.h"].shape[0]
    before = graph.split("memory", [size, size])
    first = _gru(graph, weights, "gru1", graph.looked(weights["gru1.x"], "gru1.x"), before[0], size)
    given = graph.one("MatMul", first, graph.constant("gru2.x", weights["gru2.x"]))
    second = _gru(graph, weights, "gru2", given, before[1], size)
    memory = graph.one("Concat", first, second, name="memory_after", axis=1)
    bases = {}
    for head in ("step", "pitch"):
        given = graph.one("MatMul", memory, graph.constant(f"{head}.state", weights[f"{head}.state"]))
        bias = graph.constant(f"{head}.bias", weights[f"{head}.bias"])
        bases[graph.one("Add", given, bias, name=f"{head}_base")] = weights[f"{head}.bias"].shape[0]
    model = graph.finish("advance", {"memory": (1, 2 * size)}, {memory: 2 * size, **bases})
    start = {"kinds": weights["step.bias"], "pitches": weights["pitch.bias"]}
    helper.set_model_props(model, {name: bias.astype("<f4").tobytes().hex() for name, bias in start.items()})
    return model


def _gru(graph: _LineGraph, weights: _Weights, name: str, given: str, before: str, size: int) -> str:
    x = graph.one("Add", given, graph.constant(f"{name}.bias", weights[f"{name}.bias"]))
    h = graph.one("MatMul", before, graph.constant(f"{name}.h", weights[f"{name}.h"]))
    new_bias = np.concatenate([np.zeros(2 * size, np.float32), weights[f"{name}.n"]])
    h = graph.one("Add", h, graph.constant(f"{name}.n", new_bias))
    (gates_x, new_x), (gates_h, new_h) = graph.split(x, [2 * size, size]), graph.split(h, [2 * size, size])
    reset, update = graph.split(graph.one("Sigmoid", graph.one("Add", gates_x, gates_h)), [size, size])
    new = graph.one("Tanh", graph.one("Add", new_x, graph.one("Mul", reset, new_h)))
    kept = graph.one("Mul", update, graph.one("Sub", before, new))
    return graph.one("Add", new, kept)


def kinds_graph(weights: _Weights) -> onnx.ModelProto:
    """The head of events: logits of hold, off and onset."""
    graph = _LineGraph()
    out = graph.one("MatMul", graph.hidden(weights, "step"), graph.constant("step.out", weights["step.out"]))
    own, gates = graph.split(out, [KINDS, _GATES])
    logits = graph.one("Add", own, graph.one("MatMul", gates, "voices"), name="logits")
    inputs = {"base": (1, weights["step.bias"].shape[0]), "voices": (_GATES, KINDS)}
    return graph.finish("kinds", inputs, {logits: KINDS})


def pitches_graph(weights: _Weights) -> onnx.ModelProto:
    """The head of pitches: logits of the pitch of an onset."""
    graph = _LineGraph()
    out = graph.one("MatMul", graph.hidden(weights, "pitch"), graph.constant("pitch.out", weights["pitch.out"]))
    place, moves, gates = graph.split(out, [PITCHES, _MOVES, PITCH_VOTES])
    moved = graph.one("GatherElements", moves, "moves", axis=1)
    voted = graph.one("MatMul", gates, "voices")
    logits = graph.one("Add", graph.one("Add", place, moved), voted, name="logits")
    inputs = {"base": (1, weights["pitch.bias"].shape[0]), "voices": (PITCH_VOTES, PITCHES), "moves": (1, PITCHES)}
    return graph.finish("pitches", inputs, {logits: PITCHES})


def quantised(model: onnx.ModelProto) -> onnx.ModelProto:
    """The same graph with matrix products in eight-bit integers (dynamic quantisation)."""
    with tempfile.TemporaryDirectory() as folder:
        names = [node.name for node in model.graph.node]
        whole, small = Path(folder) / "whole.onnx", Path(folder) / "small.onnx"
        onnx.save(model, whole)
        quantize_dynamic(
            whole,
            small,
            op_types_to_quantize=["MatMul"],
            nodes_to_exclude=[name for name in names if name.endswith(".voted")],
            per_channel=True,
            reduce_range=True,
            weight_type=QuantType.QInt8,
        )
        return onnx.load(small)


def export(weights: _Weights, out: Path, version: str) -> FilesManifest:
    """Write the model that ships, with the index of runs that `training.melody_line.originality` left there.

    Args:
        weights: As training leaves them.
        out: Folder of the model.
        version: Of the model.
    """
    graphs = {
        ADVANCE: quantised(advance_graph(weights)),
        KINDS_OF_STEP: kinds_graph(weights),
        PITCHES_OF_ONSET: pitches_graph(weights),
    }
    files = {name: graph.SerializeToString() for name, graph in graphs.items()}
    if (out / RUNS).exists():
        files[RUNS] = (out / RUNS).read_bytes()
    return save_files(out, NAME, version, files)
