"""The engine in which a language model composes, and the specialist stands in bar by bar.

The specialist drafts every bar first: that takes milliseconds, gives the rhythm to colour, and is what the listener
gets when the model is away, late, or writes something else than music. The next bar is the model's again.
"""

import asyncio
import json
import logging
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any, Generic, cast

from boumbapp.music.v2.events_pb2 import EngineInfo, LanguageModelInfo
from boumbapp.music.v2.music_pb2 import Bar

from llm.ask import Ask, Usage
from llm.capability import Capability
from llm.catalogue import Dialect
from llm.faults import Fault, LanguageModelError
from llm.model import LanguageModel
from services.composition.bar_deadline import BarDeadline
from services.composition.brief import AcceptedBars, CompositionBrief
from services.composition.engine import (
    LOADING,
    NOT_RUNNING,
    BriefT,
    DraftT,
    Engine,
    EngineSwitch,
    can_compose,
    handover_s,
)
from services.composition.language_model.modes import Mode, is_fast, mode_for
from services.composition.language_model.song_plan import SongPlan, read_plan
from services.composition.language_model.writer import BarTask, BarWriter
from services.composition.measures import FALLBACKS, STAND_IN
from services.composition.notices import LANGUAGE_MODEL_FAULT
from telemetry.conventions import ENGINE, REASON

_log = logging.getLogger("llm")
NAME = "ollama"
# Three quarters of the time that a bar plays: what is late then still comes before the bar does.
DEADLINE = BarDeadline(share=0.75, shortest_s=0.3, longest_s=6.0)
_PLAN_S = 120.0


@dataclass(slots=True)
class Tally:
    """What a model was asked for and what became of it, for those who measure.

    Attributes:
        bars: Bars that it was asked for.
        faults: Those that came from the specialist.
        tokens: That it wrote.
        usage: What the last answer cost.
    """

    bars: int = 0
    faults: int = 0
    tokens: int = 0
    usage: Usage | None = None


class LanguageModelEngine(Generic[BriefT, DraftT]):
    """Composes with a language model.

    Args:
        model: Who writes.
        specialist: Who stands in, and plays plans.
        writer: Asks for bars, and reads them.
        mode: How much the model writes; what it is fast enough for when None.
        bar_of: The bar in a draft.
        name: What the engine is called.
        deadline: For each bar.

    Attributes:
        tally: What became of what was asked.
    """

    def __init__(
        self,
        model: LanguageModel,
        specialist: Engine[BriefT, DraftT],
        writer: BarWriter[BriefT, DraftT],
        mode: Mode | None = None,
        *,
        bar_of: Callable[[DraftT], Bar],
        name: str = NAME,
        deadline: BarDeadline = DEADLINE,
    ) -> None:
        self._model = model
        self._specialist = specialist
        self._writer = writer
        self._mode = mode
        self._bar_of = bar_of
        self._name = name
        self._deadline = deadline
        self.tally = Tally()

    @property
    def info(self) -> EngineInfo:
        """Available while the model is; known without asking."""
        capability = self._model.capability
        return EngineInfo(
            name=self._name,
            available=capability is not None,
            unavailable_reason="" if capability else LOADING if self._model.is_loading else NOT_RUNNING,
            model=capability.model if capability else self._model.settings.model,
            digest=capability.digest if capability else "",
            roles=self._writer.roles,
            language_model=_told(capability) if capability else None,
        )

    @property
    def by_name_only(self) -> bool:
        """Whether "auto" passes it over: the model may not be used unasked, or is too slow to colour a bar."""
        capability = self._model.capability
        return capability is None or not capability.auto or self._mode is not None or not is_fast(capability)

    @property
    def has_stand_in(self) -> bool:
        """Whether the specialist can compose."""
        return can_compose(self._specialist)

    def handover_s(self, brief: CompositionBrief) -> float:
        """What the model may take for a bar, and what the specialist itself takes."""
        return self._deadline.of(brief) + handover_s(self._specialist, brief)

    def mode_of(self, brief: BriefT, capability: Capability) -> Mode:
        """How much the model writes of a piece.

        Args:
            brief: What is composed.
            capability: Of the model.
        """
        return self._mode or mode_for(capability, self._deadline.of(brief), *self._writer.tokens(brief))

    async def compose(self, brief: BriefT) -> AsyncGenerator[DraftT | EngineSwitch, Bar | None]:
        """Yield the bars that are not given; see `services.composition.engine.Engine`."""
        accepted = AcceptedBars(brief)
        maker, told = self._name, set[Fault]()
        piece = _Piece(self._model, self._specialist, self._writer, brief, self.tally)
        async with aclosing(piece), aclosing(self._specialist.compose(brief)) as standing_in:
            heard: Bar | None = None
            while not accepted.complete:
                given = await standing_in.asend(heard)
                while isinstance(given, EngineSwitch):  # the specialist's own hand-overs are its own affair
                    given = await standing_in.asend(None)
                notice, who = None, self._name
                try:
                    draft = await piece.bar(accepted, given, self._deadline.of(brief), self.mode_of)
                except LanguageModelError as error:
                    self.tally.faults += 1
                    draft, who = given, self._specialist.info.name
                    FALLBACKS.add({ENGINE: self._name, STAND_IN: who, REASON: error.fault.value})
                    if error.fault not in told:
                        told.add(error.fault)
                        notice = LANGUAGE_MODEL_FAULT.notice(
                            brief.intent.locale, bar=accepted.next_index, reason=error.fault.value, stand_in=who
                        )
                if who != maker:
                    yield EngineSwitch(who, notice)
                    maker = who
                elif notice is not None:
                    yield EngineSwitch(who, notice)
                correction = yield draft
                heard = self._bar_of(draft) if correction is None else correction
                accepted.add(heard)


