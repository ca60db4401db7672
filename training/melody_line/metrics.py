"""Scores the line model that ships on songs that it never learned.

`./boumb evaluate melody-card --weights DIR ...`

Writes `metrics.json` beside the model: the metrics of its training, and the negative log-likelihood of each set under
the exported graphs, whole tunes, conditioned on the role alone.
"""

import argparse
import json
import math
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

from boumbapp.music.v2.music_pb2 import Meter

from services.melody.line_model import LineNetwork, load
from services.melody.line_model.scoring import score
from training.common.progress import track
from training.data.line_arrays import events_of, metre_of
from training.data.line_corpus import FolkTunes, folk_tunes
from training.data.pop909 import read_pop909
from training.data.splits import of_split
from training.data.tunes import PROCESSES, Tune
from training.melody_line.config import METRICS

Cost = tuple[int, int, float, float]


def sets(folder: Path) -> Mapping[str, Callable[[], Sequence[Tune]]]:
    """Tunes that the model never learned, by what they are."""

    @cache
    def songs() -> Sequence[Tune]:
        return read_pop909(folder / "pop909").tunes

    @cache
    def folk() -> FolkTunes:
        return folk_tunes(folder)

    def part(split: str, role: str, every: int = 1) -> Sequence[Tune]:
        return [tune for tune in of_split(songs(), split) if tune.role == role][::every]

    return {
        "pop909 validation melodies": lambda: part("validation", "melody"),
        "pop909 test melodies": lambda: part("test", "melody"),
        "nottingham tunes in music21": lambda: folk().frozen,
        "folk tunes held out, every third": lambda: folk().held_out[::3],
        "pop909 test basses, every third": lambda: part("test", "bass", 3),
        "pop909 test second melodies, every third": lambda: part("test", "counter", 3),
    }


def measure(model: Path, name: str, tunes: Sequence[Tune]) -> dict[str, Any]:
    """Negative log-likelihood of a set of tunes.

    Args:
        model: Folder of the model.
        name: Of the set.
        tunes: At least one.
    """
    with ProcessPoolExecutor(PROCESSES, initializer=_open, initargs=(model,)) as pool:
        costs = list(track(pool.map(_cost, tunes, chunksize=4), name, len(tunes)))
    steps, onsets, kinds, pitches = (sum(column) for column in zip(*costs, strict=True))
    bit = math.log(2)
    return {
        "set": name,
        "tunes": len(tunes),
        "steps": steps,
        "onsets": onsets,
        "bits_per_step": round((kinds + pitches) / steps / bit, 4),
        "kind_bits_per_step": round(kinds / steps / bit, 4),
        "pitch_bits_per_onset": round(pitches / onsets / bit, 4),
        "bits_per_onset": round((kinds + pitches) / onsets / bit, 4),
    }


_network: LineNetwork


def _open(model: Path) -> None:
    global _network  # noqa: PLW0603  one for each process
    _network = load(model)[0]


def _cost(tune: Tune) -> Cost:
    events = events_of(tune)
    metre = metre_of(Meter(beats=tune.beats, beat_unit=tune.beat_unit))
    costs = score(_network, metre, events.tolist(), tune.role)
    return len(events), int((events >= 0).sum()), float(costs.kinds.sum()), float(costs.pitches.sum())


def main() -> None:
    """Score the model that ships, and write its metrics."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, default=Path(".boumb/corpus"), help="folder of the data sets")
    parser.add_argument("--weights", type=Path, required=True, help="folder that training.melody_line.train wrote")
    parser.add_argument("--model", type=Path, required=True, help="folder that training.melody_line.export wrote")
    options = parser.parse_args()
    measured = [measure(options.model, name, read()) for name, read in sets(options.corpus).items()]
    metrics = json.loads((options.weights / METRICS).read_text(encoding="utf-8"))
    metrics["sha256"] = load(options.model)[1].sha256
    metrics["shipped"] = measured
    (options.model / METRICS).write_text(json.dumps(metrics, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(measured, indent=2))


if __name__ == "__main__":
    main()
