"""Training of the drums specialist: both networks, from performances to the files that ship."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import jax
import numpy as np

from modelstore.manifest import save_files
from services.drums.neural.onnx_models import HITS_FILE, NAME, TOUCH_FILE, VERSION
from services.drums.neural.touch_history import GRID
from training.data.groove_corpus import Performance
from training.data.skipping import EmptyFolder
from training.drum_hits.config import (
    HIT_CONFIG,
    HIT_SIZES,
    TOUCH_CONFIG,
    TOUCH_SIZES,
    DrumTrainingConfig,
    LayerSizes,
)
from training.drum_hits.graphs import hit_graph, touch_graph
from training.drum_hits.network import Params, hit_loss, hit_network, touch_loss, touch_network
from training.drum_hits.sequences import DrumSequence, concatenate, hit_inputs, sequence_of, touch_inputs
from training.drum_hits.trainer import StreamTrainer, log, mean_loss

_BITS_PER_NAT = 1 / np.log(2)


def train(performances: Sequence[Performance], out: Path, work: Path, epochs: int | None = None) -> dict[str, Any]:
    """Train both networks and write them.

    Args:
        performances: With their official splits; those of neither "train" nor "validation" are left out.
        out: Folder for weights and manifest.
        work: Folder for checkpoints.
        epochs: Instead of the recipes'.

    Returns:
        How training went.

    Raises:
        EmptyFolder: There is nothing to train on, or nothing to validate on.
        UnusableCheckpoint: A checkpoint is damaged or of another network.
    """
    learned = [sequence_of(p) for p in performances if p.split == "train"]
    watched = [sequence_of(p) for p in performances if p.split == "validation"]
    if not learned or not watched:
        raise EmptyFolder(f"too few grooves: {len(learned)} to train on, {len(watched)} to validate on")
    log(
        {"training": len(learned), "validation": len(watched), "steps": sum(len(sequence.sets) for sequence in learned)}
    )
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
    learned: Sequence[DrumSequence], watched: Sequence[DrumSequence], work: Path, epochs: int | None
) -> tuple[Params, dict[str, Any]]:
    def inputs(sequence: DrumSequence) -> dict[str, Any]:
        return {**hit_inputs(sequence), "sets": sequence.sets}

    config = _shortened(HIT_CONFIG, epochs)
    params = hit_network(jax.random.PRNGKey(config.seed), HIT_SIZES)
    trainer = StreamTrainer(hit_loss, params, concatenate(map(inputs, learned)), config, work / "hits.npz")
    validation = [inputs(sequence) for sequence in watched]

    def validate(weights: Params) -> dict[str, float]:
        return {"validation_bits_per_step": round(mean_loss(hit_loss, weights, validation) * _BITS_PER_NAT, 4)}

    for epoch in trainer.epochs(validate):
        log({"network": "hits", **epoch})
    return trainer.average, _report(trainer, HIT_SIZES, config)


def _train_touch(
    learned: Sequence[DrumSequence], watched: Sequence[DrumSequence], work: Path, epochs: int | None
) -> tuple[Params, dict[str, Any]]:
    def inputs(sequence: DrumSequence, grid: tuple[float, ...] | None) -> dict[str, Any]:
        played = {name: getattr(sequence, name) for name in ("struck", "velocities", "offsets")}
        return {**touch_inputs(sequence, grid=grid), **played}

    config = _shortened(TOUCH_CONFIG, epochs)
    params = touch_network(jax.random.PRNGKey(config.seed), TOUCH_SIZES)
    rows = concatenate(inputs(sequence, sequence.grid) for sequence in learned)
    trainer = StreamTrainer(touch_loss, params, rows, config, work / "touch.npz", grid=GRID)
    validation = [inputs(sequence, None) for sequence in watched]

    def validate(weights: Params) -> dict[str, float]:
        return {"validation_loss": round(mean_loss(touch_loss, weights, validation, weight="struck"), 5)}

    for epoch in trainer.epochs(validate):
        log({"network": "touch", **epoch})
    return trainer.average, _report(trainer, TOUCH_SIZES, config)


def _shortened(config: DrumTrainingConfig, epochs: int | None) -> DrumTrainingConfig:
    return replace(config, epochs=epochs, stop_after=None) if epochs else config


def _report(trainer: StreamTrainer, sizes: LayerSizes, config: DrumTrainingConfig) -> dict[str, Any]:
    weights = sum(int(values.size) for values in trainer.average.values())
    return {"weights": weights, "sizes": asdict(sizes), "recipe": asdict(config), "epochs": trainer.history}


def _arrays(params: Params) -> dict[str, Any]:
    return {name: np.asarray(values) for name, values in params.items()}


def _steps(sequences: Sequence[DrumSequence]) -> int:
    return sum(len(sequence.sets) for sequence in sequences)
