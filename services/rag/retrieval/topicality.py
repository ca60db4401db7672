"""Whether a text is about what the pages are about: music and this product, and not "gamme de produits".

Words speak for or against. A name of several words, or a word that only music has, is enough unless much speaks against
it. A word that other fields share ("gamme", "house") is outweighed by words of other fields, and by words that no page
knows: "une gamme complète d'aspirateurs".
"""

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from services.rag.retrieval.names import FoundName
from services.rag.retrieval.words import says_nothing, word_lists

_SUBJECT = 0.5  # weight of a word of a page's names or keywords that is on no list
_ELSEWHERE, _UNKNOWN = 2.0, 1.0  # weights against words that are shared
_OUTWEIGHED = 2  # words of other fields that one sure word outweighs
_LONGEST_PHRASE = 4
_ASIDE = 2  # tokens that may stand beside a name of small words: "so who are you then"
MOOD = "mood:"
# Words of no page that look like French verbs or like adverbs say how or what for, in any field.
_VERBAL = re.compile(r"(er|ir|ez|ent|ons|ait|aient|ement|ant|ly)$")
_SHORT = 6  # letters; a shorter word that was taken for a typing error may well be a word of another field
# What follows names somebody or something, whatever the field: "comme Jaco", "like Burial".
_TYPE_BEAT = ("type", "beat")  # whose names stand before it: "metro boomin type beat"
LIKE = frozenset("comme like facon type style pr featuring feat inspired chez".split())


@dataclass(slots=True)
class Topicality:
    """What speaks for and against.

    Attributes:
        sure: Names of several words, and words that only music has.
        told: Telling words in them; as many words of other fields and of no page together outweigh them.
        shared: Weight of words of music that other fields have too.
        elsewhere: Words and phrases of other fields.
        unknown: Words that no page has.
    """

    sure: int = 0
    told: int = 0
    shared: float = 0.0
    elsewhere: int = 0
    unknown: int = 0

    @property
    def on_topic(self) -> bool:
        """Whether the text is about what the pages are about."""
        if self.sure:
            return self.elsewhere <= _OUTWEIGHED * self.sure and self.elsewhere + self.unknown <= self.told
        return self.shared > _ELSEWHERE * self.elsewhere + _UNKNOWN * self.unknown


def topicality(
    words: Sequence[str],
    corrected: frozenset[int],
    names: Sequence[FoundName],
    subjects: Collection[str],
    known: Callable[[str], bool],
) -> Topicality:
    """Weigh the words of a text.

    Args:
        words: Its tokens, typing errors corrected.
        corrected: Places of those that were written otherwise: what was guessed is never sure.
        names: Names of pages in it.
        subjects: Words that name what pages are about: those of titles, names and keywords.
        known: Whether any page has a word, in whatever form.
    """
    found = Topicality()
    done: set[int] = set()
    for start, end in _phrases(words):
        found.elsewhere += 1
        done.update(range(start, end))
    for name in names:
        places = range(name.first, name.last)
        if not done.issuperset(places) and _weigh_name(found, name, words, corrected):
            done.update(places)
    like = _TYPE_BEAT in pairwise(words)
    for place, word in enumerate(words):
        like = like or word in LIKE
        if place not in done:
            _weigh_word(found, word, place in corrected and not like, word in subjects, like or known(word))
    return found


def _weigh_name(found: Topicality, name: FoundName, words: Sequence[str], corrected: frozenset[int]) -> bool:
    """Count a name; False where it speaks for no field, or for another one."""
    lists = word_lists()
    places = range(name.first, name.last)
    telling = [words[place] for place in places if words[place] not in lists.stop]
    if all(owner.entry.startswith(MOOD) for owner in name.owners):
        return False  # not only music is calm or dark
    if not telling and len(places) >= len(words) - _ASIDE:
        found.sure += 1  # "who are you": small words alone mean a page when they are the whole text
        found.told += len(places)
        return True
    if len(telling) <= 1 and lists.elsewhere.issuperset(telling):
        return False
    guessed = corrected.issuperset(places)
    if guessed and max(map(len, telling), default=0) < _SHORT:
        return False
    if guessed or all(word in lists.ambiguous or word in lists.neutral or word in lists.elsewhere for word in telling):
        found.shared += max(len(telling), 1)
    else:
        found.sure += 1
        found.told += max(len(telling), 1)
    return True


def _weigh_word(found: Topicality, word: str, corrected: bool, subject: bool, known: bool) -> None:
    """Count a word that is in no name."""
    lists = word_lists()
    if word in lists.stop or word.isdigit():
        return
    if corrected and len(word) < _SHORT:
        found.unknown += 1
        return
    if word in lists.music and not corrected:
        found.sure += 1
        found.told += 1
    elif word in lists.elsewhere:
        found.elsewhere += 1
    elif word in lists.ambiguous or word in lists.music:
        found.shared += 1
    elif says_nothing(word):
        return
    elif subject:
        found.shared += _SUBJECT
    elif not known and not _VERBAL.search(word):
        found.unknown += 1


def _phrases(words: Sequence[str]) -> Iterable[tuple[int, int]]:
    """Places of phrases of other fields: first token, and the one after the last."""
    phrases = word_lists().phrases
    for start in range(len(words)):
        for end in range(start + 2, min(start + _LONGEST_PHRASE, len(words)) + 1):
            if tuple(words[start:end]) in phrases:
                yield start, end
