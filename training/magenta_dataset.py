"""Melodies to training examples, by Magenta's own pipeline.

A melody becomes a NoteSequence; Magenta's pipeline quantises it, cuts it at silences of a bar, keeps what is at least
seven bars long and has five pitch classes, transposes it to C major or A minor by its own estimate, and encodes it.
"""

import json
from collections.abc import Sequence
from pathlib import Path

from training.magenta_library import melody_config, tf

# isort: split
import magenta.common
import note_seq
from magenta.models.melody_rnn import melody_rnn_pipeline

_QPM = 120.0
# Magenta's pipeline splits at random; our songs are split already, so all of them go to one side.
_ALL_TRAINING = 0.0
_SHUFFLED = 4096  # melodies: all of them
# Upper ends of the lengths, in steps, that share a batch; the pipeline cuts melodies at 512.
_LENGTHS = (128, 160, 208, 256, 320, 400, 511)


def read_melodies(path: Path) -> list[list[int]]:
    """Melodies of a file: a JSON list of events per line."""
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def note_sequence(events: list[int]) -> note_seq.NoteSequence:
    """A monophonic 4/4 score of a melody."""
    sequence = note_seq.Melody(events).to_sequence(qpm=_QPM)
    sequence.time_signatures.add(numerator=4, denominator=4)
    return sequence


def write_examples(melodies: Path, examples: Path, model: str) -> int:
    """Write the training examples of a model as a TFRecord file; returns how many there are.

    Args:
        melodies: Read by `read_melodies`.
        examples: Where to; what is there already is taken as it is.
        model: Name of one of Magenta's configurations.
    """
    if not examples.exists():
        flow = melody_rnn_pipeline.get_pipeline(melody_config(model), eval_ratio=_ALL_TRAINING)
        unfinished = examples.with_suffix(".unfinished")
        with tf.io.TFRecordWriter(str(unfinished)) as writer:
            for events in read_melodies(melodies):
                for example in flow.transform(note_sequence(events))["training_melodies"]:
                    writer.write(example.SerializeToString())
        unfinished.rename(examples)
    return sum(1 for _ in tf.compat.v1.python_io.tf_record_iterator(str(examples)))


def batch_by_length(seed: int) -> None:
    """Have Magenta's training graphs read melodies of about the same length together, in an order given by the seed.

    Magenta's own queue mixes all lengths: most of the time then goes into padding, and the order changes every time.
    """

    def batches(
        files: Sequence[str], batch_size: int, input_size: int, **_: object
    ) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        features = {
            "inputs": tf.io.FixedLenSequenceFeature([input_size], tf.float32),
            "labels": tf.io.FixedLenSequenceFeature([], tf.int64),
        }

        def parse(record: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
            _, lists = tf.io.parse_single_sequence_example(record, sequence_features=features)
            return lists["inputs"], lists["labels"], tf.shape(lists["labels"])[0]

        examples = tf.data.TFRecordDataset(list(files)).shuffle(_SHUFFLED, seed=seed).repeat().map(parse)
        grouped = examples.bucket_by_sequence_length(
            lambda _inputs, _labels, length: length,
            [length + 1 for length in _LENGTHS],
            [batch_size] * (len(_LENGTHS) + 1),
        )
        inputs, labels, lengths = tf.compat.v1.data.make_one_shot_iterator(grouped).get_next()
        return tf.ensure_shape(inputs, [batch_size, None, input_size]), labels, lengths

    magenta.common.get_padded_batch = batches
