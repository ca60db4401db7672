"""The words for the parts of an arrangement, so that an instruction about one of them is not for another."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from services.composition.refining.lexicon import Entry, document
from services.composition.refining.tags import Tag

DRUMS = "drums"
ALL = "all"  # slug of the part that is everything
_WORDS = Path(__file__).with_name("roles.yaml")


@dataclass(frozen=True, slots=True)
class RolePart:
    """A part of an arrangement that words can name.

    Attributes:
        slug: Name of its role, such as "bass"; "other" for what has none, "all" for all of them.
    """

    slug: str


@cache
def role_words() -> Mapping[str, tuple[str, ...]]:
    """Words by role; once per process."""
    return {role: tuple(map(str, words)) for role, words in document(_WORDS).items()}


def role_entries(tag: Tag) -> list[Entry]:
    """Words for pitched parts.

    Args:
        tag: What they are in a domain: PART, or FOREIGN where they are not its business.
    """
    return [(word, (tag, RolePart(role))) for role, words in role_words().items() for word in words]
