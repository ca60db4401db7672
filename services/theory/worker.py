"""Theory's worker process; the service starts it as `python -m services.theory.worker notes|files`."""

import sys
import warnings

from boumbapp.theory.v2 import theory_service_pb2 as pb
from google.protobuf.message import Message

from services.chassis.jobs.worker import WrongWorker, run_worker
from services.chassis.logs import configure_logs
from services.chassis.request_context import current
from services.theory.catalogue.catalogue import Catalogue
from services.theory.file_io.import_export import writes_musicxml
from services.theory.offload import FILES
from services.theory.servicer import TheoryServicer, validate_next

_LOG_LEVEL = "WARNING"


def main() -> None:
    """Run jobs until the service has ended."""
    configure_logs("theory", _LOG_LEVEL)
    warnings.simplefilter("ignore")  # music21 warns of what it guesses
    servicer = TheoryServicer(Catalogue.load())
    files = sys.argv[1] == FILES

    async def handle(name: str, request: Message, opening: Message | None) -> tuple[Message, bool]:
        if not files and writes_musicxml(request):
            raise WrongWorker  # music21 is large and slow
        if isinstance(request, pb.ValidateStreamRequest):
            assert opening is None or isinstance(opening, pb.ValidateStreamRequest)
            return validate_next(request, opening, current().locale), request.HasField("constraints")
        response: Message = await getattr(servicer, name)(request, None)
        return response, False

    run_worker(pb.DESCRIPTOR.services_by_name["TheoryService"], handle)


if __name__ == "__main__":
    main()
