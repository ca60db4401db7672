"""Sixty chats with the pages' own sentences, and with a small language model in a real Ollama: speed and support.

A sentence is supported when one passage of the page that it cites, or two in a row, has most of its telling words; this
is counted here, apart from what the service does. The questions are labelled ones of the tests.
"""

import asyncio
import json
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from statistics import quantiles

from boumbapp.rag.v2 import rag_service_pb2 as pb

from benchmarks._ollama_server import ollama_server
from language.locale import guess
from llm.model import LanguageModel
from llm.server import OllamaServer
from llm.settings import LanguageModelSettings
from services.rag.chat.chat import MODEL, PASSAGES, Chat
from services.rag.pages.library import KNOWLEDGE
from services.rag.retrieval.knowledge_base import KnowledgeBase
from services.rag.retrieval.retriever import Retriever
from services.rag.retrieval.words import content_stems

_QUESTIONS = Path(__file__).parents[1] / "tests" / "unit" / "rag" / "questions" / "held_out_13.jsonl"
_CHATS, _LEAST = 60, 0.7
_MODEL, _LOCALE = "smollm2:135m", "en"  # and its language
_OWN = ("Read on:", "There is no page", "You can ask")  # what the chat says itself, without a source


@dataclass
class _Tally:
    """What the chats of an engine gave."""

    first_ms: list[float] = field(default_factory=list)
    total_ms: list[float] = field(default_factory=list)
    sentences: int = 0
    unsupported: int = 0
    by_model: int = 0
    left_out: int = 0

    def row(self, engine: str) -> dict[str, object]:
        """As a line of the table."""
        first, total = quantiles(self.first_ms, n=20), quantiles(self.total_ms, n=20)
        return {
            "engine": engine,
            "chats": len(self.first_ms),
            "first_words_p50_ms": round(first[9], 2),
            "first_words_p95_ms": round(first[18], 2),
            "whole_p95_ms": round(total[18], 1),
            "sentences": self.sentences,
            "unsupported": self.unsupported,
            "kept_of_the_model": self.by_model,
            "left_out_of_the_model": self.left_out,
        }


def run() -> list[dict[str, object]]:
    """Rows: an engine, how soon its first words came, and how many of its sentences no passage supports."""
    rows = [json.loads(line) for line in _QUESTIONS.read_text("utf-8").splitlines()]
    asked = [row["question"] for row in rows if row["pages"]]
    english = [question for question in asked if guess(question) != "fr"]
    questions = (english * (_CHATS // len(english) + 1))[:_CHATS]
    with ollama_server() as settings:
        return asyncio.run(_measure(replace(settings, model=_MODEL), questions))


async def _measure(settings: LanguageModelSettings, questions: Sequence[str]) -> list[dict[str, object]]:
    server = OllamaServer(settings)
    installed = await server.models()
    await server.aclose()
    if _MODEL not in installed:
        raise SystemExit(f"boumb: no {_MODEL}: ./boumb models pull {_MODEL}")
    found = []
    async with LanguageModel(settings) as model, KnowledgeBase(KNOWLEDGE, 60.0) as knowledge:
        await model.probe()
        chat = Chat(knowledge, model, None)
        await _asked(chat, "what is swing", MODEL, _Tally(), knowledge.retriever)  # loads the model
        for engine in (PASSAGES, MODEL):
            tally = _Tally()
            for question in questions:
                await _asked(chat, question, engine, tally, knowledge.retriever)
            found.append(tally.row(engine))
    return found


async def _asked(chat: Chat, question: str, engine: str, tally: _Tally, retriever: Retriever) -> None:
    request = pb.ChatRequest(message=question, engine=engine)
    sentences = 0
    async with aclosing(chat.answer(request, "bench", _LOCALE)) as events:
        async for event in events:
            if event.HasField("sentence") and event.sentence.citations:
                sentences += 1
                tally.sentences += 1
                tally.unsupported += not _supported(event.sentence, retriever)
            elif event.HasField("sentence"):
                tally.unsupported += not event.sentence.text.startswith(_OWN)
            elif event.HasField("completed"):
                tally.first_ms.append(event.completed.first_sentence_ms)
                tally.total_ms.append(event.completed.total_ms)
                tally.left_out += event.completed.unsupported
    tally.by_model += max(sentences - 1, 0) if engine == MODEL else 0


def _supported(sentence: pb.ChatSentence, retriever: Retriever) -> bool:
    """Whether a page that a sentence cites says what it says."""
    said = content_stems(sentence.text, _LOCALE)
    for citation in sentence.citations:
        stems = [each.stems for each in retriever.sentences(citation.slug, _LOCALE)]
        windows = [*stems, *(one | two for one, two in pairwise(stems))]
        if any(len(said & window) >= _LEAST * len(said) for window in windows):
            return True
    return False


if __name__ == "__main__":
    print(run())
