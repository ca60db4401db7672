"""A question for the journal: what was asked, which pages answered it, and whether any did."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from boumbapp.journal.v2.interaction_pb2 import (
    INTERACTION_KIND_QUESTION,
    OUTCOME_COMPLETED,
    OUTCOME_LEFT,
    OUTCOME_UNANSWERED,
)
from boumbapp.rag.v2 import rag_service_pb2 as pb

from services.composition.recording.entry import Entry
from services.composition.recording.recorder import Recorder

_MOST_CHARACTERS = 20_000  # of an answer, as the journal takes it


async def recorded(
    recorder: Recorder, entry: Entry, events: AsyncGenerator[pb.ChatResponse, None]
) -> AsyncGenerator[pb.ChatResponse, None]:
    """The same events; when they end, however they do, the question is recorded.

    Args:
        recorder: Records it.
        entry: What is known of it.
        events: Of its answer.
    """
    sentences: list[str] = []
    entry.outcome = OUTCOME_LEFT
    began = False
    try:
        async with aclosing(events) as stream:
            async for event in stream:
                began = True
                if event.HasField("sentence"):
                    sentences.append(event.sentence.text)
                elif event.HasField("completed"):
                    entry.pages = tuple(event.completed.cited)
                    entry.outcome = OUTCOME_UNANSWERED if event.completed.refused else OUTCOME_COMPLETED
                yield event
    finally:
        entry.answer = " ".join(sentences)[:_MOST_CHARACTERS]
        if began:
            recorder.put(entry)


def question(request: pb.ChatRequest, request_id: str, locale: str) -> Entry:
    """What is known of a question at its beginning.

    Args:
        request: From the caller.
        request_id: Identifies it.
        locale: Language of the answer.
    """
    return Entry(kind=INTERACTION_KIND_QUESTION, request_id=request_id, locale=locale, prompt=request.message)
