"""The words that the pages have, and which of them was meant by a word with slips in it."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from language.spelling import Corrector
from services.rag.pages.library import Library
from services.rag.pages.page import Page
from services.rag.pages.reader import LOCALES
from services.rag.retrieval.frequencies import Use, frequencies
from services.rag.retrieval.words import fold, stem, tokens, word_lists

_LONG, _ALIKE = 7, 0.75  # letters of a long word; how alike two long words are that mean the same, 0-1

_RARE, _COMMON = Use(0.0, None), 3.6  # a word from which Zipf on is one, whatever it is like


class Vocabulary:
    """Words of a library.

    Args:
        library: The pages.
        names_of: Names of the catalogue's entries by entry.

    Attributes:
        subjects: Words that name what the pages are about.
    """

    def __init__(self, library: Library, names_of: Mapping[str, Sequence[str]]) -> None:
        told = {
            locale: {
                word
                for each in library.pages.values()
                for section in each[locale].sections
                for word in tokens(section.text, most=None)
            }
            for locale in LOCALES
        }
        asked = {word for page in library.all() for question in page.questions for word in tokens(question)}
        lists = word_lists()
        listed = lists.stop | lists.neutral | lists.elsewhere | lists.ambiguous | lists.music
        subjects = {word for page in library.all() for word in _subjects(page)}
        subjects.update(word for names in names_of.values() for name in names for word in tokens(name))
        self.subjects = frozenset(subjects) - lists.stop
        self._all = listed.union(asked, self.subjects, *told.values())
        # Questions hold words of any field ("plan", "taste"): having them, a text is not yet about music.
        self._told = (self._all - asked) | self.subjects | frozenset().union(*told.values())
        self._told_stems = {
            locale: frozenset(stem(word, locale) for word in told[locale] | self.subjects) for locale in LOCALES
        }
        self._uses = frequencies()
        self._corrector = Corrector(self.subjects | lists.music, self._all)
        self._long_words = sorted(word for word in self.subjects | lists.music if len(word) >= _LONG)
        self.meant = lru_cache(maxsize=8192)(self._meant)
        self.has = lru_cache(maxsize=8192)(self._has)

    def _meant(self, token: str) -> str:
        """The word that was meant: one or two slips away, or, for a long one, alike as a whole ("mixolidyan")."""
        if max(self._uses[locale].get(stem(token, locale), _RARE).zipf for locale in LOCALES) >= _COMMON:
            return token  # "easter" is no slip in "eastern"
        word = self._corrector.correct(token)
        if word != token or token in self._all or len(token) < _LONG:
            return word
        alike = [each for each in self._long_words if each[0] == token[0]]
        found = process.extractOne(token, alike, scorer=OSA.normalized_similarity, score_cutoff=_ALIKE)
        return found[0] if found else token

    def _has(self, word: str) -> bool:
        """Whether any page has a word, in whatever form."""
        return word in self._told or any(stem(word, locale) in self._told_stems[locale] for locale in LOCALES)


def _subjects(page: Page) -> Iterable[str]:
    """Words of what names a page."""
    for text in (page.title, page.slug, *page.aliases, *page.keywords):
        yield from tokens(fold(text), most=None)
