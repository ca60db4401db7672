"""Finds the pages for a text: names first, then words; refuses texts about something else."""

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from boumbapp.rag.v2.rag_service_pb2 import Topic

from services.rag.pages.library import Library
from services.rag.pages.page import PageKind
from services.rag.pages.reader import LOCALES
from services.rag.retrieval.asked import AskedQuestions
from services.rag.retrieval.evidence import evidence, weights
from services.rag.retrieval.full_text import FullText
from services.rag.retrieval.key_words import places_of_keys
from services.rag.retrieval.names import FoundName, NameIndex, longest
from services.rag.retrieval.passages import Sentence, split
from services.rag.retrieval.topicality import topicality
from services.rag.retrieval.vocabulary import Vocabulary
from services.rag.retrieval.word_senses import WordSenses
from services.rag.retrieval.words import content, stem, tokens, word_lists

_MARKUP = re.compile(r"</?[a-z][^<>]{0,200}>", re.IGNORECASE)
_OTHER = {"en": "fr", "fr": "en"}
NAME, CATALOGUE, WORDS = "name", "catalogue", "words"
# Weights of what connects a text with a page. A name of the page's own counts most; one of an entry that several pages
# explain is shared among them.
_OWN_NAME, _ENTRY_NAME, _INTENT_ENTRY = 2.5, 1.6, 1.0
_WORDS, _PER_WORD, _MOST_WORDS = 1.2, 0.15, 2.4
# What a name loses when every page has its words, gains with each further token, loses with each telling word before
# it; and the most such words that count.
_COMMON, _PER_TOKEN, _LATER, _MOST_BEFORE = 0.35, 0.04, 0.08, 6
# What a question that a page answers adds when the text is that very question; by how much a question of the other
# language must fit better; and from which fit on the text is about music whatever its words.
_ASKED, _OTHER_LANGUAGE = 3.0, 0.2
_SURELY_ASKED = 0.75
_PARTLY_ASKED = 0.6  # a fit below which the other language is tried
_BESIDE = 0.4  # what a name loses when nearly all telling words stand beside the names
_ASPECT = 0.5  # what is left of "tempo" beside "house"
_KEY = 0.15  # what is left of a name inside "en Sol mineur"
# A prompt names its part and its style beside what makes it special: the special comes first.
_SPECIAL: Mapping[PageKind, float] = {
    PageKind.ROLE: 0.85,
    PageKind.STYLE: 1.0,
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
_CANDIDATES, _NEAR = 12, 4
_LEAST_SHARE = 0.2  # of the best score, for a page to be told at all
_LEAST_SCORE = 0.5  # of the best page by words, in BM25


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

    Attributes:
        library: The pages.
        topics: What pages are about as the contract tells it, by slug and language; filled as it is needed.
    """

    def __init__(self, library: Library, names_of: Mapping[str, Sequence[str]] | None = None) -> None:
        self.library = library
        self.topics: dict[tuple[str, str], Topic] = {}
        self._explains: dict[str, list[str]] = defaultdict(list)
        for slug, translations in library.pages.items():
            for entry in translations[LOCALES[0]].catalogue:
                self._explains[entry].append(slug)
        self._names = {locale: NameIndex(locale) for locale in LOCALES}
        self._share_of = {slug: self._shares(slug) for slug in library.pages}
        for page in library.all():
            self._names[page.locale].add(page, names_of or {}, self._share_of[page.slug])
        self._texts = {
            locale: FullText((each[locale] for each in library.pages.values()), locale) for locale in LOCALES
        }
        self._asked = {
            locale: AskedQuestions((each[locale] for each in library.pages.values()), locale) for locale in LOCALES
        }
        self._vocabulary = Vocabulary(library, names_of or {})
        self._senses = WordSenses(library, self._vocabulary.subjects)
        self.sentences = lru_cache(maxsize=4096)(self._sentences)
        # The experts of a piece ask about the same prompt, one after another.
        self._found_before = lru_cache(maxsize=1024)(self._find)

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
        words, names, asked, speaks, language = self._read(text, locale)
        fit = max(asked.values(), default=0.0)
        stems = frozenset(stem(word, locale) for word in content(words))
        intended = [entry for entry in entries if entry in self._explains]
        if fit < _SURELY_ASKED and not intended and weights().score(speaks) <= 0:
            return Retrieval((), refused=True, stems=stems, near=self._near(words, locale))
        pages: dict[str, Found] = {}
        self._add_names(pages, words, names)
        for entry in intended:
            for slug in self._explains[entry]:
                weight = _INTENT_ENTRY * self._special(slug) * self._share_of[slug][entry]
                pages.setdefault(slug, Found(slug)).add(weight, Reason(CATALOGUE, entry))
        telling = " ".join(content(words) or words)
        for slug, fit in asked.items():
            pages.setdefault(slug, Found(slug)).add(_ASKED * fit**2, Reason(WORDS, telling))
        self._add_words(pages, words, (language, _OTHER[language]))
        ranked = sorted(pages.values(), key=lambda found: (-found.score, found.slug))
        best = ranked[0].score if ranked else 0.0
        kept = [found for found in ranked if found.score >= best * _LEAST_SHARE]
        if not kept:
            return Retrieval((), refused=True, stems=stems, near=self._near(words, locale))
        return Retrieval(tuple(kept[:most]), refused=False, stems=stems)

    def evidence(self, text: str, locale: str) -> Sequence[float]:
        """What speaks for and against a text being about music, in the order of `evidence.FEATURES`.

        Args:
            text: A question or a prompt.
            locale: Language of the answer.
        """
        return self._read(text, locale)[3]

    def _read(
        self, text: str, locale: str
    ) -> tuple[list[str], list[FoundName], dict[str, float], Sequence[float], str]:
        """Words of a text as they were meant, names in them, how questions fit it, what speaks for it, its language."""
        typed = tokens(_MARKUP.sub(" ", text))
        words = [self._vocabulary.meant(token) for token in typed]
        corrected = frozenset(
            place for place, (before, after) in enumerate(zip(typed, words, strict=True)) if before != after
        )
        names = longest(words, *(self._names[each].find(words) for each in LOCALES))
        language = self._senses.language(typed, locale)
        asked = self._fits(words, language)
        counted = topicality(words, corrected, names, self._vocabulary.subjects, self._vocabulary.has)
        fit = max(asked.values(), default=0.0)
        return words, names, asked, evidence(words, corrected, names, counted, fit, language, self._senses), language

    def _fits(self, words: Sequence[str], language: str) -> dict[str, float]:
        """How well each page's questions fit a text, in its language unless those of the other fit clearly better."""
        fits = self._asked[language].fits(words)
        best = max(fits.values(), default=0.0)
        if best < _PARTLY_ASKED:
            others = self._asked[_OTHER[language]].fits(words)
            if max(others.values(), default=0.0) > best + _OTHER_LANGUAGE:
                return others
        return fits

    def _add_names(self, pages: dict[str, Found], words: Sequence[str], names: Sequence[FoundName]) -> None:
        """Score the pages that a text names."""
        named = {place for name in names for place in range(name.first, name.last)}
        beside = len(content([word for place, word in enumerate(words) if place not in named])) / (
            len(content(words)) or 1
        )
        keys, aspects = places_of_keys(words), word_lists().aspects
        subjects = sum(not aspects.issuperset(content(words[name.first : name.last])) for name in names)
        best: dict[str, list[tuple[float, Reason]]] = defaultdict(list)
        for name in names:
            said = " ".join(words[name.first : name.last])
            telling = self._telling(words, name) * (1 - _BESIDE * beside)
            if subjects and aspects.issuperset(content(words[name.first : name.last])):
                telling *= _ASPECT
            inside_key = keys.issuperset(range(name.first, name.last))
            for owner in name.owners:
                weight = _ENTRY_NAME * owner.share if owner.entry else _OWN_NAME
                weight *= self._special(owner.slug) * telling * (_KEY if inside_key else 1.0)
                reason = Reason(CATALOGUE, owner.entry) if owner.entry else Reason(NAME, said)
                best[owner.slug].append((weight, reason))
        for slug, reasons in best.items():
            # A page that is named twice is meant a little more, not twice as much.
            for times, (weight, reason) in enumerate(sorted(reasons, key=lambda each: -each[0]), start=1):
                pages.setdefault(slug, Found(slug)).add(weight / times**2, reason)

    def _telling(self, words: Sequence[str], name: FoundName) -> float:
        """How much a name tells: more when few pages have its words, when it is longer, and when it comes sooner."""
        own = words[name.first : name.last]
        common = min(max(self._texts[locale].share(word) for locale in LOCALES) for word in content(own) or own)
        before = len(content(words[: name.first]))
        longer = len(own) - 1
        rarer = (1 - _COMMON * math.sqrt(common)) * (1 + _PER_TOKEN * longer)
        return rarer * (1 - _LATER * min(before, _MOST_BEFORE))

    def _add_words(self, pages: dict[str, Found], words: Sequence[str], locales: Sequence[str]) -> None:
        """Score pages by the words of a text, in its language, and in the other where that has none."""
        scores: list[tuple[str, float]] = []
        for locale in locales:
            scores = self._texts[locale].search(words, _CANDIDATES)
            if scores:
                break
        best = max((score for _, score in scores), default=0.0)
        told = content(words)
        telling = " ".join(told)
        most = min(_MOST_WORDS, _WORDS + _PER_WORD * len(told))  # a longer question says more by its words
        for slug, score in scores:
            if best < _LEAST_SCORE:
                break  # words that every page has
            pages.setdefault(slug, Found(slug)).add(most * score / best, Reason(WORDS, telling))

    def _special(self, slug: str) -> float:
        return _SPECIAL.get(self.library.pages[slug][LOCALES[0]].kind, _USUAL)

    def _near(self, words: Sequence[str], locale: str) -> tuple[str, ...]:
        """Pages to offer to who asked about something else: those that share a word, then one of each of some kinds."""
        slugs = [slug for slug, _ in self._texts[locale].search(words, _NEAR)]
        kinds: set[PageKind] = set()
        for slug, translations in self.library.pages.items():
            kind = translations[locale].kind
            if kind not in kinds and slug not in slugs:
                kinds.add(kind)
                slugs.append(slug)
        return tuple(slugs[:_NEAR])
