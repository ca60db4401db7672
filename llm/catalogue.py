"""The catalogue of recommended models: by memory, best first."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from pathlib import Path

import yaml

_TABLE = Path(__file__).with_name("catalogue.yaml")


class Dialect(Enum):
    """How a model is asked."""

    INSTRUCT = "instruct"
    NOTATION = "notation"


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueModel:
    """A model that is recommended.

    Attributes:
        name: As Ollama calls it.
        quantisation: Of its weights.
        memory_mb: What it takes while it answers, in megabytes.
        auto: Whether it may be used unasked.
        dialect: How it is asked.
        languages: That it understands, "fr" and "en"; none where it reads no words.
        licence: Of its weights.
    """

    name: str
    quantisation: str
    memory_mb: int
    auto: bool
    dialect: Dialect
    languages: tuple[str, ...]
    licence: str


@lru_cache(maxsize=1)
def catalogue() -> tuple[CatalogueModel, ...]:
    """All of it, the best first."""
    entries = yaml.safe_load(_TABLE.read_text("utf-8"))
    return tuple(
        CatalogueModel(**{**entry, "dialect": Dialect(entry["dialect"]), "languages": tuple(entry["languages"])})
        for entry in entries
    )


def entry_of(name: str) -> CatalogueModel | None:
    """The entry of a model; one without a tag is its `latest`."""
    return next((entry for entry in catalogue() if _full(entry.name) == _full(name)), None)


def best_of(installed: Iterable[str]) -> str:
    """The best model that is installed; one that the catalogue does not know comes last, "" where there is none.

    Args:
        installed: Names as the server lists them.
    """
    names = [name for name in installed if not is_remote(name)]
    known = {_full(name): name for name in names}
    return next(
        (known[_full(entry.name)] for entry in catalogue() if _full(entry.name) in known), min(names, default="")
    )


def that_fit(memory_mb: int) -> list[CatalogueModel]:
    """Models for a machine with so many megabytes to spare, the best first."""
    return [entry for entry in catalogue() if entry.memory_mb <= memory_mb]


def is_same(one: str, other: str) -> bool:
    """Whether two names are those of one model.

    Args:
        one: A name, with or without a tag.
        other: Another.
    """
    return _full(one) == _full(other)


def is_remote(name: str) -> bool:
    """Whether a model would be asked on another machine: a prompt stays here."""
    return _full(name).endswith("cloud")


def _full(name: str) -> str:
    return name if ":" in name else f"{name}:latest"
