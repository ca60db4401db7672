"""Turns faults and failed calls into messages for the person at the terminal."""

from collections.abc import Sequence

import grpc
from google.rpc import error_details_pb2

from cli.messages.exit_codes import ExitCode
from cli.messages.texts import Texts
from cli.messages.user_errors import UserError
from services.chassis.errors.catalogue import ApiError
from services.chassis.errors.status import read_details

_BAD_INPUT = frozenset({"INVALID_ARGUMENT", "NOT_FOUND", "OUT_OF_RANGE"})
_UNAVAILABLE = frozenset({"UNAVAILABLE", "RESOURCE_EXHAUSTED", "DEADLINE_EXCEEDED"})
# Options of the command for fields of the request.
_OPTIONS = {
    "overrides.bars": "--bars",
    "overrides.bpm": "--bpm",
    "overrides.key_text": "--key",
    "overrides.meter": "--meter",
    "overrides.meter.beats": "--meter",
    "overrides.meter.beat_unit": "--meter",
    "overrides.role": "--role",
    "overrides.style": "--style",
    "overrides.progression": "--chords",
    "feel.intensity": "--intensity",
    "feel.complexity": "--complexity",
    "overrides.swing": "--swing",
    "overrides.swing.amount": "--swing",
    "feel.swing": "--swing",
    "feel.swing.amount": "--swing",
    "feel.humanise": "--humanise",
    "instruction": "--refine",
    "engine": "--engine",
    "locale": "--locale",
    "seed": "--seed",
    "prompt": "PROMPT",
    "request_id": "PIECE",
}


def of_faults(faults: Sequence[ApiError], texts: Texts) -> UserError:
    """The problem of a request that is refused before any call is made.

    Args:
        faults: At least one; the first gives the code.
        texts: In the language of the caller.
    """
    sentences = dict.fromkeys(_with_option(fault.text(texts.locale), fault.field) for fault in faults)
    return UserError(
        message=" ".join(sentences),
        code=str(faults[0].code),
        status=faults[0].status,
        fields=tuple(fault.field for fault in faults),
        exit=ExitCode.BAD_INPUT,
    )


def of_call(error: grpc.aio.AioRpcError, texts: Texts) -> UserError:
    """The problem of a failed call: the service's own message where it sent one, ours where the gateway refused.

    Args:
        error: How the call ended.
        texts: In the language of the caller.
    """
    status = error.code().name
    exit_code = (
        ExitCode.BAD_INPUT
        if status in _BAD_INPUT
        else ExitCode.UNAVAILABLE
        if status in _UNAVAILABLE
        else ExitCode.FAILED
    )
    details = read_details(error)
    if details is None:
        return UserError(
            message=texts.refusals.get(status, texts.unexpected.format(problem=error.details() or status)),
            advice=texts.advice.get(status, ""),
            status=status,
            exit=exit_code,
        )
    info, bad_request = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()
    for detail in details.details:
        detail.Unpack(info)
        detail.Unpack(bad_request)
    violations = bad_request.field_violations
    sentences = dict.fromkeys(_with_option(violation.description, violation.field) for violation in violations)
    return UserError(
        message=" ".join(sentences) or details.message,
        advice=texts.advice.get(status, ""),
        code=info.reason,
        status=status,
        fields=tuple(violation.field for violation in violations),
        request_id=info.metadata.get("request_id", ""),
        exit=exit_code,
    )


def _with_option(sentence: str, field: str) -> str:
    """A sentence of the catalogue with the command's option for the request's field, which it begins with."""
    if field in _OPTIONS and sentence.startswith(field):
        return _OPTIONS[field] + sentence.removeprefix(field)
    return sentence
