"""What every composing service does alike: seeds, given bars, bars checked by theory one at a time."""

import secrets
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, aclosing
from dataclasses import dataclass
from typing import Generic, Protocol

from boumbapp.music.v2.events_pb2 import BarReady, EngineInfo, Notice, Started
from boumbapp.music.v2.intent_pb2 import Constraints, Intent
from boumbapp.music.v2.music_pb2 import Bar, BarRange, Meter
from boumbapp.music.v2.playback_pb2 import PACE_AS_FAST_AS_POSSIBLE, Playback
from boumbapp.theory.v2.theory_service_pb2 import AnalyseRequest, AnalyseResponse

from music.divisions import at_sixteenths
from music.event_ids import give_ids, ids_of
from services.chassis.errors.catalogue import INTERNAL, OUT_OF_RANGE, ApiError
from services.composition.engine import BriefT, DraftT, Engine, EngineSwitch
from services.composition.errors import GIVEN_BARS
from services.composition.scheduling.load import Load
from services.composition.scheduling.playhead import Playhead
from services.composition.theory_client import Check
from services.composition.tracks import track_id, track_of
from telemetry import tracing
from telemetry.conventions import BAR, ENGINE

SEEDS = 2**32
# Of what has no time of its own, such as bars that an edit makes: nothing waits.
_NOW = Playhead(Playback(pace=PACE_AS_FAST_AS_POSSIBLE))


class Theory(Protocol):
    """What composing needs of theory."""

    async def analyse(self, request: AnalyseRequest) -> AnalyseResponse:
        """Understand a prompt."""

    async def constrain(self, intent: Intent, seed: int) -> Constraints:
        """What follows from an intent.

        Args:
            intent: What to compose.
            seed: Of the piece; it draws the harmony where the intent names none.
        """

    def checking(
        self, constraints: Constraints, locale: str, playhead: Playhead | None = None
    ) -> AbstractAsyncContextManager[Check]:
        """What corrects the bars of one piece.

        Args:
            constraints: Of the piece.
            locale: Language of explanations, "fr" or "en".
            playhead: When they are due: so long a theory that is away is waited for.
        """


def draw_seed() -> int:
    """A seed for a request that has none, 0 to 2**32 - 1."""
    return secrets.randbelow(SEEDS)


def started(analysis: AnalyseResponse, request_id: str, seed: int, engine: EngineInfo) -> Started:
    """What a stream tells first: the prompt as understood, and who will compose.

    Args:
        analysis: What theory understood.
        request_id: Identifies the request.
        seed: Of the piece.
        engine: Who composes.
    """
    return Started(
        request_id=request_id,
        seed=seed,
        intent=analysis.intent,
        constraints=analysis.constraints,
        explanation=analysis.explanation,
        suggestions=analysis.suggestions,
        engine=engine.name,
        model=engine.model,
        repeatable=engine.repeatable,
        tracks=[track_of(analysis.constraints.role, analysis.intent.locale)],
        bpm=analysis.intent.bpm,
    )


def read_given(given: Sequence[Bar], meter: Meter, bars: int, field: str = "given_bars") -> tuple[Bar, ...]:
    """Read given bars as engines do, at the nearest sixteenths.

    Args:
        given: The bars that the request gives: any bars of the piece.
        meter: Time signature of the piece.
        bars: Length of the piece.
        field: Of the request, which gives them.

    Raises:
        ApiError: GIVEN_BARS, with the first bar that is wrong.
    """
    seen: set[int] = set()
    for place, bar in enumerate(given):
        if bar.index in seen or bar.index >= bars or bar.meter != meter:
            raise ApiError(GIVEN_BARS, field=f"{field}[{place}]", bars=bars)
        seen.add(bar.index)
    return tuple(map(at_sixteenths, given))


