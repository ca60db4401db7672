"""Composing: understand, announce, then one bar at a time, each checked by theory before it is sent."""

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import aclosing
from dataclasses import replace
from functools import partial
from typing import Any, Generic, Protocol, TypeVar

from boumbapp.journal.v2.interaction_pb2 import INTERACTION_KIND_COMPOSE, Interaction
from boumbapp.music.v2.events_pb2 import SEVERITY_WARNING, ComposingEvent, Notice, Started
from boumbapp.music.v2.intent_pb2 import Intent, IntentOptions
from boumbapp.music.v2.music_pb2 import Bar, BarRange, Role, Track
from boumbapp.music.v2.playback_pb2 import Playback
from boumbapp.theory.v2.theory_service_pb2 import AnalyseRequest, AnalyseResponse

from services.chassis.errors.catalogue import REQUIRED, TOO_SHORT, ApiError
from services.composition.bar_stream import (
    CheckedBar,
    Theory,
    checked_bars,
    draw_seed,
    read_given,
    started,
    wanted_bars,
)
from services.composition.engine import BriefT, DraftT
from services.composition.errors import OVERRIDES_AND_INTENT
from services.composition.event_writer import EventWriter
from services.composition.heartbeat import with_heartbeat
from services.composition.know_how import NOTHING, KnowHowClient
from services.composition.notices import ONE_PART
from services.composition.recording.entry import Entry
from services.composition.recording.recorder import NoRecorder, Recorder
from services.composition.registry import EngineRegistry
from services.composition.scheduling.load import Load
from services.composition.tracks import part_name

# A stream that is silent for two minutes is cut by the gateway, and a listener doubts it long before.
HEARTBEAT_S = 10.0


class Understandable(Protocol):
    """What of a request says what music is wanted."""

    prompt: str

    @property
    def overrides(self) -> IntentOptions:
        """What is asked for whatever the words of the prompt say."""

    @property
    def intent(self) -> Intent:
        """What to compose, whatever the prompt says."""

    def HasField(self, field_name: Any) -> bool:  # noqa: ANN401, N802  the generated method, which names its fields
        """Whether a field is set."""


class ComposeRequest(Understandable, Protocol):
    """What requests to compose have in common."""

    engine: str
    seed: int

    @property
    def hints(self) -> IntentOptions:
        """What is asked for besides the prompt, unless its words say otherwise."""

    @property
    def given_bars(self) -> Sequence[Bar]:
        """Bars of the piece that exist already."""

    @property
    def compose(self) -> Sequence[BarRange]:
        """Which of the others to compose; all when empty."""

    @property
    def context(self) -> Sequence[Track]:
        """Tracks that play beside the piece."""

    @property
    def playback(self) -> Playback:
        """When its bars are played."""


RequestT = TypeVar("RequestT", bound=ComposeRequest)


