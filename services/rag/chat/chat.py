"""One question, from its words to the last event of its answer."""

import logging
import time
from collections.abc import AsyncGenerator, Iterable, Iterator, Sequence
from contextlib import aclosing

from boumbapp.music.v2.events_pb2 import Notice
from boumbapp.rag.v2 import rag_service_pb2 as pb

from llm.catalogue import entry_of
from llm.faults import LanguageModelError
from llm.model import LanguageModel
from services.chassis.errors.catalogue import ApiError
from services.chassis.errors.status import UpstreamError
from services.composition.errors import UNKNOWN_ENGINE
from services.rag.chat import texts
from services.rag.chat.extracts import answer
from services.rag.chat.model_writer import Written, write
from services.rag.chat.question import follows_up, kind_of
from services.rag.chat.said import Said
from services.rag.handover.musician import Musician, asks_for_music
from services.rag.notices import MODEL_AWAY, MUSIC_AWAY, NO_EXAMPLE
from services.rag.pages.page import Page
from services.rag.retrieval.knowledge_base import KnowledgeBase
from services.rag.retrieval.messages import topic
from services.rag.retrieval.passages import Sentence, choose_sentences
from services.rag.retrieval.retriever import Retrieval, Retriever

_log = logging.getLogger("chat")
PASSAGES, MODEL = "passages", "llm"
_PAGES, _RELATED = 3, 3
_MODEL_TOKENS = 160  # of passages: a small model reads them in a fraction of a second
_LEAST_SHARE = 0.6  # of the best page's score, for a further page to be written from


class Chat:
    """Answers questions.

    Args:
        knowledge: The pages.
        model: Who may write answers, when it is there.
        musician: Who makes bars; None where theory does not run.
    """

    def __init__(self, knowledge: KnowledgeBase, model: LanguageModel, musician: Musician | None) -> None:
        self._knowledge = knowledge
        self._model = model
        self._musician = musician

    async def answer(
        self, request: pb.ChatRequest, request_id: str, locale: str
    ) -> AsyncGenerator[pb.ChatResponse, None]:
        """Answer a question.

        Args:
            request: From the caller.
            request_id: Identifies it.
            locale: Language of the answer, "fr" or "en".

        Raises:
            ApiError: The request names an engine that there is not.
        """
        if request.engine not in ("", PASSAGES, MODEL):
            raise ApiError(UNKNOWN_ENGINE, field="engine", value=request.engine, allowed=f"{PASSAGES}, {MODEL}")
        retriever = self._knowledge.retriever
        retrieval = _retrieve(request, retriever, locale)
        model = self._model if request.engine != PASSAGES and _writes(self._model, locale) else None
        events = _Events(retriever, locale)
        yield events.started(request_id, retrieval, model if not retrieval.refused else None)
        music = await self._music(request, retrieval, events) if asks_for_music(request.message) else None
        if retrieval.refused:
            for event in _without_pages(retrieval, music, events):
                yield event
            return
        written = Written()
        async with aclosing(self._sentences(request, retrieval, model, events, written)) as sentences:
            async for event in sentences:
                yield event
        if music is not None:
            yield events.notice(music) if isinstance(music, Notice) else events.music(music)
        related = events.topics(_related(retrieval, retriever, locale))
        if related:
            yield events.sentence(Said(texts.related([each.title for each in related], locale)))
        yield events.completed(pb.ChatCompleted(near=related, unsupported=written.unsupported))

    async def _sentences(
        self,
        request: pb.ChatRequest,
        retrieval: Retrieval,
        model: LanguageModel | None,
        events: "_Events",
        written: Written,
    ) -> AsyncGenerator[pb.ChatResponse, None]:
        """What answers a question: a sentence of the page at once, then the model's own, else more of the page."""
        retriever, locale = events.retriever, events.locale
        if model is None and request.engine == MODEL:
            yield events.notice(MODEL_AWAY.notice(locale))
        first, *others = answer(kind_of(request.message), retrieval, retriever, locale)
        yield events.sentence(first)
        if model is not None:
            async with aclosing(_by_model(model, request.message, first, retrieval, events, written)) as sentences:
                async for said in sentences:
                    yield events.sentence(said)
        if not written.kept:
            for said in others:
                yield events.sentence(said)

    async def _music(self, request: pb.ChatRequest, retrieval: Retrieval, events: "_Events") -> pb.ChatMusic | Notice:
        """The bars that a question asks for; a notice where there are none."""
        if self._musician is None:
            return MUSIC_AWAY.notice(events.locale)
        pages = [events.page(found.slug) for found in retrieval.found]
        try:
            music = await self._musician.play(request.message, pages, events.locale)
        except (ApiError, UpstreamError):
            _log.warning("no music with an answer", exc_info=True)
            return MUSIC_AWAY.notice(events.locale)
        return music or NO_EXAMPLE.notice(events.locale)


