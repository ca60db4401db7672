"""Versions of a model that were made here, which of them is champion, and why: `<folder>/registry.json`.

A version is a folder of weights beside the registry. The champion's name stands in a file of its own, which processes
that run look at; without it, the model that ships is the champion.
"""

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

REGISTRY, CHAMPION = "registry.json", "champion.json"
SHIPPED = "shipped"
# A new champion takes over everywhere at once, when processes have had time to load it; in seconds.
_NOTICE_S = 3.0


class RegistryError(Exception):
    """What was asked for cannot be done; the text says why."""


@dataclass(frozen=True, slots=True)
class Gate:
    """One condition of a promotion, and how it went.

    Attributes:
        name: Which.
        passed: Whether it holds.
        value: What was measured.
        limit: What it was held against.
    """

    name: str
    passed: bool
    value: float
    limit: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A version that was made.

    Attributes:
        name: Of the version, and of its folder.
        digest: Of its weights; empty where none were made, because a gate before training failed.
        parent: Version that it was trained from.
        made: When, in seconds since 1970.
        data: What it learned from: counts by name.
        gates: Every gate that was looked at.
        decision: "promoted" or "refused".
    """

    name: str
    digest: str
    parent: str
    made: float
    data: Mapping[str, Any] = field(default_factory=dict)
    gates: tuple[Gate, ...] = ()
    decision: str = "refused"


@dataclass(frozen=True, slots=True)
class Champion:
    """Who composes.

    Attributes:
        name: Of the version; SHIPPED for the model that ships.
        since: From when on, in seconds since 1970.
    """

    name: str = SHIPPED
    since: float = 0.0


class Registry:
    """The registry of one model.

    Args:
        folder: Of the registry and the versions; need not be there.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def versions(self) -> Sequence[Version]:
        """Every version, in the order in which they were made. Raises RegistryError when the file is damaged."""
        return [self._version(each) for each in self._read()["versions"]]

    def champion(self) -> Champion:
        """Who composes; the model that ships where nothing says otherwise."""
        try:
            return Champion(**json.loads((self.folder / CHAMPION).read_text("utf-8")))
        except (OSError, ValueError, TypeError):
            return Champion()

    def weights_of(self, name: str, shipped: Path) -> Path:
        """Folder of the weights of a version.

        Args:
            name: Of the version.
            shipped: Folder of the model that ships.
        """
        return shipped if name == SHIPPED else self.folder / name

    def next_name(self) -> str:
        """Name for a new version."""
        return f"v{len(self._read()['versions']) + 1:03}"

    def add(self, version: Version) -> None:
        """Add a version; one that is promoted becomes champion."""
        content = self._read()
        content["versions"].append(asdict(version))
        if version.decision == "promoted":
            content["champions"].append(version.name)
        self._write(REGISTRY, content)
        if version.decision == "promoted":
            self._point_to(version.name)

    def rollback(self) -> str:
        """Let the champion before this one compose again; its name.

        Raises:
            RegistryError: The model that ships is champion: there is none before it.
        """
        content = self._read()
        if not content["champions"]:
            raise RegistryError("the model that ships is champion: there is none before it")
        undone = content["champions"].pop()
        name = content["champions"][-1] if content["champions"] else SHIPPED
        content["versions"] = [
            each | {"decision": "rolled back"} if each["name"] == undone else each for each in content["versions"]
        ]
        self._write(REGISTRY, content)
        self._point_to(name)
        return name

    def _point_to(self, name: str) -> None:
        self._write(CHAMPION, asdict(Champion(name, time.time() + _NOTICE_S)))

    def _read(self) -> dict[str, Any]:
        path = self.folder / REGISTRY
        if not path.exists():
            return {"versions": [], "champions": []}
        try:
            content: dict[str, Any] = json.loads(path.read_text("utf-8"))
            _ = [self._version(each) for each in content["versions"]], content["champions"]
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise RegistryError(f"{path}: {error}") from error
        return content

    def _write(self, name: str, content: Mapping[str, Any]) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        beside = self.folder / f".{name}.new"
        beside.write_text(json.dumps(content, indent=2) + "\n", "utf-8")
        beside.replace(self.folder / name)

    @staticmethod
    def _version(content: Mapping[str, Any]) -> Version:
        version = Version(**content)
        return replace(version, gates=tuple(Gate(**gate) for gate in content["gates"]))
