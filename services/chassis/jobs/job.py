"""Calls that would hold the event loop, done in a process beside the service: what the two sides say to each other.

Messages are pickled onto a pipe; both ends are processes of one service.
"""

from dataclasses import dataclass
from enum import Enum


@dataclass(frozen=True, slots=True)
class Job:
    """A call.

    Attributes:
        method: Name of the method.
        request: The request as it came, not yet read.
        request_id: For the logs and for what is said about failures.
        accept_language: As the caller sent it.
        locale: Language that held before the request, "fr" or "en"; empty where the request decides alone.
        opening: In a stream, the message that holds for this one too; else empty.
    """

    method: str
    request: bytes
    request_id: str = ""
    accept_language: str = ""
    locale: str = ""
    opening: bytes = b""


class Result(Enum):
    """How a job ended."""

    DONE = "done"
    REFUSED = "refused"  # the content is a google.rpc.Status
    MOVED = "moved"  # this process is not for such calls


@dataclass(frozen=True, slots=True)
class Outcome:
    """To each job.

    Attributes:
        result: How it ended.
        content: The response, or the status of a refusal.
        locale: Language that the request asked for, empty where it asked for none.
        opens: Whether the request holds for later ones of its stream.
    """

    result: Result
    content: bytes = b""
    locale: str = ""
    opens: bool = False
