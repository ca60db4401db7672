"""What a failed call to another service means to the caller."""

import time
from contextvars import copy_context

import grpc
import pytest
from google.rpc import status_pb2
from grpc.aio import AioRpcError, Metadata

from services.chassis.errors.catalogue import DEADLINE, DEPENDENCY_DOWN, INTERNAL, REQUIRED, ApiError, ErrorCode
from services.chassis.errors.status import DETAILS_KEY, UpstreamError, dependency, status_of
from services.chassis.request_context import CallContext, Identity, enter

RELAYED = (
    grpc.StatusCode.INVALID_ARGUMENT,
    grpc.StatusCode.NOT_FOUND,
    grpc.StatusCode.FAILED_PRECONDITION,
    grpc.StatusCode.RESOURCE_EXHAUSTED,
    grpc.StatusCode.UNAUTHENTICATED,
    grpc.StatusCode.PERMISSION_DENIED,
)
# As gRPC words a stream whose process died: it then says INTERNAL or UNKNOWN, which otherwise stand for a bug.
DIED = "Received RST_STREAM with error code 2"
DIED_WHILE_WRITING = "Internal error from Core"


def fail(code: grpc.StatusCode, details: str, *trailers: tuple[str, bytes]) -> None:
    with dependency("theory"):
        raise AioRpcError(code, Metadata(), Metadata(*trailers), details)


@pytest.mark.parametrize(
    ("code", "details", "meaning"),
    [
        (grpc.StatusCode.UNAVAILABLE, "connection refused", DEPENDENCY_DOWN),
        (grpc.StatusCode.CANCELLED, "", DEPENDENCY_DOWN),
        (grpc.StatusCode.DEADLINE_EXCEEDED, "", DEPENDENCY_DOWN),
        (grpc.StatusCode.INTERNAL, "a bug", INTERNAL),
        (grpc.StatusCode.UNKNOWN, "a bug", INTERNAL),
        (grpc.StatusCode.INTERNAL, "", INTERNAL),
        (grpc.StatusCode.INTERNAL, DIED, DEPENDENCY_DOWN),
        (grpc.StatusCode.UNKNOWN, DIED, DEPENDENCY_DOWN),
        (grpc.StatusCode.INTERNAL, DIED_WHILE_WRITING, DEPENDENCY_DOWN),
    ],
)
def test_what_went_wrong_over_there_is_told_in_our_own_words(
    code: grpc.StatusCode, details: str, meaning: ErrorCode
) -> None:
    with pytest.raises(ApiError) as caught:
        fail(code, details)
    assert caught.value.code is meaning
    assert caught.value.private == f"theory: {code.name}: {details}"
    assert (caught.value.retry_s is not None) is (meaning is DEPENDENCY_DOWN)


@pytest.mark.parametrize(("left_s", "meaning"), [(0.0, DEADLINE), (5.0, DEPENDENCY_DOWN)])
def test_a_deadline_is_over_for_the_caller_only_where_the_caller_set_it(left_s: float, meaning: ErrorCode) -> None:
    def call() -> None:
        enter(CallContext("r-1", "en", "", Identity(), time.monotonic() + left_s))
        fail(grpc.StatusCode.DEADLINE_EXCEEDED, "")

    with pytest.raises(ApiError) as caught:
        copy_context().run(call)
    assert caught.value.code is meaning


@pytest.mark.parametrize("code", RELAYED, ids=lambda code: code.name)
def test_a_refusal_of_the_callers_request_is_passed_on_with_its_details(code: grpc.StatusCode) -> None:
    status = status_of([ApiError(REQUIRED, field="prompt")], "fr", "r-1")
    with pytest.raises(UpstreamError) as caught:
        fail(code, "x", (DETAILS_KEY, status.SerializeToString()))
    assert caught.value.status == status
    for trailers in ((), ((DETAILS_KEY, b"\xff"),)):
        with pytest.raises(UpstreamError) as caught:
            fail(code, "x", *trailers)
        assert caught.value.status == status_pb2.Status(code=code.value[0], message="x")
