"""Gives the package its extras: each `<name>.in` here is one. Environments install the pins made of them instead."""

from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

_FOLDER = Path(__file__).parent


def extras(folder: Path = _FOLDER) -> dict[str, list[str]]:
    """Requirements of each `.in` file of a folder, with those of the files that it includes."""
    return {path.stem: _read(path) for path in sorted(folder.glob("*.in"))}


def _read(path: Path) -> list[str]:
    found = []
    for line in path.read_text("utf-8").splitlines():
        text = line.partition("#")[0].strip()
        if text.startswith("-r "):
            found += _read(path.parent / text.removeprefix("-r ").strip())
        elif text:
            found.append(text)
    return found


class Extras(MetadataHookInterface):
    """Hatchling asks this for what pyproject.toml calls dynamic."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Add the extras."""
        metadata["optional-dependencies"] = extras()
