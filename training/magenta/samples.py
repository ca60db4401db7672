"""Melodies that a bundle composes: `python -m training.magenta.samples --bundle FILE < requests.jsonl`.

Runs under .venv-magenta. Each line of the input is a request: {"primer": events, "steps": how many more, "seed": of
what is drawn}, events as in `training.magenta.score`. The output is one JSON object with an entry per melody, in
order: its `events` without the primer, and the processor `seconds` that it took. Melodies are drawn by Magenta's own
generator at temperature 1, one at a time; it moves the primer to C by its own estimate of the key, and moves back.
"""

import argparse
import json
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from training.magenta.library import melody_config

# isort: split
import note_seq
from magenta.models.melody_rnn.melody_rnn_model import MelodyRnnModel
from magenta.models.melody_rnn.melody_rnn_sequence_generator import MelodyRnnSequenceGenerator
from magenta.models.shared import sequence_generator_bundle


def compose(bundle_file: Path, requests: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Compose a melody for each request.

    Args:
        bundle_file: The bundle.
        requests: As the module describes them.
    """
    bundle = sequence_generator_bundle.read_bundle_file(str(bundle_file))
    config = melody_config(bundle.generator_details.id)
    model = MelodyRnnModel(config)
    with MelodyRnnSequenceGenerator(model, config.details, bundle=bundle):
        return [_composed(model, **request) for request in requests]


def _composed(model: MelodyRnnModel, primer: list[int], steps: int, seed: int) -> dict[str, Any]:
    np.random.seed(seed)  # Magenta draws from numpy's global generator
    began = time.process_time()
    melody = model.generate_melody(len(primer) + steps, note_seq.Melody(primer))
    return {"events": [int(event) for event in melody][len(primer) :], "seconds": time.process_time() - began}


def main() -> None:
    """Answer the requests on standard input."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bundle", type=Path, default=Path("models/magenta-attention-rnn/attention_rnn.mag"))
    arguments = parser.parse_args()
    melodies = compose(arguments.bundle, map(json.loads, sys.stdin))
    json.dump({"bundle": arguments.bundle.name, "melodies": melodies}, sys.stdout)
    print()


if __name__ == "__main__":
    main()
