"""Checkpoints of training in JAX: the arrays of a tree and what is told beside them, in a file that is always whole."""

from pathlib import Path
from typing import Any, TypeVar

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import ArrayLike, NDArray

TreeT = TypeVar("TreeT")


def write(path: Path, tree: Any, **told: ArrayLike) -> None:  # noqa: ANN401  any tree of arrays
    """Write a checkpoint; stopped meanwhile, the one before is still there. The folder is made where it is missing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    leaves = {str(index): np.asarray(leaf) for index, leaf in enumerate(jax.tree.leaves(tree))}
    unfinished = path.with_suffix(".tmp.npz")
    np.savez(unfinished, allow_pickle=False, **leaves, **{name: np.asarray(value) for name, value in told.items()})
    unfinished.replace(path)


def read(path: Path, like: TreeT) -> tuple[TreeT, dict[str, NDArray[Any]]] | None:
    """The tree of a checkpoint, shaped as `like`, and what was told; None where there is no checkpoint."""
    if not path.exists():
        return None
    structure = jax.tree.structure(like)
    with np.load(path) as arrays:
        leaves = [jnp.asarray(arrays[str(index)]) for index in range(structure.num_leaves)]
        told = {name: arrays[name] for name in arrays.files if not name.isdigit()}
    tree: TreeT = jax.tree.unflatten(structure, leaves)
    return tree, told
