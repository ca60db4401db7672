"""Words of pages: an FTS5 index of SQLite in memory, ranked by BM25.

BM25 after Robertson and Zaragoza, "The Probabilistic Relevance Framework" (2009). Words that most pages have cost the
most time and tell the least, so they are left out of a query where rarer ones say enough.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence
from weakref import finalize

from services.rag.pages.page import Page
from services.rag.retrieval.words import content, meaning, tokens

# How much a word counts in the title, the names and keywords, the questions, the headings, and the text.
_WEIGHTS = (6.0, 5.0, 4.0, 2.0, 1.0)
# Rows that the words of a query may bring together before further words are left out.
_MOST_ROWS = 600
_COLUMNS = "title, names, questions, headings, body"


class FullText:
    """The words of all pages of a language.

    Args:
        pages: In that language.
        locale: The language.
    """

    def __init__(self, pages: Iterable[Page], locale: str) -> None:
        self._locale = locale
        self._slugs: list[str] = []
        self._rows: Counter[str] = Counter()
        # Built in a thread of its own, used by the event loop, never by both at once.
        self._database = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
        finalize(self, self._database.close)  # Python 3.13 warns of one that nothing closed
        self._database.execute(f"CREATE VIRTUAL TABLE pages USING fts5({_COLUMNS}, content='', tokenize='ascii')")
        self._database.execute("BEGIN")
        for page in pages:
            self._add(page)
        self._database.execute("COMMIT")
        self._database.execute("INSERT INTO pages(pages) VALUES('optimize')")
        self._most_rows = max(_MOST_ROWS, len(self._slugs) // 20)
        weights = ", ".join(map(str, _WEIGHTS))
        self._query = (
            f"SELECT rowid, bm25(pages, {weights}) AS score FROM pages WHERE pages MATCH ? ORDER BY score LIMIT ?"  # noqa: S608  constants
        )

    def _add(self, page: Page) -> None:
        columns = (
            page.title,
            " ".join((*page.aliases, *page.keywords)),
            " ".join(page.questions),
            " ".join(section.heading for section in page.sections[1:]),
            " ".join(section.text for section in page.sections),
        )
        stemmed = [[meaning(token, self._locale) for token in tokens(text, most=None)] for text in columns]
        self._rows.update({token for column in stemmed for token in column})
        self._slugs.append(page.slug)
        self._database.execute(
            f"INSERT INTO pages(rowid, {_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)",  # noqa: S608  constants
            (len(self._slugs), *map(" ".join, stemmed)),
        )

    def share(self, token: str) -> float:
        """Part of the pages that have a word, 0-1."""
        return self._rows[meaning(token, self._locale)] / (len(self._slugs) or 1)

    def search(self, words: Sequence[str], most: int) -> list[tuple[str, float]]:
        """Slugs of the pages that have words of a text, with their BM25 as a number that grows with the fit.

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
            chosen.append(f'"{term}"')
        if not chosen or rows > max(self._most_rows, len(self._slugs) // 2):
            return []  # no word, or one that most of very many pages have
        found = self._database.execute(self._query, (" OR ".join(chosen), most))
        return [(self._slugs[row - 1], -score) for row, score in found]

    def _rarity(self, term: str) -> tuple[int, str]:
        return self._rows[term], term
