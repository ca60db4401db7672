"""A Magenta bundle from the best checkpoint: `python -m training.magenta_export --out models/magenta-attention-rnn`.

Runs under .venv-magenta after, or during, `python -m training.magenta_train`. Magenta's own generator writes the
bundle; beside it go its manifest and the figures of its training.
"""

import argparse
import hashlib
import json
from dataclasses import asdict
from pathlib import Path

from training.magenta_library import melody_config
from training.magenta_train import BEST, CURVE, SEED, best_of, read_curve

# isort: split
from magenta.models.melody_rnn.melody_rnn_model import MelodyRnnModel
from magenta.models.melody_rnn.melody_rnn_sequence_generator import MelodyRnnSequenceGenerator

VERSION = "1"
_DESCRIPTION = "attention_rnn on 702 melodies of POP909"


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
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="attention_rnn")
    parser.add_argument("--data", type=Path, default=Path(".boumb/magenta"))
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    run = arguments.data / arguments.model
    curve = read_curve(run / CURVE)
    bundle = export(arguments.model, str(run / BEST / "model.ckpt"), arguments.out, _DESCRIPTION)
    metrics = {"seed": SEED, "best": asdict(best_of(curve)), "curve": [asdict(point) for point in curve]}
    (arguments.out / "metrics.json").write_text(json.dumps(metrics, indent=1) + "\n", encoding="utf-8")
    print(f"{bundle}: {bundle.stat().st_size / 1e6:.1f} MB, {best_of(curve)}")


if __name__ == "__main__":
    main()