class _Events:
    """Events of a chat, numbered and counted.

    Args:
        retriever: Whose pages are told.
        locale: Language of texts, "fr" or "en".
    """

    def __init__(self, retriever: Retriever, locale: str) -> None:
        self.retriever, self.locale = retriever, locale
        self._began = time.perf_counter()
        self._sequence = 0
        self._first_ms = 0.0
        self._cited: dict[str, None] = {}

    def page(self, slug: str) -> Page:
        """A page in the language of the answer."""
        return self.retriever.library.pages[slug][self.locale]

    def topics(self, slugs: Iterable[str]) -> list[pb.Topic]:
        """What pages are about."""
        return [topic(self.page(slug), self.retriever) for slug in slugs]

    def started(self, request_id: str, retrieval: Retrieval, model: LanguageModel | None) -> pb.ChatResponse:
        """What the answer will be made from.

        Args:
            request_id: Identifies the request.
            retrieval: What was found.
            model: Who writes; None for the pages' own sentences.
        """
        capability = model.capability if model else None
        started = pb.ChatStarted(
            request_id=request_id,
            engine=MODEL if model else PASSAGES,
            model=capability.model if capability else "",
            pages=self.topics(found.slug for found in retrieval.found),
        )
        return self._numbered(pb.ChatResponse(started=started))

    def sentence(self, said: Said) -> pb.ChatResponse:
        """A sentence with its citations."""
        self._first_ms = self._first_ms or self._elapsed_ms()
        self._cited.update(dict.fromkeys(source.slug for source in said.sources))
        citations = [
            pb.Citation(slug=source.slug, title=self.page(source.slug).title, heading=source.heading)
            for source in said.sources
        ]
        return self._numbered(pb.ChatResponse(sentence=pb.ChatSentence(text=said.text, citations=citations)))

    def music(self, music: pb.ChatMusic) -> pb.ChatResponse:
        """Music that was asked for."""
        return self._numbered(pb.ChatResponse(music=music))

    def notice(self, notice: Notice) -> pb.ChatResponse:
        """Something the person should know."""
        return self._numbered(pb.ChatResponse(notice=notice))

    def completed(self, completed: pb.ChatCompleted) -> pb.ChatResponse:
        """The last event."""
        completed.cited.extend(self._cited)
        completed.first_sentence_ms = self._first_ms
        completed.total_ms = self._elapsed_ms()
        return self._numbered(pb.ChatResponse(completed=completed))

    def _numbered(self, event: pb.ChatResponse) -> pb.ChatResponse:
        event.sequence = self._sequence
        self._sequence += 1
        return event

    def _elapsed_ms(self) -> float:
        return (time.perf_counter() - self._began) * 1000


def _writes(model: LanguageModel, locale: str) -> bool:
    """Whether a model is there and knows a language."""
    if model.capability is None:
        return False
    entry = entry_of(model.capability.model)
    return entry is None or locale in entry.languages


def _without_pages(
    retrieval: Retrieval, music: pb.ChatMusic | Notice | None, events: _Events
) -> Iterator[pb.ChatResponse]:
    """The rest of an answer that no page is about: the music where theory knows what is meant, else a refusal."""
    if isinstance(music, pb.ChatMusic):
        yield events.sentence(Said(texts.here(music.title, events.locale)))
        yield events.music(music)
        yield events.completed(pb.ChatCompleted())
        return
    near = events.topics(retrieval.near)
    for text in texts.refused([each.title for each in near], events.locale):
        yield events.sentence(Said(text))
    yield events.completed(pb.ChatCompleted(refused=True, near=near))


def _retrieve(request: pb.ChatRequest, retriever: Retriever, locale: str) -> Retrieval:
    """The pages for a question; for one that goes on from the question before, those of both."""
    before = [turn.text for turn in request.history if turn.author == pb.AUTHOR_PERSON]
    if before and follows_up(request.message):
        both = retriever.find(f"{request.message} {before[-1]}", locale, _PAGES)
        if not both.refused:
            return both
    return retriever.find(request.message, locale, _PAGES)


async def _by_model(
    model: LanguageModel, question: str, first: Said, retrieval: Retrieval, events: _Events, written: Written
) -> AsyncGenerator[Said, None]:
    """What a model writes after the first sentence; nothing more where it fails."""
    best = retrieval.found[0].score
    slugs = [found.slug for found in retrieval.found[:2] if found.score >= _LEAST_SHARE * best]
    passages: list[tuple[str, Sequence[Sentence]]] = []
    for slug in slugs:
        sentences = events.retriever.sentences(slug, events.locale)
        passages.append((slug, choose_sentences(sentences, retrieval.stems, _MODEL_TOKENS // len(slugs))))
    try:
        async with aclosing(write(model, question, first, passages, events.locale, written)) as kept:
            async for said in kept:
                yield said
    except LanguageModelError as error:
        _log.warning("the language model gave no answer: %s", error)


def _related(retrieval: Retrieval, retriever: Retriever, locale: str) -> list[str]:
    """Slugs of pages to read next: those that were found too, then those that the best page names."""
    best, *others = [found.slug for found in retrieval.found]
    pages = retriever.library.pages
    slugs = dict.fromkeys([*others, *pages[best][locale].related])
    return [slug for slug in slugs if slug in pages and slug != best][:_RELATED]
