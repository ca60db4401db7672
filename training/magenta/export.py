"""A Magenta bundle from the best weights: `./boumb export magenta --out models/magenta-attention-rnn`.

Runs under .venv-magenta after, or during, `./boumb train magenta`. Magenta's own graph takes the weights and
measures their loss; it must be the one that training measured. Magenta's own generator writes the bundle; beside it go
its manifest and the figures of its training.
"""

import argparse
import hashlib
import json
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.magenta.examples import Examples
from training.magenta.generation_graph import loss_per_step
from training.magenta.library import melody_config, tf

# isort: split
from magenta.models.melody_rnn.melody_rnn_model import MelodyRnnModel
from magenta.models.melody_rnn.melody_rnn_sequence_generator import MelodyRnnSequenceGenerator
from magenta.models.shared import events_rnn_graph

VERSION = "2"
_DESCRIPTION = "attention_rnn on 702 melodies of POP909"
_CLOSE = 1e-4  # nats per step


def write_checkpoint(model: str, weights: Mapping[str, NDArray[Any]], path: Path) -> str:
    """Write weights as a checkpoint of Magenta's own graph; returns its path without the suffix.

    Args:
        model: Name of one of Magenta's configurations.
        weights: By the names of the graph's variables.
        path: Where to, without the suffix.

    Raises:
        ValueError: They are not the graph's variables, or of other sizes.
    """
    config = melody_config(model)
    config.hparams.batch_size = 1
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        events_rnn_graph.get_build_graph_fn("generate", config)()
        variables = {variable.op.name: variable for variable in tf.compat.v1.global_variables()}
        if variables.keys() != weights.keys():
            raise ValueError(f"weights differ: {sorted(variables.keys() ^ weights.keys())}")
        for name, variable in variables.items():
            variable.load(weights[name], session)
        saved: str = tf.compat.v1.train.Saver().save(session, str(path))
    return saved


def export(model: str, checkpoint: str, out: Path, description: str) -> Path:
    """Write `<out>/<model>.mag` and its manifest; returns the bundle's path.

    Args:
        model: Name of one of Magenta's configurations.
        checkpoint: Path without the suffix.
        out: Folder, made when it does not exist.
        description: What the bundle says about itself.
    """
    out.mkdir(parents=True, exist_ok=True)
    config = melody_config(model)
    config.hparams.batch_size = 1
    generator = MelodyRnnSequenceGenerator(MelodyRnnModel(config), config.details, checkpoint=checkpoint)
    bundle = out / f"{model}.mag"
    generator.create_bundle_file(str(bundle), description)
    generator.close()
    manifest = {
        "name": model,
        "version": VERSION,
        "file": bundle.name,
        "sha256": hashlib.sha256(bundle.read_bytes()).hexdigest(),
    }
    (out / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    return bundle


def main() -> None:
    """Write the bundle, after its loss has been checked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="attention_rnn")
    parser.add_argument("--data", type=Path, default=Path(".boumb/magenta"))
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    data, model = arguments.data, arguments.model
    metrics = json.loads((data / model / "metrics.json").read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as folder, np.load(data / model / "best.npz") as weights:
        checkpoint = write_checkpoint(model, weights, Path(folder) / "model.ckpt")
        loss = loss_per_step(melody_config(model), checkpoint, Examples.load(data / f"{model}-validation.npz"))
        if abs(loss - metrics["best"]["validation"]) > _CLOSE:
            sys.exit(f"boumb: Magenta's own graph finds {loss:.5f} nats per step, not {metrics['best']['validation']}")
        bundle = export(model, checkpoint, arguments.out, _DESCRIPTION)
    metrics["best"]["validation_by_the_library"] = round(loss, 5)
    (arguments.out / "metrics.json").write_text(json.dumps(metrics, indent=1) + "\n", encoding="utf-8")
    print(f"{bundle}: {bundle.stat().st_size / 1e6:.1f} MB, {metrics['best']}")


if __name__ == "__main__":
    main()
