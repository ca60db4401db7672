"""Words of questions and pages: folded, split, and stemmed in French and English.

Stems are Snowball's (Porter, "Snowball: A language for stemming algorithms", 2001).
"""

import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import Stemmer

from language.yaml_fields import YamlFields

_DATA = Path(__file__).with_name("words.yaml")
_REPLACED = str.maketrans({"œ": "oe", "Œ": "oe", "æ": "ae", "ß": "ss", "♯": "#", "♭": "b", "’": "'", "∆": "maj"})
_ACCENTS = re.compile(r"[\u0300-\u036f]")
_DRAWN_OUT = re.compile(r"([a-z])\1{2,}")
_TOKEN = re.compile(r"[a-z]+#?|\d+")
# Nobody asks a longer question; the rest of a longer text says what it is about no better.
_MOST_TOKENS = 96
_LANGUAGES = {"fr": "french", "en": "english"}
_STEMS = {locale: Stemmer.Stemmer(name) for locale, name in _LANGUAGES.items()}


@dataclass(frozen=True, slots=True)
class WordLists:
    """Words that mean something to retrieval by themselves, folded.

    Attributes:
        stop: Words that any question may have.
        courtesy: Phrases of courtesy in a folded text.
        polite: A word of each of them.
        synonyms: Words that are asked with by the word that they are compared as: "hats" as "charley".
    """

    stop: frozenset[str]
    courtesy: re.Pattern[str]
    polite: frozenset[str]
    synonyms: Mapping[str, str]


@cache
def word_lists() -> WordLists:
    """The lists that ship. Raises DataFileError when the file breaks its form."""
    fields = YamlFields.of_file(_DATA)
    stop = frozenset(fold(fields.string("stop")).split())
    phrases = sorted(fields.string("courtesy").splitlines(), key=len, reverse=True)
    courtesy = re.compile(r"\b(?:" + "|".join(_phrase(line) for line in phrases) + r")\b(?![ -]?hat)")  # "hi-hat"
    groups = [_TOKEN.findall(fold(line)) for line in fields.string("synonyms").splitlines()]
    fields.finish()
    polite = frozenset(max(_TOKEN.findall(fold(line)), key=len) for line in phrases)
    return WordLists(stop, courtesy, polite, {word: group[0] for group in groups for word in group})


def _phrase(line: str) -> str:
    return r"[ '-]*".join(map(re.escape, _TOKEN.findall(fold(line))))


def fold(text: str) -> str:
    """Text without accents and typographic variants, in lower case."""
    if not text.isascii():
        text = _ACCENTS.sub("", unicodedata.normalize("NFKD", text.translate(_REPLACED)))
    return text.lower()


def tokens(text: str, most: int | None = _MOST_TOKENS) -> list[str]:
    """Words and numbers of a text, folded; courtesy is left out where more is said.

    Args:
        text: Any text.
        most: So many from its beginning; None for all.
    """
    folded = _DRAWN_OUT.sub(r"\1\1", fold(text))
    found = _TOKEN.findall(word_lists().courtesy.sub(" ", folded)) or _TOKEN.findall(folded)
    return found if most is None else found[:most]


def lines_of_tokens(lines: Iterable[str]) -> list[list[str]]:
    """Tokens of each of many lines, quicker than one by one.

    Args:
        lines: Texts; a line break inside one ends a line.
    """
    polite, found = word_lists().polite, []
    for line in _DRAWN_OUT.sub(r"\1\1", fold("\n".join(lines))).split("\n"):
        words = _TOKEN.findall(line)
        if not polite.isdisjoint(words):
            words = tokens(line, most=None)
        found.append(list(map(sys.intern, words)))
    return found


@lru_cache(maxsize=65536)
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


@lru_cache(maxsize=65536)
def meaning(token: str, locale: str) -> str:
    """What a folded word is compared as: its stem, or that of the word it is a synonym of.

    Args:
        token: The word.
        locale: "fr" or "en".
    """
    return stem(word_lists().synonyms.get(token, token), locale)


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
