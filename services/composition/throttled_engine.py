"""An engine made slower."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Generic

from boumbapp.music.v2.events_pb2 import EngineInfo
from boumbapp.music.v2.music_pb2 import Bar

from services.composition.brief import CompositionBrief
from services.composition.engine import (
    BriefT,
    DraftT,
    Engine,
    EngineSwitch,
    can_compose,
    handover_s,
    is_by_name_only,
    refresh,
)


class ThrottledEngine(Generic[BriefT, DraftT]):
    """The same engine, with a pause before each bar, to rehearse a client against music that arrives late.

    Args:
        engine: The engine that composes.
        pause_s: Seconds to wait before a bar is computed.
    """

    def __init__(self, engine: Engine[BriefT, DraftT], pause_s: float) -> None:
        self._engine = engine
        self._pause_s = pause_s

    @property
    def info(self) -> EngineInfo:
        """What the engine is."""
        return self._engine.info

    @property
    def by_name_only(self) -> bool:
        """Whether the engine is passed over unless it is named."""
        return is_by_name_only(self._engine)

    @property
    def has_stand_in(self) -> bool:
        """Whether music comes out."""
        return can_compose(self._engine)

    def handover_s(self, brief: CompositionBrief) -> float:
        """The pause, and what the engine itself takes."""
        return self._pause_s + handover_s(self._engine, brief)

    async def refresh(self) -> None:
        """Bring `info` up to date."""
        await refresh(self._engine)

    async def compose(self, brief: BriefT) -> AsyncGenerator[DraftT | EngineSwitch, Bar | None]:
        """Yield what the engine makes, later."""
        async with aclosing(self._engine.compose(brief)) as composing:
            correction: Bar | None = None
            try:
                while True:
                    await asyncio.sleep(self._pause_s)
                    correction = yield await composing.asend(correction)
            except StopAsyncIteration:
                return
