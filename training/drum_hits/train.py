"""The drums specialist, from the corpus to weights.

`python -m training.drum_hits.train --corpus DIR --out models/specialist-drums` needs JAX. Stopped, it goes on after the
last epoch that it finished. The corpus is the Groove MIDI Dataset, unpacked anywhere; its official validation split is
for validation alone, and its test split for nothing.
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import jax
import numpy as np

from modelstore.manifest import save_files
from services.drums.neural.onnx_models import HITS_FILE, NAME, TOUCH_FILE, VERSION
from services.drums.neural.touch_history import GRID
from training.data.groove_corpus import Performance, read_corpus
from training.drum_hits.export import hit_graph, touch_graph
from training.drum_hits.network import Params, Sizes, hit_loss, hit_network, touch_loss, touch_network
from training.drum_hits.sequences import Take, end_to_end, hit_inputs, take_of, touch_inputs
from training.drum_hits.trainer import Recipe, Trainer, log, mean_loss

TRAINING_FILE = "training.json"
HIT_SIZES, HIT_RECIPE = Sizes(entry=192, state=256, exit=256), Recipe(epochs=14, stop_after=11)
TOUCH_SIZES, TOUCH_RECIPE = Sizes(entry=160, state=128, exit=192), Recipe(epochs=10, stop_after=8)
_BITS_PER_NAT = 1 / np.log(2)


def main() -> None:
    """Run the recipe."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, required=True, help="folder that holds the data set and its info.csv")
    parser.add_argument("--out", type=Path, required=True, help="folder for weights, manifest and figures of training")
    parser.add_argument("--work", type=Path, default=Path(".boumb/training/drum_hits"), help="folder for checkpoints")
    parser.add_argument("--epochs", type=int, help="of each network, instead of the recipe's")
    options = parser.parse_args()
    corpus = read_corpus(options.corpus)
    figures = train(corpus.performances, options.out, options.work, options.epochs)
    figures["skipped"] = corpus.skipped
    (options.out / TRAINING_FILE).write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


def train(performances: Sequence[Performance], out: Path, work: Path, epochs: int | None = None) -> dict[str, Any]:
    """Train both networks and write them.

    Args:
        performances: With their official splits; those of neither "train" nor "validation" are left out.
        out: Folder for weights and manifest.
        work: Folder for checkpoints.
        epochs: Instead of the recipes'.

    Returns:
        How training went.
    """
    learned = [take_of(p) for p in performances if p.split == "train"]
    watched = [take_of(p) for p in performances if p.split == "validation"]
    log({"training": len(learned), "validation": len(watched), "steps": sum(len(take.sets) for take in learned)})
    hits, of_hits = _train_hits(learned, watched, work, epochs)
    touch, of_touch = _train_touch(learned, watched, work, epochs)
    graphs = {HITS_FILE: hit_graph(_arrays(hits)), TOUCH_FILE: touch_graph(_arrays(touch))}
    manifest = save_files(out, NAME, VERSION, graphs)
    return {
        "sha256": manifest.sha256,
        "performances": {"training": len(learned), "validation": len(watched)},
        "steps": {"training": _steps(learned), "validation": _steps(watched)},
        "hits": of_hits,
        "touch": of_touch,
    }


def _train_hits(
    learned: Sequence[Take], watched: Sequence[Take], work: Path, epochs: int | None
) -> tuple[Params, dict[str, Any]]:
    def inputs(take: Take) -> dict[str, Any]:
        return {**hit_inputs(take), "sets": take.sets}

    recipe = _shortened(HIT_RECIPE, epochs)
    params = hit_network(jax.random.PRNGKey(recipe.seed), HIT_SIZES)
    trainer = Trainer(hit_loss, params, end_to_end(map(inputs, learned)), recipe, work / "hits.npz")
    judged = [inputs(take) for take in watched]
    story = []
    for epoch in trainer.epochs():
        bits = mean_loss(hit_loss, trainer.average, judged) * _BITS_PER_NAT
        story.append({**epoch, "validation_bits_per_step": round(bits, 4)})
        log({"network": "hits", **story[-1]})
    return trainer.average, _told(trainer.average, HIT_SIZES, recipe, story)


def _train_touch(
    learned: Sequence[Take], watched: Sequence[Take], work: Path, epochs: int | None
) -> tuple[Params, dict[str, Any]]:
    def inputs(take: Take, grid: tuple[float, ...] | None) -> dict[str, Any]:
        heard = {name: getattr(take, name) for name in ("struck", "velocities", "offsets")}
        return {**touch_inputs(take, grid=grid), **heard}

    recipe = _shortened(TOUCH_RECIPE, epochs)
    params = touch_network(jax.random.PRNGKey(recipe.seed), TOUCH_SIZES)
    rows = end_to_end(inputs(take, take.grid) for take in learned)
    trainer = Trainer(touch_loss, params, rows, recipe, work / "touch.npz", grid=GRID)
    judged = [inputs(take, None) for take in watched]
    story = []
    for epoch in trainer.epochs():
        cost = mean_loss(touch_loss, trainer.average, judged, weight="struck")
        story.append({**epoch, "validation_loss": round(cost, 5)})
        log({"network": "touch", **story[-1]})
    return trainer.average, _told(trainer.average, TOUCH_SIZES, recipe, story)


def _shortened(recipe: Recipe, epochs: int | None) -> Recipe:
    return replace(recipe, epochs=epochs, stop_after=None) if epochs else recipe


def _told(params: Params, sizes: Sizes, recipe: Recipe, story: list[dict[str, Any]]) -> dict[str, Any]:
    weights = sum(int(values.size) for values in params.values())
    return {"weights": weights, "sizes": asdict(sizes), "recipe": asdict(recipe), "epochs": story}


def _arrays(params: Params) -> dict[str, Any]:
    return {name: np.asarray(values) for name, values in params.items()}


def _steps(takes: Sequence[Take]) -> int:
    return sum(len(take.sets) for take in takes)


if __name__ == "__main__":
    main()
