"""The main loop of a worker process: jobs come on standard input, results go to standard output."""

import asyncio
import os
import pickle
import resource
import signal
import sys
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import replace
from typing import Any

from google.protobuf.descriptor import ServiceDescriptor
from google.protobuf.message import DecodeError, Message
from google.protobuf.message_factory import GetMessageClass

from language.locale import said
from services.chassis import request_context as contexts
from services.chassis.errors.catalogue import MALFORMED, ApiError
from services.chassis.errors.status import ValidationFailed
from services.chassis.jobs.job import Job, JobResult, JobStatus
from services.chassis.jobs.job_queue import JOB_SECONDS
from services.chassis.logs import configure_logs
from services.chassis.server import validation
from services.chassis.server.interceptor import NO_REQUEST, locale_of, translate
from telemetry import tracing

_MEMORY_BYTES = 1024**3  # address space
_NICENESS = 5  # short calls come first, and yet jobs make progress on a busy machine

# Handles a parsed and validated request: method name, request, opening request of its stream. Returns the response,
# and whether the request's settings hold for later ones of the stream. Raises ApiError or WrongWorker.
JobHandler = Callable[[str, Message, Message | None], Coroutine[Any, Any, tuple[Message, bool]]]


class WrongWorker(Exception):
    """Another worker process does such calls."""


def run_worker(descriptor: ServiceDescriptor, handle: JobHandler) -> None:
    """Run jobs until the input ends.

    Args:
        descriptor: The service whose calls the jobs are.
        handle: Handles one parsed and validated request.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C in the terminal is for the service
    configure_logs(f"{descriptor.full_name.split('.')[1]}-worker", os.environ.get("BOUMB_LOG_LEVEL", "INFO"))
    os.nice(_NICENESS)
    jobs, results = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what libraries print must not mix with the results
    with suppress(ValueError, OSError):  # macOS knows no such limit
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    with asyncio.Runner() as runner, suppress(BrokenPipeError):
        while True:
            try:
                job: Job = pickle.load(jobs)  # noqa: S301  from our own service
            except EOFError:
                return
            began_ns = time.time_ns()
            _limit_processor_time()
            result = replace(runner.run(_run_job(descriptor, handle, job)), began_ns=began_ns, pid=os.getpid())
            pickle.dump(result, results, pickle.HIGHEST_PROTOCOL)
            results.flush()


def _limit_processor_time() -> None:
    """Limit the processor time of this job, even when nobody waits for it any more."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    used = int(usage.ru_utime + usage.ru_stime)
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (used + JOB_SECONDS + 1, most))


async def _run_job(descriptor: ServiceDescriptor, handle: JobHandler, job: Job) -> JobResult:
    """Parse, validate and handle the request of a job."""
    name = job.method.rpartition("/")[2]
    tracing.enter(job.trace)
    locale = job.locale or locale_of(None, job.accept_language)
    try:
        request_type = GetMessageClass(descriptor.methods_by_name[name].input_type)
        request = _parse(request_type, job.request)
        opening = _parse(request_type, job.opening) if job.opening else None
        asked = said(getattr(request, "locale", ""), "") or ""
        if asked or not job.locale:
            locale = locale_of(request, job.accept_language)
        _enter(job, locale)
        if faults := validation.check(request):
            raise ValidationFailed(faults)
        response, opens = await handle(name, request, opening)
    except WrongWorker:
        return JobResult(JobStatus.WRONG_WORKER)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001  the caller gets its status
        status = translate(error, _enter(job, locale), job.method)
        return JobResult(JobStatus.FAILED, status.SerializeToString())
    return JobResult(JobStatus.DONE, response.SerializeToString(), locale=asked, opens=opens)


def _parse(request_type: type[Message], data: bytes) -> Message:
    try:
        return request_type.FromString(data)
    except DecodeError as error:
        raise ApiError(MALFORMED, value=NO_REQUEST) from error


def _enter(job: Job, locale: str) -> contexts.CallContext:
    call = contexts.CallContext(job.request_id, locale, job.accept_language, contexts.Identity(), None)
    contexts.enter(call)
    return call
