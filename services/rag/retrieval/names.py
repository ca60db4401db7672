"""Names of pages in a text: titles, aliases, and the names of catalogue entries that a page explains.

A name is found with or without the blanks, hyphens and endings that it has: "hip-hop", "hip hop", "hiphops".
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from services.rag.pages.page import Page
from services.rag.pages.reader import LOCALES
from services.rag.retrieval.words import content, stem, tokens, word_lists

_LONGEST = 7  # tokens of a name
MOOD = "mood:"  # what begins entries whose names are not of music alone: calm, dark
_SHORTEST, _SHORTEST_JOINED = 2, 3  # letters of a name; of one written without its blanks
_SHORTEST_STEM = 4
_PAIR = 2  # a name of two words is also found with the second one first: "notes fantômes", "fantômes notes"
# Owners by page and by whether the name is an entry's, by the place of a name.
Spans: TypeAlias = dict[tuple[int, int], dict[tuple[str, bool], "Owner"]]


@dataclass(frozen=True, slots=True)
class Owner:
    """A page that has a name.

    Attributes:
        slug: Of the page.
        entry: The entry of the catalogue whose name it is, as "style:house"; empty where it is the page's own.
        share: The page's part in explaining that entry, 0-1.
    """

    slug: str
    entry: str = ""
    share: float = 1.0


@dataclass(frozen=True, slots=True)
class FoundName:
    """A name in a text.

    Attributes:
        first: Its first token.
        last: The token after its last one.
        owners: Pages that it may mean.
    """

    first: int
    last: int
    owners: tuple[Owner, ...]


class NameIndex:
    """Names of all pages, in every language."""

    def __init__(self) -> None:
        self._owners: dict[str, list[Owner]] = defaultdict(list)
        self._starts: dict[str, int] = {}  # most tokens of a name that begins with a stem
        self._joined: set[str] = set()  # beginnings of names without their blanks: what begins none is soon given up

    def add(self, page: Page, names_of: Mapping[str, Sequence[str]], shares: Mapping[str, float]) -> None:
        """Add the names of a page.

        Args:
            page: The page in a language.
            names_of: Names of the catalogue's entries, by entry.
            shares: The page's part in explaining an entry, by entry.
        """
        self._add((page.title, page.slug, *page.aliases), Owner(page.slug), page.locale)
        for entry in page.catalogue:
            self._add(names_of.get(entry, ()), Owner(page.slug, entry, shares[entry]), page.locale)

    def _add(self, names: Iterable[str], owner: Owner, locale: str) -> None:
        for name in names:
            stemmed, joined = _keys(tokens(name), locale)
            for key in stemmed:
                first, *others = key.split(" ")
                self._starts[first] = max(self._starts.get(first, 0), len(others) + 1)
            for key in joined:
                self._joined.update(key[:end] for end in range(1, len(key) + 1))
            for key in stemmed | joined:
                owners = self._owners[key]
                if owner not in owners:
                    owners.append(owner)

    def find(self, words: Sequence[str]) -> Spans:
        """All names in a text, by the first token and the one after the last.

        Args:
            words: Tokens of the text, typing errors corrected.
        """
        stop = word_lists().stop
        telling = [place for place, word in enumerate(words) if word not in stop]
        found: Spans = defaultdict(dict)
        by_locale = [[stem(word, locale) for word in words] for locale in LOCALES]
        for places in (range(len(words)), telling) if len(telling) < len(words) else (telling,):
            self._add_joined(found, words, places)
            for stems in by_locale if by_locale[0] != by_locale[1] else by_locale[:1]:
                self._add_stemmed(found, stems, places)
        return found

    def _add_joined(self, found: Spans, words: Sequence[str], places: Sequence[int]) -> None:
        for begin, first in enumerate(places):
            text = ""
            for place in places[begin : begin + _LONGEST]:
                text += words[place]
                if text not in self._joined:
                    break
                if text in self._owners:
                    _found(found, (first, place + 1), self._owners[text])

    def _add_stemmed(self, found: Spans, stems: Sequence[str], places: Sequence[int]) -> None:
        for begin, first in enumerate(places):
            if longest_name := self._starts.get(stems[first], 0):
                text = ""
                for place in places[begin : begin + longest_name]:
                    text = f"{text} {stems[place]}" if text else stems[place]
                    if text in self._owners:
                        _found(found, (first, place + 1), self._owners[text])


def _found(found: Spans, span: tuple[int, int], owners: Iterable[Owner]) -> None:
    for owner in owners:
        found[span].setdefault((owner.slug, bool(owner.entry)), owner)


def _keys(words: Sequence[str], locale: str) -> tuple[set[str], set[str]]:
    """What a name may look like in a text, by its stems and without its blanks.

    It may lack its small words, and one of two words may be turned round.
    """
    short = content(words)
    forms = [words, short] if len(short) > 1 else [words]
    if len(short) == _PAIR:
        forms.append(short[::-1])
    stemmed = {" ".join(stem(word, locale) for word in form) for form in forms}
    stemmed = {key for key in stemmed if " " in key or len(key) >= _SHORTEST_STEM}  # "sol" is no form of "soleá"
    joined = {joined for form in forms if len(joined := "".join(form)) >= _SHORTEST_JOINED or len(form) == 1}
    return stemmed, {key for key in joined if len(key) >= _SHORTEST}


def longest(words: Sequence[str], found: Spans) -> list[FoundName]:
    """The names of a text in its order, the longest where they overlap; those of entries not inside a page's own.

    Args:
        words: Tokens of the text.
        found: All names in it.
    """
    own: dict[tuple[int, int], dict[str, Owner]] = defaultdict(dict)
    entries: dict[tuple[int, int], dict[str, Owner]] = defaultdict(dict)
    for span, owners_of in found.items():
        for (slug, of_entry), owner in owners_of.items():
            (entries if of_entry else own)[span][slug] = owner
    chosen = [FoundName(*span, tuple(own[span].values())) for span in _apart(own, words)]
    for first, last in _apart(entries, words):
        inside = [name for name in chosen if name.first <= first and last <= name.last]
        owners = tuple(entries[first, last].values())
        if not inside:
            chosen.append(FoundName(first, last, owners))
        elif (inside[0].first, inside[0].last) == (first, last):
            known = {owner.slug for owner in inside[0].owners}
            more = tuple(owner for owner in owners if owner.slug not in known)
            chosen[chosen.index(inside[0])] = FoundName(first, last, inside[0].owners + more)
    return sorted(chosen, key=lambda each: each.first)


def _apart(spans: Iterable[tuple[int, int]], words: Sequence[str]) -> list[tuple[int, int]]:
    """Spans that do not overlap: those of the most telling words, then the tightest, then the first ones.

    Among names that small words tell apart ("who are you", "mode de ré") the longest comes first.
    """

    def rank(span: tuple[int, int]) -> tuple[int, int, int]:
        first, last = span
        telling = len(content(words[first:last]))
        return -telling, last - first if telling > 1 else first - last, first

    chosen: list[tuple[int, int]] = []
    for first, last in sorted(spans, key=rank):
        if all(last <= begin or first >= end for begin, end in chosen):
            chosen.append((first, last))
    return chosen
