"""Trains the line model: `./boumb train melody --out .boumb/line-model`.

Reads every corpus that is there (`training.data.line_corpus`), or with `--data` any folder of music, and trains on
random crops of lines, with conditions given or withheld at random. Keeps the running average of the weights that
predicts the validation songs best. Interrupted, it goes on from its last checkpoint when it is run again.
`training.melody_line.export` makes the model that ships from it.
"""

import argparse
import sys
from pathlib import Path

from training.common.options import add_options, config_of
from training.melody_line.config import LineTrainingConfig


def main() -> None:
    """Train the model, or go on training it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--corpus", type=Path, default=Path(".boumb/corpus"), help="folder of the data sets (default: %(default)s)"
    )
    parser.add_argument("--data", type=Path, help="folder of MIDI or MusicXML files to learn from instead")
    parser.add_argument(
        "--out",
        type=Path,
        default=Path(".boumb/line-model"),
        help="folder for weights, metrics and checkpoint (default: %(default)s)",
    )
    add_options(parser, LineTrainingConfig)
    options = parser.parse_args()
    # Slow to load, or not there: help needs none of it.
    from training.common.checkpoint import UnusableCheckpoint  # noqa: PLC0415
    from training.data.line_corpus import read_any_folder, read_lines  # noqa: PLC0415
    from training.data.skipping import EmptyFolder  # noqa: PLC0415
    from training.melody_line.trainer import train  # noqa: PLC0415

    try:
        corpus = read_any_folder(options.data) if options.data else read_lines(options.corpus)
        train(corpus, config_of(LineTrainingConfig, options), options.out)
    except (EmptyFolder, UnusableCheckpoint) as reason:
        sys.exit(f"boumb: {reason}")


if __name__ == "__main__":
    main()
