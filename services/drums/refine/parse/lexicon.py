"""The lexer: words of both languages to tagged tokens. Typing errors are corrected."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from language.spelling import Corrector
from services.drums.refine.model.edits import KitPart

_WORDS = Path(__file__).with_name("words.yaml")
_TOKEN = re.compile(r"1/\d\d?|\d{1,5}\.\d{1,5}|0,\d{1,5}|\d{1,5}|[a-z]+|[-+](?=\s*\d)|%|[,.;:!?()/]")
_ORDINAL = re.compile(r"(\d{1,5})\s*(?:e|er|ere|eme|ieme|st|nd|rd|th)\b")
# "8ths" and "16th notes" are pulses; "the 8th bar" is not.
_PULSES = tuple(
    (re.compile(rf"\b{number}ths?\b(?!\s+(?:bar|measure|beat|step))"), word)
    for number, word in ((8, "eighth"), (16, "sixteenth"))
)
_RELATIVE = frozenset({"de", "d", "by", "of", "+", "-"})
KIT = "kit"  # slug of the part that is everything
_MAX_TOKENS = 400  # longer instructions are cut here, which bounds the time of parsing


class Tag(StrEnum):
    """The kind of a token."""

    UNKNOWN = "unknown"
    FOREIGN = "foreign"
    NOISE = "noise"
    SEPARATOR = "separator"
    COLON = "colon"
    STOP = "stop"
    NUMBER = "number"
    PERCENT = "percent"
    PULSE = "pulse"
    PART = "part"
    LOCATION = "location"
    MORE = "more"
    LESS = "less"
    TWICE = "twice"
    HALVE = "halve"
    TOO = "too"
    NOT_ENOUGH = "not_enough"
    LITTLE = "little"
    MUCH = "much"
    NO = "no"
    NOT = "not"
    ADD = "add"
    PUT = "put"
    REMOVE = "remove"
    KEEP = "keep"
    AS_IT_IS = "as_it_is"
    UNDO = "undo"
    REPLACE = "replace"
    REGENERATE = "regenerate"
    BY = "by"
    INSTEAD = "instead"
    ONLY = "only"
    EXCEPT = "except"
    REST = "rest"
    OPEN = "open"
    CLOSE = "close"
    SHIFT = "shift"
    EARLIER = "earlier"
    LATER = "later"
    LAID_BACK = "laid_back"
    PUSHED = "pushed"
    COPY = "copy"
    LIKE = "like"
    LOUD = "loud"
    SOFT = "soft"
    UP = "up"
    DOWN = "down"
    FAST = "fast"
    SLOW = "slow"
    TEMPO = "tempo"
    BPM = "bpm"
    MILLISECONDS = "milliseconds"
    BUSY = "busy"
    SIMPLE = "simple"
    NOTES = "notes"
    HUMAN = "human"
    MECHANICAL = "mechanical"
    QUANTISE = "quantise"
    SWING = "swing"
    STRAIGHT = "straight"
    GROOVY = "groovy"
    FILL = "fill"
    FOUR_ON_FLOOR = "four_on_floor"
    ROLL = "roll"
    GHOST = "ghost"
    FLAM = "flam"
    DOUBLE_TIME = "double_time"
    HALF_TIME = "half_time"
    DOUBLE_TEMPO = "double_tempo"
    HALF_TEMPO = "half_tempo"
    BAR = "bar"
    BEAT = "beat"
    STEP = "step"
    EACH = "each"
    EVERY_OTHER = "every_other"
    ONE_IN_TWO = "one_in_two"
    ON = "on"
    IN = "in"
    OFFBEAT = "offbeat"
    BACKBEAT = "backbeat"
    STRONG_BEAT = "strong_beat"
    DOWNBEAT = "downbeat"
    FIRST = "first"
    LAST = "last"
    HALF = "half"
    QUARTER = "quarter"
    END = "end"
    START = "start"
    FROM = "from"
    UNTIL = "until"
    TO = "to"
    EVEN = "even"
    ODD = "odd"
    AND = "and"
    THEN = "then"
    IT = "it"


_PUNCTUATION: Mapping[str, Tag] = {
    **dict.fromkeys(",()/", Tag.SEPARATOR),
    **dict.fromkeys(".;!?", Tag.STOP),
    ":": Tag.COLON,
}


@dataclass(frozen=True, slots=True)
class InstructionToken:
    """One or more words with one meaning.

    Attributes:
        tag: Kind of token.
        text: The words as typed, folded: lower case, no accents.
        value: A KitPart for parts, a Location for locations, a number for numbers and pulses (steps); None for others.
        relative: For a number: it is an amount of change ("by 10", "+10"), not a position or a total.
    """

    tag: Tag
    text: str
    value: Any = None
    relative: bool = False


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Phrases and what they mean.

    Attributes:
        parts: Parts of the kit by slug.
        phrases: Canonical words to tag and value.
        longest: Words of the longest phrase.
        corrector: Corrects typing errors.
    """

    parts: Mapping[str, KitPart]
    phrases: Mapping[tuple[str, ...], tuple[Tag, Any]]
    longest: int
    corrector: Corrector

    @classmethod
    @cache
    def load(cls) -> "Lexicon":
        """Load words.yaml; once per process.

        Raises:
            ValueError: A phrase has two meanings.
            KeyError: A part names a piece that the contract does not have.
        """
        document = yaml.safe_load(_WORDS.read_text("utf-8"))
        parts = {slug: KitPart.from_entry(slug, entry) for slug, entry in document["parts"].items()}
        phrases: dict[tuple[str, ...], tuple[Tag, Any]] = {}
        for phrase, meaning in _entries(document, parts):
            words = tuple(map(_canonical, str(phrase).split()))
            if phrases.setdefault(words, meaning) != meaning:
                raise ValueError(f"{_WORDS.name}: {phrase!r} means both {phrases[words][0]} and {meaning[0]}")
        spelled = {word for phrase, _ in _entries(document, parts) for word in str(phrase).split()}
        vocabulary = spelled | {_canonical(word) for word in spelled}
        return cls(parts, phrases, max(map(len, phrases)), Corrector(vocabulary, frozenset()))

    def tokenize(self, text: str) -> list[InstructionToken]:
        """Tokens of a text, in order; words without meaning here are left out."""
        return [token for token in self._tokens(_words_of(text)) if token.tag is not Tag.NOISE]

    def _tokens(self, raw: list[str]) -> Iterator[InstructionToken]:
        words = [_canonical(self.corrector.correct(word)) for word in raw]
        at = 0
        while at < len(raw):
            length, (tag, value) = self._longest_phrase(words, at)
            text = " ".join(raw[at : at + length])
            before = raw[at - 1] if at else ""
            yield InstructionToken(tag, text, value, tag is Tag.NUMBER and before in _RELATIVE)
            at += length

    def _longest_phrase(self, words: list[str], at: int) -> tuple[int, tuple[Tag, Any]]:
        for length in range(min(self.longest, len(words) - at), 0, -1):
            meaning = self.phrases.get(tuple(words[at : at + length]))
            if meaning is not None:
                return length, meaning
        word = words[at]
        if word in _PUNCTUATION:
            return 1, (_PUNCTUATION[word], None)
        if word == "%":
            return 1, (Tag.PERCENT, None)
        if word in "+-":
            return 1, (Tag.MORE if word == "+" else Tag.LESS, None)
        if word[0].isdigit() and "/" not in word:
            return 1, (Tag.NUMBER, float(word.replace(",", ".")))
        return 1, (Tag.UNKNOWN, None)


