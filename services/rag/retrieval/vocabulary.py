"""The words that the pages have, and which of them was meant by a word with slips in it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import chain

from rapidfuzz import process
from rapidfuzz.distance import OSA

from language.spelling import Corrector, slips
from language.weak_cache import weakly_cached
from services.rag.pages.reader import LOCALES
from services.rag.retrieval.frequencies import Use, frequencies
from services.rag.retrieval.page_words import Line, PageWords
from services.rag.retrieval.phonetics import sound
from services.rag.retrieval.words import stem, word_lists

_BY_EAR, _OFTEN_USED = 4, 20  # letters of a word that may be written by ear; times that a page has one that is meant
_OFTEN = 3  # times that pages have a word that may be meant by another
_LONG, _ALIKE = 7, 0.75  # letters of a long word; how alike two long words are that mean the same, 0-1

_RARE, _COMMON = Use(0.0, None), 3.6  # a word from which Zipf on is one, whatever it is like


class Vocabulary:
    """Words of a library.

    Args:
        pages: Words of the pages, in every language.
        elsewhere: Tokens of texts about something else, by language: they are no slips either.

    Attributes:
        subjects: Words that name what the pages are about.
    """

    def __init__(self, pages: Sequence[PageWords], elsewhere: Mapping[str, Sequence[Line]]) -> None:
        self._used = used = Counter[str]()
        subjects: set[str] = set()
        for words in pages:
            used.update(chain.from_iterable(words.lines))
            subjects |= words.subjects
        self.subjects = frozenset(subjects) - word_lists().stop
        others = chain.from_iterable(chain.from_iterable(elsewhere.values()))
        self._all = self.subjects.union(word_lists().stop, used, others)
        meant = self.subjects.union(word for word, times in used.items() if times >= _OFTEN)
        self._uses = frequencies()
        self._corrector = Corrector(meant, self._all, used)
        self._by_sound: dict[str, str] = {}
        for word in sorted(meant, key=lambda each: (used[each], each)):
            self._by_sound[sound(word)] = word  # the one that is used most comes last
        self._long_words = sorted(word for word in meant if len(word) >= _LONG)
        self.meant = weakly_cached(self._meant, 8192)

    def _meant(self, token: str) -> str:
        """The word that was meant: one or two slips away, or, for a long one, alike as a whole ("mixolidyan")."""
        if len(token) >= _BY_EAR and (word := self._by_sound.get(sound(token))):
            # A name that a page has once ("GosT") may sound like a word that many have.
            once = self._used[token] == 1 and self._used[word] >= _OFTEN_USED and slips(token, word) == 1
            if token not in self._all or once:
                return word
        if max(self._uses[locale].get(stem(token, locale), _RARE).zipf for locale in LOCALES) >= _COMMON:
            return token  # "easter" is no slip in "eastern"
        word = self._corrector.correct(token)
        if word != token or token in self._all or len(token) < _LONG:
            return word
        alike = [each for each in self._long_words if each[0] == token[0]]
        found = process.extractOne(token, alike, scorer=OSA.normalized_similarity, score_cutoff=_ALIKE)
        return found[0] if found else token