class Composer(ABC, Generic[RequestT, BriefT, DraftT]):
    """Turns requests into streams of events. A service says what is particular to its music.

    Args:
        theory: Says what is allowed and checks every bar.
        engines: Who can compose.
        heartbeat_s: Seconds that a bar may take before a Progress tells that work goes on, and again after as many.
        recorder: Records what was asked for and made.
        know_how: Finds the pages that a prompt is about; None does without.
        load: What has been promised to those who listen.
    """

    def __init__(
        self,
        theory: Theory,
        engines: EngineRegistry[BriefT, DraftT],
        heartbeat_s: float = HEARTBEAT_S,
        recorder: Recorder | None = None,
        know_how: KnowHowClient | None = None,
        load: Load | None = None,
    ) -> None:
        self._load = load or Load()
        self._theory = theory
        self._engines = engines
        self._heartbeat_s = heartbeat_s
        self._know_how = know_how
        self._recorder = recorder or NoRecorder()

    def compose(self, request: RequestT, request_id: str, locale: str) -> AsyncGenerator[ComposingEvent, None]:
        """Compose what a request asks for. Each bar is made when the one before it has been taken.

        Args:
            request: From the caller.
            request_id: Identifies it.
            locale: Language of texts, "fr" or "en".

        Raises:
            ApiError: The request cannot be served, or theory is away.
        """
        entry = Entry(
            kind=INTERACTION_KIND_COMPOSE,
            request_id=request_id,
            locale=locale,
            prompt=request.prompt,
            fill=partial(_fill, request),
        )
        return self._recorder.recorded(entry, self._events(request, entry))

    async def _events(self, request: RequestT, entry: Entry) -> AsyncGenerator[ComposingEvent, None]:
        events, locale = EventWriter(), entry.locale
        playhead = self._load.admitted(request.playback)
        engine = self._engines.choose(request.engine)
        seed = request.seed if request.HasField("seed") else draw_seed()
        analysis = await understood(self._theory, request, self.hints(request), seed, locale)
        self.check_role(analysis.constraints.role, _field_of_role(request))
        analysis = await self.adapted(request, analysis, seed)
        given = read_given(request.given_bars, analysis.constraints.meter, analysis.intent.bars)
        known = await self._know_how.find(request.prompt, analysis.intent, locale) if self._know_how else NOTHING
        brief = replace(self.brief(request, analysis, given, seed), know_how=known.text, playhead=playhead)
        wanted = wanted_bars(request.compose, brief.missing, brief.bars)
        playhead.follow(analysis.constraints.meter, analysis.intent.bpm, min(wanted, default=0))
        info = engine.info
        entry.model_digest = info.digest
        first = started(analysis, entry.request_id, brief.seed, info)
        first.know_how.extend(known.pages)
        entry.pages = tuple(page.slug for page in known.pages)
        self.add_to_started(first, brief)
        yield events.started(first)
        for notice in (
            *self._recorder.notices(locale),
            *about_words(analysis),
            *(() if request.HasField("intent") else _other_parts(analysis, locale)),  # who sends one plans the parts
            *self.notices(brief, info.name, locale),
        ):
            yield events.notice(notice)
        bars = checked_bars(engine, brief, self.bar_of, self._theory, locale, wanted, self._load)
        async with aclosing(events.making(with_heartbeat(bars, self._heartbeat_s))) as beats:
            async for checked in beats:
                if checked is None:
                    yield events.progress(len(wanted), locale)
                    continue
                for notice in checked.notices:
                    yield events.notice(notice)
                self.add_to_bar(checked)
                yield events.bar(checked.ready)
        yield events.completed()

    def hints(self, request: RequestT) -> IntentOptions:
        """The hints that theory reads the prompt with."""
        return request.hints

    async def adapted(self, request: RequestT, analysis: AnalyseResponse, seed: int) -> AnalyseResponse:  # noqa: ARG002
        """What was understood, once more with what the request brings beside its words; the same by default.

        Args:
            request: From the caller.
            analysis: What theory understood of its words.
            seed: Of the piece.
        """
        return analysis

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

    def notices(self, brief: BriefT, engine: str, locale: str) -> Iterable[Notice]:  # noqa: ARG002  for those who have some
        """What the listener should know before the first bar.

        Args:
            brief: What is composed.
            engine: Name of the engine that composes.
            locale: Language of texts, "fr" or "en".
        """
        return ()

    @abstractmethod
    def bar_of(self, draft: DraftT) -> Bar:
        """The bar in a draft."""

    def add_to_started(self, started: Started, brief: BriefT) -> None:
        """Add to the first event what only this music has.

        Args:
            started: The event.
            brief: What is composed.
        """

    def add_to_bar(self, checked: CheckedBar[DraftT]) -> None:
        """Add to the event of a bar what only this music has."""


def _other_parts(analysis: AnalyseResponse, locale: str) -> list[Notice]:
    """Tell of parts that the words name and that this stream does not compose."""
    composed = analysis.constraints.role
    others = dict.fromkeys(part.role for part in analysis.intent.parts if part.role != composed)
    if not others:
        return []
    names = ", ".join(part_name(role).in_(locale) for role in others)
    return [ONE_PART.notice(locale, part=part_name(composed).in_(locale), others=names)]


def about_words(analysis: AnalyseResponse) -> list[Notice]:
    """Notices of an analysis that a stream repeats: what the words ask for and the music will not have."""
    return [notice for notice in analysis.notices if notice.severity == SEVERITY_WARNING]


def _fill(request: ComposeRequest, interaction: Interaction) -> None:
    """Add to an interaction what a request says beside its prompt."""
    interaction.hints.CopyFrom(request.hints)
    interaction.overrides.CopyFrom(request.overrides)
    interaction.given_bars.extend(request.given_bars)
    interaction.context.extend(request.context)


async def understood(
    theory: Theory, request: Understandable, hints: IntentOptions, seed: int, locale: str
) -> AnalyseResponse:
    """The intent of a request and what follows from it, from its words or as it came.

    Args:
        theory: Understands.
        request: From the caller.
        hints: What words of the prompt win over.
        seed: Of the piece; it draws the harmony where nothing names it.
        locale: Language of texts, "fr" or "en".

    Raises:
        ApiError: It has neither words nor an intent, or both an intent and overrides; or theory is away.
        UpstreamError: Theory refuses it.
    """
    if not request.HasField("intent"):
        if not request.prompt.strip():
            raise ApiError(TOO_SHORT, field="prompt", min=1)
        return await theory.analyse(
            AnalyseRequest(prompt=request.prompt, hints=hints, overrides=request.overrides, locale=locale, seed=seed)
        )
    if request.overrides.ListFields():
        raise ApiError(OVERRIDES_AND_INTENT, field="overrides")
    if not request.intent.bpm:
        raise ApiError(REQUIRED, field="intent.bpm")
    read = AnalyseResponse(intent=request.intent, constraints=await theory.constrain(request.intent, seed))
    read.intent.locale = locale
    return read


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
