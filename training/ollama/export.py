"""Makes the model for Ollama: `./boumb export ollama --run .boumb/ollama-line/run --out models/ollama-line`.

Writes the files of `training.ollama.model_files`, and the metrics of training beside them.
"""

import argparse
import json
import sys
from pathlib import Path

import numpy as np

from training.ollama.config import METRICS, WEIGHTS, LlamaShape


def main() -> None:
    """Export the weights of a training run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", type=Path, required=True, help="folder that training.ollama.train wrote")
    parser.add_argument("--out", type=Path, required=True, help="folder of the model")
    parser.add_argument("--version", default="1", help="version of the weights (default: %(default)s)")
    options = parser.parse_args()
    if not (options.run / METRICS).exists():
        sys.exit(f"boumb: there is no {options.run / METRICS}; training.ollama.train writes it")
    from training.ollama.model_files import export  # noqa: PLC0415  gguf is not everywhere, and help needs none of it

    metrics = json.loads((options.run / METRICS).read_text(encoding="utf-8"))
    with np.load(options.run / WEIGHTS, allow_pickle=False) as arrays:
        weights = {name: arrays[name] for name in arrays.files}
    manifest = export(weights, LlamaShape(**metrics["shape"]), options.version, options.out)
    (options.out / METRICS).write_text(json.dumps(metrics, indent=2) + "\n", encoding="utf-8")
    print(f"{options.out}: {manifest.sha256}")


if __name__ == "__main__":
    main()
