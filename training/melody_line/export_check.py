"""Compares the graphs that ship with the network in JAX.

`./boumb evaluate melody-export --weights DIR ...`

Both predict the lead lines of a folder. They may differ by what quantisation and the rounding of logits and votes cost.
"""

import argparse
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from boumbapp.music.v2.music_pb2 import Meter
from numpy.typing import NDArray

from services.melody.line_model import LineNetwork, load
from services.melody.line_model.scoring import score
from training.data.line_arrays import line_of, metre_of
from training.data.midi_folder import read_folder
from training.data.tunes import Tune
from training.melody_line.config import WEIGHTS


@dataclass(frozen=True, slots=True)
class ExportDifference:
    """How far the graphs are from the network.

    Attributes:
        steps: Steps that both predicted.
        jax_bits_per_step: Negative log-likelihood of the network.
        graphs_bits_per_step: Negative log-likelihood of the graphs.
        usual_difference: Median difference at a step, in bits.
        largest_difference: Largest difference at a step, in bits.
    """

    steps: int
    jax_bits_per_step: float
    graphs_bits_per_step: float
    usual_difference: float
    largest_difference: float


def compare(
    weights: Mapping[str, NDArray[np.float32]], network: LineNetwork, tunes: Sequence[Tune]
) -> ExportDifference:
    """Predict lines with both.

    Args:
        weights: As training left them.
        network: The exported graphs.
        tunes: At least one.
    """
    # Slow to load, or not there: help needs none of it.
    import jax.numpy as jnp  # noqa: PLC0415

    from training.melody_line.batches import ONLY_ROLE, conditions, stack  # noqa: PLC0415
    from training.melody_line.network import losses  # noqa: PLC0415

    params = {name: jnp.asarray(array) for name, array in weights.items()}
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
    return ExportDifference(
        len(one), float(one.mean()), float(other.mean()), float(np.median(apart)), float(apart.max(initial=0.0))
    )


def main() -> None:
    """Print how far the exported graphs are from the network."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weights", type=Path, required=True, help="folder that training.melody_line.train wrote")
    parser.add_argument("--model", type=Path, required=True, help="folder that training.melody_line.export wrote")
    parser.add_argument("--data", type=Path, required=True, help="folder of MIDI or MusicXML files")
    options = parser.parse_args()
    with np.load(options.weights / WEIGHTS) as arrays:
        weights = {name: arrays[name] for name in arrays.files}
    print(json.dumps(asdict(compare(weights, load(options.model)[0], read_folder(options.data).tunes))))


if __name__ == "__main__":
    main()
