"""What every composing service does alike: seeds, given bars, bars checked by theory one at a time, totals."""

import secrets
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, aclosing
from dataclasses import dataclass
from typing import Generic, Protocol

from boumbapp.music.v1.events_pb2 import BarComposed, Completed, EngineInfo, Notice, Started
from boumbapp.music.v1.intent_pb2 import Constraints, Intent
from boumbapp.music.v1.music_pb2 import Bar, Meter
from boumbapp.theory.v1.theory_service_pb2 import AnalyseRequest, AnalyseResponse

from services.chassis.errors.catalogue import INTERNAL, ApiError
from services.composition.engine import BriefT, DraftT, Engine, EngineSwitch
from services.composition.errors import GIVEN_BARS
from services.composition.theory_client import Check

SEEDS = 2**32


class Theory(Protocol):
    """What composing needs of theory."""

    async def analyse(self, request: AnalyseRequest) -> AnalyseResponse:
        """Understand a prompt."""

    async def constrain(self, intent: Intent) -> Constraints:
        """What follows from an intent."""

    def checking(self, constraints: Constraints, locale: str) -> AbstractAsyncContextManager[Check]:
        """What corrects the bars of one piece."""


class Totals:
    """Counts and timings of one stream, from the moment the request came in."""

    def __init__(self) -> None:
        self._began = time.perf_counter()
        self._completed = Completed()

    def start(self) -> None:
        """Note that `Started` is about to be sent."""
        self._completed.started_ms = self._elapsed_ms()

    def add(self, composed: BarComposed) -> None:
        """Count a bar that is about to be sent."""
        totals = self._completed
        totals.bars += 1
        totals.notes += len(composed.bar.notes) + len(composed.bar.hits)
        totals.corrections += len(composed.corrections)
        totals.first_bar_ms = totals.first_bar_ms or self._elapsed_ms()

    def complete(self) -> Completed:
        """The last event of the stream."""
        self._completed.total_ms = self._elapsed_ms()
        return self._completed

    def _elapsed_ms(self) -> float:
        return (time.perf_counter() - self._began) * 1000


def draw_seed() -> int:
    """A seed for a request that has none, 0 to 2**32 - 1."""
    return secrets.randbelow(SEEDS)


def started(analysis: AnalyseResponse, request_id: str, seed: int, engine: EngineInfo) -> Started:
    """What a stream tells first: the prompt as understood, and who will compose."""
    return Started(
        request_id=request_id,
        seed=seed,
        intent=analysis.intent,
        constraints=analysis.constraints,
        explanation=analysis.explanation,
        suggestions=analysis.suggestions,
        engine=engine.name,
        model=engine.model,
    )


def check_given(given: Sequence[Bar], meter: Meter, bars: int) -> None:
    """Raise ApiError unless the given bars are the beginning of the piece and leave something to compose."""
    numbered = [bar.index for bar in given] == list(range(len(given)))
    if not numbered or any(bar.meter != meter for bar in given) or len(given) >= bars:
        raise ApiError(GIVEN_BARS, field="given_bars", bars=bars)


@dataclass(frozen=True, slots=True)
class CheckedBar(Generic[DraftT]):
    """A bar that theory has checked.

    Attributes:
        draft: What the engine made.
        composed: The bar as it will be heard.
        notices: What the listener should know before it.
    """

    draft: DraftT
    composed: BarComposed
    notices: tuple[Notice, ...] = ()


async def checked_bars(
    engine: Engine[BriefT, DraftT],
    brief: BriefT,
    bar_of: Callable[[DraftT], Bar],
    theory: Theory,
    locale: str,
) -> AsyncGenerator[CheckedBar[DraftT], None]:
    """Bars of an engine after the given ones, each corrected by theory, and made when the one before has been taken.

    Args:
        engine: Who composes.
        brief: What to compose, and what bars must keep to.
        bar_of: The bar in a draft.
        theory: Who corrects.
        locale: Language of the reasons, "fr" or "en".

    Raises:
        ApiError: The engine failed, or theory is away.
    """
    accepted: Bar | None = None
    maker = engine.info.name
    async with theory.checking(brief.constraints, locale) as check, aclosing(engine.compose(brief)) as composing:
        for index in range(len(brief.given_bars), brief.bars):
            asked = time.perf_counter()
            notices: list[Notice] = []
            try:
                draft = await composing.asend(accepted)
                while isinstance(draft, EngineSwitch):
                    maker = draft.engine
                    notices += [draft.notice] if draft.notice else []
                    draft = await anext(composing)
            except StopAsyncIteration:
                raise ApiError(INTERNAL, private=f"{maker}: no bar {index} of {brief.bars}") from None
            engine_ms = (time.perf_counter() - asked) * 1000
            validated = await check(bar_of(draft))
            # The music goes on from the bar that is heard, as it will when a client resumes with it.
            accepted = validated.bar
            composed = BarComposed(bar=accepted, corrections=validated.corrections, engine=maker, engine_ms=engine_ms)
            yield CheckedBar(draft, composed, tuple(notices))
