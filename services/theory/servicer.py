"""The theory service: requests in, domain calls, responses out."""

from collections.abc import AsyncIterator
from typing import Any

import grpc.aio
from boumbapp.music.v2.events_pb2 import Limits
from boumbapp.music.v2.intent_pb2 import IntentOptions
from boumbapp.music.v2.music_pb2 import ROLE_DRUMS
from boumbapp.theory.v2 import theory_service_pb2 as pb
from boumbapp.theory.v2.theory_service_pb2_grpc import TheoryServiceServicer

from language.locale import said
from llm.model import LanguageModel
from music.midi import MAX_BARS as MAX_FILE_BARS
from music.midi import MAX_BYTES, MAX_NOTES
from services.chassis.errors.catalogue import REQUIRED, ApiError
from services.chassis.request_context import current
from services.chassis.server.pages import MAX_SIZE
from services.chassis.version import VERSION
from services.theory.analysis import analyse
from services.theory.catalogue.catalogue import Catalogue
from services.theory.catalogue.listing import list_entries
from services.theory.detection.key import detect_keys
from services.theory.detection.meter import detect_meter
from services.theory.explanation.exploration import explore
from services.theory.explanation.proposals import propose
from services.theory.file_io.import_export import export_file, import_file
from services.theory.harmony.constraints import constrain
from services.theory.harmony.limits import MAX_BARS, MAX_BPM, MIN_BPM
from services.theory.offload import TheoryOffloader
from services.theory.prompt.understanding import understand
from services.theory.validation.bars import replaced_meters, validate

Context = grpc.aio.ServicerContext[Any, Any]
_ALTERNATIVES = 5
_LIMITS = Limits(
    max_bars=MAX_BARS,
    max_prompt_characters=2000,
    max_file_bytes=MAX_BYTES,
    max_notes=MAX_NOTES,
    max_file_bars=MAX_FILE_BARS,
    min_bpm=MIN_BPM,
    max_bpm=MAX_BPM,
    max_page_size=MAX_SIZE,
)


class TheoryServicer(TheoryServiceServicer):
    """Implements boumbapp.theory.v2.TheoryService.

    Args:
        catalogue: Scales, styles, moods, roles and progressions.
        offloader: Runs the costly bars of streams; None in a worker process.
        model: Reads vague prompts; None where none is wanted.
    """

    def __init__(
        self, catalogue: Catalogue, offloader: TheoryOffloader | None = None, model: LanguageModel | None = None
    ) -> None:
        self._model = model
        self._catalogue = catalogue
        self._offloader = offloader

    async def warm(self) -> None:
        """Run one analysis so that every table is built before the first caller comes."""
        analyse("warm", IntentOptions(), "en", self._catalogue)
        if self._model is not None:
            self._model.watch()  # nobody waits for it

    async def Info(self, request: pb.InfoRequest, context: Context) -> pb.InfoResponse:
        """Version, limits and sizes of the catalogue."""
        return pb.InfoResponse(version=VERSION, limits=_LIMITS, catalogue=self._catalogue.sizes())

    async def Analyse(self, request: pb.AnalyseRequest, context: Context) -> pb.AnalyseResponse:
        """Understand a prompt."""
        seed = request.seed if request.HasField("seed") else None
        return analyse(request.prompt, request.hints, current().locale, self._catalogue, request.overrides, seed)

    async def Explore(self, request: pb.ExploreRequest, context: Context) -> pb.ExploreResponse:
        """Rank ways to make a prompt precise."""
        locale = current().locale
        intent = understand(request.prompt, request.hints, locale, self._catalogue, request.overrides)
        proposal = await propose(request.prompt, intent, self._model, self._catalogue)
        wanted = request.max_alternatives or _ALTERNATIVES
        alternatives, questions = explore(intent, wanted, locale, self._catalogue, proposal)
        return pb.ExploreResponse(intent=intent, alternatives=alternatives, questions=questions)

    async def Constrain(self, request: pb.ConstrainRequest, context: Context) -> pb.ConstrainResponse:
        """Derive constraints from an intent."""
        seed = request.seed if request.HasField("seed") else None
        return pb.ConstrainResponse(constraints=constrain(request.intent, self._catalogue, seed))

    async def Validate(self, request: pb.ValidateRequest, context: Context) -> pb.ValidateResponse:
        """Correct bars."""
        locale = current().locale
        return pb.ValidateResponse(
            results=[validate(request.constraints, bar, locale) for bar in request.bars],
            notices=replaced_meters(request.constraints.meter, request.bars, locale),
        )

    async def ValidateStream(
        self,
        request_iterator: AsyncIterator[Any],  # of requests, costly ones as bytes
        context: Context,
    ) -> AsyncIterator[Any]:
        """Correct bars as they come; costly ones come as bytes, and so do their responses."""
        opening: pb.ValidateStreamRequest | bytes | None = None  # the request whose constraints hold
        locale = current().locale
        async for request in request_iterator:
            if isinstance(request, pb.ValidateStreamRequest):
                locale = said(request.locale, "") or locale
                opening = request if request.HasField("constraints") else opening
                if not isinstance(opening, bytes):
                    yield validate_next(request, opening, locale)
                    continue
            assert self._offloader is not None
            result = await self._offloader.validate_next(_bytes(request), _bytes(opening), locale, context.peer())
            locale = result.locale or locale
            opening = _bytes(request) if result.opens else opening
            yield result.content

    async def Detect(self, request: pb.DetectRequest, context: Context) -> pb.DetectResponse:
        """Estimate key and meter."""
        bars, notices = list(request.bars), []
        if request.file:
            imported = import_file(pb.ImportRequest(file=request.file), current().locale)
            notices = list(imported.notices)
            bars = [bar for track in imported.tracks if track.role != ROLE_DRUMS for bar in track.bars]
        return pb.DetectResponse(keys=detect_keys(bars), meter=detect_meter(bars), notices=notices)

    async def Export(self, request: pb.ExportRequest, context: Context) -> pb.ExportResponse:
        """Write a file."""
        return export_file(request, current().locale)

    async def Import(self, request: pb.ImportRequest, context: Context) -> pb.ImportResponse:
        """Read a file."""
        return import_file(request, current().locale)

    async def ListCatalogue(self, request: pb.ListCatalogueRequest, context: Context) -> pb.ListCatalogueResponse:
        """List entries of one kind, a page at a time."""
        return list_entries(self._catalogue, request, current().locale)


def validate_next(
    request: pb.ValidateStreamRequest, opening: pb.ValidateStreamRequest | None, locale: str
) -> pb.ValidateStreamResponse:
    """Correct a bar of a stream.

    Args:
        request: With the bar, and constraints where they change.
        opening: The request whose constraints hold otherwise; None before the first.
        locale: Language of the explanations, "fr" or "en".

    Raises:
        ApiError: There are no constraints yet, or they contradict themselves.
    """
    source = request if request.HasField("constraints") else opening
    if source is None:
        raise ApiError(REQUIRED, field="constraints")
    return pb.ValidateStreamResponse(result=validate(source.constraints, request.bar, locale))


def _bytes(request: pb.ValidateStreamRequest | bytes | None) -> bytes:
    return request.SerializeToString() if isinstance(request, pb.ValidateStreamRequest) else request or b""
