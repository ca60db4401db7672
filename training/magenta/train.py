"""Trains a Melody RNN by Magenta's recipe: `./boumb train magenta --model attention_rnn`.

Runs under .venv-training, on one thread, after `training.magenta.melodies` and `training.magenta.dataset`. It validates
at regular intervals, and ends when the validation loss has not fallen for a while. Interrupted, it goes on from its
last checkpoint when it is run again. `training.magenta.export` makes the bundle.
"""

import argparse
import json
import os
import sys
from pathlib import Path

from training.common.options import add_options, config_of
from training.magenta.config import MelodyRnnTrainingConfig


def main() -> None:
    """Train a Melody RNN, or go on training it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="attention_rnn", help="one of Magenta's configurations")
    parser.add_argument(
        "--data", type=Path, default=Path(".boumb/magenta"), help="folder of the examples (default: %(default)s)"
    )
    add_options(parser, MelodyRnnTrainingConfig)
    options = parser.parse_args()
    # JAX counts its threads when it is imported; and help needs none of it.
    os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1")
    from training.common.checkpoint import UnusableCheckpoint  # noqa: PLC0415
    from training.magenta.trainer import train  # noqa: PLC0415

    try:
        metrics = train(options.model, options.data, config_of(MelodyRnnTrainingConfig, options))
    except (UnusableCheckpoint, FileNotFoundError) as reason:
        sys.exit(f"boumb: {reason}")
    print(json.dumps(metrics["best"]))


if __name__ == "__main__":
    main()
