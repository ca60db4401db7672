"""The trained baselines as files: written by `training.baselines.train`, loaded only as their manifest says."""

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from modelstore.manifest import FilesManifest, load_files, save_files
from training.baselines.gru import GruModel
from training.baselines.markov import MelodyMarkovModel

NAME, VERSION = "baselines", "2"
FOLDER = Path(__file__).parents[2] / "models" / NAME
_MARKOV, _GRU = "markov.npz", "gru.npz"


def save(folder: Path, tables: Mapping[str, NDArray[Any]], weights: Mapping[str, NDArray[Any]]) -> FilesManifest:
    """Write both; weights are kept as half-precision numbers.

    Args:
        folder: Where to.
        tables: Counts of the Markov model, by name.
        weights: Weights of the GRU, by name.
    """
    halves = {name: values.astype(np.float16) for name, values in weights.items()}
    return save_files(folder, NAME, VERSION, {_MARKOV: _packed(tables), _GRU: _packed(halves)})


def load(folder: Path = FOLDER) -> tuple[MelodyMarkovModel, MelodyMarkovModel, GruModel]:
    """Unigram, MelodyMarkovModel model and GRU.

    Raises:
        WeightsError: A file is missing or not what the manifest says.
    """
    files, _ = load_files(folder)
    tables = _unpacked(files[_MARKOV])
    return MelodyMarkovModel(tables, order=0), MelodyMarkovModel(tables), GruModel(_unpacked(files[_GRU]))


def _packed(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **arrays)
    return buffer.getvalue()


def _unpacked(content: bytes) -> dict[str, NDArray[Any]]:
    with np.load(io.BytesIO(content), allow_pickle=False) as stored:
        return {name: stored[name] for name in stored.files}
