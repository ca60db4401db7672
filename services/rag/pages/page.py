"""What a page of know-how is: one subject in one language."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum


class PageKind(StrEnum):
    """What a page is about."""

    SCALE = "scale"
    MODE = "mode"
    HARMONY = "harmony"
    PROGRESSION = "progression"
    RHYTHM = "rhythm"
    STYLE = "style"
    ROLE = "role"
    INSTRUMENT = "instrument"
    ARRANGEMENT = "arrangement"
    SOUND = "sound"
    DAW = "daw"
    PRODUCT = "product"


class ExampleKind(StrEnum):
    """How a musical example is written."""

    CHORDS = "chords"
    NOTES = "notes"
    SCALE = "scale"
    DRUMS = "drums"


@dataclass(frozen=True, slots=True)
class Example:
    """A musical example: a fenced block of a page.

    Attributes:
        kind: How it is written.
        attributes: What stands behind the kind: key, meter, role...
        lines: Its lines, without blank ones.
    """

    kind: ExampleKind
    attributes: Mapping[str, str]
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands under it.

    Attributes:
        heading: The heading; the page's title for what comes before the first one.
        blocks: Paragraphs and list items as plain text, and musical examples, in their order.
        links: Slugs of the pages that the text links to.
    """

    heading: str
    blocks: tuple[str | Example, ...]
    links: tuple[str, ...]

    @property
    def paragraphs(self) -> tuple[str, ...]:
        """Paragraphs and list items."""
        return tuple(block for block in self.blocks if isinstance(block, str))

    @property
    def examples(self) -> tuple[Example, ...]:
        """Musical examples."""
        return tuple(block for block in self.blocks if isinstance(block, Example))

    @property
    def text(self) -> str:
        """All paragraphs, a line each."""
        return "\n".join(self.paragraphs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page in one language.

    Attributes:
        slug: Names the page in both languages, "ii-v-i".
        locale: "fr" or "en".
        title: Its title.
        kind: What it is about.
        keywords: Words that the page is about, beside those of its text.
        aliases: Phrases that mean exactly this page.
        catalogue: Entries of theory's catalogue that it explains, as "scale:dorian".
        related: Slugs of pages to read next.
        sources: Where it can be checked: books, encyclopedias.
        sections: The text.
        questions: That it answers, as people ask them, in words of their own.
    """

    slug: str
    locale: str
    title: str
    kind: PageKind
    keywords: tuple[str, ...]
    aliases: tuple[str, ...]
    catalogue: tuple[str, ...]
    related: tuple[str, ...]
    sources: tuple[str, ...]
    sections: tuple[Section, ...]
    questions: tuple[str, ...] = ()

    @property
    def examples(self) -> Iterator[Example]:
        """Musical examples of all sections, in order."""
        for section in self.sections:
            yield from section.examples

    @property
    def words(self) -> int:
        """Words of the text, examples not counted."""
        return sum(len(section.text.split()) for section in self.sections)
