"""Holds a large message against its rules in slices, so that other calls go on in between."""

import asyncio
import time
from collections.abc import Iterator
from functools import cache

from boumbapp.rules.v2.rules_pb2 import FieldRules, rules
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

from services.chassis.errors.catalogue import MOST_SHOWN, REQUIRED, ApiError
from services.chassis.server import validation
from services.chassis.server.validation import FieldCheck

# A message up to this size is checked at once: that takes half a millisecond at most.
_SMALL_BYTES = 4096
_SLICE_S = 0.001


async def check(message: Message) -> list[ApiError]:
    """Broken rules of a message, as `validation.check` finds them.

    Args:
        message: Of any size.
    """
    if message.ByteSize() <= _SMALL_BYTES:
        return validation.check(message)
    found: list[ApiError] = []
    began = time.perf_counter()
    for violations in _pieces(message):
        found += violations
        if len(found) >= MOST_SHOWN:
            break
        if time.perf_counter() - began > _SLICE_S:
            await asyncio.sleep(0)
            began = time.perf_counter()
    return found[:MOST_SHOWN]


def _pieces(message: Message, path: str = "") -> Iterator[list[ApiError]]:
    """Broken rules in field order; what holds lists is gone into, what does not is one piece."""
    for name, field_check, goes_on in _plan(message.DESCRIPTOR):
        violations = field_check(message) if field_check is not None else None
        yield _below(path, violations) if violations else []
        if violations or not goes_on:
            continue
        value = getattr(message, name)
        if not isinstance(value, Message):
            for index, item in enumerate(value):
                yield from _pieces(item, f"{path}{name}[{index}].")
        elif message.HasField(name):
            yield from _pieces(value, f"{path}{name}.")


@cache
def _plan(descriptor: Descriptor) -> tuple[tuple[str, FieldCheck | None, bool], ...]:
    """Fields with rules: name, what is checked at once, and whether the messages inside are gone into afterwards."""
    planned = []
    for field in descriptor.fields:
        if _holds_lists(field):
            planned.append((field.name, _outer_check(field), True))
        elif (field_check := validation.field_check(field)) is not None:
            planned.append((field.name, field_check, False))
    return tuple(planned)


def _holds_lists(field: FieldDescriptor) -> bool:
    inner = field.message_type
    return inner is not None and not inner.GetOptions().map_entry and any(each.is_repeated for each in inner.fields)


def _outer_check(field: FieldDescriptor) -> FieldCheck | None:
    """How many there are of a list of messages, or whether a message is there."""
    declared: FieldRules = field.GetOptions().Extensions[rules]
    if field.is_repeated:
        return validation.repeated_check(field.name, declared, ())
    if not declared.required:
        return None
    name = field.name
    return lambda message: None if message.HasField(name) else [ApiError(REQUIRED, field=name)]


def _below(path: str, violations: list[ApiError]) -> list[ApiError]:
    for violation in violations:
        violation.field = f"{path}{violation.field}"
    return violations
