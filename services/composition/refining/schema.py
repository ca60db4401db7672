"""What an action of an edit means and needs, for those who make edits themselves: programs and language models."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from boumbapp.music.v2 import edits_pb2 as pb
from google.protobuf.json_format import ParseDict, ParseError

from services.chassis.errors.catalogue import ApiError
from services.composition.refining.errors import UNUSABLE_EDIT
from services.composition.refining.texts import NEEDS_TEXT, NEEDS_VALUE

_MOST_EDITS = 16
_AMOUNTS = [0.5, 1, 2]


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """An action.

    Attributes:
        meaning: What it does, in one line of English.
        value: What its figure is; empty where it has none.
        text: What its text is; empty where it has none.
        needed: Whether it needs the figure or the text that it has.
    """

    meaning: str
    value: str = ""
    text: str = ""
    needed: bool = True


def edits_schema(actions: Mapping[str, ActionSpec], parts: Iterable[str] = ()) -> dict[str, Any]:
    """The JSON schema of a list of edits of one domain, as protobuf writes them in snake case.

    Args:
        actions: The domain's actions by slug.
        parts: Slugs of the parts of the kit; none for pitched parts.
    """
    slugs = list(parts)
    described = " ".join(f"{slug}: {_said(spec)}." for slug, spec in actions.items())
    edit: dict[str, Any] = {
        "action": {"enum": list(actions), "description": described},
        "places": {"type": "array", "items": _PLACE, "maxItems": _MOST_EDITS},
        "except_places": {"type": "array", "items": _PLACE, "maxItems": _MOST_EDITS},
        "amount": {"enum": _AMOUNTS, "description": "0.5 a little, 1 as usual, 2 much"},
        "value": {"type": "number", "minimum": -2000, "maximum": 2000},
        "percent": {"type": "number", "minimum": 0, "maximum": 1000},
        "text": {"type": "string", "maxLength": 512},
    }
    if slugs:
        edit["parts"] = edit["except_parts"] = {"type": "array", "items": {"enum": slugs}, "maxItems": len(slugs)}
    return {
        "type": "object",
        "properties": {
            "edits": {
                "type": "array",
                "maxItems": _MOST_EDITS,
                "items": {"type": "object", "properties": edit, "required": ["action"], "additionalProperties": False},
            }
        },
        "required": ["edits"],
        "additionalProperties": False,
    }


def edits_in(data: object) -> list[pb.Edit]:
    """The edits in data of such a schema.

    Args:
        data: As a model or a program wrote them.

    Raises:
        ValueError: They are something else.
    """
    if not isinstance(data, Mapping) or not isinstance(data.get("edits"), list):
        raise ValueError("no list of edits")
    try:
        return [ParseDict(each, pb.Edit()) for each in data["edits"]]
    except (ParseError, TypeError, AttributeError) as error:
        raise ValueError(str(error)) from error


def check_needs(message: pb.Edit, spec: ActionSpec, field: str) -> None:
    """Check that an edit has what its action needs.

    Args:
        message: The edit.
        spec: Its action.
        field: Of the request, which holds the edit.

    Raises:
        ApiError: Its figure or its text is missing.
    """
    if spec.needed and spec.text and not message.text:
        raise ApiError(UNUSABLE_EDIT, field=f"{field}.text", problem=NEEDS_TEXT)
    if spec.needed and spec.value and not message.HasField("value"):
        raise ApiError(UNUSABLE_EDIT, field=f"{field}.value", problem=NEEDS_VALUE)


def _said(spec: ActionSpec) -> str:
    needs = [f"{name}: {what}" for name, what in (("value", spec.value), ("text", spec.text)) if what]
    return f"{spec.meaning} ({'; '.join(needs)})" if needs else spec.meaning


_NUMBER = {"type": "integer", "minimum": -128, "maximum": 128}
_SPAN = {
    "type": "object",
    "properties": {"first": _NUMBER, "last": _NUMBER, "every": {"type": "integer", "minimum": 1, "maximum": 128}},
    "required": ["first", "last"],
    "additionalProperties": False,
    "description": "bars from 1, or from -1 at the end",
}
_FRACTION = {"type": "number", "minimum": 0, "maximum": 1}
_STRETCH = {
    "type": "object",
    "properties": {"start": _FRACTION, "end": _FRACTION},
    "required": ["end"],
    "additionalProperties": False,
}
_PLACE: dict[str, Any] = {
    "type": "object",
    "properties": {
        "bars": {"type": "array", "items": _SPAN, "maxItems": _MOST_EDITS},
        "count": {"type": "integer", "minimum": 1, "maximum": 128, "description": "the first bars, so many"},
        "portion": {**_STRETCH, "description": "of the whole piece"},
        "within": {**_STRETCH, "description": "of each bar"},
        "steps": {"type": "array", "items": {"type": "integer", "minimum": 1, "maximum": 256}, "maxItems": 256},
        "edge": {"enum": ["PLACE_EDGE_START", "PLACE_EDGE_END"]},
        "beats": {"type": "array", "items": {"type": "number", "minimum": 1, "maximum": 33}, "maxItems": 32},
        "whole_beats": {"type": "boolean"},
        "role": {
            "enum": [
                "METRICAL_ROLE_BEATS",
                "METRICAL_ROLE_BACKBEATS",
                "METRICAL_ROLE_STRONG_BEATS",
                "METRICAL_ROLE_OFFBEATS",
            ]
        },
        "notes": {
            "type": "object",
            "properties": {"first": {"type": "integer"}, "last": {"type": "integer"}},
            "required": ["first", "last"],
            "additionalProperties": False,
        },
    },
    "additionalProperties": False,
}
