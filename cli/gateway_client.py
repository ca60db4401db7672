"""Calls to the experts through the gateway."""

from collections.abc import AsyncGenerator, AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import grpc.aio
from boumbapp.arranger.v2 import arranger_service_pb2 as arranger
from boumbapp.arranger.v2.arranger_service_pb2_grpc import ArrangerServiceStub
from boumbapp.drums.v2 import drums_service_pb2 as drums
from boumbapp.drums.v2.drums_service_pb2_grpc import DrumsServiceStub
from boumbapp.melody.v2 import melody_service_pb2 as melody
from boumbapp.melody.v2.melody_service_pb2_grpc import MelodyServiceStub
from boumbapp.music.v2.events_pb2 import EngineInfo
from boumbapp.music.v2.music_pb2 import Key, Role, Track
from boumbapp.rag.v2 import rag_service_pb2 as rag
from boumbapp.rag.v2.rag_service_pb2_grpc import RagServiceStub
from boumbapp.theory.v2.theory_service_pb2 import (
    AnalyseRequest,
    CatalogueKind,
    DetectRequest,
    ExportRequest,
    ImportRequest,
    ImportResponse,
    ListCatalogueRequest,
)
from boumbapp.theory.v2.theory_service_pb2_grpc import TheoryServiceStub
from google.protobuf.message import Message

from cli.messages.events import ComposeRequest, Response
from gateway.keys import ensure_keys
from gateway.tokens import mint
from services.chassis.client.channel import open_channel

# Whom calls of the command stand for.
USER = "terminal"
_CALL_S = 10.0
_EXPORT_S = 30.0  # the first score loads a library, which a busy machine takes long for
_MOST_BARS = 1024  # of a detection
Answer = TypeVar("Answer", bound=Message)


class GatewayClient:
    """Calls to the experts."""

    def __init__(self, channel: grpc.aio.Channel, token: str, accept_language: str) -> None:
        """Use `open_studio`."""
        self._melody = MelodyServiceStub(channel)
        self._drums = DrumsServiceStub(channel)
        self._arranger = ArrangerServiceStub(channel)
        self._theory = TheoryServiceStub(channel)
        self._rag = RagServiceStub(channel)
        self._headers = grpc.aio.Metadata(("authorization", f"Bearer {token}"))
        if accept_language:
            self._headers.add("accept-language", accept_language)

    def compose(self, request: ComposeRequest) -> AsyncGenerator[Response, None]:
        """Events of a composition as they arrive. The call has no deadline; close it to stop composing."""
        if isinstance(request, melody.ComposeRequest):
            return _events(self._melody.Compose(request, metadata=self._headers))
        if isinstance(request, arranger.ComposeRequest):
            return _events(self._arranger.Compose(request, metadata=self._headers))
        return _events(self._drums.Compose(request, metadata=self._headers))

    async def engines(self, service: str) -> dict[str, EngineInfo]:
        """What the engines of a service are, by name.

        Args:
            service: "melody" or "drums".
        """
        headers, timeout = self._headers, _CALL_S
        answer: melody.InfoResponse | drums.InfoResponse
        if service == "drums":
            answer = await self._drums.Info(drums.InfoRequest(), metadata=headers, timeout=timeout)
        else:
            answer = await self._melody.Info(melody.InfoRequest(), metadata=headers, timeout=timeout)
        return {engine.name: engine for engine in answer.engines}

    def refine(
        self, request: drums.RefineRequest | melody.RefineRequest | arranger.RefineRequest
    ) -> AsyncGenerator[Response, None]:
        """Events of a refinement, likewise."""
        if isinstance(request, arranger.RefineRequest):
            return _events(self._arranger.Refine(request, metadata=self._headers))
        if isinstance(request, melody.RefineRequest):
            return _events(self._melody.Refine(request, metadata=self._headers))
        return _events(self._drums.Refine(request, metadata=self._headers))

    def chat(self, request: rag.ChatRequest) -> AsyncGenerator[rag.ChatResponse, None]:
        """Events of an answer as they arrive."""
        return _events(self._rag.Chat(request, metadata=self._headers))

    async def retrieve(self, request: rag.RetrieveRequest) -> rag.RetrieveResponse:
        """The pages for a question."""
        return await self._rag.Retrieve(request, metadata=self._headers, timeout=_CALL_S)

    async def import_file(self, content: bytes) -> ImportResponse:
        """The tracks of a file."""
        return await self._theory.Import(ImportRequest(file=content), metadata=self._headers, timeout=_CALL_S)

    async def export(self, request: ExportRequest) -> bytes:
        """Bars as a file."""
        return (await self._theory.Export(request, metadata=self._headers, timeout=_EXPORT_S)).file

    async def key(self, tracks: Iterable[Track]) -> Key | None:
        """The likeliest key of tracks; None where nothing tells it."""
        bars = [bar for track in tracks for bar in track.bars if bar.notes][:_MOST_BARS]
        if not bars:
            return None
        answer = await self._theory.Detect(DetectRequest(bars=bars), metadata=self._headers, timeout=_CALL_S)
        return answer.keys[0].key if answer.keys else None

    async def parts(self, request: AnalyseRequest) -> set[Role.ValueType]:
        """The parts that a prompt names, by their roles; none where it leaves that open."""
        intent = (await self._theory.Analyse(request, metadata=self._headers, timeout=_CALL_S)).intent
        return {role for role in (intent.role, *(part.role for part in intent.parts)) if role}

    async def suggestions(self, request: AnalyseRequest) -> list[str]:
        """What to try next."""
        return list((await self._theory.Analyse(request, metadata=self._headers, timeout=_CALL_S)).suggestions)

    async def labels(self, kind: CatalogueKind.ValueType, locale: str) -> dict[str, str]:
        """Names of the catalogue's entries in a language, by slug.

        Args:
            kind: Which part of the catalogue.
            locale: Language, "en" or "fr".
        """
        labels: dict[str, str] = {}
        request = ListCatalogueRequest(kind=kind, locale=locale)
        while True:
            answer = await self._theory.ListCatalogue(request, metadata=self._headers, timeout=_CALL_S)
            labels |= {entry.slug: entry.label for entry in answer.entries}
            if not answer.next_page_token:
                return labels
            request.page_token = answer.next_page_token


async def _events(call: "grpc.aio.UnaryStreamCall[Any, Answer]") -> AsyncGenerator[Answer, None]:
    try:
        async for response in call:
            yield response
    finally:
        call.cancel()


@asynccontextmanager
async def open_studio(address: str, keys: Path, accept_language: str) -> AsyncIterator[GatewayClient]:
    """Connect to a gateway with a token signed for this call.

    Args:
        address: Of the gateway.
        keys: Folder of the keys that sign the token.
        accept_language: Header that tells the services the caller's language.
    """
    token = mint(ensure_keys(keys), USER)
    async with open_channel(address) as channel:
        yield GatewayClient(channel, token, accept_language)
