"""An engine that another one stands in for: the music does not stop when the first is away, slow, or wrong.

Bars go from one engine to the next, never parts of bars: bar k+1 comes from the other one, which goes on from the bars
that were accepted. Each switch sends one Notice. Both engines may be of this kind themselves.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import aclosing
from typing import Generic

from boumbapp.music.v2.events_pb2 import EngineInfo
from boumbapp.music.v2.music_pb2 import Bar

from services.chassis.errors.catalogue import ApiError
from services.chassis.errors.status import UpstreamError
from services.chassis.server.validation import check
from services.composition.bar_deadline import BarDeadline
from services.composition.brief import AcceptedBars, CompositionBrief
from services.composition.circuit_breaker import CircuitBreaker, State
from services.composition.engine import (
    FAILING,
    BriefT,
    DraftT,
    Engine,
    EngineSwitch,
    can_compose,
    handover_s,
    is_by_name_only,
    refresh,
)
from services.composition.engine_turn import EngineEndedError, EngineTurn
from services.composition.measures import FALLBACKS, STAND_IN
from services.composition.notices import ENGINE_FALLBACK
from telemetry.conventions import ENGINE, REASON

_log = logging.getLogger("engines")
# Where nobody else is left, a bar is waited for this long, in seconds.
_PATIENCE_S = 30.0
_REASONS = {TimeoutError: "late", EngineEndedError: "ended early", UpstreamError: "upstream failed"}
_FORESEEN = (ApiError, UpstreamError, TimeoutError, EngineEndedError)


class UnusableDraftError(Exception):
    """An engine yielded something that is not the bar it was asked for."""


class FallbackEngine(Generic[BriefT, DraftT]):
    """Composes with one engine as long as it delivers, and with another one from then on.

    The second is asked when the first is away, is left alone by its breaker, raises, ends early, misses the deadline of
    a bar, or yields what is not the next bar. Where the second fails too, the first is asked once more.

    Args:
        primary: Who composes if possible.
        secondary: Who stands in for it.
        deadline: How long the primary may take for a bar.
        breaker: Remembers, from piece to piece, that the primary fails.
        bar_of: The bar in a draft; may raise for one that is unusable.
        name: What the engine is called; as the primary is when empty.
    """

    def __init__(
        self,
        primary: Engine[BriefT, DraftT],
        secondary: Engine[BriefT, DraftT],
        deadline: BarDeadline,
        breaker: CircuitBreaker,
        *,
        bar_of: Callable[[DraftT], Bar],
        name: str = "",
    ) -> None:
        self._primary = primary
        self._secondary = secondary
        self._deadline = deadline
        self._breaker = breaker
        self._bar_of = bar_of
        self._name = name or primary.info.name

    @property
    def info(self) -> EngineInfo:
        """What the primary is; available while it is, and its breaker lets it be asked."""
        info = EngineInfo()
        info.CopyFrom(self._primary.info)
        info.name = self._name
        if info.available and self._breaker.state is State.OPEN:
            info.available, info.unavailable_reason = False, FAILING
        return info

    @property
    def by_name_only(self) -> bool:
        """Whether the primary is passed over unless it is named."""
        return is_by_name_only(self._primary)

    @property
    def has_stand_in(self) -> bool:
        """Whether music comes out although the primary is away."""
        return can_compose(self._primary) or can_compose(self._secondary)

    def handover_s(self, brief: CompositionBrief) -> float:
        """The deadline; one that is stacked on another begins to count when that one has handed over."""
        return self._deadline.of(brief) + handover_s(self._primary, brief)

    async def refresh(self) -> None:
        """Bring `info` up to date."""
        await refresh(self._primary, self._secondary)

    async def compose(self, brief: BriefT) -> AsyncGenerator[DraftT | EngineSwitch, Bar | None]:
        """Yield drafts of the bars that are not given; see `Engine`.

        Raises:
            Exception: What the secondary raised, when the primary cannot go on either.
        """
        accepted = AcceptedBars(brief)
        maker: Engine[BriefT, DraftT] | None = None
        failures: list[Exception] = []
        for leg in self._legs(brief, accepted):
            if not await leg.may_start():
                continue
            async with aclosing(leg):
                correction: Bar | None = None
                while not accepted.complete:
                    try:
                        switches, draft = await leg.next_bar(accepted.next_index, correction)
                    except Exception as error:  # noqa: BLE001  whatever it is, the music goes on
                        failures.append(error)
                        break
                    announced = self._announcement(maker, leg.engine, brief, accepted.next_index, failures)
                    for switch in [*announced, *switches]:
                        yield switch
                    maker = leg.engine
                    correction = yield draft
                    accepted.add(self._bar_of(draft) if correction is None else correction)
                else:
                    return
        raise failures[0 if len(failures) == 1 else 1]

    def _legs(self, brief: BriefT, accepted: AcceptedBars) -> Iterator["_Leg[BriefT, DraftT]"]:
        """Who is asked, one after the other, for the bars that are missing by then."""
        yield _Leg(self._primary, brief, accepted.known, self._bar_of, self.handover_s(brief), self._breaker)
        yield _Leg(self._secondary, brief, accepted.known, self._bar_of, _PATIENCE_S, None)
        if can_compose(self._primary):
            yield _Leg(self._primary, brief, accepted.known, self._bar_of, _PATIENCE_S, None)

    def _announcement(
        self,
        maker: Engine[BriefT, DraftT] | None,
        engine: Engine[BriefT, DraftT],
        brief: BriefT,
        index: int,
        failures: Sequence[Exception],
    ) -> list[EngineSwitch]:
        """The switches to announce before a bar.

        Args:
            maker: Who made the bar before; None before the first one.
            engine: Who makes this one.
            brief: What is composed.
            index: Of the bar.
            failures: Of the engines before; none when they were not asked.
        """
        before, name = (maker or self._primary), engine.info.name
        if engine is not before:
            stood_in_for = before.info.name
            FALLBACKS.add({ENGINE: stood_in_for, STAND_IN: name, REASON: _reason(failures)})
            notice = ENGINE_FALLBACK.notice(brief.intent.locale, engine=stood_in_for, stand_in=name, bar=index)
            return [EngineSwitch(name, notice)]
        return [] if maker or name == self._name else [EngineSwitch(name)]


def _reason(failures: Sequence[Exception]) -> str:
    """Why an engine is stood in for, in a word."""
    if not failures:
        return "away"
    error = failures[-1]
    if isinstance(error, UnusableDraftError):
        return "unusable bar"
    if isinstance(error, ApiError):
        return error.code.name
    for kind, word in _REASONS.items():
        if isinstance(error, kind):
            return word
    return "failed"


class _Leg(Generic[BriefT, DraftT]):
    """One engine's part of the way.

    Args:
        engine: Who composes.
        brief: What to compose.
        accepted: The bars that there are.
        bar_of: The bar in a draft.
        limit_s: Seconds for each bar.
        breaker: Lets it start, and records success or failure; None where it has to try anyway.
    """

    def __init__(
        self,
        engine: Engine[BriefT, DraftT],
        brief: BriefT,
        accepted: Sequence[Bar],
        bar_of: Callable[[DraftT], Bar],
        limit_s: float,
        breaker: CircuitBreaker | None,
    ) -> None:
        self.engine = engine
        self._meter = brief.constraints.meter
        self._bar_of = bar_of
        self._limit_s = limit_s
        self._breaker = breaker
        self._failed = False
        self._tells = False  # whether the breaker waits for the outcome of this leg
        self._turn = EngineTurn(engine, brief, accepted)

    async def may_start(self) -> bool:
        """Whether the engine is asked at all."""
        if self._breaker is None:
            return True
        if self._breaker.state is State.OPEN:
            return False
        await refresh(self.engine)
        self._tells = can_compose(self.engine) and self._breaker.admit()
        return self._tells

    async def next_bar(self, index: int, correction: Bar | None) -> tuple[list[EngineSwitch], DraftT]:
        """The next draft, and the switches that the engine announces before it.

        Args:
            index: Of the bar.
            correction: Of the draft before, if there is one.

        Raises:
            Exception: There is no such draft, or not in time.
        """
        try:
            async with asyncio.timeout(self._limit_s):
                switches: list[EngineSwitch] = []
                item = await self._turn.ask(correction)
                while isinstance(item, EngineSwitch):
                    switches.append(item)
                    item = await self._turn.ask(None)
            self._check(item, index)
        except Exception as error:
            self._report(failed=True)
            unforeseen = None if isinstance(error, _FORESEEN) else error
            _log.warning("%s: no bar %d: %r", self.engine.info.name, index, error, exc_info=unforeseen)
            raise
        self._report(failed=False)
        return switches, item

    def _report(self, *, failed: bool) -> None:
        self._failed, self._tells = failed, False
        if self._breaker is not None:
            if failed:
                self._breaker.fail()
            else:
                self._breaker.succeed()

    def _check(self, draft: DraftT, index: int) -> None:
        """Raise UnusableDraftError unless a draft is the bar of an index, such as theory can correct."""
        bar: object = self._bar_of(draft)
        if not isinstance(bar, Bar):
            raise UnusableDraftError(f"{type(draft).__name__} instead of a bar")
        if bar.index != index or bar.meter != self._meter:
            raise UnusableDraftError(f"bar {bar.index} in {bar.meter.beats}/{bar.meter.beat_unit} instead of {index}")
        if faults := check(bar):
            raise UnusableDraftError(str(faults[0]))

    async def aclose(self) -> None:
        """Stop the engine."""
        if self._tells and self._breaker is not None:
            self._breaker.give_up()
        if self._failed:  # nobody waits for one that made no bar in time
            self._turn.abandon()
        else:
            await self._turn.aclose()
