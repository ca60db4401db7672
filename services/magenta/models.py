"""Loads the bundles of some folders; those that cannot be used are listed with the reason."""

import hashlib
import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from boumbapp.magenta.v2.magenta_service_pb2 import (
    MODEL_STATE_DAMAGED,
    MODEL_STATE_READY,
    MODEL_STATE_UNSUPPORTED,
    Model,
)
from boumbapp.music.v2.events_pb2 import EngineInfo
from boumbapp.music.v2.music_pb2 import ROLE_MELODY

from services.chassis.errors.catalogue import ApiError
from services.magenta.bundle import ENCODINGS, IN_ANY_KEY, DamagedBundle, build_network, read_bundle
from services.magenta.errors import NO_MODEL, UNKNOWN_MODEL
from services.magenta.event_encoding import Range
from services.magenta.network import Network
from services.magenta.weights import UnsupportedNetwork

_MANIFEST = "manifest.json"
_ENDING = ".mag"
_log = logging.getLogger("models")


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """A model that can be used.

    Attributes:
        description: Its entry in ListModels.
        network: The network, ready to run.
        range: Range of its pitches.
    """

    description: Model
    network: Network
    range: Range

    @property
    def info(self) -> EngineInfo:
        """The model as an engine, for Info and Started."""
        entry = self.description
        return EngineInfo(
            name=entry.name,
            available=True,
            model=f"{entry.kind} {entry.digest[:8]}",
            digest=entry.digest,
            roles=[ROLE_MELODY],
            repeatable=True,
        )


class Models:
    """The models by name.

    Args:
        loaded: Models that can be used, the preferred one first; names are unique.
        refused: Entries of those that cannot be used.
    """

    def __init__(self, loaded: Sequence[LoadedModel], refused: Sequence[Model]) -> None:
        self._loaded = {model.description.name: model for model in loaded}
        self._refused = tuple(refused)

    def choose(self, name: str) -> LoadedModel:
        """The model of that name; the preferred one for "". Raises ApiError when there is none."""
        if not self._loaded:
            raise ApiError(NO_MODEL, private="; ".join(f"{model.name}: {model.problem}" for model in self._refused))
        if not name:
            return next(iter(self._loaded.values()))
        if name not in self._loaded:
            raise ApiError(UNKNOWN_MODEL, field="model", value=name, allowed=", ".join(self._loaded))
        return self._loaded[name]

    @property
    def loaded(self) -> tuple[LoadedModel, ...]:
        """Models that can be used, the preferred one first."""
        return tuple(self._loaded.values())

    def described(self) -> list[Model]:
        """All of them, those that cannot be used last."""
        return [*(model.description for model in self._loaded.values()), *self._refused]


def load_models(folders: Sequence[Path]) -> Models:
    """Load the bundles of some folders and of their subfolders. A damaged one never stops the others from loading.

    Args:
        folders: Folders by precedence for models of the same name; they need not exist.
    """
    found: dict[str, Path] = {}
    for folder in folders:
        for path in sorted((*folder.glob(f"*{_ENDING}"), *folder.glob(f"*/*{_ENDING}"))):
            found.setdefault(path.stem, path)
    loaded, refused = [], []
    for path in found.values():
        model = _load(path)
        if isinstance(model, LoadedModel):
            loaded.append(model)
        else:
            _log.warning("%s cannot be used: %s", path, model.problem)
            refused.append(model)
    preference = list(ENCODINGS)
    loaded.sort(key=lambda model: preference.index(model.description.kind))
    return Models(loaded, refused)


def _load(path: Path) -> LoadedModel | Model:
    entry = Model(name=path.stem)
    try:
        content = path.read_bytes()
        entry.size_bytes, entry.digest = len(content), hashlib.sha256(content).hexdigest()
        if entry.digest != _manifest_digest(path, entry.digest):
            raise DamagedBundle("not the file that its manifest names")
        bundle = read_bundle(content)
        entry.kind, entry.description = bundle.kind, bundle.description
        network, entry.verified = build_network(bundle)
    except (OSError, DamagedBundle) as problem:
        entry.state, entry.problem = MODEL_STATE_DAMAGED, str(problem)
        return entry
    except UnsupportedNetwork as problem:
        entry.state, entry.problem = MODEL_STATE_UNSUPPORTED, str(problem)
        return entry
    entry.state = MODEL_STATE_READY
    encoding = network.encoding
    return LoadedModel(entry, network, Range(encoding.lowest, encoding.highest, in_c=entry.kind not in IN_ANY_KEY))


def _manifest_digest(path: Path, otherwise: str) -> str:
    """SHA-256 of a bundle in the manifest beside it; `otherwise` when there is no manifest of it."""
    try:
        manifest = json.loads((path.parent / _MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return otherwise
    names_it = isinstance(manifest, dict) and manifest.get("file") == path.name
    return str(manifest.get("sha256")) if names_it else otherwise
