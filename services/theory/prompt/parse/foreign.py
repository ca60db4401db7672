"""Words of other languages, read as the French or English words that they mean."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from language.yaml_fields import YamlFields

_WORDS = Path(__file__).with_name("foreign_words.yaml")
_UNSPACED = Path(__file__).with_name("foreign_names.yaml")


@cache
def foreign_words() -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Meanings by word, and those of little words, which count only beside one of the former; accents are kept.

    Raises:
        DataFileError: The file breaks its schema.
    """
    fields = YamlFields.of_file(_WORDS)
    return _meanings(fields.nested("words")), _meanings(fields.nested("little"))


def unspaced_meaning(text: str, index: int) -> tuple[str, int] | None:
    """What a phrase of a script without spaces means.

    Args:
        text: A prompt.
        index: Place in it, from 0.

    Returns:
        The meaning and the place after the phrase; None where no such phrase begins.
    """
    match = _unspaced_pattern().match(text, index)
    return (_unspaced()[match[0]], match.end()) if match else None


@cache
def _unspaced() -> Mapping[str, str]:
    return _meanings(YamlFields.of_file(_UNSPACED))


@cache
def _unspaced_pattern() -> re.Pattern[str]:
    return re.compile("|".join(sorted(map(re.escape, _unspaced()), key=len, reverse=True)))


def _meanings(fields: YamlFields) -> Mapping[str, str]:
    return {word.strip(): meaning for meaning in fields.names() for word in fields.string(meaning).split(";")}
