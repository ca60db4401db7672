"""Bundles by Magenta's own tools and what the library makes of a melody with them. Runs under .venv-magenta.

Usage: python -m tests.integration.magenta.write_reference FOLDER
"""

import random
import sys
from pathlib import Path
from typing import Any

import numpy as np

from training.magenta.export import export
from training.magenta.library import melody_config, tf

# isort: split
import note_seq
from magenta.models.melody_rnn.melody_rnn_model import MelodyRnnModel
from magenta.models.melody_rnn.melody_rnn_sequence_generator import MelodyRnnSequenceGenerator
from magenta.models.shared import events_rnn_graph, sequence_generator_bundle
from note_seq.protobuf import generator_pb2

STEPS = 90
SPREAD = 0.3
# Kinds with other sizes than their makers', as a third party would train them, and one with the makers' own.
SIZES: dict[str, dict[str, Any]] = {
    "attention_rnn": {"rnn_layer_sizes": [24, 40], "attn_length": 7},
    "lookback_rnn": {"rnn_layer_sizes": [32]},
    "basic_rnn": {"rnn_layer_sizes": [16, 16, 16]},
    "mono_rnn": {},
}


def main() -> None:
    folder = Path(sys.argv[1])
    for kind, sizes in SIZES.items():
        config = melody_config(kind)
        for name, value in sizes.items():
            if name in config.hparams.values():
                config.hparams.set_hparam(name, value)
            else:
                config.hparams.add_hparam(name, value)
        checkpoint = random_checkpoint(kind, folder)
        path = export(kind, checkpoint, folder, f"{kind} with random weights")
        (folder / "manifest.json").unlink()
        path = path.rename(folder / f"own_{kind}.mag")
        write_expected(kind, path)
    write_as_in_2016(folder)


def random_checkpoint(kind: str, folder: Path) -> str:
    """Weights large enough for probabilities that differ."""
    config = melody_config(kind)
    config.hparams.batch_size = 1
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        events_rnn_graph.get_build_graph_fn("generate", config)()
        draws = np.random.default_rng(7)
        for variable in tf.compat.v1.global_variables():
            variable.load(draws.normal(0, SPREAD, variable.shape.as_list()).astype(np.float32), session)
        saved: str = tf.compat.v1.train.Saver().save(session, str(folder / f"{kind}.ckpt"))
    return saved


def melody_for(config: Any) -> note_seq.Melody:
    draws = random.Random(3)
    pitches = list(range(config.min_note, config.max_note))
    near = pitches[len(pitches) // 2 - 6 : len(pitches) // 2 + 6]
    events = [draws.choice(near)]
    while len(events) < STEPS:
        fresh = draws.choice([-2, -2, -2, -1, draws.choice(near), draws.choice(pitches)])
        # Repeats of what was a bar or two ago, or the encodings of repeats would go untested.
        events.append(events[-draws.choice([16, 32])] if len(events) >= 32 and draws.random() < 0.4 else fresh)
    return note_seq.Melody([-1, -2, *events[2:]])


def write_expected(kind: str, bundle_file: Path) -> None:
    """What the library shows its network, what its classes mean, and how likely it finds them, step by step."""
    config = melody_config(kind)
    bundle = sequence_generator_bundle.read_bundle_file(str(bundle_file))
    model = MelodyRnnModel(config)
    generator = MelodyRnnSequenceGenerator(model, config.details, bundle=bundle)
    generator.initialize()
    melody = melody_for(config)
    coder = config.encoder_decoder
    inputs = coder.get_inputs_batch([melody], full_length=True)
    graph = model._session.graph
    softmax = model._session.run(
        graph.get_collection("softmax")[0],
        {graph.get_collection("inputs")[0]: inputs, graph.get_collection("temperature")[0]: 1.0},
    )
    meaning = [
        [coder.class_index_to_event(label, melody[: step + 1]) for label in range(coder.num_classes)]
        for step in range(len(melody))
    ]
    np.savez(
        bundle_file.with_suffix(".npz"),
        events=np.array(list(melody)),
        inputs=np.array(inputs[0], np.float32),
        softmax=softmax[0],
        meaning=np.array(meaning),
    )
    generator.close()


def write_as_in_2016(folder: Path) -> None:
    """The attention bundle with the variable names of TensorFlow 0.11 and a graph that no TensorFlow runs any more."""
    renamed = {
        "rnn/multi_rnn_cell/cell_": "RNN/MultiRNNCell/Cell",
        "attention_cell_wrapper": "AttentionCellWrapper",
        "basic_lstm_cell/kernel": "BasicLSTMCell/Linear/Matrix",
        "basic_lstm_cell/bias": "BasicLSTMCell/Linear/Bias",
        "attn_output_projection/kernel": "AttnOutputProjection/Linear/Matrix",
        "attn_output_projection/bias": "AttnOutputProjection/Linear/Bias",
        "/attention/kernel": "/Attention/Linear/Matrix",
        "/attention/bias": "/Attention/Linear/Bias",
        "/attention/attn_w": "/Attention/AttnW",
        "/attention/attn_v": "/Attention/AttnV",
        "Wrapper/kernel": "Wrapper/Linear/Matrix",
        "Wrapper/bias": "Wrapper/Linear/Bias",
    }
    # The attention length of such a bundle is the makers': 40.
    melody_config("attention_rnn").hparams.attn_length = 40
    today = tf.train.load_checkpoint(random_checkpoint("attention_rnn", folder))
    path = export("attention_rnn", str(folder / "attention_rnn.ckpt"), folder, "today's twin").rename(
        folder / "own_attention_40.mag"
    )
    (folder / "manifest.json").unlink()
    write_expected("attention_rnn", path)
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        variables = {}
        for name in today.get_variable_to_shape_map():
            old = name
            for new_part, old_part in renamed.items():
                old = old.replace(new_part, old_part)
            variables[old] = tf.compat.v1.Variable(today.get_tensor(name))
        session.run(tf.compat.v1.global_variables_initializer())
        saver = tf.compat.v1.train.Saver(variables, write_version=tf.compat.v1.train.SaverDef.V1)
        saver.save(session, str(folder / "old.ckpt"), write_meta_graph=False)
    bundle = generator_pb2.GeneratorBundle(metagraph_file=b"from another time")
    bundle.generator_details.id = "attention_rnn"
    bundle.checkpoint_file.append((folder / "old.ckpt").read_bytes())
    (folder / "old_attention.mag").write_bytes(bundle.SerializeToString())


if __name__ == "__main__":
    main()
