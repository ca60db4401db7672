"""How well a Melody RNN predicts melodies, through Magenta's own generation graph."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.magenta.examples import Examples
from training.magenta.library import tf

# isort: split
from magenta.models.melody_rnn.melody_rnn_model import MelodyRnnConfig
from magenta.models.shared import events_rnn_graph

_BATCH = 16


def loss_per_step(config: MelodyRnnConfig, checkpoint: str, examples: Examples) -> float:
    """Nats per step over all melodies, each step weighing the same.

    Args:
        config: Of the model; its batch size does not matter.
        checkpoint: Path without the suffix.
        examples: Melodies.
    """
    order = np.argsort(-examples.lengths, kind="stable")
    total = 0.0
    with MelodyGraph(config, checkpoint, _BATCH) as graph:
        for start in range(0, len(order), _BATCH):
            rows = order[start : start + _BATCH]
            steps = int(examples.lengths[rows[0]])
            inputs, labels = examples.padded(rows, steps)
            probabilities = graph.softmax(inputs)
            chosen = np.take_along_axis(probabilities, labels[..., None], axis=2)[..., 0]
            is_real = np.arange(steps) < examples.lengths[rows, None]
            total -= float(np.log(chosen[is_real], dtype=np.float64).sum())
    return total / int(examples.lengths.sum())


class MelodyGraph:
    """Magenta's generation graph with a checkpoint's weights, for batches of melodies. Use as a context manager."""

    def __init__(self, config: MelodyRnnConfig, checkpoint: str, batch_size: int) -> None:
        """Build the graph.

        Args:
            config: Of the model.
            checkpoint: Path without the suffix.
            batch_size: Most melodies at a time.
        """
        config.hparams.batch_size = self._batch_size = batch_size
        self._graph = tf.Graph()
        with self._graph.as_default():
            events_rnn_graph.get_build_graph_fn("generate", config)()
            self._session = tf.compat.v1.Session()
            tf.compat.v1.train.Saver().restore(self._session, checkpoint)
        self._inputs, self._temperature, self._softmax = (
            self._graph.get_collection(name)[0] for name in ("inputs", "temperature", "softmax")
        )

    def __enter__(self) -> "MelodyGraph":
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()

    def softmax(self, inputs: NDArray[np.int8]) -> NDArray[np.float32]:
        """Probabilities of the classes after each step of each melody.

        Args:
            inputs: (melodies, steps, input size), at most as many melodies as the batch size.
        """
        padded = np.zeros((self._batch_size, *inputs.shape[1:]), np.float32)
        padded[: len(inputs)] = inputs
        feed: dict[Any, Any] = {self._inputs: padded, self._temperature: 1.0}
        result: NDArray[np.float32] = self._session.run(self._softmax, feed)[: len(inputs)]
        return result
