"""The hybrid engine: the specialist begins, Magenta continues, and the specialist takes over when Magenta fails."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import Protocol

from boumbapp.music.v2.events_pb2 import EngineInfo
from boumbapp.music.v2.intent_pb2 import Constraints
from boumbapp.music.v2.music_pb2 import ROLE_MELODY, Bar

from music.swing import straighten
from services.composition.bar_deadline import BarDeadline
from services.composition.brief import AcceptedBars, CompositionBrief
from services.composition.circuit_breaker import CircuitBreaker
from services.composition.engine import NOT_RUNNING, EngineSwitch, can_compose, handover_s, refresh
from services.composition.fallback import FallbackEngine
from services.melody.engines.melody_engine import MelodyEngine, bar_of
from services.melody.engines.notices import CONTINUES_ONLY, MELODIES_ONLY
from services.melody.parts.humanising import humanised

NAME = "hybrid"
MAGENTA = "magenta"


class Magenta(Protocol):
    """What the engine needs of the magenta service."""

    def continue_bars(
        self, accepted: Sequence[Bar], constraints: Constraints, bars: int, seed: int
    ) -> AsyncGenerator[Bar, None]:
        """Yield the bars that continue others.

        Args:
            accepted: The bars before, in order.
            constraints: Of the piece.
            bars: How many to yield.
            seed: Of the piece.
        """


class Health(Protocol):
    """Whether a service serves."""

    @property
    def serving(self) -> bool:
        """As it was when last asked."""

    async def refresh(self) -> None:
        """Ask."""


class MagentaEngine:
    """Continues pieces that have a note.

    Args:
        magenta: Continues.
        health: Of magenta; None for one that is always there.
    """

    def __init__(self, magenta: Magenta, health: Health | None = None) -> None:
        self._magenta = magenta
        self._health = health

    @property
    def info(self) -> EngineInfo:
        """Available while magenta serves."""
        serving = self._health is None or self._health.serving
        return EngineInfo(
            name=MAGENTA,
            available=serving,
            unavailable_reason="" if serving else NOT_RUNNING,
            model=MAGENTA,
            roles=[ROLE_MELODY],
            repeatable=True,
        )

    async def refresh(self) -> None:
        """Bring `info` up to date."""
        if self._health is not None:
            await self._health.refresh()

    async def compose(self, brief: CompositionBrief) -> AsyncGenerator[Bar, Bar | None]:
        """Yield the bars that are not given, over one stream, asked for anew when a bar sounds other than it was."""
        accepted, swing = AcceptedBars(brief), brief.constraints.swing
        while not accepted.complete:
            written = tuple(straighten(bar, swing) for bar in accepted.before)  # models know no swing
            stream = self._magenta.continue_bars(written, brief.constraints, brief.bars, brief.seed)
            async with aclosing(stream):
                async for made in stream:
                    draft = humanised(made, brief)
                    correction = yield draft
                    heard = draft if correction is None else correction
                    accepted.add(heard)
                    goes_on = _sound(straighten(heard, swing)) == _sound(made)
                    if not goes_on or accepted.next_index != made.index + 1 or accepted.complete:
                        break
                else:
                    return  # too few bars


class HybridEngine:
    """Composes melodies with a specialist and Magenta.

    Args:
        specialist: Makes the first bar, and the rest when it has to.
        magenta: Continues.
        health: Of magenta; None for one that is always there.
        breaker: Remembers that magenta fails.
    """

    def __init__(
        self,
        specialist: MelodyEngine,
        magenta: Magenta,
        health: Health | None = None,
        breaker: CircuitBreaker | None = None,
    ) -> None:
        self._specialist = specialist
        self._continuing = FallbackEngine(
            MagentaEngine(magenta, health),
            specialist,
            BarDeadline(),
            breaker or CircuitBreaker(),
            bar_of=bar_of,
            name=NAME,
        )

    @property
    def info(self) -> EngineInfo:
        """Available while magenta serves and the specialist can begin."""
        specialist = self._specialist.info
        info = self._continuing.info
        info.model = f"{specialist.model} and {MAGENTA}"
        if info.available and not can_compose(self._specialist):
            info.available = False
            info.unavailable_reason = specialist.unavailable_reason
        return info

    @property
    def has_stand_in(self) -> bool:
        """Whether the specialist can compose: at worst the piece is its own, with a Notice."""
        return can_compose(self._specialist)

    def handover_s(self, brief: CompositionBrief) -> float:
        """What Magenta may take for a bar, or what the specialist itself takes to hand over."""
        return max(self._continuing.handover_s(brief), handover_s(self._specialist, brief))

    async def refresh(self) -> None:
        """Bring `info` up to date."""
        await refresh(self._continuing)

    async def compose(self, brief: CompositionBrief) -> AsyncGenerator[Bar | EngineSwitch, Bar | None]:
        """Yield the bars that are not given; see `services.composition.engine.Engine`."""
        accepted = AcceptedBars(brief)
        specialist = self._specialist.info.name
        stages: list[MelodyEngine] = [self._specialist, self._continuing]
        if brief.constraints.role != ROLE_MELODY:
            yield EngineSwitch(specialist, MELODIES_ONLY.notice(brief.intent.locale, stand_in=specialist))
            stages = [self._specialist]
        elif len(accepted.known) > accepted.next_index:
            yield EngineSwitch(specialist, CONTINUES_ONLY.notice(brief.intent.locale, stand_in=specialist))
            stages = [self._specialist]
        elif _has_notes(accepted.before):
            stages = [self._continuing]
        elif not accepted.complete:
            yield EngineSwitch(specialist)
        for stage in stages:
            async with aclosing(stage.compose(replace(brief, given_bars=accepted.known))) as composing:
                correction: Bar | None = None
                # Magenta continues what there is; as long as there is nothing, the specialist goes on.
                while not accepted.complete and not (stage is not stages[-1] and _has_notes(accepted.before)):
                    try:
                        item = await composing.asend(correction)
                    except StopAsyncIteration:
                        return
                    correction = yield item
                    if not isinstance(item, EngineSwitch):
                        accepted.add(item if correction is None else correction)


def _has_notes(bars: Sequence[Bar]) -> bool:
    return any(bar.notes for bar in bars)


def _sound(bar: Bar) -> list[tuple[int, int, int, bool]]:
    """What Magenta hears of a bar."""
    return [(note.start_step, note.duration_steps, note.pitch, note.tied) for note in bar.notes]
