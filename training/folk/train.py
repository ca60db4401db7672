"""The folk specialist from corpus to weights: `./boumb train folk --out models/specialist-folk`.

Deterministic: the same version of music21 gives the same counts. Reading the corpus takes minutes the first
time and is kept in .boumb/corpus; everything else takes seconds.
"""

import argparse
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import music21
from rich.console import Console

from services.melody.next_note_models.backoff_counts import IntArray
from services.melody.next_note_models.folk_model import (
    ALTERATION_RADICES,
    INTERVAL_RADICES,
    INTERVAL_SYMBOLS,
    RHYTHM_RADICES,
    STEP_SYMBOLS,
    FolkModel,
)
from services.melody.next_note_models.folk_weights import save
from training.common.progress import track
from training.data.abc_collections import COLLECTIONS, FROZEN, read_collections, read_folder
from training.data.duplicates import drop_duplicates, split
from training.data.tunes import Corpus, Tune
from training.folk.counting import count
from training.folk.grid import MODES, Observations, observe
from training.folk.harmony import stability
from training.folk.validation import model_bits, unigram_bits

VERSION = "1"
METRICS = "metrics.json"
# One tune in ten is held out; the shipped weights never see it, so that the figures are theirs.
_HELD_OUT = 10
_CACHE = Path(".boumb/corpus")


@dataclass(frozen=True, slots=True)
class TrainedFolkModel:
    """What training gives.

    Attributes:
        parts: Counts of each part of the model.
        stability: Pull of chord tones by metrical weight.
        metrics: What it was trained on and how well it predicts, as written to metrics.json.
    """

    parts: dict[str, dict[str, IntArray]]
    stability: list[float]
    metrics: dict[str, Any]


def train(corpus: Corpus, frozen: Sequence[Tune]) -> TrainedFolkModel:
    """Count the training tunes and evaluate on the held-out ones.

    Args:
        corpus: Tunes that may be used.
        frozen: Tunes that must not be learned, nor their near-duplicates.
    """
    usable = [tune for tune in corpus.tunes if tune.mode in MODES]
    kept, dropped = drop_duplicates(usable, frozen)
    training, held_out = split(kept, _HELD_OUT)
    seen = [observe(tune) for tune in track(training, "Counting", len(training))]
    unseen = [observe(tune) for tune in held_out]
    parts = _count(seen)
    pull = stability(training)
    model = model_bits(FolkModel(parts, pull), unseen)
    unigram = unigram_bits(seen, unseen)
    metrics = {
        "music21": music21.__version__,
        "tunes": dict(sorted(Counter(tune.name.split("/")[0] for tune in kept).items())),
        "skipped": corpus.skipped | {"mode without a scale here": len(corpus.tunes) - len(usable)},
        "frozen_tunes": len(frozen),
        "near_duplicates_of_frozen_tunes_dropped": dropped,
        "training_tunes": len(training),
        "training_notes": sum(len(tune.alteration) for tune in seen),
        "held_out_tunes": len(held_out),
        "held_out": {"model": asdict(model), "unigram": asdict(unigram)},
        "stability_by_weight": pull,
    }
    return TrainedFolkModel(parts, pull, metrics)


def _count(tunes: Sequence[Observations]) -> dict[str, dict[str, IntArray]]:
    # Bars in rare metres lack the last factor of a rhythm context and are left to the shorter contexts of others.
    whole = len(RHYTHM_RADICES)
    return {
        "rhythm": count(
            (event for tune in tunes for event in tune.rhythm if len(event[0]) == whole), RHYTHM_RADICES, STEP_SYMBOLS
        ),
        "interval": count((event for tune in tunes for event in tune.interval), INTERVAL_RADICES, INTERVAL_SYMBOLS),
        "alteration": count((event for tune in tunes for event in tune.alteration), ALTERATION_RADICES, 2),
    }


def main() -> None:
    """Train the folk model, and write its weights and metrics."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder for weights, manifest and metrics")
    parser.add_argument("--limit", type=int, help="most tunes of each collection, for a quick trial")
    parser.add_argument(
        "--cache", type=Path, default=_CACHE, help="folder to keep the corpus in (default: %(default)s)"
    )
    parser.add_argument(
        "--frozen", type=Path, action="append", default=[], help="folder of further ABC tunes that must not be learned"
    )
    options = parser.parse_args()
    frozen = [*read_collections(FROZEN, options.cache).tunes]
    for folder in options.frozen:
        frozen.extend(read_folder(folder, options.cache).tunes)
    trained = train(read_collections(COLLECTIONS, options.cache, options.limit), frozen)
    manifest = save(options.out, VERSION, trained.parts, trained.stability)
    metrics = json.dumps(trained.metrics | {"sha256": manifest.sha256}, indent=2)
    (options.out / METRICS).write_text(metrics + "\n", encoding="utf-8")
    Console().print_json(metrics)


if __name__ == "__main__":
    main()
