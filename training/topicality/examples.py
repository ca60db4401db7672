"""Labelled texts: what speaks for each of them being about music, seen by a retriever that does not know them."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from language.locale import guess
from services.rag.pages.library import Library
from services.rag.retrieval.elsewhere import texts_elsewhere
from services.rag.retrieval.retriever import Retriever
from services.theory.catalogue.catalogue import Catalogue
from services.theory.catalogue.entries import CatalogueItem

QUESTIONS = Path(__file__).parents[2] / "tests" / "unit" / "rag" / "questions"
_FOLDS = 5
# How much a text counts: one that was written to test, a question that a page lists, a text about something else.
_TEST, _LISTED, _ELSEWHERE = 2.0, 0.2, 1.0


@dataclass(frozen=True, slots=True)
class Example:
    """A labelled text.

    Attributes:
        text: The text.
        music: Whether it is about music or this product.
        weight: How much it counts.
        test: Whether it was written to test.
        evidence: What speaks for and against it.
    """

    text: str
    music: bool
    weight: float
    test: bool
    evidence: Sequence[float]


def catalogue_names() -> Mapping[str, Sequence[str]]:
    """Names of theory's entries, as rag gets them from theory."""
    catalogue = Catalogue.load()
    kinds: Mapping[str, Mapping[str, CatalogueItem]] = {
        "scale": catalogue.scales,
        "style": catalogue.styles,
        "mood": catalogue.moods,
        "role": catalogue.roles,
        "progression": catalogue.progressions,
    }
    return {
        f"{kind}:{slug}": (entry.label.en, entry.label.fr, *entry.aliases)
        for kind, entries in kinds.items()
        for slug, entry in entries.items()
    }


def examples() -> Iterator[Example]:
    """All labelled texts."""
    names, library = catalogue_names(), Library.load()
    retriever = Retriever(library, names)
    for text, music in _written_to_test():
        yield Example(text, music, _TEST, True, retriever.evidence(text, guess(text) or "en"))
    for fold in range(_FOLDS):
        yield from _left_out(fold, library, names)


def _written_to_test() -> Iterator[tuple[str, bool]]:
    """Texts of the tests, and whether each is about music."""
    for path in sorted(QUESTIONS.glob("*.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            content = json.loads(line)
            yield content["question"], bool(content["pages"])
    yield from ((text, True) for text in (QUESTIONS / "casual.txt").read_text("utf-8").splitlines() if text)


def _left_out(fold: int, library: Library, names: Mapping[str, Sequence[str]]) -> Iterator[Example]:
    """A part of what is listed, seen by a retriever of the other parts."""
    pages = {
        slug: {locale: replace(page, questions=_others(page.questions, fold)) for locale, page in translations.items()}
        for slug, translations in library.pages.items()
    }
    elsewhere = texts_elsewhere()
    retriever = Retriever(Library(pages), names, {locale: _others(texts, fold) for locale, texts in elsewhere.items()})
    for page in library.all():
        for question in page.questions[fold::_FOLDS]:
            yield Example(question, True, _LISTED, False, retriever.evidence(question, page.locale))
    for locale, texts in elsewhere.items():
        for text in texts[fold::_FOLDS]:
            yield Example(text, False, _ELSEWHERE, False, retriever.evidence(text, locale))


def _others(texts: Sequence[str], fold: int) -> tuple[str, ...]:
    return tuple(text for place, text in enumerate(texts) if place % _FOLDS != fold)