def _told(capability: Capability) -> LanguageModelInfo:
    return LanguageModelInfo(
        server=capability.server,
        keeps_schemas=capability.keeps_schemas,
        tokens_per_s=capability.tokens_per_s,
        load_s=capability.load_s,
        context_tokens=capability.context,
    )


class _Piece(Generic[BriefT, DraftT]):
    """One piece with one model.

    Args:
        model: Who writes.
        specialist: Plays plans.
        writer: Asks and reads.
        brief: What is composed.
        tally: Counts.
    """

    def __init__(
        self,
        model: LanguageModel,
        specialist: Engine[BriefT, DraftT],
        writer: BarWriter[BriefT, DraftT],
        brief: BriefT,
        tally: Tally,
    ) -> None:
        self._model, self._specialist, self._writer = model, specialist, writer
        self._brief, self._tally = brief, tally
        self._chosen: Mode | None = None
        self._planning: asyncio.Task[SongPlan] | None = None

    async def bar(
        self, accepted: AcceptedBars, given: DraftT, within_s: float, choose: Callable[[BriefT, Capability], Mode]
    ) -> DraftT:
        """The next bar by the model.

        Args:
            accepted: The bars that there are.
            given: The bar by the specialist.
            within_s: Seconds that it may take.
            choose: Says how much the model writes.

        Raises:
            LanguageModelError: There is none.
        """
        capability = self._model.capability
        if capability is None:
            raise LanguageModelError(Fault.ABSENT)
        if capability.dialect is Dialect.NOTATION:  # it reads no words
            self._chosen = Mode.FREE
        self._chosen = self._chosen or choose(self._brief, capability)
        self._tally.bars += 1
        try:
            async with asyncio.timeout(within_s):
                if self._chosen is Mode.PLAN:
                    return await self._planned(accepted, capability)
                if self._chosen is Mode.FREE:
                    return await self._written(self._writer.free(self._brief, accepted.before, capability), within_s)
                task = self._writer.colouring(self._brief, accepted.before, given, capability)
                return given if task is None else await self._written(task, within_s)
        except TimeoutError as error:
            raise LanguageModelError(Fault.SLOW, f"no bar in {within_s:.2f} s") from error
        except ValueError as error:
            raise LanguageModelError(Fault.INVALID, str(error)) from error

    async def _written(self, task: BarTask[DraftT], within_s: float) -> DraftT:
        """A bar as the model writes it; the answer is left as soon as the bar is full."""
        usage = self._tally.usage = Usage()
        ask = replace(task.ask, first_s=within_s, total_s=within_s)
        try:
            async with aclosing(self._model.stream(ask, usage)) as pieces:
                async for piece in pieces:
                    if task.reader.take(piece):
                        break
        finally:
            self._tally.tokens += usage.tokens
        return task.reader.draft()

    async def _planned(self, accepted: AcceptedBars, capability: Capability) -> DraftT:
        """The bar as the specialist plays the plan. One that is due before the plan is late; planning goes on."""
        if self._planning is None:
            ask, styles = self._writer.plan(self._brief, capability)
            self._planning = asyncio.create_task(self._plan(ask, styles))
        plan = await asyncio.shield(self._planning)
        rest: Any = replace(
            cast(Any, self._writer.planned(self._brief, plan, accepted.next_index)), given_bars=accepted.known
        )
        async with aclosing(self._specialist.compose(rest)) as composing:
            item = await anext(composing)
            while isinstance(item, EngineSwitch):
                item = await anext(composing)
            return item

    async def _plan(self, ask: Ask, styles: Sequence[str]) -> SongPlan:
        usage = self._tally.usage = Usage()
        text = ""
        try:
            async with aclosing(self._model.stream(replace(ask, first_s=_PLAN_S, total_s=_PLAN_S), usage)) as pieces:
                async for piece in pieces:
                    text += piece
            return read_plan(str(json.loads(text)), styles)
        except ValueError as error:
            raise LanguageModelError(Fault.INVALID, str(error)) from error
        finally:
            self._tally.tokens += usage.tokens

    async def aclose(self) -> None:
        """Stop planning."""
        if self._planning is not None:
            self._planning.cancel()
            await asyncio.gather(self._planning, return_exceptions=True)
