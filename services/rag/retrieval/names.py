"""Names of pages in a text: titles, aliases, and the names of catalogue entries that a page explains.

A name is found with or without the blanks, hyphens and endings that it has: "hip-hop", "hip hop", "hiphops".
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from services.rag.pages.page import Page
from services.rag.retrieval.words import content, stem, tokens

_LONGEST = 7  # tokens of a name
_SHORTEST, _SHORTEST_JOINED = 2, 3  # letters of a name; of one written without its blanks
_SHORTEST_STEM = 4
_PAIR = 2  # a name of two words is also found with the second one first: "notes fantômes", "fantômes notes"
Spans: TypeAlias = dict[tuple[int, int], dict[str, "Owner"]]


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


@dataclass(frozen=True, slots=True)
class NameIndex:
    """Names of all pages of a language."""

    locale: str
    _owners: dict[str, list[Owner]] = field(default_factory=lambda: defaultdict(list))
    _beginnings: set[str] = field(default_factory=set)  # of all forms of all names: what begins none is soon given up

    def add(self, page: Page, names_of: Mapping[str, Sequence[str]], shares: Mapping[str, float]) -> None:
        """Add the names of a page.

        Args:
            page: In the language of the index.
            names_of: Names of the catalogue's entries, by entry.
            shares: The page's part in explaining an entry, by entry.
        """
        self._add((page.title, page.slug, *page.aliases), Owner(page.slug))
        for entry in page.catalogue:
            self._add(names_of.get(entry, ()), Owner(page.slug, entry, shares[entry]))

    def _add(self, names: Iterable[str], owner: Owner) -> None:
        for name in names:
            for key in self._keys(tokens(name)):
                owners = self._owners[key]
                self._beginnings.update(key[:end] for end in range(1, len(key) + 1))
                if all(each.slug != owner.slug for each in owners):
                    owners.append(owner)

    def _keys(self, words: Sequence[str]) -> set[str]:
        """What a name may look like in a text: without blanks, by its stems, without its small words, turned round."""
        short = content(words)
        forms = [words, short] if len(short) > 1 else [words]
        if len(short) == _PAIR:
            forms.append(short[::-1])
        keys = {" ".join(stem(word, self.locale) for word in form) for form in forms}
        keys = {key for key in keys if " " in key or len(key) >= _SHORTEST_STEM}  # "sol" is no form of "soleá"
        keys |= {joined for form in forms if len(joined := "".join(form)) >= _SHORTEST_JOINED or len(form) == 1}
        return {key for key in keys if len(key) >= _SHORTEST}

    def find(self, words: Sequence[str]) -> dict[tuple[int, int], list[Owner]]:
        """All names in a text, by the first token and the one after the last.

        Args:
            words: Tokens of the text, typing errors corrected.
        """
        stems = [stem(word, self.locale) for word in words]
        places = range(len(words))
        kept = [place for place in places if content((words[place],))]
        found = self._matches(words, stems, places)
        if len(kept) < len(words):
            found |= self._matches(words, stems, kept)
        return found

    def _matches(
        self, words: Sequence[str], stems: Sequence[str], places: Sequence[int]
    ) -> dict[tuple[int, int], list[Owner]]:
        found = {}
        for begin in range(len(places)):
            plain = stemmed = ""
            for end in range(begin, min(begin + _LONGEST, len(places))):
                plain += words[places[end]]
                stemmed += f" {stems[places[end]]}" if stemmed else stems[places[end]]
                if plain not in self._beginnings and stemmed not in self._beginnings:
                    break
                if owners := self._owners.get(plain) or self._owners.get(stemmed):
                    found[places[begin], places[end] + 1] = owners
        return found


def longest(words: Sequence[str], *found: Mapping[tuple[int, int], Sequence[Owner]]) -> list[FoundName]:
    """The names of a text in its order, the longest where they overlap; those of entries not inside a page's own.

    Args:
        words: Tokens of the text.
        *found: Names by place, of one or more languages.
    """
    own: Spans = defaultdict(dict)
    entries: Spans = defaultdict(dict)
    for names in found:
        for span, owners in names.items():
            for owner in owners:
                (entries if owner.entry else own)[span].setdefault(owner.slug, owner)
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
