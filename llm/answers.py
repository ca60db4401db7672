"""Answers as they come: what of them counts, and when they go wrong."""

import json
from collections.abc import Mapping
from typing import Any, Final

from llm.faults import Fault, LanguageModelError

_MOST_BLANKS: Final = 24  # white space in a row; under a schema a model may write it without end
_REPEATS, _SHORTEST_REPEATED = 8, 8
_DECODER = json.JSONDecoder()


class Reader:
    """Takes the pieces of one answer.

    Args:
        is_json: Whether it is JSON, which ends where its value does.
    """

    def __init__(self, *, is_json: bool) -> None:
        self._is_json = is_json
        self._text = ""
        self._blanks = 0
        self.complete = False

    def take(self, piece: str) -> str:
        """What counts of a piece: all of it, up to the end of a JSON value.

        Args:
            piece: As it came.

        Raises:
            LanguageModelError: RUNAWAY or REPEATED.
        """
        before = len(self._text)
        self._text += piece
        bare = self._text.rstrip()
        if len(self._text) - len(bare) > _MOST_BLANKS:
            raise LanguageModelError(Fault.RUNAWAY, f"{len(self._text) - len(bare)} blanks in a row")
        if self._is_json:
            end = _end_of_json(self._text)
            if end is not None:
                self.complete = True
                self._text = self._text[:end]
        elif _repeats(bare):
            raise LanguageModelError(Fault.REPEATED, bare[-40:])
        return self._text[before:]

    def end(self) -> None:
        """The answer has ended. Raises LanguageModelError where it holds nothing, or half a value."""
        if not self._text.strip():
            raise LanguageModelError(Fault.EMPTY)
        if self._is_json and not self.complete:
            raise LanguageModelError(Fault.INVALID, self._text[-40:])


def _end_of_json(text: str) -> int | None:
    """Where the object, list or string that a text begins with ends; None while it does not."""
    start = len(text) - len(text.lstrip())
    if text[start : start + 1] not in ("{", "[", '"'):
        return None
    try:
        return _DECODER.raw_decode(text, start)[1]
    except ValueError:
        return None


def _repeats(text: str) -> bool:
    """Whether the end of a text is the same few words again and again."""
    for length in range(_SHORTEST_REPEATED, len(text) // _REPEATS + 1):
        tail = text[-length:]
        if text.endswith(tail * _REPEATS):
            return True
        if length > 4 * _SHORTEST_REPEATED:
            break
    return False


def checked(data: Any, schema: Mapping[str, Any]) -> Any:  # noqa: ANN401  any JSON
    """Data that keep to a schema, which a server may have passed over.

    Args:
        data: As they came.
        schema: JSON schema.

    Raises:
        ValueError: They do not.
    """
    import jsonschema  # noqa: PLC0415  a tenth of a second to import, where a model is

    try:
        jsonschema.validate(data, schema)
    except jsonschema.ValidationError as error:
        raise ValueError(error.message) from error
    return data
