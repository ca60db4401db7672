"""What is wrong with pages, as far as their own text tells; `cli.knowledge` checks their music with theory's tables."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from services.rag.pages.library import Library, Translations
from services.rag.pages.page import Page

FEWEST_WORDS, MOST_WORDS = 150, 500
LONGEST_QUESTION = 140
_WORD = re.compile(r"\w+")


def lint(library: Library) -> Iterator[str]:
    """Every problem of a library as a line: the file, and what is wrong with it."""
    yield from library.problems
    for translations in library.pages.values():
        for page in translations.values():
            yield from (f"{page.slug}.{page.locale}.md: {problem}" for problem in _problems(page, library))
        yield from _differences(translations)
    yield from _shared_aliases(library)
    yield from _shared_questions(library)


def _problems(page: Page, library: Library) -> Iterator[str]:
    if not FEWEST_WORDS <= page.words <= MOST_WORDS:
        yield f"{page.words} words; {FEWEST_WORDS} to {MOST_WORDS} are wanted"
    if not page.keywords:
        yield "keywords: none"
    if not page.sources:
        yield "sources: none"
    if len(page.sections) < 2:
        yield "sections: at least two are wanted"
    asked: set[str] = set()
    for question in page.questions:
        if len(question) > LONGEST_QUESTION:
            yield f"question {question!r}: at most {LONGEST_QUESTION} characters are wanted"
        words = " ".join(_WORD.findall(question.casefold()))
        if words in asked:
            yield f"question {question!r}: twice"
        asked.add(words)
    linked = {link for section in page.sections for link in section.links}
    for slug in sorted({*page.related, *linked} - library.pages.keys()):
        yield f"link to {slug!r}: there is no such page"
    if page.slug in linked or page.slug in page.related:
        yield "links to itself"


def _differences(translations: Translations) -> Iterator[str]:
    """Where the languages of a page say different things."""
    first, *others = translations.values()
    for other in others:
        names = f"{first.slug}: {first.locale} and {other.locale}"
        if len(first.sections) != len(other.sections):
            yield f"{names}: {len(first.sections)} and {len(other.sections)} sections"
            continue
        for field in ("kind", "catalogue", "related"):
            if getattr(first, field) != getattr(other, field):
                yield f"{names}: {field} differs"
        for place, (one, two) in enumerate(zip(first.sections, other.sections, strict=True), start=1):
            if one.examples != two.examples:
                yield f"{names}: the examples of section {place} differ"


def _shared_aliases(library: Library) -> Iterator[str]:
    yield from _shared("alias", ((page, (page.title, *page.aliases)) for page in library.all()))


def _shared_questions(library: Library) -> Iterator[str]:
    yield from _shared("question", ((page, page.questions) for page in library.all()))


def _shared(what: str, texts: Iterable[tuple[Page, Iterable[str]]]) -> Iterator[str]:
    """What more than one page of a language says of itself."""
    owners: dict[tuple[str, str], set[str]] = defaultdict(set)
    for page, said in texts:
        for text in said:
            owners[page.locale, text.casefold()].add(page.slug)
    for (locale, text), slugs in sorted(owners.items()):
        if len(slugs) > 1:
            yield f"{what} {text!r} ({locale}): belongs to {', '.join(sorted(slugs))}"
