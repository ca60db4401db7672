"""Melodies to what Melody RNNs learn from, by Magenta's own pipeline: `./boumb train magenta-examples`.

Runs under .venv-magenta after `training.magenta.melodies`. A melody becomes a NoteSequence; Magenta's pipeline
quantises it, cuts it at silences of a bar, keeps what is at least seven bars long and has five pitch classes, moves it
to C major or A minor by its own estimate, and encodes it. What the model's configuration says goes beside it.
"""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.magenta.examples import Examples
from training.magenta.library import melody_config, tf

# isort: split
import note_seq
from magenta.models.melody_rnn import melody_rnn_pipeline

_QPM = 120.0
# Magenta's pipeline splits at random; our songs are split already, so all of them go to one side.
_ALL_TRAINING = 0.0


def read_melodies(path: Path) -> list[list[int]]:
    """Melodies of a file: a JSON list of events per line."""
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def note_sequence(events: list[int]) -> note_seq.NoteSequence:
    """A monophonic 4/4 score of a melody."""
    sequence = note_seq.Melody(events).to_sequence(qpm=_QPM)
    sequence.time_signatures.add(numerator=4, denominator=4)
    return sequence


def encode(melodies: list[list[int]], model: str) -> Examples:
    """What a model learns from melodies.

    Args:
        melodies: As `read_melodies` reads them.
        model: Name of one of Magenta's configurations.
    """
    flow = melody_rnn_pipeline.get_pipeline(melody_config(model), eval_ratio=_ALL_TRAINING)

    def encoded() -> Iterator[tuple[NDArray[np.float32], NDArray[np.int64]]]:
        for events in melodies:
            for example in flow.transform(note_sequence(events))["training_melodies"]:
                yield arrays_of(example)

    return Examples.of(encoded())


def arrays_of(example: tf.train.SequenceExample) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Inputs (steps, input size) and labels (steps,) of an encoded melody."""
    lists = example.feature_lists.feature_list
    inputs = np.array([feature.float_list.value for feature in lists["inputs"].feature], np.float32)
    return inputs, np.array([feature.int64_list.value[0] for feature in lists["labels"].feature])


def settings(model: str) -> dict[str, object]:
    """Sizes and hyperparameters of a model, as Magenta names them."""
    config = melody_config(model)
    coder = config.encoder_decoder
    return {"input_size": coder.input_size, "num_classes": coder.num_classes, **config.hparams.values()}


def main() -> None:
    """Encode the melodies of every split."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="attention_rnn")
    parser.add_argument("--data", type=Path, default=Path(".boumb/magenta"))
    arguments = parser.parse_args()
    model, data = arguments.model, arguments.data
    (data / f"{model}.json").write_text(json.dumps(settings(model), indent=1) + "\n", encoding="utf-8")
    for split in ("validation", "train"):
        examples = encode(read_melodies(data / f"{split}.jsonl"), model)
        examples.save(data / f"{model}-{split}.npz")
        print(f"{split}: {len(examples)} examples of {examples.lengths.mean():.0f} steps on average")


if __name__ == "__main__":
    main()
