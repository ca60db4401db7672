"""Checkpoints of training in JAX: the arrays of a tree, and a record of how training went, in a file that is whole."""

import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import ArrayLike

TreeT = TypeVar("TreeT")
_RECORD = "record"


class UnusableCheckpoint(Exception):
    """A checkpoint is damaged, or of a network or recipe other than the one that is trained; the text says which."""


def write(path: Path, tree: Any, record: Mapping[str, Any]) -> None:  # noqa: ANN401  any tree of arrays
    """Write a checkpoint.

    Args:
        path: File to write; its folder is made where it is missing.
        tree: Any tree of arrays.
        record: What is kept beside them; JSON.
    """
    leaves = {str(index): leaf for index, leaf in enumerate(jax.tree.leaves(tree))}
    write_arrays(path, leaves | {_RECORD: json.dumps(record)})


def write_arrays(path: Path, arrays: Mapping[str, ArrayLike]) -> None:
    """Write a .npz file; when writing is interrupted, what was there before stays whole.

    Args:
        path: File to write; its folder is made where it is missing.
        arrays: By name.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".tmp.npz")
    np.savez(unfinished, allow_pickle=False, **{name: np.asarray(array) for name, array in arrays.items()})
    unfinished.replace(path)


def read(path: Path, like: TreeT) -> tuple[TreeT, dict[str, Any]] | None:
    """Read a checkpoint.

    Args:
        path: File that `write` wrote.
        like: A tree of the same structure, with arrays of the same shapes.

    Returns:
        The tree and the record; None where there is no checkpoint.

    Raises:
        UnusableCheckpoint: The file is damaged, or its arrays have other shapes.
    """
    if not path.exists():
        return None
    expected, structure = jax.tree.flatten(like)
    try:
        with np.load(path, allow_pickle=False) as arrays:
            leaves = [jnp.asarray(arrays[str(index)]) for index in range(len(expected))]
            record: dict[str, Any] = json.loads(str(arrays[_RECORD]))
    except (KeyError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise UnusableCheckpoint(f"{path} is no checkpoint of this training; remove it to start over") from error
    if any(leaf.shape != jnp.shape(array) for leaf, array in zip(leaves, expected, strict=True)):
        raise UnusableCheckpoint(f"{path} is of a network of another size; remove it to start over")
    tree: TreeT = jax.tree.unflatten(structure, leaves)
    return tree, record
