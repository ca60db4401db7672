"""Finds the pages for a text: names first, then words; refuses texts about something else."""

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from typing import Self

import numpy as np
from boumbapp.rag.v2.rag_service_pb2 import Topic

from language.weak_cache import weakly_cached
from services.rag.pages.library import Library
from services.rag.pages.page import PageKind
from services.rag.pages.reader import LOCALES
from services.rag.retrieval.elsewhere import texts_elsewhere
from services.rag.retrieval.evidence import evidence
from services.rag.retrieval.judge import judge
from services.rag.retrieval.naive_bayes import NaiveBayes, Weighed
from services.rag.retrieval.names import MOOD, FoundName, NameIndex, longest
from services.rag.retrieval.page_words import words_of
from services.rag.retrieval.passages import Passage, Sentence, choose, split
from services.rag.retrieval.vocabulary import Vocabulary
from services.rag.retrieval.word_senses import WordSenses
from services.rag.retrieval.words import content, lines_of_tokens, stem, tokens

# Tags, and all of a script.
_MARKUP = re.compile(r"<(script|style)\b[^<]{0,500}</\1\s*>|</?[a-z][^<>]{0,200}>", re.IGNORECASE)
NAME, CATALOGUE, WORDS = "name", "catalogue", "words"
# Weights of what connects a text with a page. A name of the page's own counts most; one of an entry that several pages
# explain is shared among them.
_OWN_NAME, _ENTRY_NAME, _INTENT_ENTRY = 2.7, 1.75, 1.2
# What its words add to the page that is most likely to have them, and what a page loses by being less likely.
_WORDS, _PER_NAT = 4.0, 0.4
_LISTED = 3.0  # what it adds that a text is the very question or name of a page
# A prompt names its part and its style beside what makes it special: the special comes first.
_SPECIAL: Mapping[PageKind, float] = {
    PageKind.ROLE: 0.85,
    PageKind.STYLE: 1.12,
    PageKind.PROGRESSION: 1.3,
    PageKind.MODE: 1.2,
    PageKind.SCALE: 1.2,
    PageKind.INSTRUMENT: 1.1,
    PageKind.RHYTHM: 1.1,
}
_USUAL = 1.1
# Kinds of pages that are about the entries of a kind; others only touch them.
_EXPLAINED_BY: Mapping[str, Sequence[PageKind]] = {
    "scale": (PageKind.SCALE, PageKind.MODE),
    "style": (PageKind.STYLE,),
    "mood": (),
    "role": (PageKind.ROLE,),
    "progression": (PageKind.PROGRESSION,),
}
_ASIDE = 0.25
_CANDIDATES, _NEAR, _MANY = 12, 4, 100
_OFFERED = ("product-overview", "ii-v-i", "swing", "house")  # to who asks about something else
_LEAST_SHARE = 0.2  # of the best score, for a page to be named at all


@dataclass(frozen=True, slots=True)
class Reason:
    """What connects a text with a page.

    Attributes:
        kind: NAME, CATALOGUE or WORDS.
        evidence: The words, or the entry of the catalogue.
    """

    kind: str
    evidence: str


@dataclass(slots=True)
class Found:
    """A page that was found. Not changed once it is in a `Retrieval`.

    Attributes:
        slug: Of the page.
        score: How well it fits.
        reasons: Why, the strongest first.
    """

    slug: str
    score: float = 0.0
    reasons: list[Reason] = field(default_factory=list)

    def add(self, score: float, reason: Reason) -> None:
        """Take a further connection.

        Args:
            score: What it adds.
            reason: What it is.
        """
        self.score += score
        self.reasons.append(reason)


@dataclass(frozen=True, slots=True)
class _Read:
    """What was read in a text.

    Attributes:
        words: Its tokens as they were meant.
        names: Names of pages in it.
        pages: Pages that are likely to have its words, with their scores, the best first.
        listed: The page that has this very text as a question or a name, if any.
        evidence: What speaks for and against it being about music.
    """

    words: Sequence[str]
    names: Sequence[FoundName]
    pages: Sequence[tuple[str, float]]
    listed: str | None
    evidence: Sequence[float]


@dataclass(frozen=True, slots=True)
class Retrieval:
    """What was found for a text.

    Attributes:
        found: Pages, the best first; none when the text is refused.
        refused: Whether the text is about something else.
        stems: Of its telling words, in the language of the answer.
        near: Slugs of pages to offer instead, when it is refused.
    """

    found: tuple[Found, ...]
    refused: bool
    stems: frozenset[str]
    near: tuple[str, ...] = ()


