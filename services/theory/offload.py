"""Offloading of theory's costly calls to worker processes, so that other callers need not wait.

Three queues, so that nobody waits behind work of another size: one for prompts, intents and single bars, one for
pieces and files, one for writing MusicXML, which takes music21. Each process starts with its first job.
"""

from boumbapp.theory.v2 import theory_service_pb2 as pb
from google.protobuf.message import DecodeError, Message
from google.protobuf.message_factory import GetMessageClass
from google.rpc.status_pb2 import Status

from language.localized_text import LocalizedText
from services.chassis.errors.catalogue import ApiError
from services.chassis.errors.status import UpstreamError
from services.chassis.jobs.job import Job, JobResult, JobStatus
from services.chassis.jobs.job_queue import JOB_SECONDS, JobLostError, JobQueue
from services.chassis.request_context import current
from services.theory.errors import TOO_COSTLY
from services.theory.file_io.import_export import writes_musicxml
from services.theory.request_cost import MAX_INLINE_BYTES, MAX_INLINE_US, cost_us
from telemetry import tracing

MODULE = "services.theory.worker"
NOTES, FILES = "notes", "files"  # what a worker process does
# The field that errors name.
_FIELDS = {
    "Analyse": "prompt", "Explore": "prompt", "Constrain": "intent", "Validate": "bars", "ValidateStream": "bar",
    "Detect": "bars", "Export": "bars", "Import": "file",
}  # fmt: skip
_SHORT = frozenset({"Analyse", "Explore", "Constrain", "ValidateStream"})
_MAX_RESPONSE_BYTES = 4 * 1024 * 1024  # what gRPC's clients take
_REQUESTS: dict[str, type[Message]] = {
    method.name: GetMessageClass(method.input_type)
    for method in pb.DESCRIPTOR.services_by_name["TheoryService"].methods
}


class TheoryOffloader:
    """Runs theory's calls inline or in a worker process; see `services.chassis.server.offload.Offloader`."""

    def __init__(self) -> None:
        self.short = JobQueue([MODULE, NOTES], max_pending=32, max_pending_per_caller=8, name="short")
        self.long = JobQueue([MODULE, NOTES], max_pending=8, max_pending_per_caller=4, name="long")
        self.files = JobQueue([MODULE, FILES], max_pending=6, max_pending_per_caller=4, name="files")

    def parse(self, method: str, data: bytes) -> tuple[Message | None, bool]:
        """Parse a request of up to 64 KiB, and estimate its cost; the protocol describes the arguments.

        Args:
            method: Full name of the method.
            data: The serialised request.
        """
        if len(data) > MAX_INLINE_BYTES:
            return None, False
        try:
            request = _REQUESTS[_name(method)].FromString(data)
        except DecodeError:
            return None, False
        return request, cost_us(request) <= MAX_INLINE_US

    async def run(self, method: str, data: bytes, request: Message | None, peer: str) -> bytes:
        """Run a call in a worker process.

        Args:
            method: Full name of the method.
            data: The serialised request.
            request: The request where it has been parsed.
            peer: Address of the connection.

        Raises:
            UpstreamError: The request breaks a rule or cannot be answered.
            ApiError: The queue is full, or the call takes too much time, memory or space.
        """
        score = request is not None and writes_musicxml(request)
        return (await self._submit(_job(method, data), peer, score=score)).content

    async def validate_next(self, data: bytes, opening: bytes, locale: str, peer: str) -> JobResult:
        """Correct a bar of a stream in a worker process.

        Args:
            data: The serialised request.
            opening: The serialised request whose constraints hold; empty when this one must have them.
            locale: Language that holds unless the request names one.
            peer: Address of the connection.

        Raises:
            UpstreamError: The request breaks a rule.
            ApiError: The queue is full, or the call takes too much time, memory or space.
        """
        return await self._submit(_job("ValidateStream", data, locale, opening), peer, score=False)

    async def close(self) -> None:
        """End the worker processes."""
        for queue in (self.short, self.long, self.files):
            await queue.close()

    async def _submit(self, job: Job, peer: str, *, score: bool) -> JobResult:
        name = _name(job.method)
        caller = current().identity.user or peer
        queue = self.files if score else self.short if name in _SHORT else self.long
        try:
            result = await queue.submit(caller, job)
            if result.status is JobStatus.WRONG_WORKER:
                queue = self.files
                result = await queue.submit(caller, job)
        except JobLostError as error:
            problem = LocalizedText(
                f"it takes more than {JOB_SECONDS} s or too much memory",
                f"il faut plus de {JOB_SECONDS} s ou trop de mémoire",
            )
            raise ApiError(TOO_COSTLY, field=_FIELDS[name], problem=problem) from error
        if result.status is JobStatus.FAILED:
            raise UpstreamError(Status.FromString(result.content))
        if len(result.content) > _MAX_RESPONSE_BYTES:
            size = _MAX_RESPONSE_BYTES // 1024**2
            problem = LocalizedText(f"the answer would have more than {size} MiB", f"la réponse dépasserait {size} Mio")
            raise ApiError(TOO_COSTLY, field=_FIELDS[name], problem=problem)
        return result


def _job(method: str, data: bytes, locale: str = "", opening: bytes = b"") -> Job:
    call = current()
    return Job(method, data, call.request_id, call.accept_language, locale, opening, tracing.headers_of())


def _name(method: str) -> str:
    return method.rpartition("/")[2]
