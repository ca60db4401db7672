"""Asks a server for its health: `python -m services.chassis.health_check ADDRESS`, as containers do.

Ends with 0 when it says SERVING, with 1 and the reason otherwise.
"""

import sys

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

_ANSWER_S = 2.0


def ask(address: str) -> str:
    """What the server at an address says of itself, as the health service names it: "SERVING", "NOT_SERVING".

    Raises:
        grpc.RpcError: It does not answer.
    """
    with grpc.insecure_channel(address) as channel:
        check = health_pb2_grpc.HealthStub(channel).Check  # type: ignore[attr-defined]  # the stubs name no methods
        status: int = check(health_pb2.HealthCheckRequest(), timeout=_ANSWER_S).status
    return health_pb2.HealthCheckResponse.ServingStatus.Name(status)


def main(address: str) -> None:
    """Ask, and end with what was found."""
    try:
        said = ask(address)
    except grpc.RpcError as error:
        sys.exit(f"{address}: {error}")
    if said != "SERVING":
        sys.exit(f"{address}: {said}")


if __name__ == "__main__":
    main(sys.argv[1])