class Retriever:
    """The pages of a library, ready to be searched. Not changed once built.

    Args:
        library: The pages.
        names_of: Names of the catalogue's entries by entry, "style:house".
        elsewhere: Texts about something else, by language; None for those that ship.

    Attributes:
        library: The pages.
        topics: What pages are about as the contract tells it, by slug and language; filled as it is needed.
    """

    def __init__(
        self,
        library: Library,
        names_of: Mapping[str, Sequence[str]] | None = None,
        elsewhere: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self.library = library
        self._explains: dict[str, list[str]] = defaultdict(list)
        self._offered = [slug for slug in (*_OFFERED, *library.pages) if slug in library.pages][:_NEAR]
        for slug, translations in library.pages.items():
            for entry in translations[LOCALES[0]].catalogue:
                self._explains[entry].append(slug)
        self._share_of = {slug: self._shares(slug) for slug in library.pages}
        words = words_of(library)
        texts = texts_elsewhere() if elsewhere is None else elsewhere
        others = {locale: lines_of_tokens(lines) for locale, lines in texts.items()}
        self._vocabulary = Vocabulary(words, others)
        self._senses = WordSenses(words, self._vocabulary.subjects)
        self._words = NaiveBayes(words, others)
        self._own = {tuple(line): each.page.slug for each in words for line in (*each.questions, *each.names)}
        self._name(names_of or {})

    def with_names(self, names_of: Mapping[str, Sequence[str]]) -> Self:
        """The same pages, found by other names of the catalogue's entries; quicker than reading their words again.

        Args:
            names_of: Names of the catalogue's entries by entry, "style:house".
        """
        other = copy(self)
        other._name(names_of)  # noqa: SLF001 - one of these too
        return other

    def _name(self, names_of: Mapping[str, Sequence[str]]) -> None:
        """Read the names of pages, and begin with nothing found before."""
        self._names = NameIndex()
        for page in self.library.all():
            self._names.add(page, names_of, self._share_of[page.slug])
        self._listed: dict[tuple[str, ...], str] = {}
        for entry, slugs in self._explains.items():
            if not entry.startswith(MOOD):
                best = max((self._share_of[slug][entry], slug) for slug in slugs)[1]
                self._listed.update((tuple(tokens(name)), best) for name in names_of.get(entry, ()))
        self._listed |= self._own
        self.topics: dict[tuple[str, str], Topic] = {}
        self.sentences = weakly_cached(self._sentences, 4096)
        self._page_stems = weakly_cached(self._stems, 4096)
        self._passages_before = weakly_cached(self._chosen, 4096)
        # The experts of a piece ask about the same prompt, one after another.
        self._found_before = weakly_cached(self._find, 4096)

    def _shares(self, slug: str) -> dict[str, float]:
        """The part of a page in explaining each of its entries: a page of that very kind explains most of it."""
        shares = {}
        pages = self.library.pages
        for entry in pages[slug][LOCALES[0]].catalogue:
            kinds = _EXPLAINED_BY.get(entry.partition(":")[0], ())
            own = [each for each in self._explains[entry] if pages[each][LOCALES[0]].kind in kinds]
            if slug in own:
                shares[entry] = 1 / len(own)
            else:
                shares[entry] = (_ASIDE if own else 1.0) / len(self._explains[entry])
        return shares

    def _sentences(self, slug: str, locale: str) -> tuple[Sentence, ...]:
        """Sentences of a page in a language."""
        return split(self.library.pages[slug][locale])

    def passages(self, slug: str, locale: str, stems: frozenset[str], most: int) -> Sequence[Passage]:
        """The passages of a page that fit a question best, in the order of the page.

        Args:
            slug: Of the page.
            locale: "fr" or "en".
            stems: Of the telling words of the question.
            most: Tokens of all passages together.
        """
        # Few words of a question are in a page, so that many questions get the same passages.
        return self._passages_before(slug, locale, stems & self._page_stems(slug, locale), most)

    def _chosen(self, slug: str, locale: str, stems: frozenset[str], most: int) -> Sequence[Passage]:
        return choose(self.sentences(slug, locale), stems, most)

    def _stems(self, slug: str, locale: str) -> frozenset[str]:
        """Stems of the telling words of a page."""
        return frozenset[str]().union(*(sentence.stems for sentence in self.sentences(slug, locale)))

    def find(self, text: str, locale: str, most: int, entries: Iterable[str] = ()) -> Retrieval:
        """Find the pages for a text.

        Args:
            text: A question or a prompt; may be empty when there are entries.
            locale: Language of the answer, "fr" or "en"; the text itself may be in either, and is searched in its own.
            most: So many pages.
            entries: Entries of theory's catalogue that an intent holds, "style:house".
        """
        return self._found_before(text, locale, most, tuple(entries))

    def _find(self, text: str, locale: str, most: int, entries: tuple[str, ...]) -> Retrieval:
        read = self._read(text, locale)
        words = read.words
        stems = frozenset(stem(word, locale) for word in content(words))
        intended = [entry for entry in entries if entry in self._explains]
        if not read.listed and not intended and judge().score(read.evidence) <= 0:
            return Retrieval((), refused=True, stems=stems, near=self._near(read))
        pages: dict[str, Found] = {}
        self._add_names(pages, words, read.names)
        for entry in intended:
            for slug in self._explains[entry]:
                weight = _INTENT_ENTRY * self._special(slug) * self._share_of[slug][entry]
                pages.setdefault(slug, Found(slug)).add(weight, Reason(CATALOGUE, entry))
        reason = Reason(WORDS, " ".join(content(words) or words))
        for slug, score in read.pages:
            pages.setdefault(slug, Found(slug)).add(score, reason)
        if read.listed:
            pages.setdefault(read.listed, Found(read.listed)).add(_LISTED, reason)
        ranked = sorted(pages.values(), key=lambda found: (-found.score, found.slug))
        best = ranked[0].score if ranked else 0.0
        kept = [found for found in ranked if found.score >= best * _LEAST_SHARE]
        if not kept:
            return Retrieval((), refused=True, stems=stems, near=self._near(read))
        return Retrieval(tuple(kept[:most]), refused=False, stems=stems)

    def evidence(self, text: str, locale: str) -> Sequence[float]:
        """What speaks for and against a text being about music, in the order of `evidence.FEATURES`.

        Args:
            text: A question or a prompt.
            locale: Language of the answer.
        """
        return self._read(text, locale).evidence

    def _read(self, text: str, locale: str) -> _Read:
        typed = tokens(_MARKUP.sub(" ", text))
        words = [self._vocabulary.meant(token) for token in typed]
        corrected = frozenset(place for place, word in enumerate(words) if word != typed[place])
        names = longest(words, self._names.find(words))
        language = self._senses.language(typed, locale)
        weighed = self._words.weigh(words, language)
        pages = self._likely_pages(weighed)
        listed = self._listed.get(tuple(words))
        lean, amount = sum(weighed.leans), len(words) or 1
        likely = (
            lean,
            lean / amount,
            weighed.lean_beside,
            min(weighed.leans, default=0.0),
            max(weighed.leans, default=0.0),
            weighed.weight / amount,
            weighed.best / amount,
            1 / sum(math.exp(score - _WORDS) for _, score in pages) if pages else 0.0,
            float(weighed.pairs),
        )
        speaks = evidence(words, corrected, names, likely, language, self._senses)
        return _Read(words, names, pages, listed, speaks)

    def _likely_pages(self, weighed: Weighed) -> Sequence[tuple[str, float]]:
        """Pages that are likely to have the words of a text, with their scores, the best first."""
        if not weighed.weight:
            return ()
        slugs, likelihoods = self._words.slugs, weighed.likelihoods
        near = (likelihoods > weighed.best - _WORDS / _PER_NAT).nonzero()[0]
        if len(near) > _MANY:
            near = near[np.argpartition(-likelihoods[near], _CANDIDATES)[:_CANDIDATES]]
        order = np.lexsort((near, -likelihoods[near]))[:_CANDIDATES]
        return [
            (slugs[row], _WORDS - _PER_NAT * (weighed.best - likelihood))
            for row, likelihood in zip(near[order].tolist(), likelihoods[near[order]].tolist(), strict=True)
        ]

    def _add_names(self, pages: dict[str, Found], words: Sequence[str], names: Sequence[FoundName]) -> None:
        """Score the pages that a text names."""
        best: dict[str, list[tuple[float, Reason]]] = defaultdict(list)
        for name in names:
            said = " ".join(words[name.first : name.last])
            for owner in name.owners:
                weight = (_ENTRY_NAME * owner.share if owner.entry else _OWN_NAME) * self._special(owner.slug)
                reason = Reason(CATALOGUE, owner.entry) if owner.entry else Reason(NAME, said)
                best[owner.slug].append((weight, reason))
        for slug, reasons in best.items():
            # A page that is named twice is meant a little more, not twice as much.
            for times, (weight, reason) in enumerate(sorted(reasons, key=lambda each: -each[0]), start=1):
                pages.setdefault(slug, Found(slug)).add(weight / times**2, reason)

    def _special(self, slug: str) -> float:
        return _SPECIAL.get(self.library.pages[slug][LOCALES[0]].kind, _USUAL)

    def _near(self, read: _Read) -> tuple[str, ...]:
        """Pages to offer to who asked about something else: those that the text names, then some that many ask for."""
        named = [owner.slug for name in read.names for owner in name.owners if not owner.entry]
        return tuple(dict.fromkeys([*named[: _NEAR // 2], *self._offered]))[:_NEAR]
