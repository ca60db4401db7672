"""Slows an engine down, so that a client can be rehearsed against music that arrives late."""

import asyncio
from collections.abc import AsyncGenerator

from boumbapp.music.v1.events_pb2 import EngineInfo
from boumbapp.music.v1.music_pb2 import Bar

from services.melody.engine import Brief, Engine


class PacedEngine:
    """The same engine, with a pause before each bar.

    Args:
        engine: The engine that composes.
        pause_s: Seconds to wait before a bar is computed.
    """

    def __init__(self, engine: Engine, pause_s: float) -> None:
        self._engine = engine
        self._pause_s = pause_s

    @property
    def info(self) -> EngineInfo:
        """What the engine is."""
        return self._engine.info

    async def compose(self, brief: Brief) -> AsyncGenerator[Bar, Bar | None]:
        """Yield the engine's bars, later."""
        composing = self._engine.compose(brief)
        changed: Bar | None = None
        try:
            while True:
                await asyncio.sleep(self._pause_s)
                changed = yield await composing.asend(changed)
        except StopAsyncIteration:
            return
        finally:
            await composing.aclose()
