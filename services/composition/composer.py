"""Composing: understand, announce, then one bar at a time, each checked by theory before it is sent."""

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import aclosing
from typing import Any, Generic, Protocol, TypeVar

from boumbapp.music.v1.events_pb2 import Completed, Notice, Started
from boumbapp.music.v1.intent_pb2 import Intent, IntentOptions
from boumbapp.music.v1.music_pb2 import Bar, BarRange, Role
from boumbapp.theory.v1.theory_service_pb2 import AnalyseRequest, AnalyseResponse

from services.chassis.errors.catalogue import REQUIRED, TOO_SHORT, ApiError
from services.composition.bar_stream import (
    CheckedBar,
    Theory,
    Totals,
    checked_bars,
    draw_seed,
    read_given,
    started,
    wanted_bars,
)
from services.composition.engine import BriefT, DraftT
from services.composition.errors import OVERRIDES_AND_INTENT
from services.composition.registry import EngineRegistry


class ComposeRequest(Protocol):
    """What requests to compose have in common."""

    prompt: str
    engine: str
    seed: int

    @property
    def hints(self) -> IntentOptions:
        """What is asked for besides the prompt, unless its words say otherwise."""

    @property
    def overrides(self) -> IntentOptions:
        """What is asked for whatever the words of the prompt say."""

    @property
    def intent(self) -> Intent:
        """What to compose, whatever the prompt says."""

    @property
    def given_bars(self) -> Sequence[Bar]:
        """Bars of the piece that exist already."""

    @property
    def compose(self) -> Sequence[BarRange]:
        """Which of the others to compose; all when empty."""

    def HasField(self, field_name: Any) -> bool:  # noqa: ANN401, N802  the generated method, which names its fields
        """Whether a field is set."""


RequestT = TypeVar("RequestT", bound=ComposeRequest)
ResponseT = TypeVar("ResponseT")


class Composer(ABC, Generic[RequestT, ResponseT, BriefT, DraftT]):
    """Turns requests into streams of events. A service says what is particular to its music and its messages.

    Args:
        theory: Says what is allowed and checks every bar.
        engines: Who can compose.
    """

    def __init__(self, theory: Theory, engines: EngineRegistry[BriefT, DraftT]) -> None:
        self._theory = theory
        self._engines = engines

    async def compose(self, request: RequestT, request_id: str, locale: str) -> AsyncGenerator[ResponseT, None]:
        """Compose what a request asks for. Each bar is made when the one before it has been taken.

        Args:
            request: From the caller.
            request_id: Identifies it.
            locale: Language of texts, "fr" or "en".

        Raises:
            ApiError: The request cannot be served, or theory is away.
        """
        totals = Totals()
        engine = self._engines.choose(request.engine)
        analysis = await self._understood(request, locale)
        self.check_role(analysis.constraints.role, _field_of_role(request))
        given = read_given(request.given_bars, analysis.constraints.meter, analysis.intent.bars)
        brief = self.brief(request, analysis, given, request.seed if request.HasField("seed") else draw_seed())
        wanted = wanted_bars(request.compose, brief.missing, brief.bars)
        totals.start()
        yield self.started(started(analysis, request_id, brief.seed, engine.info), brief)
        for notice in self.notices(brief, locale):
            yield self.notice(notice)
        async with aclosing(checked_bars(engine, brief, self.bar_of, self._theory, locale, wanted)) as bars:
            async for checked in bars:
                for notice in checked.notices:
                    yield self.notice(notice)
                totals.add(checked.composed)
                yield self.bar(checked)
        yield self.completed(totals.complete())

    async def _understood(self, request: RequestT, locale: str) -> AnalyseResponse:
        """The intent of a request and what follows from it, from its words or as it came."""
        if not request.HasField("intent"):
            if not request.prompt.strip():
                raise ApiError(TOO_SHORT, field="prompt", min=1)
            return await self._theory.analyse(
                AnalyseRequest(
                    prompt=request.prompt, hints=self.hints(request), overrides=request.overrides, locale=locale
                )
            )
        if request.overrides.ListFields():
            raise ApiError(OVERRIDES_AND_INTENT, field="overrides")
        if not request.intent.bpm:
            raise ApiError(REQUIRED, field="intent.bpm")
        understood = AnalyseResponse(intent=request.intent, constraints=await self._theory.constrain(request.intent))
        understood.intent.locale = locale
        return understood

    def hints(self, request: RequestT) -> IntentOptions:
        """The hints that theory reads the prompt with."""
        return request.hints

    @abstractmethod
    def check_role(self, role: Role.ValueType, field: str) -> None:
        """Raise ApiError when the service does not play a role.

        Args:
            role: What is asked for.
            field: Of the request, which asks for it.
        """

    @abstractmethod
    def brief(self, request: RequestT, analysis: AnalyseResponse, given: tuple[Bar, ...], seed: int) -> BriefT:
        """What an engine is asked to compose.

        Args:
            request: From the caller.
            analysis: What theory understood of it.
            given: Its given bars, at sixteenths.
            seed: Of the piece.
        """

    def notices(self, brief: BriefT, locale: str) -> Iterable[Notice]:  # noqa: ARG002  for those who have some
        """What the listener should know before the first bar.

        Args:
            brief: What is composed.
            locale: Language of texts, "fr" or "en".
        """
        return ()

    @abstractmethod
    def bar_of(self, draft: DraftT) -> Bar:
        """The bar in a draft."""

    @abstractmethod
    def started(self, started: Started, brief: BriefT) -> ResponseT:
        """The first event of the stream.

        Args:
            started: What every composing service tells first.
            brief: What is composed.
        """

    @abstractmethod
    def notice(self, notice: Notice) -> ResponseT:
        """The event of a notice."""

    @abstractmethod
    def bar(self, checked: CheckedBar[DraftT]) -> ResponseT:
        """The event of a bar."""

    @abstractmethod
    def completed(self, completed: Completed) -> ResponseT:
        """The last event of the stream."""


def _field_of_role(request: ComposeRequest) -> str:
    """The field that asks for the part."""
    if request.HasField("intent"):
        return "intent.role"
    return "overrides.role" if request.overrides.role else "prompt"


async def compose_unheard(engines: EngineRegistry[BriefT, DraftT], brief: BriefT) -> None:
    """Compose what nobody hears, so that the first caller does not wait for what is built on first use.

    Args:
        engines: The preferred one composes.
        brief: What it composes.
    """
    async with aclosing(engines.choose("").compose(brief)) as composing:
        async for _ in composing:
            pass
