"""Enforces the validation rules that the contract declares on its fields (boumbapp/rules/v1/rules.proto).

Rules are compiled once per message type into closures, so that checking a message costs about as
much as reading its fields. Message types of the contract do not contain themselves.
"""

import math
import re
from collections.abc import Callable, Iterator
from functools import cache

from boumbapp.rules.v1.rules_pb2 import FieldRules, rules
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

from services.chassis.errors import Code, Fault

ValueCheck = Callable[[object, str], Iterator[Fault]]
FieldCheck = Callable[[Message, str], Iterator[Fault]]

_FLOATS = (FieldDescriptor.CPPTYPE_DOUBLE, FieldDescriptor.CPPTYPE_FLOAT)
_SHOWN = 60


def check(message: Message, path: str = "") -> list[Fault]:
    """Every broken rule of a message and of the messages inside it, in field order."""
    return [fault for field_check in compile_rules(message.DESCRIPTOR) for fault in field_check(message, path)]


@cache
def compile_rules(descriptor: Descriptor) -> tuple[FieldCheck, ...]:
    """Checks of a message type; call it at start-up so that the first request finds them compiled."""
    return tuple(field_check for field in descriptor.fields if (field_check := _field_check(field)) is not None)


def _field_check(field: FieldDescriptor) -> FieldCheck | None:
    """The check of one field, or None when nothing needs checking."""
    declared: FieldRules = field.GetOptions().Extensions[rules]
    value_checks = list(_value_checks(field, declared))
    if field.is_repeated:
        return _repeated_check(field, declared, value_checks)
    if not value_checks and not declared.required:
        return None

    def run(message: Message, path: str) -> Iterator[Fault]:
        here = f"{path}{field.name}"
        if field.has_presence and not message.HasField(field.name):
            if declared.required:
                yield Fault(Code.REQUIRED, field=here)
            return
        value = getattr(message, field.name)
        if declared.required and not field.has_presence and not value:
            yield Fault(Code.REQUIRED, field=here)
            return
        for value_check in value_checks:
            yield from value_check(value, here)

    return run


def _repeated_check(field: FieldDescriptor, declared: FieldRules, value_checks: list[ValueCheck]) -> FieldCheck | None:
    low = declared.min_items if declared.HasField("min_items") else 0
    high = declared.max_items if declared.HasField("max_items") else None
    if not value_checks and not low and high is None:
        return None

    def run(message: Message, path: str) -> Iterator[Fault]:
        items = getattr(message, field.name)
        here = f"{path}{field.name}"
        if len(items) < low:
            yield Fault(Code.TOO_FEW, field=here, value=len(items), min=low)
        elif high is not None and len(items) > high:
            yield Fault(Code.TOO_MANY, field=here, value=len(items), max=high)
        else:
            for index, item in enumerate(items):
                for value_check in value_checks:
                    yield from value_check(item, f"{here}[{index}]")

    return run


def _value_checks(field: FieldDescriptor, declared: FieldRules) -> Iterator[ValueCheck]:
    if field.message_type is not None:
        if not field.message_type.GetOptions().map_entry and compile_rules(field.message_type):
            yield _message_check
        return
    if field.enum_type is not None:
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


def _message_check(value: object, here: str) -> Iterator[Fault]:
    assert isinstance(value, Message)
    for field_check in compile_rules(value.DESCRIPTOR):
        yield from field_check(value, f"{here}.")


def _enum_check(numbers: frozenset[int], names: str) -> ValueCheck:
    def run(value: object, here: str) -> Iterator[Fault]:
        if value not in numbers:
            yield Fault(Code.NOT_ALLOWED, field=here, value=value, allowed=names)

    return run


def _range_check(declared: FieldRules, *, is_float: bool) -> ValueCheck:
    low = declared.min if declared.HasField("min") else (-math.inf if is_float else 0)
    high = declared.max if declared.HasField("max") else math.inf

    def run(value: object, here: str) -> Iterator[Fault]:
        assert isinstance(value, int | float)
        # A comparison with NaN is false, so NaN never passes.
        if not low <= value <= high or math.isinf(value):
            shown = f"{value:g}" if is_float else value
            yield Fault(Code.OUT_OF_RANGE, field=here, value=shown, min=f"{low:g}", max=f"{high:g}")

    return run


def _one_of_check(allowed: tuple[int, ...]) -> ValueCheck:
    def run(value: object, here: str) -> Iterator[Fault]:
        if value not in allowed:
            yield Fault(Code.NOT_ALLOWED, field=here, value=value, allowed=", ".join(map(str, allowed)))

    return run


def _length_check(declared: FieldRules) -> ValueCheck:
    low, high = declared.min_length, declared.max_length if declared.HasField("max_length") else None

    def run(value: object, here: str) -> Iterator[Fault]:
        assert isinstance(value, str | bytes)
        if high is not None and len(value) > high:
            yield Fault(Code.TOO_LONG, field=here, value=len(value), max=high)
        elif low and len(value.strip()) < low:
            yield Fault(Code.TOO_SHORT, field=here, min=low)

    return run


def _pattern_check(pattern: re.Pattern[str]) -> ValueCheck:
    def run(value: object, here: str) -> Iterator[Fault]:
        assert isinstance(value, str)
        if value and pattern.fullmatch(value) is None:
            yield Fault(Code.MALFORMED, field=here, value=repr(value[:_SHOWN]))

    return run
