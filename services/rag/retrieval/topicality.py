"""Whether a text is about what the pages are about: music and this product, and not "gamme de produits".

Words speak for or against. A name of several words, or a word that only music has, is enough unless much speaks against
it. A word that other fields share needs more of its kind than there are words of other fields.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from services.rag.retrieval.names import FoundName
from services.rag.retrieval.words import word_lists

_UNKNOWN, _MOST_UNKNOWN = 0.25, 0.75
_AGAINST_SURE, _AGAINST_SHARED = 2, 2  # words of other fields that one sure word outweighs; shared words that one needs
_LONGEST_PHRASE = 4


@dataclass(frozen=True, slots=True)
class Topicality:
    """What speaks for and against.

    Attributes:
        sure: Names of several words, and words that only music has.
        shared: Words of music that other fields have too.
        elsewhere: Words and phrases of other fields.
        unknown: Weight of words that no page has.
    """

    sure: int
    shared: int
    elsewhere: int
    unknown: float

    @property
    def on_topic(self) -> bool:
        """Whether the text is about what the pages are about."""
        if self.sure:
            return self.elsewhere <= _AGAINST_SURE * self.sure
        return self.shared > _AGAINST_SHARED * self.elsewhere + self.unknown


def topicality(
    words: Sequence[str],
    corrected: Collection[int],
    names: Sequence[FoundName],
    subjects: Collection[str],
    known: Collection[str],
) -> Topicality:
    """Weigh the words of a text.

    Args:
        words: Its tokens, typing errors corrected.
        corrected: Places of those that were written otherwise: what was guessed is never sure.
        names: Names of pages in it.
        subjects: Words that name what pages are about: those of titles, names and keywords.
        known: Words of the text of any page.
    """
    lists = word_lists()
    sure = shared = elsewhere = 0
    unknown = 0.0
    foreign = set(_phrases(words))
    elsewhere += len({start for start, _ in foreign})
    done = {place for start, end in foreign for place in range(start, end)}
    for name in names:
        places = range(name.first, name.last)
        if done.issuperset(places):
            continue
        telling = [words[place] for place in places if words[place] not in lists.stop]
        certain = len(telling) > 1 or not set(telling) <= lists.ambiguous | lists.elsewhere
        if certain and not set(places) <= set(corrected):
            sure += 1
        else:
            shared += 1
        done.update(places)
    for place, word in enumerate(words):
        if place in done or word in lists.stop or word.isdigit():
            continue
        if word in lists.music and place not in corrected:
            sure += 1
        elif word in lists.elsewhere:
            elsewhere += 1
        elif word in lists.ambiguous or word in subjects or word in lists.music:
            shared += 1
        elif word not in known:
            unknown += _UNKNOWN
    return Topicality(sure, shared, elsewhere, min(unknown, _MOST_UNKNOWN))


def _phrases(words: Sequence[str]) -> Iterable[tuple[int, int]]:
    """Places of phrases of other fields: first token, and the one after the last."""
    phrases = word_lists().phrases
    for start in range(len(words)):
        for end in range(start + 2, min(start + _LONGEST_PHRASE, len(words)) + 1):
            if tuple(words[start:end]) in phrases:
                yield start, end
