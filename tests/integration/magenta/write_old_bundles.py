"""Bundles as third parties made them from 2016 on, with graphs that run. Runs under .venv-magenta.

Until 2017 attention stood around the whole stack of layers, variables had other names, a graph had a state of one
tensor, and several operations were others. The library's own cells build the networks here; names and operations of
the graph are then changed to those of the time, and what the graph found likely before is what must come out.

Usage: python -m tests.integration.magenta.write_old_bundles FOLDER
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from tests.integration.magenta.write_reference import melody_for
from training.magenta.library import melody_config, tf

# isort: split
from magenta.contrib import rnn as contrib_rnn
from magenta.models.shared import events_rnn_graph
from note_seq.protobuf import generator_pb2
from tensorflow.core.framework import variable_pb2

v1 = tf.compat.v1
INSIDE, OUTPUT = 0.15, 0.8  # spreads of weights: probabilities differ, and small errors do not grow

NAMES_0_12 = {
    "rnn/": "RNN/",
    "attention_cell_wrapper": "AttentionCellWrapper",
    "multi_rnn_cell/cell_": "MultiRNNCell/Cell",
    "basic_lstm_cell/": "BasicLSTMCell/Linear/",
    "attn_output_projection/": "AttnOutputProjection/Linear/",
    "attention/attn_w": "Attention/AttnW",
    "attention/attn_v": "Attention/AttnV",
    "/attention/kernel": "/Attention/Linear/Matrix",
    "/attention/bias": "/Attention/Linear/Bias",
    "Wrapper/kernel": "Wrapper/Linear/Matrix",
    "Wrapper/bias": "Wrapper/Linear/Bias",
    "Linear/kernel": "Linear/Matrix",
    "Linear/bias": "Linear/Bias",
}
NAMES_1_0 = {"/kernel": "/weights", "/bias": "/biases"}


@dataclass(frozen=True)
class Made:
    """How a bundle was made.

    Attributes:
        kind: Kind of network.
        sizes: Units of its layers.
        names: Parts of today's names of variables and what they were.
        attention: Steps that attention reaches back; 0 without.
        around_all: Whether attention stands around the whole stack rather than the first layer.
        tuples: Whether the state is a tuple rather than one tensor.
        batch: Melodies that the graph is made for.
        bridged: Whether layers are bridged.
    """

    kind: str
    sizes: tuple[int, ...]
    names: Mapping[str, str] = field(default_factory=dict)
    attention: int = 0
    around_all: bool = False
    tuples: bool = True
    batch: int = 1
    bridged: bool = False


BUNDLES = {
    "stack_0_12": Made("attention_rnn", (64, 64), NAMES_0_12, 40, around_all=True, tuples=False),
    "stack_1_0": Made("attention_rnn", (24, 40), NAMES_1_0, 9, around_all=True, batch=3),
    "first_1_0": Made("attention_rnn", (32, 24), NAMES_1_0, 12),
    "basic_0_12": Made("basic_rnn", (32, 16), NAMES_0_12, tuples=False),
    "lookback_0_12": Made("lookback_rnn", (24, 24), NAMES_0_12, tuples=False, batch=2),
    "mono_1_0": Made("mono_rnn", (24,), NAMES_1_0),
    "bridged": Made("attention_rnn", (24, 24, 16), {}, 5, bridged=True),
}


def main() -> None:
    folder = Path(sys.argv[1])
    for name, made in BUNDLES.items():
        write(folder / f"{name}.mag", made)


def write(path: Path, made: Made) -> None:
    """A bundle, and beside it what its network finds likely of a melody."""
    config = melody_config(made.kind)
    coder = config.encoder_decoder
    melody = melody_for(config)
    inputs = np.array(coder.get_inputs_batch([melody], full_length=True)[0], np.float32)
    with tf.Graph().as_default() as graph, v1.Session() as session:
        build(made, coder.input_size, coder.num_classes)
        draws = np.random.default_rng(11)
        values = {}
        for variable in v1.global_variables():
            spread = OUTPUT if variable.op.name.startswith("fully_connected") else INSIDE
            values[variable.op.name] = draws.normal(0, spread, variable.shape.as_list()).astype(np.float32)
            variable.load(values[variable.op.name], session)
        feed: dict[Any, Any] = {graph.get_collection("inputs")[0]: np.repeat(inputs[None], made.batch, 0)}
        feed[graph.get_collection("temperature")[0]] = 1.0
        softmax = session.run(graph.get_collection("softmax")[0], feed)[0]
        description = v1.train.export_meta_graph(clear_extraneous_savers=True)
    meaning = [
        [coder.class_index_to_event(label, melody[: step + 1]) for label in range(coder.num_classes)]
        for step in range(len(melody))
    ]
    np.savez(path.with_suffix(".npz"), events=np.array(list(melody)), inputs=inputs, softmax=softmax, meaning=meaning)
    bundle = generator_pb2.GeneratorBundle()
    bundle.generator_details.id = made.kind
    bundle.bundle_details.description = path.stem
    checkpoint, bundle.metagraph_file = saved(description, values, made.names, path)
    bundle.checkpoint_file.append(checkpoint)
    path.write_bytes(bundle.SerializeToString())


def build(made: Made, input_size: int, classes: int) -> None:
    """The graph that generates, as Magenta built it then."""
    inputs = v1.placeholder(tf.float32, [made.batch, None, input_size])
    if made.around_all or not made.tuples:
        cells = [v1.nn.rnn_cell.BasicLSTMCell(size, state_is_tuple=made.tuples) for size in made.sizes]
        cell = v1.nn.rnn_cell.MultiRNNCell(cells, state_is_tuple=made.tuples)
        if made.attention:
            cell = contrib_rnn.AttentionCellWrapper(cell, made.attention, state_is_tuple=made.tuples)
    else:
        cell = events_rnn_graph.make_rnn_cell(
            list(made.sizes), attn_length=made.attention, residual_connections=made.bridged
        )
    start = cell.zero_state(made.batch, tf.float32)
    outputs, final = v1.nn.dynamic_rnn(cell, inputs, initial_state=start, swap_memory=True)
    with v1.variable_scope("fully_connected"):
        weights = v1.get_variable("weights", [made.sizes[-1], classes])
        biases = v1.get_variable("biases", [classes])
    logits = tf.matmul(tf.reshape(outputs, [-1, made.sizes[-1]]), weights) + biases
    temperature = v1.placeholder(tf.float32, [])
    softmax = tf.reshape(tf.nn.softmax(logits / temperature), [made.batch, -1, classes])
    collections = {"inputs": inputs, "temperature": temperature, "softmax": softmax}
    for name, tensor in collections.items():
        v1.add_to_collection(name, tensor)
    for name, state in (("initial_state", start), ("final_state", final)):
        for part in tf.nest.flatten(state):
            v1.add_to_collection(name, part)


def saved(description: Any, values: Mapping[str, Any], names: Mapping[str, str], path: Path) -> tuple[bytes, bytes]:
    """Checkpoint of the first format and graph, with the names and operations of another time."""
    old = {name: renamed(name, names) for name in values}
    assert len(set(old.values())) == len(old)
    graph_def = description.graph_def
    for node in graph_def.node:
        node.name = in_old(node.name, old)
        node.input[:] = [in_old(each, old) for each in node.input]
        if "_class" in node.attr:
            classes = node.attr["_class"].list.s
            classes[:] = [f"loc:@{in_old(each.decode()[5:], old)}".encode() for each in classes]
        if node.op == "ConcatV2":
            node.op = "Concat"
            *parts, axis = node.input
            node.input[:] = [axis, *parts]
            del node.attr["Tidx"]
        node.op = {"AddV2": "Add", "VariableV2": "Variable", "RealDiv": "Div"}.get(node.op, node.op)
    tensors = {name: list(found.node_list.value) for name, found in description.collection_def.items()}
    variables = description.collection_def["variables"].bytes_list.value
    with tf.Graph().as_default() as graph, v1.Session() as session:
        tf.import_graph_def(graph_def, name="")
        for name in ("inputs", "temperature", "softmax", "initial_state", "final_state"):
            for tensor in tensors[name]:
                v1.add_to_collection(name, graph.get_tensor_by_name(in_old(tensor, old)))
        for content in variables:
            proto = variable_pb2.VariableDef.FromString(content)
            for part in ("variable_name", "initializer_name", "snapshot_name", "initial_value_name"):
                setattr(proto, part, in_old(getattr(proto, part), old))
            variable = v1.Variable.from_proto(proto)
            v1.add_to_collection("variables", variable)
        for variable in v1.global_variables():
            # Not by load(): it needs an initialiser of today.
            [today] = [name for name, then in old.items() if then == variable.op.name]
            session.run(variable.initializer, {variable.initializer.inputs[1]: values[today]})
        saver = v1.train.Saver(write_version=v1.train.SaverDef.V1)
        checkpoint = path.with_suffix(".ckpt")
        saver.save(session, str(checkpoint), write_meta_graph=False)
        meta = v1.train.export_meta_graph(saver_def=saver.as_saver_def())
    return checkpoint.read_bytes(), meta.SerializeToString()


def renamed(name: str, names: Mapping[str, str]) -> str:
    if name.startswith("fully_connected"):
        return name
    for today, then in names.items():
        name = name.replace(today, then)
    return name


def in_old(name: str, old: Mapping[str, str]) -> str:
    """Name of a node, input or tensor, where it belongs to a variable that is renamed."""
    control = "^" if name.startswith("^") else ""
    plain = name.removeprefix("^")
    node, colon, port = plain.partition(":")
    for today, then in old.items():
        if node == today or node.startswith(f"{today}/"):
            node = then + node[len(today) :]
            break
    return f"{control}{node}{colon}{port}"


if __name__ == "__main__":
    main()
