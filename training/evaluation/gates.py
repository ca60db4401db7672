"""Fits the gates of the mixers: `./boumb train gates --pop909 DIR --out models/mixers`.

Two mixers are evaluated (`training.baselines.mixer`). `mixer` is made of baselines alone; `specialist_mixed` has the
line model that ships as a further expert. Their gates are fitted on POP909's validation songs, whole and as segments;
the weights of the models stay as they are.
"""

import argparse
import json
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from modelstore.manifest import load_arrays, save_arrays
from training.baselines.bundle import load as load_baselines
from training.baselines.matches import matches_of
from training.baselines.mixer import ExpertViews, Gate, MixedModel, views_of
from training.common.progress import track
from training.data.pop909 import read_pop909
from training.data.splits import of_split
from training.data.tunes import PROCESSES
from training.evaluation.line_scorer import LineScorer
from training.scoring.protocol import EventLine, Predictor
from training.scoring.segments import segments_of

NAME, VERSION = "mixers", "1"
FOLDER = Path(__file__).parents[2] / "models" / NAME
MIXER, MIXED = "mixer", "specialist_mixed"


def load_baseline_mixer() -> MixedModel:
    """The mixer of baselines. Raises WeightsError."""
    return load_mixer(MIXER)


def load_mixed_specialist() -> MixedModel:
    """The line model that ships and the baselines, mixed. Raises WeightsError."""
    return load_mixer(MIXED)


def load_mixer(name: str, folder: Path = FOLDER) -> MixedModel:
    """A mixer with all that it mixes.

    Args:
        name: MIXER or MIXED.
        folder: Of the gates.

    Raises:
        WeightsError: A file is missing or not what its manifest says.
    """
    arrays, _ = load_arrays(folder)
    return MixedModel(name, _experts(name), Gate.read(arrays, name))


def _experts(name: str) -> tuple[Predictor, ...]:
    _, markov, gru = load_baselines()
    return (markov, gru, LineScorer.load()) if name == MIXED else (markov, gru)


def fit_gates(lines: Sequence[EventLine]) -> dict[str, NDArray[Any]]:
    """Fit both gates.

    Args:
        lines: That no expert was trained on.

    Returns:
        Arrays of both, as `Gate.read` takes them.
    """
    every = [*lines, *segments_of(lines)]
    with ProcessPoolExecutor(PROCESSES) as pool:
        views = list(track(pool.map(_views, every), "Asking experts", len(every)))
    arrays: dict[str, NDArray[Any]] = {}
    for name, left_out in ((MIXER, 1), (MIXED, 0)):
        chosen = [_without_last(each, left_out) for each in views]
        gate = Gate.fit(every, chosen)
        arrays |= {f"{name}.kinds": gate.kinds.astype(np.float32), f"{name}.pitches": gate.pitches.astype(np.float32)}
    return arrays


def _views(line: EventLine) -> ExpertViews:
    return views_of(line, [expert.predict(line) for expert in _kept_experts()], matches_of(line))


@cache
def _kept_experts() -> tuple[Predictor, ...]:
    """All experts, loaded once in each process."""
    return _experts(MIXED)


def _without_last(views: ExpertViews, count: int) -> ExpertViews:
    kept = slice(views.kinds.shape[1] - count), slice(views.pitches.shape[1] - count)
    return ExpertViews(views.rows, views.kinds[:, kept[0]], views.pitches[:, kept[1]])


def main() -> None:
    """Fit the gates, and write them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pop909", type=Path, required=True, help="folder of POP909")
    parser.add_argument("--out", type=Path, required=True, help="folder for the gates and their manifest")
    options = parser.parse_args()
    melodies = [tune for tune in read_pop909(options.pop909).tunes if tune.role == "melody"]
    lines = [EventLine.of(tune) for tune in of_split(melodies, "validation")]
    manifest = save_arrays(options.out, NAME, VERSION, fit_gates(lines))
    print(json.dumps({"lines": len(lines), "sha256": manifest.sha256}))


if __name__ == "__main__":
    main()
