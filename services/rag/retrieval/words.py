"""Words of questions and pages: folded, split, and stemmed in French and English.

Stems are Snowball's (Porter, "Snowball: A language for stemming algorithms", 2001).
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import snowballstemmer

from language.yaml_fields import YamlFields

_DATA = Path(__file__).with_name("words.yaml")
_REPLACED = str.maketrans({"œ": "oe", "Œ": "oe", "æ": "ae", "ß": "ss", "♯": "#", "♭": "b", "’": "'", "∆": "maj"})
_DRAWN_OUT = re.compile(r"([a-z])\1{2,}")
_TOKEN = re.compile(r"[a-z]+#?|\d+")
# Nobody asks a longer question; the rest of a longer text says what it is about no better.
_MOST_TOKENS = 96
_LANGUAGES = {"fr": "french", "en": "english"}
_STEMS = {locale: snowballstemmer.stemmer(name) for locale, name in _LANGUAGES.items()}


@dataclass(frozen=True, slots=True)
class WordLists:
    """Words that mean something to retrieval by themselves, folded.

    Attributes:
        stop: Words that any question may have.
        neutral: Words that say nothing about the field.
        music: Words of music that no other field shares.
        ambiguous: Words of music that mean something else elsewhere ("key", "gamme").
        elsewhere: Words of other fields.
        aspects: What is asked about a thing rather than the thing ("quel tempo pour la house").
        phrases: Phrases of other fields that are made of words of music ("d'accord"), as tokens.
        synonyms: Words that are asked with by the word that they are compared as: "hats" as "charley".
    """

    stop: frozenset[str]
    neutral: frozenset[str]
    music: frozenset[str]
    ambiguous: frozenset[str]
    elsewhere: frozenset[str]
    aspects: frozenset[str]
    phrases: frozenset[tuple[str, ...]]
    synonyms: Mapping[str, str]


_LISTS = ("stop", "neutral", "music", "ambiguous", "elsewhere", "aspects")


@cache
def word_lists() -> WordLists:
    """The lists that ship. Raises DataFileError when the file breaks its form."""
    fields = YamlFields.of_file(_DATA)
    lists = {name: frozenset(fold(fields.string(name)).split()) for name in _LISTS}
    phrases = frozenset(tuple(tokens(line)) for line in fields.string("phrases").splitlines())
    groups = [tokens(line) for line in fields.string("synonyms").splitlines()]
    synonyms = {word: group[0] for group in groups for word in group}
    fields.finish()
    return WordLists(**lists, phrases=phrases, synonyms=synonyms)


def fold(text: str) -> str:
    """Text without accents and typographic variants, in lower case."""
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text.translate(_REPLACED))
        text = "".join(character for character in text if not unicodedata.combining(character))
    return text.lower()


def tokens(text: str, most: int | None = _MOST_TOKENS) -> list[str]:
    """Words and numbers of a text, folded.

    Args:
        text: Any text.
        most: So many from its beginning; None for all.
    """
    found = _TOKEN.findall(_DRAWN_OUT.sub(r"\1\1", fold(text)))
    return found if most is None else found[:most]


@lru_cache(maxsize=32768)
def stem(token: str, locale: str) -> str:
    """The stem of a folded word in a language.

    Args:
        token: The word.
        locale: "fr" or "en".
    """
    if token.isdigit():
        return token
    stemmed: str = _STEMS[locale].stemWord(token)
    return fold(stemmed)


@lru_cache(maxsize=32768)
def meaning(token: str, locale: str) -> str:
    """What a folded word is compared as: its stem, or that of the word it is a synonym of.

    Args:
        token: The word.
        locale: "fr" or "en".
    """
    return stem(word_lists().synonyms.get(token, token), locale)


@cache
def _neutral_stems() -> frozenset[str]:
    return frozenset(stem(word, locale) for word in word_lists().neutral for locale in _LANGUAGES)


def says_nothing(token: str) -> bool:
    """Whether a word, in whatever form, may stand in a text about any field."""
    return not _neutral_stems().isdisjoint(stem(token, locale) for locale in _LANGUAGES)


def content(found: Sequence[str]) -> list[str]:
    """Those of tokens that say what a text is about."""
    stop = word_lists().stop
    return [token for token in found if token not in stop]


def content_stems(text: str, locale: str) -> frozenset[str]:
    """Stems of the words that say what a text is about.

    Args:
        text: In the language.
        locale: "fr" or "en".
    """
    return frozenset(stem(token, locale) for token in content(tokens(text, most=None)))


_SENTENCE_END = re.compile(r"(?<=[.!?…])(?<!\b[A-Za-z]\.)(?<!etc\.)(?<!ex\.)\s+(?=[«“\"(]?\s?[A-ZÀ-Ý0-9])")


def sentences(paragraph: str) -> Iterator[str]:
    """Sentences of a paragraph."""
    yield from filter(None, (part.strip() for part in _SENTENCE_END.split(paragraph)))
