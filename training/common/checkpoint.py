"""Checkpoints of training in JAX: the arrays of a tree and what is told beside them, in a file that is always whole."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import ArrayLike, NDArray

TreeT = TypeVar("TreeT")


def write(path: Path, tree: Any, **told: ArrayLike) -> None:  # noqa: ANN401  any tree of arrays
    """Write a checkpoint; `told` may be of any shape and type but have no names that are numbers."""
    write_arrays(path, {str(index): leaf for index, leaf in enumerate(jax.tree.leaves(tree))} | told)


def write_arrays(path: Path, arrays: Mapping[str, ArrayLike]) -> None:
    """Write a .npz file; stopped meanwhile, what was there before is. The folder is made where it is missing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".tmp.npz")
    np.savez(unfinished, allow_pickle=False, **{name: np.asarray(array) for name, array in arrays.items()})
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