def _entries(document: Mapping[str, Any], parts: Mapping[str, KitPart]) -> Iterator[tuple[object, tuple[Tag, Any]]]:
    """Every phrase of the document with its meaning."""
    groups: list[tuple[Iterable[object], Tag, Any]] = [
        (document["noise"], Tag.NOISE, None),
        (document["foreign"], Tag.FOREIGN, None),
    ]
    groups += [(entry["words"], Tag.PART, parts[slug]) for slug, entry in document["parts"].items()]
    groups += [(phrases, Tag(tag), None) for tag, phrases in document["words"].items()]
    groups += [(phrases, Tag.PULSE, steps) for steps, phrases in document["pulses"].items()]
    groups += [(phrases, Tag.NUMBER, float(number)) for number, phrases in document["numbers"].items()]
    for phrases, tag, value in groups:
        yield from ((phrase, (tag, value)) for phrase in phrases)


def _words_of(text: str) -> list[str]:
    """Words, numbers and separators of a text, folded: lower case, no accents, "n't" as one word with its verb."""
    folded = unicodedata.normalize("NFKD", text.lower().replace("œ", "oe").replace("’", "'"))
    plain = "".join(char for char in folded if not unicodedata.combining(char)).replace("n't", "nt")
    plain = re.sub(r"(\d)\s*[-–]\s*(\d)", r"\1 to \2", plain)
    for pattern, word in _PULSES:
        plain = pattern.sub(word, plain)
    return _TOKEN.findall(_ORDINAL.sub(r"\1 ", plain))[:_MAX_TOKENS]


def _canonical(word: str) -> str:
    """The word without the s of a plural, which changes no meaning here."""
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word
