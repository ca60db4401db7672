"""What a process beside the service does: it takes calls from standard input and answers them on standard output."""

import asyncio
import os
import pickle
import resource
import signal
import sys
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

from google.protobuf.descriptor import ServiceDescriptor
from google.protobuf.message import DecodeError, Message
from google.protobuf.message_factory import GetMessageClass

from services.chassis import request_context as contexts
from services.chassis.errors.catalogue import ApiError, Code
from services.chassis.errors.status import ValidationFailed
from services.chassis.jobs.job import Job, Outcome, Result
from services.chassis.jobs.job_queue import JOB_SECONDS
from services.chassis.server import validation
from services.chassis.server.interceptor import locale_of, translate

_MEMORY_BYTES = 1024**3  # address space
_NICENESS = 5  # callers with little to ask come first, and yet a busy machine lets jobs go on

# Answers a request that has been read and checked, and tells whether it holds for later ones of its stream.
# Raises ApiError, or Elsewhere.
Answer = Callable[[str, Message, Message | None], Coroutine[Any, Any, tuple[Message, bool]]]


class Elsewhere(Exception):
    """Another process is there for such calls."""


def do_jobs(descriptor: ServiceDescriptor, answer: Answer) -> None:
    """Do jobs until the input ends.

    Args:
        descriptor: The service whose calls they are.
        answer: What a method answers, by its name, to a request and, in a stream, to the one that holds for it too.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C in the terminal is for the service
    os.nice(_NICENESS)
    jobs, outcomes = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # nothing that is printed may end up among the outcomes
    with suppress(ValueError, OSError):  # macOS knows no such limit
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    with asyncio.Runner() as runner, suppress(BrokenPipeError):
        while True:
            try:
                job: Job = pickle.load(jobs)  # noqa: S301  from our own service
            except EOFError:
                return
            _limit_processor_time()
            pickle.dump(runner.run(_done(descriptor, answer, job)), outcomes, pickle.HIGHEST_PROTOCOL)
            outcomes.flush()


def _limit_processor_time() -> None:
    """Let this job have its seconds and no more, even when nobody is left to wait for it."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    used = int(usage.ru_utime + usage.ru_stime)
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (used + JOB_SECONDS + 1, most))


async def _done(descriptor: ServiceDescriptor, answer: Answer, job: Job) -> Outcome:
    """The outcome of a job."""
    name = job.method.rpartition("/")[2]
    locale = job.locale or locale_of(None, job.accept_language)
    try:
        request_type = GetMessageClass(descriptor.methods_by_name[name].input_type)
        request = _read(request_type, job.request)
        opening = _read(request_type, job.opening) if job.opening else None
        asked = getattr(request, "locale", "")
        if asked or not job.locale:
            locale = locale_of(request, job.accept_language)
        _enter(job, locale)
        if faults := validation.check(request):
            raise ValidationFailed(faults)
        response, opens = await answer(name, request, opening)
    except Elsewhere:
        return Outcome(Result.MOVED)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001  told to the caller
        status = translate(error, _enter(job, locale), job.method)
        return Outcome(Result.REFUSED, status.SerializeToString())
    return Outcome(Result.DONE, response.SerializeToString(), locale=asked, opens=opens)


def _read(request_type: type[Message], data: bytes) -> Message:
    try:
        return request_type.FromString(data)
    except DecodeError as error:
        raise ApiError(Code.MALFORMED, field="request", value=str(error)) from error


def _enter(job: Job, locale: str) -> contexts.CallContext:
    call = contexts.CallContext(job.request_id, locale, job.accept_language, contexts.Identity(), None)
    contexts.enter(call)
    return call
