"""Which page the words of a text come from, and whether they come from any: naive Bayes over what pages are asked.

A page is the class of its questions, names and text; texts about anything else are one more class, set against all
pages together. The terms are in `terms.py`. A page is weighed against all others together, which is kinder to small
classes (Rennie et al., "Tackling the Poor Assumptions of Naive Bayes Text Classifiers", 2003). Nothing is trained: a
page that is added or changed counts as soon as it is read.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from services.rag.retrieval.page_words import Line, PageWords
from services.rag.retrieval.terms import Keys, Terms
from services.rag.retrieval.words import lines_of_tokens

_SMOOTHING, _SMOOTHING_FIELDS = 0.1, 0.3  # what every class has of every term
# How much a line of a page counts: a question or a name, a name of the catalogue, a line of the text.
_ASKED, _CATALOGUE, _TEXT = 1.0, 0.3, 0.2
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
    """

    likelihoods: Floats
    best: float
    weight: float
    leans: Sequence[float]
    lean_beside: float


@dataclass(frozen=True, slots=True)
class _Said:
    """What some terms say.

    Attributes:
        rows: Pages that they speak for, by their place; a page may occur more than once.
        adds: How much, each; as many.
        weight: Of those that pages have, together.
        lean: How much more likely pages are to have them than texts about something else, as a logarithm.
    """

    rows: Sequence[Rows]
    adds: Sequence[Floats]
    weight: float
    lean: float


class NaiveBayes:
    """The terms of all pages, and of texts about something else.

    Args:
        pages: Words of the pages, in every language.
        names_of: Names of the catalogue's entries by entry.
        elsewhere: Texts about something else, by language.

    Attributes:
        slugs: Of the pages, by their place.
    """

    def __init__(
        self,
        pages: Sequence[PageWords],
        names_of: Mapping[str, Sequence[str]],
        elsewhere: Mapping[str, Sequence[str]],
    ) -> None:
        self.slugs = tuple(dict.fromkeys(each.page.slug for each in pages))
        places = {slug: place for place, slug in enumerate(self.slugs)}
        self._terms = Terms()
        keys: list[Keys] = [np.zeros(0, np.int64)]
        of: list[tuple[int, int, float]] = [(0, 0, 0.0)]  # how many keys, of which page, what each counts
        for words in pages:
            for lines, counts in _counted(words, names_of):
                keys.append(self._terms.keys(lines, words.page.locale))
                of.append((len(keys[-1]), places[words.page.slug], counts))
        sizes = np.array([size for size, _, _ in of])
        rows = np.repeat(np.array([row for _, row, _ in of]), sizes)
        counts_of = np.repeat(np.array([counts for _, _, counts in of]), sizes)
        others = [self._terms.keys(lines_of_tokens(lines), locale) for locale, lines in elsewhere.items()]
        here, there = np.concatenate(keys), np.concatenate([np.zeros(0, np.int64), *others])
        self._keys, term = np.unique(np.concatenate([here, there]), return_inverse=True)
        self._weights = self._terms.weights(self._keys)
        self._index(term[: len(here)], rows, counts_of)
        self._leans = self._weights * self._lean(term[: len(here)], np.minimum(counts_of, 1.0), term[len(here) :])
        self.of_word = lru_cache(maxsize=16384)(self._of_word)

    def _index(self, term: NDArray[np.intp], rows: NDArray[np.intp], counts: Floats) -> None:
        """Work out what each term adds to each page that has it, beside what a page without it has."""
        pages, known = len(self.slugs), len(self._keys)
        places, inverse = np.unique(term * max(pages, 1) + rows, return_inverse=True)
        counted = np.bincount(inverse, counts)
        of_term, self._rows = np.divmod(places, max(pages, 1))
        everywhere = np.bincount(of_term, counted, minlength=known)
        others = np.log1p(-counted / (everywhere[of_term] + _SMOOTHING))
        self._adds = (np.log1p(counted / _SMOOTHING) - others) * self._weights[of_term]
        self._ends = np.searchsorted(of_term, np.arange(known + 1))
        own = np.bincount(self._rows, counted, minlength=pages)
        smoothing = _SMOOTHING * max(known, 1)
        self._bias = np.log(own.sum() - own + smoothing) - np.log(own + smoothing)
        self._most = max(_MOST_PAGES, int(pages * _MOST_SHARE))

    def _lean(self, here: NDArray[np.intp], counts: Floats, there: NDArray[np.intp]) -> Floats:
        """How much more likely pages have each term than texts about something else."""
        known = len(self._keys)
        if not len(there):
            return np.zeros(known)
        ours = np.bincount(here, counts, minlength=known) + _SMOOTHING_FIELDS
        theirs = np.bincount(there, minlength=known) + _SMOOTHING_FIELDS
        leans: Floats = np.log(ours / ours.sum()) - np.log(theirs / theirs.sum())
        return leans

    def weigh(self, words: Sequence[str], language: str) -> Weighed:
        """What a text says.

        Args:
            words: Its tokens, typing errors corrected.
            language: Of the text.
        """
        said = [self.of_word(word, language) for word in dict.fromkeys(words)]
        leans = [each.lean for each in said]
        beside = self._of_keys(sorted(set(self._terms.beside([words], language))))
        said.append(beside)
        weight = sum(each.weight for each in said)
        likelihoods = weight * self._bias
        if weight:
            rows = np.concatenate([part for each in said for part in each.rows])
            adds = np.concatenate([part for each in said for part in each.adds])
            likelihoods += np.bincount(rows, adds, minlength=len(self.slugs))
        return Weighed(likelihoods, float(likelihoods.max()) if weight else 0.0, weight, leans, beside.lean)

    def _of_word(self, word: str, language: str) -> _Said:
        """What a word says by its stem and its letters."""
        said = self._of_keys(self._terms.within(word, language))
        if not said.rows:
            return said
        rows, inverse = np.unique(np.concatenate(said.rows), return_inverse=True)
        adds = np.bincount(inverse, np.concatenate(said.adds), minlength=len(rows)).astype(np.float64)
        return _Said((rows,), (adds,), said.weight, said.lean)

    def _of_keys(self, keys: Sequence[int]) -> _Said:
        """What terms say; those that are nowhere say nothing."""
        if not keys or not len(self._keys):
            return _NOTHING
        wanted = np.array(keys, dtype=np.int64)
        at = np.minimum(np.searchsorted(self._keys, wanted), len(self._keys) - 1)
        at = at[self._keys[at] == wanted]
        rows, adds, weight, lean = [], [], 0.0, 0.0
        for term, first, last in zip(at.tolist(), self._ends[at].tolist(), self._ends[at + 1].tolist(), strict=True):
            lean += self._leans[term]
            if 0 < last - first <= self._most:
                weight += self._weights[term]
                rows.append(self._rows[first:last])
                adds.append(self._adds[first:last])
        return _Said(rows, adds, float(weight), float(lean))


_NOTHING = _Said((), (), 0.0, 0.0)


def _counted(words: PageWords, names_of: Mapping[str, Sequence[str]]) -> Iterator[tuple[Sequence[Line], float]]:
    """Lines of a page, and what each of them counts."""
    catalogue = [name for entry in words.page.catalogue for name in names_of.get(entry, ())]
    yield [*words.names, *words.questions], _ASKED
    yield lines_of_tokens(catalogue), _CATALOGUE
    yield [*words.keywords, *words.sentences], _TEXT
