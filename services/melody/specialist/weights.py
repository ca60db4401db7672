"""Weights of the folk model as files: loaded only when they are the ones that their manifest names."""

import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from services.melody.specialist.backoff import IntArray
from services.melody.specialist.folk_model import FolkModel

MANIFEST = "manifest.json"
_WEIGHTS = "folk.npz"
_STABILITY = "stability"


class WeightsError(Exception):
    """The weights are missing, or are not those that the manifest names."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the weights are.

    Attributes:
        name: Name of the model.
        version: Changes whenever the weights do.
        file: The weights, beside the manifest.
        sha256: Digest of that file, hexadecimal.
    """

    name: str
    version: str
    file: str
    sha256: str


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
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **arrays, **{_STABILITY: np.array(stability, dtype=np.float64)})
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _WEIGHTS).write_bytes(buffer.getvalue())
    digest = hashlib.sha256(buffer.getvalue()).hexdigest()
    manifest = Manifest(name="specialist-folk", version=version, file=_WEIGHTS, sha256=digest)
    (folder / MANIFEST).write_text(json.dumps(asdict(manifest), indent=2) + "\n", encoding="utf-8")
    return manifest


def load(folder: Path) -> tuple[FolkModel, Manifest]:
    """Read weights.

    Raises:
        WeightsError: A file is missing or not what the manifest says.
    """
    try:
        manifest = Manifest(**json.loads((folder / MANIFEST).read_text(encoding="utf-8")))
        content = (folder / manifest.file).read_bytes()
    except (OSError, ValueError, TypeError) as error:
        raise WeightsError(f"no usable weights in {folder}: {error}") from error
    digest = hashlib.sha256(content).hexdigest()
    if digest != manifest.sha256:
        raise WeightsError(f"{folder / manifest.file} has digest {digest}, its manifest says {manifest.sha256}")
    parts: dict[str, dict[str, IntArray]] = {}
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        stability = [float(value) for value in arrays[_STABILITY]]
        for name in arrays.files:
            part, _, array = name.partition("/")
            if array:
                parts.setdefault(part, {})[array] = arrays[name]
    return FolkModel(parts, stability), manifest
