"""Holds the networks in JAX against what Magenta's own training graph did. Runs under .venv-training; prints JSON.

Usage: python -m tests.integration.training.hold_magenta_training FOLDER
"""

import json
import sys
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from training.magenta.examples import Examples
from training.magenta.network import Params, RnnShape, initial, sizes
from training.magenta.trainer import MelodyRnnSettings, nats_per_step, update

SHIPPED = RnnShape(inputs=74, classes=40, layers=(128, 128), attention=40)


def main() -> None:
    folder = Path(sys.argv[1])
    told = {path.stem.removesuffix("-losses"): held(path) for path in folder.glob("*-losses.json")}
    print(json.dumps({"learned": told, "drawn": drawn(folder / "drawn.npz")}))


def held(losses: Path) -> dict[str, Any]:
    """Both sides' losses, and how far weights are from the library's, in what the library moved them."""
    model = losses.stem.removesuffix("-losses")
    library = json.loads(losses.read_text(encoding="utf-8"))
    settings = MelodyRnnSettings.read(losses.with_name(f"{model}.json"))
    examples = Examples.load(losses.with_name(f"{model}-train.npz"))
    before, after = (read(losses.with_name(f"{model}-{when}.npz")) for when in ("before", "after"))
    nothing = {name: jnp.zeros_like(value) for name, value in before.items()}
    kept, found = (before, nothing, nothing), []
    inputs, labels = examples.padded(np.arange(len(examples)), int(examples.lengths.max()))
    batch = jnp.asarray(inputs), jnp.asarray(labels), jnp.asarray(examples.lengths)
    for count in range(1, len(library["losses"]) + 1):
        kept, loss = update(settings, kept, *batch, jax.random.PRNGKey(0), count)
        found.append(float(loss))
    return {
        "losses": [library["losses"], found],
        "after": [library["after"], nats_per_step(kept[0], examples, settings.shape)],
        "moved": max(float(jnp.abs(after[name] - before[name]).max()) for name in before),
        "off": max(float(jnp.abs(after[name] - kept[0][name]).max()) for name in before),
        "names": sorted(before) == sorted(sizes(settings.shape)),
    }


def drawn(path: Path) -> dict[str, list[list[float]]]:
    """Largest and root mean square weight of each array: the library's, and ours."""
    library, ours = read(path), initial(jax.random.PRNGKey(3), SHIPPED)
    return {name: [extent(library[name]), extent(ours[name])] for name in ours}


def extent(values: Any) -> list[float]:
    return [float(jnp.abs(values).max()), float(jnp.sqrt((values**2).mean()))]


def read(path: Path) -> Params:
    with np.load(path) as arrays:
        return {name: jnp.asarray(arrays[name]) for name in arrays.files}


if __name__ == "__main__":
    main()
