"""Enforces the rules that the contract declares on its fields (boumbapp/rules/v2/rules.proto).

Those on what a request may hold, and the one that says which of its fields tells its language. Rules are compiled once
per message type into closures that return nothing while all is well; paths and texts are only made for what is wrong.
Message types of the contract do not contain themselves.
"""

import math
import re
from collections.abc import Callable, Iterator
from functools import cache

from boumbapp.rules.v2.rules_pb2 import FieldRules, rules
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

from services.chassis.errors.catalogue import (
    MALFORMED,
    MOST_SHOWN,
    NOT_ALLOWED,
    OUT_OF_RANGE,
    REQUIRED,
    TOO_FEW,
    TOO_LONG,
    TOO_MANY,
    TOO_SHORT,
    ApiError,
)

# Both return None, or broken rules whose paths are relative to what was checked.
ValueCheck = Callable[[object], list[ApiError] | None]
FieldCheck = Callable[[Message], list[ApiError] | None]

_FLOATS = (FieldDescriptor.CPPTYPE_DOUBLE, FieldDescriptor.CPPTYPE_FLOAT)
_SHOWN = 60


def check(message: Message) -> list[ApiError]:
    """Broken rules of a message and of the messages inside it, in field order: as many as its caller is shown."""
    violations: list[ApiError] = []
    for rule in compile_rules(message.DESCRIPTOR):
        violations += rule(message) or ()
        if len(violations) >= MOST_SHOWN:  # a request that is wrong everywhere takes no longer than one that is right
            break
    return violations[:MOST_SHOWN]


@cache
def compile_rules(descriptor: Descriptor) -> tuple[FieldCheck, ...]:
    """Checks of a message type; call it at start-up so that the first request finds them compiled."""
    return tuple(found for field in descriptor.fields if (found := field_check(field)) is not None)


@cache
def compile_language(descriptor: Descriptor) -> tuple[tuple[str, ...], ...]:
    """Paths of the fields of a message type that tell its language; call it at start-up too."""
    paths: list[tuple[str, ...]] = []
    for field in descriptor.fields:
        if field.is_repeated:
            continue
        if field.message_type is not None:
            paths += [(field.name, *path) for path in compile_language(field.message_type)]
        elif field.GetOptions().Extensions[rules].tells_language:
            paths.append((field.name,))
    return tuple(paths)


def text_that_tells_language(message: Message) -> str:
    """What the caller wrote in its own language; empty when nothing."""
    for path in compile_language(message.DESCRIPTOR):
        value: object = message
        for name in path:
            value = getattr(value, name)
        if isinstance(value, str) and value:
            return value
    return ""


def field_check(field: FieldDescriptor) -> FieldCheck | None:
    """The check of one field, or None when nothing needs checking.

    Args:
        field: Of a message type.
    """
    declared: FieldRules = field.GetOptions().Extensions[rules]
    value_checks = tuple(_value_checks(field, declared))
    if field.is_repeated:
        return repeated_check(field.name, declared, value_checks)
    if not value_checks and not declared.required:
        return None
    name, has_presence, required = field.name, field.has_presence, declared.required

    def run(message: Message) -> list[ApiError] | None:
        if has_presence and not message.HasField(name):
            return [ApiError(REQUIRED, field=name)] if required else None
        value = getattr(message, name)
        if required and not has_presence and not value:
            return [ApiError(REQUIRED, field=name)]
        for value_check in value_checks:
            if violations := value_check(value):
                return _below(name, violations)
        return None

    return run


