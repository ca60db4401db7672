"""The words of a page, read once for all that look at them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from services.rag.pages.library import Library
from services.rag.pages.page import Page
from services.rag.retrieval.words import lines_of_tokens, tokens

# Tokens of a line.
Line = Sequence[str]


@dataclass(frozen=True, slots=True)
class PageWords:
    """Tokens of the parts of a page, a line for each name, question, heading or sentence.

    Attributes:
        page: The page.
        names: Title and aliases.
        keywords: Its keywords.
        questions: That it answers.
        headings: Of its sections.
        sentences: Of its text.
    """

    page: Page
    names: Sequence[Line]
    keywords: Sequence[Line]
    questions: Sequence[Line]
    headings: Sequence[Line]
    sentences: Sequence[Line]

    @property
    def subjects(self) -> frozenset[str]:
        """Words of what names the page."""
        return frozenset(chain(tokens(self.page.slug, most=None), *self.names, *self.keywords))

    @property
    def lines(self) -> Iterator[Line]:
        """All lines."""
        return chain(self.names, self.keywords, self.questions, self.headings, self.sentences)


def words_of(library: Library) -> tuple[PageWords, ...]:
    """The words of every page in every language.

    Args:
        library: The pages.
    """
    return tuple(_words(page) for page in library.all())


def _words(page: Page) -> PageWords:
    text = (sentence for section in page.sections for block in section.paragraphs for sentence in block.split(". "))
    parts: Iterable[Iterable[str]] = (
        (page.title, *page.aliases),
        page.keywords,
        page.questions,
        (section.heading for section in page.sections),
        text,
    )
    return PageWords(page, *(lines_of_tokens(part) for part in parts))
