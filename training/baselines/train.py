"""Trains the baselines: `./boumb train baseline --corpus DIR --out models/baselines`.

Counts POP909's melodies of the training split; the GRU learns from these and from the lead sheets and Lieder beside
them. `--pop909` leaves the latter out, and `--data` takes any folder of music instead. Interrupted, it goes on
from its last checkpoint when it is run again with the same folder for its work.
"""

import argparse
import json
import sys
from pathlib import Path

from modelstore.manifest import WeightsError
from training.baselines.config import GruTrainingConfig
from training.common.options import add_options, config_of


def main() -> None:
    """Train the baselines, or go on training them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    data = parser.add_mutually_exclusive_group(required=True)
    data.add_argument("--corpus", type=Path, help="folder that holds pop909, openewld and lieder")
    data.add_argument("--pop909", type=Path, help="folder of POP909 alone")
    data.add_argument("--data", type=Path, help="folder of MIDI or MusicXML files, instead")
    parser.add_argument("--out", type=Path, required=True, help="folder for models, manifest and metrics")
    parser.add_argument("--start", type=Path, help="folder of baselines whose GRU is trained on, instead of a new one")
    parser.add_argument(
        "--work",
        type=Path,
        default=Path(".boumb/training/baselines"),
        help="folder for checkpoints (default: %(default)s)",
    )
    add_options(parser, GruTrainingConfig)
    options = parser.parse_args()
    # Slow to load, or not there: help needs none of it.
    from training.baselines.trainer import (  # noqa: PLC0415
        lines_of_corpus,
        lines_of_folder,
        lines_of_pop909,
        train_baselines,
    )
    from training.common.checkpoint import UnusableCheckpoint  # noqa: PLC0415
    from training.data.skipping import EmptyFolder  # noqa: PLC0415

    try:
        if options.corpus:
            lines = lines_of_corpus(options.corpus)
        else:
            lines = lines_of_pop909(options.pop909) if options.pop909 else lines_of_folder(options.data)
        metrics = train_baselines(
            lines, config_of(GruTrainingConfig, options), options.out, options.work, options.start
        )
    except (EmptyFolder, UnusableCheckpoint, WeightsError) as reason:
        sys.exit(f"boumb: {reason}")
    print(json.dumps(metrics, indent=2))


if __name__ == "__main__":
    main()
