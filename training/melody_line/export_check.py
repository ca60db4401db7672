"""Holds the graphs that ship against the network in JAX.

`python -m training.melody_line.export_check --weights DIR ...`

Both predict the lead lines of a folder. They may differ by what quantisation and the rounding of logits and votes cost.
"""

import argparse
import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import jax.numpy as jnp
import numpy as np
from boumbapp.music.v1.music_pb2 import Meter

from services.melody.line_model import LineNetwork, load
from services.melody.line_model.scoring import score
from training.data.line_arrays import line_of, metre_of
from training.data.midi_folder import read_folder
from training.data.tunes import Tune
from training.melody_line.batches import ONLY_ROLE, conditions, stack
from training.melody_line.network import Params, losses
from training.melody_line.train import WEIGHTS


@dataclass(frozen=True, slots=True)
class Parity:
    """How far the graphs are from the network.

    Attributes:
        steps: Steps that both predicted.
        jax_bits_per_step: What they cost the network.
        graphs_bits_per_step: What they cost the graphs.
        usual_difference: Bits at a step, the middle one of all differences.
        largest_difference: Bits at a step.
    """

    steps: int
    jax_bits_per_step: float
    graphs_bits_per_step: float
    usual_difference: float
    largest_difference: float


def compare(params: Params, network: LineNetwork, tunes: Sequence[Tune]) -> Parity:
    """Predict lines with both."""
    expected, got = [], []
    for tune in tunes:
        line = line_of(tune)
        batch = stack([(line, 0, conditions(line, ONLY_ROLE), False)], len(line.events), len(line.onsets))
        kinds, pitches, _ = losses(params, batch, jnp.zeros((2, 1, params["gru1.h"].shape[0])), None, 0.0)
        nats = np.array(kinds[0], np.float64)
        nats[line.onsets] += np.array(pitches[0], np.float64)
        expected.append(nats)
        metre = metre_of(Meter(beats=tune.beats, beat_unit=tune.beat_unit))
        got.append(score(network, metre, line.events.tolist(), tune.role).nats)
    one, other = (np.concatenate(costs) / math.log(2) for costs in (expected, got))
    apart = np.abs(one - other)
    return Parity(
        len(one), float(one.mean()), float(other.mean()), float(np.median(apart)), float(apart.max(initial=0.0))
    )


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weights", type=Path, required=True, help="folder that training.melody_line.train wrote")
    parser.add_argument("--model", type=Path, required=True, help="folder that training.melody_line.export wrote")
    parser.add_argument("--data", type=Path, required=True, help="folder of MIDI or MusicXML files")
    options = parser.parse_args()
    with np.load(options.weights / WEIGHTS) as arrays:
        params = {name: jnp.asarray(arrays[name]) for name in arrays.files}
    print(json.dumps(asdict(compare(params, load(options.model)[0], read_folder(options.data).tunes))))


if __name__ == "__main__":
    main()
