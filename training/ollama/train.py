"""Trains the model for Ollama: `./boumb train ollama --lines .boumb/ollama-line/lines.jsonl --out DIR`.

Trains a small llama on random crops of notated lines, with conditions given or withheld at random. Interrupted, it goes
on from its last checkpoint when it is run again. `training.ollama.export` makes the model that ships from it.
"""

import argparse
import json
import sys
from pathlib import Path

from training.common.options import add_options, config_of
from training.ollama.config import LlamaShape, LlamaTrainingConfig


def main() -> None:
    """Train the model, or go on training it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=Path, required=True, help="file that training.ollama.corpus wrote")
    parser.add_argument("--out", type=Path, required=True, help="folder for weights, metrics and checkpoint")
    for kind in (LlamaTrainingConfig, LlamaShape):
        add_options(parser, kind)
    options = parser.parse_args()
    # Slow to load, or not there: help needs none of it.
    from training.common.checkpoint import UnusableCheckpoint  # noqa: PLC0415
    from training.ollama.corpus import read_notated  # noqa: PLC0415
    from training.ollama.lines import token_lines  # noqa: PLC0415
    from training.ollama.trainer import train  # noqa: PLC0415

    config, shape = config_of(LlamaTrainingConfig, options), config_of(LlamaShape, options)
    notated = list(read_notated(options.lines))
    lines = token_lines(line for line in notated if line.split == "train")
    sung = token_lines(line for line in notated if line.split == "validation" and line.role == "melody")
    if not lines or not sung:
        sys.exit(f"boumb: {options.lines} holds no lines to train on, or no melodies to validate on")
    try:
        print(json.dumps(train(lines, sung, config, shape, options.out)["validation"]))
    except UnusableCheckpoint as reason:
        sys.exit(f"boumb: {reason}")


if __name__ == "__main__":
    main()
