"""Words of pages, ranked by BM25 over the columns of a page.

BM25 after Robertson and Zaragoza, "The Probabilistic Relevance Framework" (2009), with the constants, the floor and the
weighted columns of SQLite's FTS5, which a test compares it with. What each word adds to each page is worked out once,
so that a search is a sum. Words that most pages have tell the least, so they are left out of a query where rarer ones
say enough.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from services.rag.pages.page import Page
from services.rag.retrieval.words import content, meaning, tokens

# How much a word counts in the title, the names and keywords, the questions, the headings, and the text.
WEIGHTS = (6.0, 5.0, 4.0, 2.0, 1.0)
_K1, _B, _LEAST_RARITY = 1.2, 0.75, 1e-6  # FTS5's
# Rows that the words of a query may bring together before further words are left out.
_MOST_ROWS = 600


class FullText:
    """The words of all pages of a language.

    Args:
        pages: In that language.
        locale: The language.
    """

    def __init__(self, pages: Iterable[Page], locale: str) -> None:
        self._locale = locale
        self._slugs: list[str] = []
        lengths: list[int] = []
        weighed: dict[str, dict[int, float]] = defaultdict(dict)  # how often a page has a word, its columns weighed
        for row, page in enumerate(pages):
            self._slugs.append(page.slug)
            columns = columns_of(page, locale)
            lengths.append(sum(map(len, columns)))
            for weight, column in zip(WEIGHTS, columns, strict=True):
                for word, count in Counter(column).items():
                    weighed[word][row] = weighed[word].get(row, 0.0) + weight * count
        self._rows = {word: len(pages_of) for word, pages_of in weighed.items()}
        self._most_rows = max(_MOST_ROWS, len(self._slugs) // 20)
        longer = 1 - _B + _B * np.array(lengths) / (sum(lengths) / (len(lengths) or 1) or 1)
        self._adds: dict[str, tuple[NDArray[np.intp], NDArray[np.float64]]] = {}
        for word, times_by_row in weighed.items():
            rows = np.fromiter(times_by_row, dtype=np.intp)
            times = np.fromiter(times_by_row.values(), dtype=np.float64)
            rarity = max(math.log((len(self._slugs) - len(rows) + 0.5) / (len(rows) + 0.5)), _LEAST_RARITY)
            self._adds[word] = rows, rarity * times * (_K1 + 1) / (times + _K1 * longer[rows])

    def share(self, token: str) -> float:
        """Part of the pages that have a word, 0-1."""
        return self._rows.get(meaning(token, self._locale), 0) / (len(self._slugs) or 1)

    def search(self, words: Sequence[str], most: int) -> list[tuple[str, float]]:
        """Slugs of the pages that have words of a text, with their BM25, the best first.

        Args:
            words: Tokens of the text.
            most: So many of them.
        """
        terms = sorted({meaning(word, self._locale) for word in content(words)} & self._rows.keys(), key=self._rarity)
        chosen: list[str] = []
        rows = 0
        for term in terms:
            if chosen and rows + self._rows[term] > self._most_rows:
                break
            rows += self._rows[term]
            chosen.append(term)
        if not chosen or rows > max(self._most_rows, len(self._slugs) // 2):
            return []  # no word, or one that most of very many pages have
        scores = np.zeros(len(self._slugs))
        for term in chosen:
            at, adds = self._adds[term]
            scores[at] += adds
        if most < len(scores):
            best = np.argpartition(-scores, most)[:most]
            best = best[np.lexsort((best, -scores[best]))]
        else:
            best = np.lexsort((np.arange(len(scores)), -scores))
        return [(self._slugs[row], float(scores[row])) for row in best.tolist() if scores[row] > 0]

    def _rarity(self, term: str) -> tuple[int, str]:
        return self._rows[term], term


def columns_of(page: Page, locale: str) -> list[list[str]]:
    """The words of a page as they are compared, by the columns of `WEIGHTS`.

    Args:
        page: The page.
        locale: Its language.
    """
    texts = (
        page.title,
        " ".join((*page.aliases, *page.keywords)),
        " ".join(page.questions),
        " ".join(section.heading for section in page.sections[1:]),
        " ".join(section.text for section in page.sections),
    )
    return [[meaning(token, locale) for token in tokens(text, most=None)] for text in texts]
