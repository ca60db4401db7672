"""Jobs that a service hands to a worker process, and their results.

Both are pickled onto a pipe; its two ends are processes of one service.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum


@dataclass(frozen=True, slots=True)
class Job:
    """A call for a worker process.

    Attributes:
        method: Name of the method, with or without its service.
        request: The request as it came, not parsed yet.
        request_id: For logs and error messages.
        accept_language: The caller's header.
        locale: Language that held before the request, "fr" or "en"; empty where the request alone decides.
        opening: In a stream, the serialised message whose settings also hold for this one; else empty.
        trace: Headers of the trace that it belongs to, by name.
    """

    method: str
    request: bytes
    request_id: str = ""
    accept_language: str = ""
    locale: str = ""
    opening: bytes = b""
    trace: Mapping[str, str] = field(default_factory=dict)


class JobStatus(Enum):
    """How a job ended."""

    DONE = "done"
    FAILED = "failed"  # the content is a google.rpc.Status
    WRONG_WORKER = "wrong worker"  # another process does such calls


@dataclass(frozen=True, slots=True)
class JobResult:
    """What a worker answers to a job.

    Attributes:
        status: How the job ended.
        content: The serialised response, or the serialised google.rpc.Status of a failure.
        locale: Language that the request asked for; empty where it asked for none.
        opens: Whether the settings of the request hold for later ones of its stream.
        began_ns: When the process took the job, since the epoch.
        pid: Of the process.
    """

    status: JobStatus
    content: bytes = b""
    locale: str = ""
    opens: bool = False
    began_ns: int = 0
    pid: int = 0
