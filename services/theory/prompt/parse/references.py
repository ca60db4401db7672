"""Artists, works, games and scenes that prompts name, and what they stand for: "à la Travis Scott", "zelda style"."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path

from language.yaml_fields import YamlFields
from services.theory.prompt.parse.tokenizer import fold

_DATA = Path(__file__).with_suffix(".yaml")
_SLOWEST, _FASTEST = 40, 300  # quarter notes per minute
_CUED = "*"  # behind another name that counts only with a cue
_CLOSE = 0.75


@dataclass(frozen=True, slots=True)
class ReferenceEntry:
    """A name and what it stands for.

    Attributes:
        name: Its usual form.
        style: Slug of a style.
        mood: Slug of a mood; empty for none.
        bpm: Usual tempo in quarter notes per minute; 0 for none.
        cued: Whether it is an everyday word, which counts only with a cue.
        also: Other names, with whether they need a cue.
    """

    name: str
    style: str
    mood: str
    bpm: float
    cued: bool
    also: tuple[tuple[str, bool], ...]


@cache
def references() -> Mapping[str, ReferenceEntry]:
    """All entries by name. Raises DataFileError when their file breaks its schema."""
    fields = YamlFields.of_file(_DATA)
    return {entry.name: entry for style in fields.names() for entry in _entries(style, fields.nested(style))}


def _entries(style: str, fields: YamlFields) -> Iterator[ReferenceEntry]:
    for name in fields.names():
        entry = fields.nested(name)
        also = entry.string("also", ";").split(";")
        yield ReferenceEntry(
            name=name,
            style=style,
            mood=entry.string("mood", " ").strip(),
            bpm=entry.number("bpm", _SLOWEST, _FASTEST, 0.0),
            cued=entry.flag("cued"),
            also=tuple((other.removesuffix(_CUED), other.endswith(_CUED)) for other in also if other),
        )
        entry.finish()


def names_of_references() -> Iterator[tuple[str, str]]:
    """The usual name of each entry, and a name for it."""
    for entry in references().values():
        yield entry.name, entry.name
        yield from ((entry.name, other) for other, _ in entry.also)


def nearest_name(words: str) -> str:
    """The usual name of the entry that is written most alike; empty where none is near."""
    near = get_close_matches(fold(words), _by_folded(), n=1, cutoff=_CLOSE)
    return _by_folded()[near[0]] if near else ""


@cache
def _by_folded() -> dict[str, str]:
    return {fold(name): usual for usual, name in names_of_references()}
