"""The rag service: requests in, domain calls, responses out."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import grpc.aio
from boumbapp.music.v2.events_pb2 import EngineInfo, Limits
from boumbapp.rag.v2 import rag_service_pb2 as pb
from boumbapp.rag.v2.rag_service_pb2_grpc import RagServiceServicer

from llm.model import LanguageModel
from services.chassis.errors.catalogue import TOO_SHORT, ApiError
from services.chassis.request_context import current
from services.chassis.server.pages import MAX_SIZE, page_of
from services.chassis.version import VERSION
from services.composition.recording.recorder import Recorder
from services.rag.chat.chat import MODEL, PASSAGES, Chat
from services.rag.chat.recorded import question, recorded
from services.rag.errors import UNKNOWN_PAGE
from services.rag.intent_entries import entries_of
from services.rag.retrieval.knowledge_base import KnowledgeBase
from services.rag.retrieval.messages import kind_of, page_response, topic
from services.rag.retrieval.respond import respond

Context = grpc.aio.ServicerContext[Any, Any]
_LIMITS = Limits(max_prompt_characters=2000, max_page_size=MAX_SIZE)
_MOST_HISTORY = 20


class RagServicer(RagServiceServicer):
    """Implements boumbapp.rag.v2.RagService.

    Args:
        knowledge: The pages.
        chat: Answers questions.
        model: Who may write answers.
        recorder: Records questions.
    """

    def __init__(self, knowledge: KnowledgeBase, chat: Chat, model: LanguageModel, recorder: Recorder) -> None:
        self._knowledge = knowledge
        self._recorder = recorder
        self._chat = chat
        self._model = model

    async def warm(self) -> None:
        """Search once, so that the first caller does not wait for what is built on first use."""
        respond(pb.RetrieveRequest(query="warm"), (), "en", self._knowledge.retriever)

    async def Info(self, request: pb.InfoRequest, context: Context) -> pb.InfoResponse:
        """Version, pages, engines and limits."""
        capability = self._model.capability
        return pb.InfoResponse(
            version=VERSION,
            pages=len(self._knowledge.retriever.library.pages),
            engines=[
                EngineInfo(name=PASSAGES, available=True, repeatable=True),
                EngineInfo(
                    name=MODEL,
                    available=capability is not None,
                    unavailable_reason="" if capability else "NOT_RUNNING",
                    model=capability.model if capability else "",
                ),
            ],
            limits=_LIMITS,
            max_history=_MOST_HISTORY,
        )

    async def Retrieve(self, request: pb.RetrieveRequest, context: Context) -> pb.RetrieveResponse:
        """Find the pages for a question or a prompt."""
        if not request.query.strip() and not request.HasField("intent"):
            raise ApiError(TOO_SHORT, field="query", min=1)
        entries = tuple(entries_of(request.intent)) if request.HasField("intent") else ()
        return respond(request, entries, current().locale, self._knowledge.retriever)

    async def Chat(self, request: pb.ChatRequest, context: Context) -> AsyncIterator[pb.ChatResponse]:
        """Answer a question, a sentence at a time."""
        call = current()
        entry = question(request, call.request_id, call.locale)
        answer = self._chat.answer(request, call.request_id, call.locale)
        async with aclosing(recorded(self._recorder, entry, answer)) as events:
            async for event in events:
                yield event

    async def ListTopics(self, request: pb.ListTopicsRequest, context: Context) -> pb.ListTopicsResponse:
        """List what there are pages about, a page at a time."""
        locale, retriever = current().locale, self._knowledge.retriever
        pages = [translations[locale] for _, translations in sorted(retriever.library.pages.items())]
        wanted = [page for page in pages if request.kind in (pb.TOPIC_KIND_UNSPECIFIED, kind_of(page.kind))]
        of = f"topics {request.kind}"
        page, following = page_of(
            wanted, lambda each: each.slug, of=of, size=request.page_size, token=request.page_token
        )
        return pb.ListTopicsResponse(topics=[topic(each, retriever) for each in page], next_page_token=following)

    async def GetPage(self, request: pb.GetPageRequest, context: Context) -> pb.GetPageResponse:
        """A whole page."""
        retriever = self._knowledge.retriever
        translations = retriever.library.pages.get(request.slug)
        if translations is None:
            raise ApiError(UNKNOWN_PAGE, field="slug", value=request.slug)
        return page_response(translations[current().locale], retriever)
