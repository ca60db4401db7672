"""What is read as a whole in every domain, before words are: a time signature."""

import re

from services.composition.refining.lexicon import Entity
from services.composition.refining.tags import Tag

_UNITS = (2, 4, 8, 16)
_MOST_BEATS = 32
_WORDS = "deux two trois three quatre four cinq five six sept seven".split()
_BEATS = dict(zip(_WORDS, (2, 2, 3, 3, 4, 4, 5, 5, 6, 7, 7), strict=True)) | {
    str(beats): beats for beats in range(2, 8)
}
_FRACTION = re.compile(r"(?<![\d/])(\d{1,2})\s?/\s?(\d{1,2})(?![\d/])")
_COUNTED = re.compile(
    r"\b(?:(?:en|à|a) (2|3|4|5|6|7|deux|trois|quatre|cinq|six|sept) temps"
    r"|in (2|3|4|5|6|7|two|three|four|five|six|seven) time"
    r"|(valse|waltz)(?: time)?)\b",
    re.IGNORECASE,
)


def _meter(match: re.Match[str]) -> str | None:
    """A time signature, such as "3/4"; None for a note value such as "1/8"."""
    beats, unit = int(match[1]), int(match[2])
    return f"{beats}/{unit}" if 1 < beats <= _MOST_BEATS and unit in _UNITS else None


def _counted(match: re.Match[str]) -> str:
    words = match[1] or match[2]
    return f"{_BEATS[words.lower()] if words else 3}/4"


_NUMBER_WORDS = {
    "un": 1, "une": 1, "one": 1, "deux": 2, "two": 2, "trois": 3, "three": 3, "quatre": 4, "four": 4, "six": 6,
    "huit": 8, "eight": 8, "seize": 16, "sixteen": 16,
}  # fmt: skip
_LENGTH = re.compile(
    r"\b(?:(?:coupe|raccourci\w*|r[ée]dui\w*|ram[èe]ne|limite|cut|shorten|trim|reduce|bring)"
    r"(?:[- ](?:it|le|la|tout|ça|ca))?(?: down)? (?:à|a|to)|only|just|seulement|juste|make it|fais[- ]en) "
    rf"(\d{{1,3}}|{'|'.join(_NUMBER_WORDS)}) (?:mesures?|bars?|measures?)\b"
    r"(?! (?:longer|shorter|more|less|fewer|de plus|de moins|plus|moins)\b)"
    r"|\A\s*(\d{1,3}) (?:mesures|bars|measures)(?: (?:pls|please|stp|svp))?\W*\Z",  # and nothing else
    re.IGNORECASE,
)


def _length(match: re.Match[str]) -> float:
    words = (match[1] or match[2]).lower()
    return float(_NUMBER_WORDS.get(words) or words)


LENGTH = Entity(_LENGTH, Tag.LENGTH, _length)
METER = Entity(_FRACTION, Tag.METER, _meter)
COUNTED_METER = Entity(_COUNTED, Tag.METER, _counted)
