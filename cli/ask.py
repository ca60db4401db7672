"""`./boumb ask`: questions about music and the product, answered from the pages of know-how, with citations."""

import asyncio
import json
from collections.abc import Iterable
from dataclasses import dataclass, field

import grpc.aio
from boumbapp.rag.v2 import rag_service_pb2 as pb
from google.protobuf.json_format import MessageToDict

from cli import environments
from cli.gateway_client import GatewayClient, open_studio
from cli.mesh import any_mesh, read_settings
from cli.messages import texts as languages
from cli.messages.exit_codes import ExitCode
from cli.messages.failures import of_call, of_faults
from cli.messages.user_errors import UserError
from launcher import run_record
from launcher.settings import MeshSettings
from launcher.supervisor import Change
from services.chassis.server import validation

# Theory lends names and makes the music of an answer; rag alone answers all the same.
_SERVICES = ("rag", "theory")


@dataclass(slots=True)
class _Answer:
    """What a chat said."""

    sentences: list[str] = field(default_factory=list)
    citations: list[str] = field(default_factory=list)
    bars: list[dict[str, object]] = field(default_factory=list)
    title: str = ""
    refused: bool = False

    def take(self, event: pb.ChatResponse) -> None:
        """Take one event."""
        match event.WhichOneof("event"):
            case "sentence":
                self.sentences.append(event.sentence.text)
            case "music":
                self.title = event.music.title
                self.bars = [MessageToDict(bar) for bar in event.music.track.bars]
            case "completed":
                self.citations = list(event.completed.cited)
                self.refused = event.completed.refused

    def content(self) -> dict[str, object]:
        """The answer as an object for programs."""
        content: dict[str, object] = {
            "answer": " ".join(self.sentences),
            "citations": self.citations,
            "refused": self.refused,
        }
        return content | ({"bars": self.bars} if self.bars else {})

    def text(self) -> str:
        """The answer for people."""
        lines = [" ".join(self.sentences)]
        lines += [f"♪ {self.title}"] if self.title else []
        lines += [f"[{', '.join(self.citations)}]"] if self.citations else []
        return "\n".join(lines)


def ask(questions: Iterable[str], *, as_json: bool, retrieve: bool, engine: str, locale: str) -> ExitCode:
    """Answer each question. One that is refused as a request gives an error in its place, and the rest is answered.

    Args:
        questions: Line ends are not part of them.
        as_json: One line of JSON each, rather than a text for people.
        retrieve: Print the slugs of the pages that were found, the best first, rather than an answer.
        engine: Who answers; empty lets the expert choose.
        locale: Language of the answers; empty follows each question.

    Returns:
        BAD_INPUT when any question could not be asked.

    Raises:
        UserError: The mesh could not be reached or started.
    """
    settings = read_settings()
    if run_record.find(settings.record) is None:
        environments.need_for(_SERVICES)
    return asyncio.run(_Asking(as_json, retrieve, engine, locale).all(questions, settings))


@dataclass(frozen=True, slots=True)
class _Asking:
    """How questions are asked, and how answers are printed."""

    as_json: bool
    retrieve: bool
    engine: str
    locale: str

    async def all(self, questions: Iterable[str], settings: MeshSettings) -> ExitCode:
        """Ask one question after another."""
        result = ExitCode.OK
        texts = languages.choose(self.locale)
        async with (
            any_mesh(settings, _SERVICES, _ignore) as gateway,
            open_studio(gateway, settings.keys, texts.locale) as studio,
        ):
            for line in questions:
                question = line.rstrip("\r\n")
                try:
                    await (self._pages(question, studio) if self.retrieve else self._answer(question, studio))
                except grpc.aio.AioRpcError as error:
                    result = self._failed(of_call(error, languages.choose(self.locale, question)))
                except UserError as problem:
                    result = self._failed(problem)
        return result

    async def _answer(self, question: str, studio: GatewayClient) -> None:
        request = pb.ChatRequest(message=question, engine=self.engine, locale=self.locale)
        self._check(request, question)
        answer = _Answer()
        async for event in studio.chat(request):
            answer.take(event)
        self._print(answer.content(), answer.text())

    async def _pages(self, question: str, studio: GatewayClient) -> None:
        request = pb.RetrieveRequest(query=question, locale=self.locale)
        self._check(request, question)
        response = await studio.retrieve(request)
        slugs = [page.topic.slug for page in response.pages]
        self._print({"pages": slugs, "refused": response.refused}, " ".join(slugs) or "-")

    def _check(self, request: pb.ChatRequest | pb.RetrieveRequest, question: str) -> None:
        """Refuse what the service would refuse, before it is sent: a question of a megabyte need not travel."""
        if faults := validation.check(request):
            raise of_faults(faults, languages.choose(self.locale, question))

    def _print(self, content: dict[str, object], text: str) -> None:
        print(json.dumps(content, ensure_ascii=False) if self.as_json else text, flush=True)

    def _failed(self, problem: UserError) -> ExitCode:
        self._print(problem.to_json(), f"! {problem.message}")
        return problem.exit


def _ignore(_: Change) -> None:
    """The mesh of a command that answers in lines is not shown."""
