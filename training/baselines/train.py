"""Trains the baselines: `./boumb train baseline --pop909 DIR --out models/baselines`.

Learns from POP909's melodies of the training split, or from any folder of music with `--data`. Interrupted, it goes on
from its last checkpoint when it is run again with the same folder for its work.
"""

import argparse
import json
import sys
from pathlib import Path

from training.baselines.config import GruTrainingConfig
from training.common.options import add_options, config_of


def main() -> None:
    """Train the baselines, or go on training them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    data = parser.add_mutually_exclusive_group(required=True)
    data.add_argument("--pop909", type=Path, help="folder of POP909")
    data.add_argument("--data", type=Path, help="folder of MIDI or MusicXML files, instead")
    parser.add_argument("--out", type=Path, required=True, help="folder for models, manifest and metrics")
    parser.add_argument(
        "--work",
        type=Path,
        default=Path(".boumb/training/baselines"),
        help="folder for checkpoints (default: %(default)s)",
    )
    add_options(parser, GruTrainingConfig)
    options = parser.parse_args()
    # Slow to load, or not there: help needs none of it.
    from training.baselines.trainer import lines_of_folder, lines_of_pop909, train_baselines  # noqa: PLC0415
    from training.common.checkpoint import UnusableCheckpoint  # noqa: PLC0415
    from training.data.skipping import EmptyFolder  # noqa: PLC0415

    try:
        lines = lines_of_pop909(options.pop909) if options.pop909 else lines_of_folder(options.data)
        metrics = train_baselines(lines, config_of(GruTrainingConfig, options), options.out, options.work)
    except (EmptyFolder, UnusableCheckpoint) as reason:
        sys.exit(f"boumb: {reason}")
    print(json.dumps(metrics, indent=2))


if __name__ == "__main__":
    main()
