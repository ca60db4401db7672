"""Theory's heavy calls: which they are, and the processes that do them while other callers are served.

Three processes, so that nobody waits behind work of another size: one for prompts, intents and single bars, one for
pieces and MIDI files, one for MusicXML, which takes music21. Each starts with its first call.
"""

from boumbapp.theory.v1 import theory_service_pb2 as pb
from google.protobuf.message import DecodeError, Message
from google.protobuf.message_factory import GetMessageClass
from google.rpc.status_pb2 import Status

from services.chassis.errors.catalogue import ApiError, Code
from services.chassis.errors.status import UpstreamError
from services.chassis.jobs.job import Job, Outcome, Result
from services.chassis.jobs.job_queue import JOB_SECONDS, JobLostError, JobProcess
from services.chassis.request_context import current
from services.theory.file_io.exchange import is_musicxml, too_large_score
from services.theory.request_cost import LIGHT_US, READ_BYTES, weigh

MODULE = "services.theory.worker"
NOTES, FILES = "notes", "files"  # what a process is for
# What a call is about, for errors.
_FIELDS = {
    "Analyse": "prompt", "Explore": "prompt", "Constrain": "intent", "Validate": "bars", "ValidateStream": "bar",
    "Detect": "bars", "Export": "bars", "Import": "file",
}  # fmt: skip
_SHORT = frozenset({"Analyse", "Explore", "Constrain", "ValidateStream"})
_MOST_ANSWER_BYTES = 4 * 1024 * 1024  # what gRPC's clients take
_REQUESTS: dict[str, type[Message]] = {
    method.name: GetMessageClass(method.input_type)
    for method in pb.DESCRIPTOR.services_by_name["TheoryService"].methods
}


class TheoryHeavyCalls:
    """See `services.chassis.server.offload.HeavyCalls`."""

    def __init__(self) -> None:
        self.short = JobProcess([MODULE, NOTES], places=32, places_each=8)
        self.long = JobProcess([MODULE, NOTES], places=8, places_each=4)
        self.files = JobProcess([MODULE, FILES], places=6, places_each=4)

    def read(self, method: str, data: bytes) -> tuple[Message | None, bool]:
        """Read a request of up to 64 KiB, and weigh it."""
        if len(data) > READ_BYTES:
            return None, False
        try:
            request = _REQUESTS[_name(method)].FromString(data)
        except DecodeError:
            return None, False
        return request, weigh(request) <= LIGHT_US

    async def do(self, method: str, data: bytes, request: Message | None, peer: str) -> bytes:
        """Do a call in a process."""
        score = request is not None and is_musicxml(request)
        return (await self._do(_job(method, data), peer, score=score)).content

    async def validate_next(self, data: bytes, opening: bytes, locale: str, peer: str) -> Outcome:
        """Correct a bar of a stream.

        Args:
            data: Its request, serialised.
            opening: The request whose constraints hold, serialised; empty when this one must have them.
            locale: Language that holds unless the request names one.
            peer: Where the stream comes from.

        Raises:
            UpstreamError: The request breaks a rule.
            ApiError: There is no place for it, or it takes too much.
        """
        return await self._do(_job("ValidateStream", data, locale, opening), peer, score=False)

    async def close(self) -> None:
        """End the processes."""
        for process in (self.short, self.long, self.files):
            await process.close()

    async def _do(self, job: Job, peer: str, *, score: bool) -> Outcome:
        name = _name(job.method)
        caller = current().identity.user or peer
        process = self.files if score else self.short if name in _SHORT else self.long
        try:
            outcome = await process.do(caller, job)
            if outcome.result is Result.MOVED:
                process = self.files
                outcome = await process.do(caller, job)
        except JobLostError as error:
            if process is self.files:
                raise too_large_score(_FIELDS[name]) from error
            problem = (f"it takes more than {JOB_SECONDS} s or too much memory",
                       f"il faut plus de {JOB_SECONDS} s ou trop de mémoire")  # fmt: skip
            raise ApiError(Code.TOO_COSTLY, field=_FIELDS[name], problem=problem) from error
        if outcome.result is Result.REFUSED:
            raise UpstreamError(Status.FromString(outcome.content))
        if len(outcome.content) > _MOST_ANSWER_BYTES:
            size = _MOST_ANSWER_BYTES // 1024**2
            problem = f"the answer would have more than {size} MiB", f"la réponse dépasserait {size} Mio"
            raise ApiError(Code.TOO_COSTLY, field=_FIELDS[name], problem=problem)
        return outcome


def _job(method: str, data: bytes, locale: str = "", opening: bytes = b"") -> Job:
    call = current()
    return Job(method, data, call.request_id, call.accept_language, locale, opening)


def _name(method: str) -> str:
    return method.rpartition("/")[2]
