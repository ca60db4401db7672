"""Whether a sentence says only what a passage says: its words stand there, and so do its numbers, notes and chords.

A sentence of a language model is kept when a sentence of the passages, or two that follow one another, hold enough of
its telling words and all of its figures. That does not prove that it is true; it proves that it says nothing that the
pages do not speak of.
"""

import re
from collections.abc import Iterable, Sequence

from services.rag.chat.said import Said, Source
from services.rag.retrieval.passages import Sentence
from services.rag.retrieval.words import content_stems

LEAST_OVERLAP = 0.7
_FEWEST = 2  # telling words of a sentence that can be judged
# What a word of its own does not tell: numbers, note names, chord symbols, roman numerals.
_FIGURE = re.compile(
    r"(?<![\w#])(?:\d+(?:[.,/]\d+)*|[A-G][#b♯♭]?(?:m|maj|min|dim|aug|sus)?\d{0,2}|b?[IViv]{1,4}[°ø+]?\d?)(?![\w#])"
)
_OPPOSITES = re.compile(r"\b(not|never|no|without|n't|ne|pas|jamais|sans|aucune?)\b", re.IGNORECASE)


def supported(text: str, passages: Sequence[tuple[str, Sequence[Sentence]]], locale: str) -> Said | None:
    """A sentence with its source; None when no passage supports it.

    Args:
        text: The sentence.
        passages: Sentences of the pages that it may come from, by slug.
        locale: Language of both.
    """
    stems = content_stems(text, locale)
    if len(stems) < _FEWEST:
        return None
    figures = set(_FIGURE.findall(text))
    negated = bool(_OPPOSITES.search(text))
    best: tuple[float, Source] | None = None
    for slug, sentences in passages:
        for sentence, words, source in _windows(sentences):
            share = len(stems & words) / len(stems)
            if share < LEAST_OVERLAP or (best and share <= best[0]):
                continue
            if figures <= set(_FIGURE.findall(source)) and (not negated or _OPPOSITES.search(source)):
                best = share, Source(slug, sentence.heading)
    return Said(text, (best[1],)) if best else None


def _windows(sentences: Sequence[Sentence]) -> Iterable[tuple[Sentence, frozenset[str], str]]:
    """Each sentence, and each two of a section that follow one another."""
    for place, sentence in enumerate(sentences):
        yield sentence, sentence.stems, sentence.text
        if place + 1 < len(sentences) and sentences[place + 1].section == sentence.section:
            following = sentences[place + 1]
            yield sentence, sentence.stems | following.stems, f"{sentence.text} {following.text}"
