"""What finding a page costs: in process at the size that ships and at 10,000 pages, and a second through gRPC.

Through gRPC, rag has one core and its callers another; Info, which does nothing, shows what gRPC and the chassis allow.
"""

import asyncio
import json
import os
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from itertools import count, cycle
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory

from boumbapp.rag.v2.rag_service_pb2 import InfoRequest, RetrieveRequest
from boumbapp.rag.v2.rag_service_pb2_grpc import RagServiceStub

from benchmarks.call_rate import call_rate
from language.locale import guess
from launcher.process import ServiceProcess
from launcher.readiness import serving
from services.chassis.client.channel import open_channel
from services.rag.pages.library import Library
from services.rag.pages.page import Page, Section
from services.rag.retrieval.retriever import Retriever

_QUESTIONS = Path(__file__).parents[1] / "tests" / "unit" / "rag" / "questions"
_ROUNDS, _SYNTHETIC = 3000, 10_000
_ASKED, _WORDS = 10, 7  # questions of a synthetic page, and words of each
_SEED = 1
_S = 4.0


def run() -> list[dict[str, object]]:
    """Rows: what, the median and the 95th percentile in milliseconds, or calls a second."""
    questions = [
        json.loads(line)["question"]
        for path in sorted(_QUESTIONS.glob("*.jsonl"))
        for line in path.read_text("utf-8").splitlines()
    ]
    library = Library.load()
    built = time.perf_counter()
    retriever = Retriever(library)
    built = time.perf_counter() - built
    return [
        {"what": f"build the index of {len(library.pages)} pages, once", "p50_ms": round(built * 1000, 1)},
        _measured(f"retrieve, {len(library.pages)} pages", retriever, questions),
        _measured(f"retrieve, {_SYNTHETIC} pages", Retriever(_synthetic(library)), questions),
        *asyncio.run(_through_grpc(questions)),
    ]


def _measured(what: str, retriever: Retriever, questions: list[str]) -> dict[str, object]:
    asked = [(question, guess(question) or "en") for question in questions]
    times = []
    for place in range(_ROUNDS + len(asked)):
        question, locale = asked[place % len(asked)]
        began = time.perf_counter()
        retriever.find(f"{question} {place}", locale, 3)  # never seen before
        times.append((time.perf_counter() - began) * 1000)
    cuts = quantiles(times[len(asked) :], n=20)
    return {"what": what, "p50_ms": round(cuts[9], 3), "p95_ms": round(cuts[18], 3)}


def _synthetic(library: Library) -> Library:
    """So many pages: those that ship, then pages and questions of their words in another order under other names."""
    draws = random.Random(_SEED)
    pages = dict(library.pages)
    originals = list(library.pages.items())
    words = {
        locale: [word for _, each in originals for section in each[locale].sections for word in section.text.split()]
        for locale in ("en", "fr")
    }
    asked = {
        locale: [word for _, each in originals for question in each[locale].questions for word in question.split()]
        for locale in ("en", "fr")
    }
    for number in range(_SYNTHETIC - len(pages)):
        slug, translations = originals[number % len(originals)]
        name = f"{slug}-{number}"
        pages[name] = {
            locale: _variant(page, name, words[locale], asked[locale], draws) for locale, page in translations.items()
        }
    return Library(pages)


def _variant(page: Page, slug: str, words: list[str], asked: list[str], draws: random.Random) -> Page:
    sections = tuple(
        Section(section.heading, (" ".join(draws.choices(words, k=len(section.text.split()))),), ())
        for section in page.sections
    )
    title = " ".join(draws.choices(words, k=3))
    questions = tuple(" ".join(draws.choices(asked, k=_WORDS)) for _ in range(_ASKED))
    page = replace(page, slug=slug, title=title, aliases=(), catalogue=(), related=(), sections=sections)
    return replace(page, questions=questions)


async def _through_grpc(questions: list[str]) -> list[dict[str, object]]:
    with TemporaryDirectory() as folder, (Path(folder) / "log").open("wb") as log:
        address = f"unix:{folder}/rag.sock"
        environment = {**os.environ, "BOUMB_RAG_ADDRESS": address, "BOUMB_LOG_LEVEL": "WARNING"}
        environment |= {"BOUMB_THEORY_ADDRESS": "", "BOUMB_OLLAMA_ADDRESS": "off"}
        process = await ServiceProcess.start("services.rag.main", environment, log)
        try:
            cores = sorted(os.sched_getaffinity(0))
            os.sched_setaffinity(process.pid, cores[:1])
            os.sched_setaffinity(0, cores[1:] or cores)
            await serving(address)
            async with open_channel(address) as channel:
                stub = RagServiceStub(channel)
                seen = cycle([RetrieveRequest(query=question) for question in questions])
                new = (RetrieveRequest(query=f"{next(seen).query} {number}") for number in count())
                methods: dict[str, Callable[[], Awaitable[object]]] = {
                    "Info": lambda: stub.Info(InfoRequest()),
                    "Retrieve, new questions": lambda: stub.Retrieve(next(new)),
                    "Retrieve, questions seen before": lambda: stub.Retrieve(next(seen)),
                }
                return [
                    {"what": f"{name} through gRPC, rag on one core", "calls_per_s": await call_rate(call, _S)}
                    for name, call in methods.items()
                ]
        finally:
            await process.kill()


if __name__ == "__main__":
    print(run())
