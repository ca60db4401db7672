"""What a clause refers to: parts that it names, "them", "the rest", and what it leaves out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, Protocol, TypeVar

from services.composition.refining.clauses import Clause
from services.composition.refining.lexicon import InstructionToken
from services.composition.refining.locations import Location
from services.composition.refining.tags import Tag


class Part(Protocol):
    """Something that words can name: a part of the kit, a track."""

    @property
    def slug(self) -> str:
        """Its name for programs."""


PartT = TypeVar("PartT", bound=Part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Targets(Generic[PartT]):
    """What a clause refers to.

    Attributes:
        parts: Parts; none means all, or that none is named.
        but: Parts left out.
        but_at: Locations left out.
        everything: Whether all parts are named together.
    """

    parts: tuple[PartT, ...] = ()
    but: tuple[PartT, ...] = ()
    but_at: tuple[Location, ...] = ()
    everything: bool = False


class Mentions(Generic[PartT]):
    """Parts named so far, to resolve references.

    Args:
        whole: Slug of the part that is everything.
    """

    def __init__(self, whole: str) -> None:
        self._whole = whole
        self._latest: tuple[PartT, ...] = ()
        self._all: tuple[PartT, ...] = ()

    def targets(self, clause: Clause) -> Targets[PartT]:
        """What a clause refers to."""
        before = clause.before_exception
        excepted = clause.tokens[len(before) :]
        parts, but = parts_of(before), parts_of(excepted)
        if not parts and (clause.has(Tag.IT) or (clause.contrasts and clause.has(Tag.LOUD, Tag.SOFT))):
            parts = self._latest
        if clause.has(Tag.REST):
            but += tuple(part for part in self._all if part not in but)
        elif len(parts) > 1:
            parts = tuple(part for part in parts if part.slug != self._whole) or parts
        whole = bool(parts) and all(part.slug == self._whole for part in parts)
        return Targets(
            parts=() if whole else parts,
            but=but,
            but_at=tuple(token.value for token in excepted if token.tag is Tag.LOCATION),
            everything=whole or clause.has(Tag.REST) or bool(but),
        )

    def note(self, clause: Clause) -> None:
        """Remember the parts of a clause."""
        parts: tuple[PartT, ...] = parts_of(clause.tokens)
        self._latest = parts or self._latest
        self._all += tuple(part for part in parts if part not in self._all)


def with_places_of(clause: Clause, before: Clause | None) -> Clause:
    """A clause that says no place, with those of the one before, which asked nothing: "la fin, change-la".

    Args:
        clause: The clause.
        before: The clause before it, where that asked for nothing; else None.
    """
    if before is None or clause.locations or not before.locations:
        return clause
    return replace(clause, locations=before.locations)


def parts_of(tokens: Sequence[InstructionToken]) -> tuple[Any, ...]:
    """The parts that tokens name, each once."""
    return tuple(dict.fromkeys(token.value for token in tokens if token.tag is Tag.PART))
