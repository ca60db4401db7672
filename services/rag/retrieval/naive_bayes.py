"""Which page the words of a text come from, and whether they come from any: naive Bayes over what pages are asked.

A page is the class of its questions, names and text; texts about anything else are one more class, set against all
pages together. The terms are in `terms.py`. A page is weighed against all others together, which is kinder to small
classes (Rennie et al., "Tackling the Poor Assumptions of Naive Bayes Text Classifiers", 2003). Nothing is trained: a
page that is added or changed counts as soon as it is read.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from language.weak_cache import weakly_cached
from services.rag.retrieval.page_words import Line, PageWords
from services.rag.retrieval.terms import PAIR, Keys, Terms

_SMOOTHING, _SMOOTHING_FIELDS = 0.1, 0.3  # what every class has of every term
_ASKED, _TEXT = 1.0, 0.2  # how much a line of a page counts: a question or a name, a line of the text
# Pages that may have a term before it is left out of a text: it says next to nothing then, and costs most.
_MOST_PAGES, _MOST_SHARE = 600, 0.05
Floats = NDArray[np.float64]
Rows = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Weighed:
    """What a text says.

    Attributes:
        likelihoods: How likely each page has its words, as a logarithm that only tells pages apart.
        best: The highest of them.
        weight: Of its terms that pages have, together; 0 where no page has any.
        leans: How much more likely pages are to have each of its words than texts about something else, as a logarithm.
        lean_beside: The same of words that stand side by side, together.
        pairs: Telling words that stand side by side on a page too.
    """

    likelihoods: Floats
    best: float
    weight: float
    leans: Sequence[float]
    lean_beside: float
    pairs: int


@dataclass(frozen=True, slots=True)
class _Said:
    """What some terms say.

    Attributes:
        rows: Pages that they speak for, by their place; a page may occur more than once.
        adds: How much, each; as many.
        weight: Of those that pages have, together.
        lean: How much more likely pages are to have them than texts about something else, as a logarithm.
        pairs: Of telling words, those that pages have.
    """

    rows: Sequence[Rows]
    adds: Sequence[Floats]
    weight: float
    lean: float
    pairs: int


class NaiveBayes:
    """The terms of all pages, and of texts about something else.

    Args:
        pages: Words of the pages, in every language.
        elsewhere: Tokens of texts about something else, by language.

    Attributes:
        slugs: Of the pages, by their place.
    """

    def __init__(self, pages: Sequence[PageWords], elsewhere: Mapping[str, Sequence[Line]]) -> None:
        self.slugs = tuple(dict.fromkeys(each.page.slug for each in pages))
        self._terms = Terms()
        self._index(*self._read(pages, elsewhere))
        self._terms.learned()
        self._of_word_before = weakly_cached(self._of_word, 16384)

    def _read(
        self, pages: Sequence[PageWords], elsewhere: Mapping[str, Sequence[Line]]
    ) -> tuple[Keys, NDArray[np.float32]]:
        """Terms with the page that has each, in order, and how much they count; texts about something else come last.

        Term and page are one number: the term times the pages and one more, and the place of the page. A page may have
        a term twice.
        """
        places = {slug: place for place, slug in enumerate(self.slugs)}
        keys: list[Keys] = [np.zeros(0, np.int64)]
        counts: list[NDArray[np.float32]] = [np.zeros(0, np.float32)]
        read = [
            *((each.page.locale, places[each.page.slug], *part) for each in pages for part in _parts(each)),
            *((locale, len(places), lines, 1.0) for locale, lines in elsewhere.items()),
        ]
        for locale, place, lines, weight in read:
            terms, times = self._terms.counted(lines, locale)
            keys.append(terms * (len(places) + 1) + place)  # 45 bits of a term leave 18 for the page
            counts.append((times * weight).astype(np.float32))
        both = np.concatenate(keys)
        keys.clear()
        order = np.argsort(both)
        return both[order], np.concatenate(counts)[order]

    def _index(self, both: Keys, amounts: NDArray[np.float32]) -> None:
        """Work out what each term adds to each page that has it, beside what a page without it has."""
        pages = len(self.slugs)
        first = _changes(both)
        counts: Floats = np.add.reduceat(amounts, first.nonzero()[0], dtype=np.float64) if len(both) else np.zeros(0)
        keys, rows = np.divmod(both[first], pages + 1)
        new = _changes(keys)
        self._keys, term = keys[new], np.cumsum(new) - 1
        self._weights = self._terms.weights(self._keys)
        self._first_pair = int(np.searchsorted(self._keys, PAIR))
        own, known = rows < pages, len(self._keys)
        here, there = _summed(term[own], counts[own], known), _summed(term[~own], counts[~own], known)
        self._leans = self._weights * _lean(here, there)
        term, counts, self._rows = term[own], counts[own], rows[own]
        others = np.log1p(-counts / (here[term] + _SMOOTHING))
        self._adds = (np.log1p(counts / _SMOOTHING) - others) * self._weights[term]
        self._ends = np.searchsorted(term, np.arange(known + 1))
        totals = _summed(self._rows, counts, pages)
        smoothing = _SMOOTHING * max(known, 1)
        self._bias = np.log(totals.sum() - totals + smoothing) - np.log(totals + smoothing)
        self._most = max(_MOST_PAGES, int(pages * _MOST_SHARE))

    def weigh(self, words: Sequence[str], language: str) -> Weighed:
        """What a text says.

        Args:
            words: Its tokens, typing errors corrected.
            language: Of the text.
        """
        said = [self._of_word_before(word, language) for word in dict.fromkeys(words)]
        leans = [each.lean for each in said]
        beside = self._of_keys(sorted(set(self._terms.beside([words], language))))
        said.append(beside)
        weight = sum(each.weight for each in said)
        likelihoods = weight * self._bias
        if weight:
            rows = np.concatenate([part for each in said for part in each.rows])
            adds = np.concatenate([part for each in said for part in each.adds])
            likelihoods += np.bincount(rows, adds, minlength=len(self.slugs))
        return Weighed(
            likelihoods, float(likelihoods.max()) if weight else 0.0, weight, leans, beside.lean, beside.pairs
        )

    def _of_word(self, word: str, language: str) -> _Said:
        """What a word says by its stem and its letters."""
        said = self._of_keys(self._terms.within(word, language))
        if not said.rows:
            return said
        rows, inverse = np.unique(np.concatenate(said.rows), return_inverse=True)
        adds = _summed(inverse, np.concatenate(said.adds), len(rows))
        return _Said((rows,), (adds,), said.weight, said.lean, 0)

    def _of_keys(self, keys: Sequence[int]) -> _Said:
        """What terms say; those that are nowhere say nothing."""
        if not keys or not len(self._keys):
            return _NOTHING
        wanted = np.array(keys, dtype=np.int64)
        at = np.minimum(np.searchsorted(self._keys, wanted), len(self._keys) - 1)
        at = at[self._keys[at] == wanted]
        rows, adds, weight, lean, pairs = [], [], 0.0, 0.0, 0
        for term, first, last in zip(at.tolist(), self._ends[at].tolist(), self._ends[at + 1].tolist(), strict=True):
            lean += self._leans[term]
            pairs += term >= self._first_pair and last > first
            if 0 < last - first <= self._most:
                weight += self._weights[term]
                rows.append(self._rows[first:last])
                adds.append(self._adds[first:last])
        return _Said(rows, adds, float(weight), float(lean), pairs)


_NOTHING = _Said((), (), 0.0, 0.0, 0)


def _changes(values: Keys) -> NDArray[np.bool_]:
    """Which values differ from the one before; the first one does."""
    return np.concatenate([np.ones(min(len(values), 1), np.bool_), values[1:] != values[:-1]])


def _summed(places: Rows, amounts: Floats, size: int) -> Floats:
    """The sum of the amounts of each place."""
    return np.bincount(places, amounts, size).astype(np.float64, copy=False)


def _lean(here: Floats, there: Floats) -> Floats:
    """How much more likely pages have each term than texts about something else, by how often both have it."""
    if not there.any():
        return np.zeros(len(here))
    ours, theirs = here + _SMOOTHING_FIELDS, there + _SMOOTHING_FIELDS
    leans: Floats = np.log(ours / ours.sum()) - np.log(theirs / theirs.sum())
    return leans


def _parts(words: PageWords) -> Iterator[tuple[Sequence[Line], float]]:
    """Lines of a page, and what each of them counts."""
    yield [*words.names, *words.questions], _ASKED
    yield [*words.keywords, *words.sentences], _TEXT
