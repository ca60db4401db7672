"""Weights of the folk model as files."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from modelstore.manifest import Manifest, load_arrays, save_arrays
from services.melody.next_note_models.backoff_counts import IntArray
from services.melody.next_note_models.folk_model import FolkModel

_NAME = "specialist-folk"
_STABILITY = "stability"


def save(
    folder: Path, version: str, parts: Mapping[str, Mapping[str, IntArray]], stability: Sequence[float]
) -> Manifest:
    """Write weights and their manifest.

    Args:
        folder: Where to; made when it does not exist.
        version: See `Manifest`.
        parts: See `FolkModel`.
        stability: See `FolkModel`.
    """
    arrays = {f"{part}/{name}": array for part, content in parts.items() for name, array in content.items()}
    return save_arrays(folder, _NAME, version, {**arrays, _STABILITY: np.array(stability, dtype=np.float64)})


def load(folder: Path) -> tuple[FolkModel, Manifest]:
    """Read weights. Raises WeightsError."""
    arrays, manifest = load_arrays(folder)
    stability = [float(value) for value in arrays.pop(_STABILITY)]
    parts: dict[str, dict[str, IntArray]] = {}
    for name, array in arrays.items():
        part, _, of_part = name.partition("/")
        parts.setdefault(part, {})[of_part] = array
    return FolkModel(parts, stability), manifest
