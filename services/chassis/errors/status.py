"""Turns failures into gRPC statuses with rich details, and statuses of other services into failures."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import grpc
import grpc.aio
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import DecodeError
from google.rpc import error_details_pb2, status_pb2

from services.chassis.errors.catalogue import DEADLINE, DEPENDENCY_DOWN, DOMAIN, INTERNAL, MOST_SHOWN, ApiError
from services.chassis.request_context import current

DETAILS_KEY = "grpc-status-details-bin"
# Statuses of a dependency that are about the caller's own request, and so are passed on as they are.
_RELAYED = frozenset(
    {
        grpc.StatusCode.INVALID_ARGUMENT,
        grpc.StatusCode.NOT_FOUND,
        grpc.StatusCode.FAILED_PRECONDITION,
        grpc.StatusCode.RESOURCE_EXHAUSTED,
        grpc.StatusCode.UNAUTHENTICATED,
        grpc.StatusCode.PERMISSION_DENIED,
    }
)
RETRY_S = 1.0
# Of the time that a caller gives, so many seconds or less are as good as none.
_LAST_S = 0.05
# A status travels in headers, of which gRPC takes 8 KiB, in base64 and beside its message: bytes of all details, of a
# text and of a fact; and what a retry delay, and a violation's own frame, take at most.
_MOST_DETAILS, _MOST_TEXT, _MOST_FACT = 4096, 600, 700
_RETRY_BYTES, _ITEM_BYTES = 80, 8
_CUT = "…".encode()
_BROKEN = frozenset({grpc.StatusCode.INTERNAL, grpc.StatusCode.UNKNOWN})
# How gRPC words a stream whose process died: the first for the reader, the second for the writer.
_DIED = ("RST_STREAM", "Internal error from Core")


class UpstreamError(Exception):
    """A dependency refused the caller's request; its status goes to the caller unchanged.

    Args:
        status: What the dependency answered.
    """

    def __init__(self, status: status_pb2.Status) -> None:
        super().__init__(status.message)
        self.status = status

    @property
    def reason(self) -> str:
        """The code of the catalogue that the dependency told; empty where it told none."""
        return reason_of(self.status)


def reason_of(status: status_pb2.Status) -> str:
    """The code of the catalogue that a status tells; empty where it tells none."""
    info = error_details_pb2.ErrorInfo()
    for detail in status.details:
        if detail.Unpack(info):
            return str(info.reason)
    return ""


class ValidationFailed(Exception):
    """A request breaks rules of the contract.

    Args:
        violations: One or more.
    """

    def __init__(self, violations: Sequence[ApiError]) -> None:
        super().__init__("; ".join(map(str, violations)))
        self.violations = tuple(violations)


def status_of(errors: Sequence[ApiError], locale: str, request_id: str) -> status_pb2.Status:
    """The rich status of a failed call.

    Args:
        errors: One or more; the first gives the status its code, and the fields of the first few are listed.
        locale: Language of the texts, "fr" or "en".
        request_id: Of the call.
    """
    first = errors[0]
    texts = [_cut(error.text(locale, request_id), _MOST_TEXT) for error in errors[:MOST_SHOWN]]
    message = texts[0]
    for text in dict.fromkeys(texts[1:5]):
        longer = f"{message} {text}"
        if text != texts[0] and len(longer.encode()) <= _MOST_TEXT:
            message = longer
    status = status_pb2.Status(code=grpc_code(first).value[0], message=message)
    facts = {name: _cut(fact, _MOST_FACT) for name, fact in first.facts().items()}
    info = error_details_pb2.ErrorInfo(
        reason=first.code.name, domain=DOMAIN, metadata={**facts, "request_id": _cut(request_id, _MOST_FACT)}
    )
    if first.field:
        info.metadata["field"] = _cut(first.field, _MOST_FACT)
    status.details.add().Pack(info)
    localized = error_details_pb2.LocalizedMessage(locale=locale, message=message)
    left = _MOST_DETAILS - status.ByteSize() - localized.ByteSize() - _RETRY_BYTES
    violations = error_details_pb2.BadRequest()
    for error, text in zip(errors, texts, strict=False):
        violation = error_details_pb2.BadRequest.FieldViolation(
            field=_cut(error.field, _MOST_FACT), description=text, reason=error.code.name
        )
        if error.field and (left := left - violation.ByteSize() - _ITEM_BYTES) >= 0:
            violations.field_violations.append(violation)
    if violations.field_violations:
        status.details.add().Pack(violations)
    if first.retry_s is not None:
        delay = Duration()
        delay.FromMilliseconds(round(first.retry_s * 1000))
        status.details.add().Pack(error_details_pb2.RetryInfo(retry_delay=delay))
    status.details.add().Pack(localized)
    return status


def _cut(text: str, most: int) -> str:
    """A text of so many bytes at most."""
    encoded = text.encode("utf-8", "replace")
    return text if len(encoded) <= most else encoded[: most - len(_CUT)].decode("utf-8", "ignore") + _CUT.decode()


def grpc_code(error: ApiError) -> grpc.StatusCode:
    """The gRPC status of an error."""
    code: grpc.StatusCode = getattr(grpc.StatusCode, error.status)
    return code


def read_details(error: grpc.RpcError) -> status_pb2.Status | None:
    """The rich status of a failed call, or None when it carries none."""
    if not isinstance(error, grpc.aio.AioRpcError):
        return None
    for key, value in error.trailing_metadata():
        if key == DETAILS_KEY and isinstance(value, bytes):
            try:
                return status_pb2.Status.FromString(value)
            except DecodeError:
                return None
    return None


def is_peer_lost(error: grpc.aio.AioRpcError) -> bool:
    """Whether a call failed because the other process has gone, and not by what it answered."""
    if error.code() in _BROKEN:
        return any(words in (error.details() or "") for words in _DIED)
    return error.code() is grpc.StatusCode.UNAVAILABLE


@contextmanager
def dependency(name: str) -> Iterator[None]:
    """Translate failures of calls to another service.

    Args:
        name: Short name of the other service: "theory".

    Raises:
        UpstreamError: The other service refused the caller's request.
        ApiError: The other service is away, too slow, or broken; DEADLINE where the caller waits no longer.
    """
    try:
        yield
    except grpc.aio.AioRpcError as error:
        code = error.code()
        private = f"{name}: {code.name}: {error.details()}"
        if code in _RELAYED:
            status = read_details(error) or status_pb2.Status(code=code.value[0], message=error.details() or "")
            raise UpstreamError(status) from error
        left_s = current().remaining_s()
        if code is grpc.StatusCode.DEADLINE_EXCEEDED and left_s is not None and left_s <= _LAST_S:
            raise ApiError(DEADLINE, private=private) from error
        if code in _BROKEN and not is_peer_lost(error):
            raise ApiError(INTERNAL, private=private) from error
        raise ApiError(DEPENDENCY_DOWN, private=private, value=name, retry_s=RETRY_S) from error