def repeated_check(name: str, declared: FieldRules, value_checks: tuple[ValueCheck, ...]) -> FieldCheck | None:
    """The check of a list, or None when nothing needs checking.

    Args:
        name: Of the field.
        declared: Its rules.
        value_checks: Of each item.
    """
    low = declared.min_items if declared.HasField("min_items") else 0
    high = declared.max_items if declared.HasField("max_items") else None
    if not value_checks and not low and high is None:
        return None

    def run(message: Message) -> list[ApiError] | None:
        items = getattr(message, name)
        if len(items) < low:
            return [ApiError(TOO_FEW, field=name, value=len(items), min=low)]
        if high is not None and len(items) > high:
            return [ApiError(TOO_MANY, field=name, value=len(items), max=high)]
        found: list[ApiError] = []
        for value_check in value_checks:
            for index, item in enumerate(items):
                if violations := value_check(item):
                    found += _below(f"{name}[{index}]", violations)
                    if len(found) >= MOST_SHOWN:
                        return found
        return found

    return run


def _below(path: str, violations: list[ApiError]) -> list[ApiError]:
    """The same violations seen from one level higher."""
    for violation in violations:
        violation.field = f"{path}.{violation.field}" if violation.field else path
    return violations


def _value_checks(field: FieldDescriptor, declared: FieldRules) -> Iterator[ValueCheck]:
    if field.message_type is not None:
        if not field.message_type.GetOptions().map_entry and (inner := compile_rules(field.message_type)):
            yield _message_check(inner)
        return
    if field.enum_type is not None:
        if declared.open:
            return
        names = ", ".join(value.name for value in field.enum_type.values if value.number)
        yield _enum_check(frozenset(field.enum_type.values_by_number), names)
        return
    if declared.HasField("min") or declared.HasField("max"):
        yield _range_check(declared, is_float=field.cpp_type in _FLOATS)
    if declared.one_of:
        yield _one_of_check(tuple(declared.one_of))
    if declared.HasField("min_length") or declared.HasField("max_length"):
        yield _length_check(declared)
    if declared.HasField("pattern"):
        yield _pattern_check(re.compile(declared.pattern))


def _message_check(inner: tuple[FieldCheck, ...]) -> ValueCheck:
    def run(value: object) -> list[ApiError] | None:
        assert isinstance(value, Message)
        found: list[ApiError] | None = None
        for rule in inner:
            if violations := rule(value):
                found = (found or []) + violations
        return found

    return run


def _enum_check(numbers: frozenset[int], names: str) -> ValueCheck:
    def run(value: object) -> list[ApiError] | None:
        return None if value in numbers else [ApiError(NOT_ALLOWED, value=value, allowed=names)]

    return run


def _range_check(declared: FieldRules, *, is_float: bool) -> ValueCheck:
    low = declared.min if declared.HasField("min") else (-math.inf if is_float else 0)
    high = declared.max if declared.HasField("max") else math.inf

    def run(value: object) -> list[ApiError] | None:
        assert isinstance(value, int | float)
        # A comparison with NaN is false, so NaN never passes; infinity only meets rules with one bound.
        if low <= value <= high and not math.isinf(value):
            return None
        shown = f"{value:g}" if is_float else value
        return [ApiError(OUT_OF_RANGE, value=shown, min=f"{low:g}", max=f"{high:g}")]

    return run


def _one_of_check(allowed: tuple[int, ...]) -> ValueCheck:
    def run(value: object) -> list[ApiError] | None:
        if value in allowed:
            return None
        return [ApiError(NOT_ALLOWED, value=value, allowed=", ".join(map(str, allowed)))]

    return run


def _length_check(declared: FieldRules) -> ValueCheck:
    low, high = declared.min_length, declared.max_length if declared.HasField("max_length") else math.inf

    def run(value: object) -> list[ApiError] | None:
        assert isinstance(value, str | bytes)
        if len(value) > high:
            return [ApiError(TOO_LONG, value=len(value), max=high)]
        if low and len(value.strip()) < low:
            return [ApiError(TOO_SHORT, min=low)]
        return None

    return run


def _pattern_check(pattern: re.Pattern[str]) -> ValueCheck:
    def run(value: object) -> list[ApiError] | None:
        assert isinstance(value, str)
        if not value or pattern.fullmatch(value):
            return None
        return [ApiError(MALFORMED, value=repr(value[:_SHOWN]))]

    return run
