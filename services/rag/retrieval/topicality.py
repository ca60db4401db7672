"""Whether a text is about what the pages are about: music and this product, and not "gamme de produits".

Words speak for or against: a name of several words or a word that only music has is enough, a word that other fields
share needs company, and words of other fields outweigh it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from services.rag.retrieval.names import FoundName
from services.rag.retrieval.words import word_lists

_SURE, _SHARED, _ELSEWHERE, _UNKNOWN = 2.0, 1.0, 1.0, 0.25
_MOST_UNKNOWN = 0.75


@dataclass(frozen=True, slots=True)
class Topicality:
    """What speaks for and against.

    Attributes:
        about: Weight of words and names of music.
        elsewhere: Weight of words of other fields and of unknown ones.
    """

    about: float
    elsewhere: float

    @property
    def on_topic(self) -> bool:
        """Whether the text is about what the pages are about."""
        return self.about > self.elsewhere


def topicality(
    words: Sequence[str], names: Sequence[FoundName], subjects: Collection[str], known: Collection[str]
) -> Topicality:
    """Weigh the words of a text.

    Args:
        words: Its tokens, typing errors corrected.
        names: Names of pages in it.
        subjects: Words that name what pages are about: those of titles, names and keywords.
        known: Words of the text of any page.
    """
    lists = word_lists()
    about = elsewhere = unknown = 0.0
    named = {place for name in names for place in range(name.first, name.last)}
    for name in names:
        telling = [word for word in words[name.first : name.last] if word not in lists.stop]
        sure = len(telling) > 1 or not set(telling) <= lists.ambiguous | lists.elsewhere
        about += _SURE if sure else _SHARED
    for place, word in enumerate(words):
        if place in named or word in lists.stop or word.isdigit():
            continue
        if word in lists.music:
            about += _SURE
        elif word in lists.elsewhere:
            elsewhere += _ELSEWHERE
        elif word in lists.ambiguous or word in subjects:
            about += _SHARED
        elif word not in known:
            unknown += _UNKNOWN
    return Topicality(about, elsewhere + min(unknown, _MOST_UNKNOWN))
