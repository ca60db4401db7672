"""Instruments and groups of players that prompts name."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from language.yaml_fields import YamlFields

_DATA = Path(__file__).with_suffix(".yaml")


@dataclass(frozen=True, slots=True)
class Instrument:
    """An instrument.

    Attributes:
        slug: Stable name.
        role: Slug of the part that it plays; empty where it plays many.
        says_role: Whether its name alone asks for that part.
        names: Words for it.
    """

    slug: str
    role: str
    says_role: bool
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ensemble:
    """A group of players.

    Attributes:
        names: Words for it.
        style: Slug of the style that it plays; empty for any.
        parts: Slugs of role and instrument of each part; the instrument may be empty.
    """

    names: tuple[str, ...]
    style: str
    parts: tuple[tuple[str, str], ...]


@cache
def instruments() -> tuple[Instrument, ...]:
    """All instruments. Raises DataFileError when their file breaks its schema."""
    fields = YamlFields.of_file(_DATA)
    return (*_read(fields, "says", says_role=True), *_read(fields, "suggests", says_role=False))


def _read(fields: YamlFields, key: str, *, says_role: bool) -> Iterator[Instrument]:
    by_role = fields.nested(key)
    for role in by_role.names():
        entries = by_role.nested(role)
        for slug in entries.names():
            yield Instrument(slug, role, says_role, _split(entries.string(slug)))


@cache
def ensembles() -> Mapping[str, Ensemble]:
    """Groups of players by slug. Raises DataFileError when their file breaks its schema."""
    return YamlFields.of_file(_DATA).mapping("ensembles", _ensemble)


def _ensemble(fields: YamlFields) -> Ensemble:
    parts = tuple(_part(text) for text in _split(fields.string("parts")))
    return Ensemble(_split(fields.string("names")), fields.string("style", " ").strip(), parts)


def _split(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(";"))


def _part(text: str) -> tuple[str, str]:
    role, _, instrument = text.partition(" ")
    return role, instrument
