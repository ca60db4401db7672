"""How well a bundle predicts melodies: `python -m training.magenta.score --bundle FILE < melodies.jsonl`.

Runs under .venv-magenta. Each line of the input is a melody: a JSON list with an event per sixteenth (-2 nothing new,
-1 note off, or a MIDI pitch). The output is one JSON object with an entry per melody, in order. Melodies are scored
whole, by Magenta's own graph and encoding, after Magenta's own `squash`: moved to C by its own estimate of their key,
and to the octave that suits the model; notes that remain outside its range are moved by octaves, and counted.

The model says nothing of the first event. Several of its classes can mean the same event (a note, or a repeat of what
was a bar ago): `nats_per_step` counts all that mean it, `label_nats_per_step` the one class that it was trained on, as
Magenta's own log-likelihood does.
"""

import argparse
import json
import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from training.magenta.library import melody_config

# isort: split
import note_seq
from magenta.models.melody_rnn.melody_rnn_model import MelodyRnnModel
from magenta.models.melody_rnn.melody_rnn_sequence_generator import MelodyRnnSequenceGenerator
from magenta.models.shared import sequence_generator_bundle

_SHORTEST = 2


@dataclass(frozen=True, slots=True)
class MelodyScore:
    """What a melody costs.

    Attributes:
        nats_per_step: Mean of -ln p(event) over the predicted steps.
        label_nats_per_step: The same for the class that the model was trained to choose.
        nats_per_onset: Mean of -ln p(event) over those on which a note begins; 0 when there are none.
        steps: Steps predicted: all but the first.
        onsets: Notes predicted.
        folded: Notes moved by octaves because the model does not know them.
        nats: -ln p(event) of each predicted step.
    """

    nats_per_step: float
    label_nats_per_step: float
    nats_per_onset: float
    steps: int
    onsets: int
    folded: int
    nats: list[float]


def score(bundle_file: Path, melodies: Iterable[list[int]]) -> list[MelodyScore]:
    """Score melodies.

    Args:
        bundle_file: The bundle.
        melodies: Events of each.

    Raises:
        ValueError: A melody is too short to predict anything of.
    """
    bundle = sequence_generator_bundle.read_bundle_file(str(bundle_file))
    config = melody_config(bundle.generator_details.id)
    model = _Model(config)
    with MelodyRnnSequenceGenerator(model, config.details, bundle=bundle):
        return [model.score(events) for events in melodies]


class _Model(MelodyRnnModel):  # type: ignore[misc]  # the library has no types
    """The library's model, asked for probabilities."""

    def score(self, events: list[int]) -> MelodyScore:
        if len(events) < _SHORTEST:
            raise ValueError(f"a melody of {len(events)} steps has nothing to predict")
        config, coder = self._config, self._config.encoder_decoder
        melody = note_seq.Melody(events)
        moved = melody.squash(config.min_note, config.max_note, config.transpose_to_key)
        graph = self._session.graph
        feed = {graph.get_collection("inputs")[0]: coder.get_inputs_batch([melody], full_length=True)}
        feed |= dict.fromkeys(graph.get_collection("temperature"), 1.0)
        [softmax] = self._session.run(graph.get_collection("softmax")[0], feed)
        label, onset, onsets, costs = 0.0, 0.0, 0, list[float]()
        for position in range(1, len(melody)):
            probabilities = softmax[position - 1].astype(np.float64)
            past = melody[:position]
            meant = [
                index
                for index in range(coder.num_classes)
                if coder.class_index_to_event(index, past) == melody[position]
            ]
            nats = -float(np.log(probabilities[meant].sum()))
            costs.append(nats)
            if melody[position] >= 0:
                onset, onsets = onset + nats, onsets + 1
            label -= float(np.log(probabilities[coder.events_to_label(melody, position)]))
        steps, event = len(costs), sum(costs)
        folded = sum(pitch >= 0 and not config.min_note <= pitch + moved < config.max_note for pitch in events)
        return MelodyScore(event / steps, label / steps, onset / max(onsets, 1), steps, onsets, folded, costs)


def main() -> None:
    """Score the melodies on standard input."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bundle", type=Path, default=Path("models/magenta-attention-rnn/attention_rnn.mag"))
    arguments = parser.parse_args()
    scores = score(arguments.bundle, map(json.loads, sys.stdin))
    json.dump({"bundle": arguments.bundle.name, "melodies": [asdict(each) for each in scores]}, sys.stdout)
    print()


if __name__ == "__main__":
    main()
