"""What each word of a text says about its field, by the words of the pages and by how common it is in general.

The pages' words and those of asking are a closed vocabulary that is well covered. A common noun outside it belongs to
another field, whichever that is; a verb or a rare word outside it says little.
"""

import itertools
import math
import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from language.weak_cache import weakly_cached
from services.rag.pages.reader import LOCALES
from services.rag.retrieval.frequencies import Use, frequencies
from services.rag.retrieval.page_words import PageWords
from services.rag.retrieval.words import stem, word_lists

_UNDECIDED = 0.5  # Zipf
_UNLISTED = Use(2.8, None)  # how common a word counts as that the table does not have
_LISTED = 3.0  # Zipf from which the table has words
_COMMON = 3.2  # Zipf from which a word that no page has speaks for another field
_SPECIFIC, _TYPICAL, _FOREIGN = 0.5, 0.3, -0.3  # how much more often pages have a word than other texts (base 10)
_MERGED, _VERY_COMMON = 4, 4.0  # letters of "jveux" and more; Zipf of "veux"
_VERBAL = re.compile(r"(er|ir|ez|ent|ons|ait|aient|ement|ant|ly)$")
_OTHER = {"en": "fr", "fr": "en"}


class Sense(StrEnum):
    """What a word says about the field of a text."""

    NOTHING = "."
    SUBJECT = "S"
    TYPICAL = "+"
    PLAIN = "n"
    FOREIGN = "-"
    UNSEEN = "U"
    UNSEEN_VERB = "v"
    RARE_VERB = "w"
    RARE = "R"


@dataclass(frozen=True, slots=True)
class SeenWord:
    """A word of a text.

    Attributes:
        sense: What it says.
        ratio: How much more often the pages have it than other texts, as a logarithm (base 10); None where no page
            has it.
        noun: Whether it may be a noun.
    """

    sense: Sense
    ratio: float | None = None
    noun: bool = True


class WordSenses:
    """What words say, by the pages of a library.

    Args:
        pages: Words of the pages, in every language.
        subjects: Words that name what the pages are about.
    """

    def __init__(self, pages: Sequence[PageWords], subjects: Collection[str]) -> None:
        self._subjects = subjects
        self._uses = frequencies()
        self._counts: Mapping[str, Counter[str]] = {locale: Counter() for locale in LOCALES}
        for words in pages:
            locale = words.page.locale
            for word, times in Counter(itertools.chain.from_iterable(words.lines)).items():
                self._counts[locale][stem(word, locale)] += times
        self._totals = {locale: sum(self._counts[locale].values()) or 1 for locale in LOCALES}
        self.of = weakly_cached(self._of, 16384)
        self._zipfs = weakly_cached(self._zipf_difference, 16384)

    def language(self, words: Collection[str], default: str = "en") -> str:
        """The language that a text's words are more common in.

        Args:
            words: Its tokens.
            default: The language of a text that says as much for either.
        """
        difference = sum(map(self._zipfs, words))
        if abs(difference) < _UNDECIDED:
            return default
        return "fr" if difference > 0 else "en"

    def _zipf_difference(self, word: str) -> float:
        return self._use(word, "fr").zipf - self._use(word, "en").zipf

    def _use(self, word: str, locale: str) -> Use:
        return self._uses[locale].get(stem(word, locale), _UNLISTED)

    def _of(self, word: str, language: str, guessed: bool) -> SeenWord:
        """What a word says.

        Args:
            word: A token.
            language: Of the text.
            guessed: Whether it was written otherwise and is too short to be sure.
        """
        if word in word_lists().stop or word.isdigit():
            return SeenWord(Sense.NOTHING)
        ratio, zipf = self._compared(word, language)
        noun = self._is_noun(word, language)
        if ratio is None and zipf < _LISTED and self._is_merged(word, language):
            return SeenWord(Sense.NOTHING)
        if guessed:
            return SeenWord(Sense.RARE)
        if ratio is not None:
            return SeenWord(self._seen(word, ratio, noun), ratio, noun)
        if zipf >= _COMMON:
            return SeenWord(Sense.UNSEEN if noun else Sense.UNSEEN_VERB)
        return SeenWord(Sense.RARE if noun else Sense.RARE_VERB)

    def _seen(self, word: str, ratio: float, noun: bool) -> Sense:
        if word in self._subjects and ratio > _SPECIFIC:
            return Sense.SUBJECT
        if ratio > _TYPICAL:
            return Sense.TYPICAL
        if ratio > _FOREIGN:
            return Sense.PLAIN
        return Sense.FOREIGN if noun else Sense.UNSEEN_VERB

    def _compared(self, word: str, language: str) -> tuple[float | None, float]:
        """How much more often the pages have a word than other texts, None where they lack it; how common it is."""
        for locale in (language, _OTHER[language]):
            count = self._counts[locale][stem(word, locale)]
            zipf = self._use(word, locale).zipf
            if count:
                return math.log10(count / self._totals[locale]) + 9 - zipf, zipf
            if zipf >= _LISTED:
                return None, zipf
        return None, _UNLISTED.zipf

    def _is_noun(self, word: str, language: str) -> bool:
        """Whether a word is mostly a noun; one that no lexicon has is, unless it looks like a verb or an adverb."""
        for locale in (language, _OTHER[language]):
            use = self._uses[locale].get(stem(word, locale))
            if use is not None:
                if use.noun is None:
                    return locale == "fr" or not _VERBAL.search(word)
                return use.noun
        return not _VERBAL.search(word)

    def _is_merged(self, word: str, language: str) -> bool:
        """Whether it is a French verb with its "je": "jveux", "jcomprends"."""
        verb = word[1:]
        return (
            word[0] == "j"
            and len(word) >= _MERGED
            and self._use(verb, "fr").zipf > _VERY_COMMON
            and not self._is_noun(verb, language)
        )
