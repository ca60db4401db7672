"""What every service measures of its calls and of its queues."""

from telemetry import conventions as names
from telemetry.measures import Counter, Gauge, Histogram

_OF_A_CALL = (names.SYSTEM, names.METHOD, names.STATUS, names.ERROR_TYPE)
ANSWERED = Histogram(
    name=names.SERVER_DURATION,
    unit="s",
    help="Duration of calls that were answered, the whole stream where there is one.",
    labels=_OF_A_CALL,
    bounds=names.SECONDS,
)
CALLED = Histogram(
    name=names.CLIENT_DURATION,
    unit="s",
    help="Duration of calls to other services, the whole stream where there is one.",
    labels=_OF_A_CALL,
    bounds=names.SECONDS,
)
IN_FLIGHT = Gauge(
    name="boumbapp.streams.in_flight", unit="{call}", help="Calls and streams being handled, each of which has a place."
)
PLACES = Gauge(name="boumbapp.streams.places", unit="{call}", help="Places for calls and streams.")
REFUSED = Counter(
    name="boumbapp.calls.refused",
    unit="{call}",
    help="Calls that found no place, or lost it to another user.",
    labels=(names.REASON,),
)
PENDING = Gauge(
    name="boumbapp.jobs.pending",
    unit="{job}",
    help="Jobs that wait or run in a worker process.",
    labels=(names.QUEUE,),
)
PENDING_MOST = Gauge(
    name="boumbapp.jobs.places", unit="{job}", help="Jobs that may wait or run.", labels=(names.QUEUE,)
)
WAITED = Histogram(
    name="boumbapp.jobs.wait",
    unit="s",
    help="Time from a job's arrival to its begin in the worker process.",
    labels=(names.QUEUE,),
    bounds=names.SECONDS,
)
LOST = Counter(
    name="boumbapp.jobs.lost",
    unit="{job}",
    help="Jobs whose process took too much time or memory.",
    labels=(names.QUEUE,),
)


def of_a_call(method: str, status: str, *, failed: bool) -> dict[str, str]:
    """Attributes of a call that is over.

    Args:
        method: Its full name, without a slash in front.
        status: Name of the gRPC status.
        failed: Whether that is a failure on this side of the call.
    """
    labels = {names.SYSTEM: names.GRPC, names.METHOD: method, names.STATUS: status}
    return labels | {names.ERROR_TYPE: status} if failed else labels