def wanted_bars(ranges: Sequence[BarRange], missing: Sequence[int], bars: int) -> list[int]:
    """Indices of the bars to send, ascending.

    Args:
        ranges: What is asked for; none asks for everything that is missing.
        missing: Indices of the bars that are not given.
        bars: Length of the piece.

    Raises:
        ApiError: OUT_OF_RANGE where a range goes beyond the piece.
    """
    asked: set[int] = set() if ranges else set(missing)
    for place, each in enumerate(ranges):
        if each.first >= bars:
            raise ApiError(OUT_OF_RANGE, field=f"compose[{place}].first", value=each.first, min=0, max=bars - 1)
        if each.first + each.count > bars:
            most = bars - each.first
            raise ApiError(OUT_OF_RANGE, field=f"compose[{place}].count", value=each.count, min=1, max=most)
        asked.update(range(each.first, each.first + each.count))
    return [index for index in missing if index in asked]


@dataclass(frozen=True, slots=True)
class CheckedBar(Generic[DraftT]):
    """A bar that theory has checked.

    Attributes:
        draft: What the engine made.
        ready: The bar as it will be heard.
        notices: What the listener should know before it.
    """

    draft: DraftT
    ready: BarReady
    notices: tuple[Notice, ...] = ()


async def checked_bars(
    engine: Engine[BriefT, DraftT],
    brief: BriefT,
    bar_of: Callable[[DraftT], Bar],
    theory: Theory,
    locale: str,
    wanted: Sequence[int],
    load: Load | None = None,
) -> AsyncGenerator[CheckedBar[DraftT], None]:
    """Bars of an engine that are wanted, each corrected by theory, and made when the one before has been taken.

    Those before a wanted bar that are not given are made and corrected like it, and not yielded. Where the brief has a
    playhead, no bar is made much earlier than it is due, unless there is time for it.

    Args:
        engine: Who composes.
        brief: What to compose, and what bars must keep to.
        bar_of: The bar in a draft.
        theory: Who corrects.
        locale: Language of the reasons, "fr" or "en".
        wanted: Indices of the bars, ascending; none of them given.
        load: What has been promised to all who listen; None where nobody counts.

    Raises:
        ApiError: The engine failed, or theory is away.
    """
    accepted: Bar | None = None
    taken = ids_of(brief.given_bars)
    maker = engine.info.name
    playhead, load = brief.playhead or _NOW, load or Load()
    checking = theory.checking(brief.constraints, locale, brief.playhead)
    async with checking as check, aclosing(engine.compose(brief)) as composing:
        with load.listening(playhead) as listening:
            notices: list[Notice] = []
            for index in brief.missing:
                if index > max(wanted, default=-1):
                    return
                await load.may_begin(playhead, index)
                asked, waited_s = time.perf_counter(), playhead.waited_s
                with tracing.step("bar", {BAR: index}) as span:
                    try:
                        draft = await composing.asend(accepted)
                        while isinstance(draft, EngineSwitch):
                            maker = draft.engine
                            notices += [draft.notice] if draft.notice else []
                            draft = await anext(composing)
                    except StopAsyncIteration:
                        raise ApiError(INTERNAL, private=f"{maker}: no bar {index} of {brief.bars}") from None
                    span.set_attribute(ENGINE, maker)
                    waited_s = playhead.waited_s - waited_s
                    engine_ms = (time.perf_counter() - asked - waited_s) * 1000
                    bar = bar_of(draft)
                    give_ids(bar, taken)
                    validated = await check(bar)
                # The music goes on from the bar that is heard, as it will when a client resumes with it.
                accepted = validated.bar
                if index in wanted:
                    ready = BarReady(
                        track=track_id(brief.constraints.role),
                        bar=accepted,
                        corrections=validated.corrections,
                        engine=maker,
                        engine_ms=engine_ms,
                        changed=True,
                    )
                    load.made(playhead, index, engine_ms / 1000)
                    load.rests(listening)
                    yield CheckedBar(draft, ready, tuple(notices))
                    load.goes_on(listening)
                    playhead.take(index)
                    notices = []
