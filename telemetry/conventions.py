"""Names of attributes and measures of calls, as OpenTelemetry's stable conventions for RPC say them.

The package of conventions has them among its unstable names still, which any release may move; these do not move.
Those of language models do: they are in `llm/conventions.py` alone.
"""

from typing import Final

SYSTEM: Final = "rpc.system.name"
METHOD: Final = "rpc.method"  # "package.Service/Method"
STATUS: Final = "rpc.response.status_code"  # "OK", "NOT_FOUND"...
ERROR_TYPE: Final = "error.type"  # the same where the call failed
GRPC: Final = "grpc"
SERVER_DURATION: Final = "rpc.server.call.duration"
CLIENT_DURATION: Final = "rpc.client.call.duration"
# Those that the conventions advise for durations of calls, in seconds, and one finer: a first bar takes 10 ms.
SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0, 30.0)

# Our own.
REQUEST_ID: Final = "boumbapp.request_id"
ENGINE: Final = "boumbapp.engine"
BAR: Final = "boumbapp.bar"  # its index
REASON: Final = "boumbapp.reason"
QUEUE: Final = "boumbapp.queue"
WORKER_PID: Final = "process.pid"
USER: Final = "enduser.id"
# What a server is to blame for; all other failures are their caller's.
SERVER_FAULTS: Final = frozenset(
    {"UNKNOWN", "DEADLINE_EXCEEDED", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS"}
)


def full_method(path: str | bytes) -> str:
    """The name of a method in attributes: its path without the slash in front.

    Args:
        path: "/package.Service/Method".
    """
    return (path if isinstance(path, str) else path.decode()).removeprefix("/")
