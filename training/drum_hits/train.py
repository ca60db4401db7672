"""Trains the drums specialist: `./boumb train drums --corpus DIR --out models/specialist-drums`.

The corpus is the Groove MIDI Dataset, unpacked anywhere; its official validation split is for validation alone, and its
test split for nothing. Needs JAX. Interrupted, it goes on after the last finished epoch when it is run again; once both
networks are trained, running it again only writes what ships.
"""

import argparse
import json
import sys
from pathlib import Path

TRAINING_FILE = "training.json"


def main() -> None:
    """Train both networks, or go on training them, and write what ships."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, required=True, help="folder that holds the data set and its info.csv")
    parser.add_argument("--out", type=Path, required=True, help="folder for weights, manifest and metrics of training")
    parser.add_argument(
        "--work",
        type=Path,
        default=Path(".boumb/training/drum_hits"),
        help="folder for checkpoints (default: %(default)s)",
    )
    parser.add_argument("--epochs", type=int, help="epochs of each network, instead of those of the recipe")
    options = parser.parse_args()
    # Slow to load, or not there: help needs none of it.
    from training.common.checkpoint import UnusableCheckpoint  # noqa: PLC0415
    from training.data.groove_corpus import read_corpus  # noqa: PLC0415
    from training.data.skipping import EmptyFolder  # noqa: PLC0415
    from training.drum_hits.specialist import train  # noqa: PLC0415

    try:
        corpus = read_corpus(options.corpus)
        metrics = train(corpus.performances, options.out, options.work, options.epochs)
    except (EmptyFolder, UnusableCheckpoint) as reason:
        sys.exit(f"boumb: {reason}")
    metrics["skipped"] = corpus.skipped
    (options.out / TRAINING_FILE).write_text(json.dumps(metrics, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
