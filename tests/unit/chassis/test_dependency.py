"""What a call to another service that failed is taken for."""

import grpc
import grpc.aio
import pytest

from services.chassis.errors.catalogue import DEPENDENCY_DOWN, INTERNAL, ApiError, ErrorCode
from services.chassis.errors.status import dependency, is_peer_lost


@pytest.mark.parametrize(
    ("status", "details", "code"),
    [
        (grpc.StatusCode.UNAVAILABLE, "failed to connect", DEPENDENCY_DOWN),
        (grpc.StatusCode.INTERNAL, "Received RST_STREAM with error code 2", DEPENDENCY_DOWN),
        (grpc.StatusCode.UNKNOWN, "Stream removed: RST_STREAM", DEPENDENCY_DOWN),
        # gRPC's own words for a message that was written to a stream which had just ended.
        (grpc.StatusCode.INTERNAL, "Internal error from Core", DEPENDENCY_DOWN),
        (grpc.StatusCode.INTERNAL, "An error occurred on our side.", INTERNAL),
        (grpc.StatusCode.UNKNOWN, None, INTERNAL),
        (grpc.StatusCode.DEADLINE_EXCEEDED, "Deadline Exceeded", DEPENDENCY_DOWN),
    ],
)
def test_a_service_that_died_is_told_from_one_that_is_broken(
    status: grpc.StatusCode, details: str | None, code: ErrorCode
) -> None:
    error = grpc.aio.AioRpcError(status, grpc.aio.Metadata(), grpc.aio.Metadata(), details=details)
    with pytest.raises(ApiError) as caught, dependency("theory"):
        raise error
    assert caught.value.code is code
    late = status is grpc.StatusCode.DEADLINE_EXCEEDED
    assert is_peer_lost(error) == (code is DEPENDENCY_DOWN and not late)
