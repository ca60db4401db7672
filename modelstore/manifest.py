"""Models that ship as files: loaded only when they are the ones that their manifest names."""

import hashlib
import io
import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

MANIFEST = "manifest.json"

OpenedT = TypeVar("OpenedT")

_log = logging.getLogger("weights")


class WeightsError(Exception):
    """The weights are missing, or are not those that the manifest names."""


def load_available(openers: Sequence[Callable[[], OpenedT]]) -> list[OpenedT]:
    """Open what can be opened, in order; the log says what cannot, and why.

    Raises:
        WeightsError: Nothing can.
    """
    opened: list[OpenedT] = []
    reasons: list[WeightsError] = []
    for opener in openers:
        try:
            opened.append(opener())
        except WeightsError as reason:
            _log.error("goes without: %s", reason)
            reasons.append(reason)
    if reasons and not opened:
        raise reasons[0]
    return opened


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


def save_arrays(folder: Path, name: str, version: str, arrays: Mapping[str, NDArray[Any]]) -> Manifest:
    """Write arrays and their manifest. The same arrays give the same bytes.

    Args:
        folder: Where to; made when it does not exist.
        name: Name of the model.
        version: See `Manifest`.
        arrays: Arrays without objects, by name.
    """
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **dict(arrays))
    folder.mkdir(parents=True, exist_ok=True)
    manifest = Manifest(name, version, f"{name}.npz", hashlib.sha256(buffer.getvalue()).hexdigest())
    (folder / manifest.file).write_bytes(buffer.getvalue())
    (folder / MANIFEST).write_text(json.dumps(asdict(manifest), indent=2) + "\n", encoding="utf-8")
    return manifest


@dataclass(frozen=True, slots=True)
class FilesManifest:
    """What a model of several files is.

    Attributes:
        name: Name of the model.
        version: Changes whenever a file does.
        sha256: Digest of the digests, in the order of the names: identifies the whole.
        files: Digest of each file by name.
    """

    name: str
    version: str
    sha256: str
    files: dict[str, str]


def save_files(folder: Path, name: str, version: str, files: Mapping[str, bytes]) -> FilesManifest:
    """Write the files of a model and their manifest.

    Args:
        folder: Where to; made when it does not exist.
        name: Name of the model.
        version: See `FilesManifest`.
        files: Content by file name.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for file, content in files.items():
        (folder / file).write_bytes(content)
    digests = {file: hashlib.sha256(files[file]).hexdigest() for file in sorted(files)}
    manifest = FilesManifest(name, version, hashlib.sha256("".join(digests.values()).encode()).hexdigest(), digests)
    (folder / MANIFEST).write_text(json.dumps(asdict(manifest), indent=2) + "\n", encoding="utf-8")
    return manifest


def load_files(folder: Path) -> tuple[dict[str, bytes], FilesManifest]:
    """Read the files of a model by name, and their manifest.

    Raises:
        WeightsError: A file is missing or not what the manifest says.
    """
    try:
        manifest = FilesManifest(**json.loads((folder / MANIFEST).read_text(encoding="utf-8")))
        files = {file: (folder / file).read_bytes() for file in manifest.files}
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise WeightsError(f"no usable weights in {folder}: {error}") from error
    for file, content in files.items():
        digest = hashlib.sha256(content).hexdigest()
        if digest != manifest.files[file]:
            raise WeightsError(f"{folder / file} has digest {digest}, its manifest says {manifest.files[file]}")
    return files, manifest


def load_arrays(folder: Path) -> tuple[dict[str, NDArray[Any]], Manifest]:
    """Read the arrays of a model by name, and their manifest.

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
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        return {key: arrays[key] for key in arrays.files}, manifest
