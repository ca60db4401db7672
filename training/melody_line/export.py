"""Makes the model that ships from trained weights.

`./boumb export melody --weights DIR --out models/...`
"""

import argparse
import sys
from pathlib import Path

import numpy as np

from training.melody_line.config import WEIGHTS


def main() -> None:
    """Export trained weights."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--weights",
        type=Path,
        default=Path(".boumb/line-model"),
        help="folder that ./boumb train melody wrote (default: %(default)s)",
    )
    parser.add_argument(
        "--out",
        type=Path,
        default=Path(".boumb/specialist-line"),
        help="folder of the model (default: %(default)s)",
    )
    parser.add_argument("--version", default="1", help="version of the model (default: %(default)s)")
    options = parser.parse_args()
    if not (options.weights / WEIGHTS).exists():
        sys.exit(f"boumb: there is no {options.weights / WEIGHTS}; ./boumb train melody writes it")
    from training.melody_line.graphs import export  # noqa: PLC0415  slow to load, and help needs none of it

    with np.load(options.weights / WEIGHTS, allow_pickle=False) as arrays:
        weights = {name: arrays[name].astype(np.float32) for name in arrays.files}
    print(export(weights, options.out, options.version).sha256)


if __name__ == "__main__":
    main()
