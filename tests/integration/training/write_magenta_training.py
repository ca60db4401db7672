"""What Magenta's own training graph makes of a few melodies in a few updates. Runs under .venv-magenta.

Usage: python -m tests.integration.training.write_magenta_training FOLDER
"""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from training.magenta.dataset import encode, settings
from training.magenta.examples import Examples
from training.magenta.export import write_checkpoint
from training.magenta.generation_graph import loss_per_step
from training.magenta.library import melody_config, tf

# isort: split
import magenta.common
from magenta.models.shared import events_rnn_graph

UPDATES = 4
# Nothing is dropped, or no two runs would agree; gradients are so long that some are shortened and some are not.
OTHERWISE: dict[str, dict[str, Any]] = {
    "attention_rnn": {"rnn_layer_sizes": [24, 40], "attn_length": 7, "dropout_keep_prob": 1.0, "clip_norm": 0.1},
    "basic_rnn": {"rnn_layer_sizes": [16], "dropout_keep_prob": 1.0, "clip_norm": 0.1},
}


def main() -> None:
    folder = Path(sys.argv[1])
    drawn = variables_of("attention_rnn")
    np.savez(folder / "drawn.npz", allow_pickle=False, **drawn)
    for model, changes in OTHERWISE.items():
        hparams = melody_config(model).hparams
        for name, value in changes.items():
            # Magenta's clip_norm is a whole number, and stays one where it is only set.
            hparams.del_hparam(name)
            hparams.add_hparam(name, value)
        (folder / f"{model}.json").write_text(json.dumps(settings(model)), encoding="utf-8")
        examples = encode([tune(seed, bars) for seed, bars in ((1, 8), (2, 9), (3, 11))], model)
        examples.save(folder / f"{model}-train.npz")
        before, after, losses = learned(model, examples)
        np.savez(folder / f"{model}-before.npz", allow_pickle=False, **before)
        np.savez(folder / f"{model}-after.npz", allow_pickle=False, **after)
        checkpoint = write_checkpoint(model, after, folder / model)
        told = {"losses": losses, "after": loss_per_step(melody_config(model), checkpoint, examples)}
        (folder / f"{model}-losses.json").write_text(json.dumps(told), encoding="utf-8")


def tune(seed: int, bars: int) -> list[int]:
    """A melody that Magenta's pipeline keeps."""
    draws = np.random.default_rng(seed)
    events = np.full(16 * bars, -2)
    onsets = np.arange(0, len(events), 2)[draws.random(len(events) // 2) < 0.7]
    events[onsets] = draws.choice([60, 62, 64, 65, 67, 69, 71, 72], len(onsets))
    events[:8:2] = 60, 62, 64, 65
    events[-2] = 67
    return [int(event) for event in events]


def variables_of(model: str) -> dict[str, Any]:
    """Weights as the library draws them."""
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        tf.compat.v1.set_random_seed(5)
        events_rnn_graph.get_build_graph_fn("generate", melody_config(model))()
        session.run(tf.compat.v1.global_variables_initializer())
        return weights_in(session)


def weights_in(session: tf.compat.v1.Session) -> dict[str, Any]:
    variables = tf.compat.v1.trainable_variables()
    return dict(zip([variable.op.name for variable in variables], session.run(variables), strict=True))


def learned(model: str, examples: Examples) -> tuple[dict[str, Any], dict[str, Any], list[float]]:
    """Weights before and after some updates on a batch of all examples, and the loss before each."""
    config = melody_config(model)
    config.hparams.batch_size = len(examples)
    inputs, labels = examples.padded(np.arange(len(examples)), int(examples.lengths.max()))

    def batch(*_: object, **__: object) -> tuple[tf.Tensor, ...]:
        # The graph expects not to know how long melodies are.
        given = tf.compat.v1.placeholder_with_default
        return (
            given(inputs.astype(np.float32), [len(inputs), None, inputs.shape[2]]),
            given(labels.astype(np.int64), [len(inputs), None]),
            given(examples.lengths.astype(np.int32), [len(inputs)]),
        )

    magenta.common.get_padded_batch = batch
    with tf.Graph().as_default() as graph, tf.compat.v1.Session() as session:
        tf.compat.v1.set_random_seed(6)
        events_rnn_graph.get_build_graph_fn("train", config, ["none"])()
        session.run([tf.compat.v1.global_variables_initializer(), tf.compat.v1.local_variables_initializer()])
        before = weights_in(session)
        learn = graph.get_collection("train_op")[-1]
        losses = [float(session.run(learn)) for _ in range(UPDATES)]
        return before, weights_in(session), losses


if __name__ == "__main__":
    main()
