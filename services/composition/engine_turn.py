"""An engine at work on a piece in a task of its own, so that one that hangs can be left behind."""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any, Generic, cast

from boumbapp.music.v2.music_pb2 import Bar
from opentelemetry.trace import Span, get_current_span

from services.composition.engine import BriefT, DraftT, Engine, EngineSwitch
from telemetry import tracing

_log = logging.getLogger("engines")
# An engine that was asked to stop is waited for this long, in seconds.
_STOPPING_S = 0.2
# Tasks of engines that did not stop in time; the event loop itself holds on to none.
_left_behind: set[asyncio.Task[None]] = set()


class EngineEndedError(Exception):
    """An engine made fewer bars than it was asked for."""


@dataclass(frozen=True, slots=True)
class _Question(Generic[DraftT]):
    """What an engine is asked, and where its answer goes.

    Attributes:
        correction: Of the draft before, if there is one.
        answer: What it yields.
        span: Whom it works for.
    """

    correction: Bar | None
    answer: asyncio.Future[DraftT | EngineSwitch]
    span: Span


class EngineTurn(Generic[BriefT, DraftT]):
    """The bars that an engine makes where none is accepted.

    Args:
        engine: Who composes.
        brief: What to compose.
        accepted: The bars that there are, before the next one to make and after it.
    """

    def __init__(self, engine: Engine[BriefT, DraftT], brief: BriefT, accepted: Sequence[Bar]) -> None:
        self._engine = engine
        self._brief: BriefT = replace(cast(Any, brief), given_bars=tuple(accepted))
        self._asked: asyncio.Queue[_Question[DraftT]] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None

    async def ask(self, correction: Bar | None) -> DraftT | EngineSwitch:
        """What the engine yields next.

        Args:
            correction: Of the draft before, if there is one.

        Raises:
            EngineEndedError: The engine yields nothing more.
            Exception: Whatever the engine raises.
        """
        if self._task is None:  # not made before, so that it belongs to the call that asks
            self._task = asyncio.create_task(self._work())
        answer: asyncio.Future[DraftT | EngineSwitch] = asyncio.get_running_loop().create_future()
        self._asked.put_nowait(_Question(correction, answer, get_current_span()))
        await asyncio.wait((answer, self._task), return_when=asyncio.FIRST_COMPLETED)
        if answer.done():
            return answer.result()
        if not self._task.cancelled() and (error := self._task.exception()) is not None:
            raise error
        raise EngineEndedError(f"{self._engine.info.name} ended before the piece did")

    async def _work(self) -> None:
        """Answer until the engine ends or fails, or until `stop` is called."""
        async with aclosing(self._engine.compose(self._brief)) as composing:
            while True:
                asked = await self._asked.get()
                try:
                    with tracing.within(asked.span):
                        item = await composing.asend(asked.correction)
                except StopAsyncIteration:
                    return
                if not asked.answer.cancelled():
                    asked.answer.set_result(item)

    def abandon(self) -> asyncio.Task[None] | None:
        """Tell the engine to stop, without waiting; returns its task if it runs. The log tells of one that goes on."""
        task, self._task = self._task, None
        if task is None or task.done():
            return None
        _left_behind.add(task)
        task.add_done_callback(_forget)
        task.cancel()
        asyncio.get_running_loop().call_later(_STOPPING_S, _tell_if_running, task, self._engine.info.name)
        return task

    async def aclose(self) -> None:
        """Stop the engine, and wait a moment until it has stopped."""
        if (task := self.abandon()) is not None:
            await asyncio.wait((task,), timeout=_STOPPING_S)


def _tell_if_running(task: asyncio.Task[None], engine: str) -> None:
    if not task.done():
        _log.warning("the engine %s does not stop; it is left behind", engine)


def _forget(task: asyncio.Task[None]) -> None:
    _left_behind.discard(task)
    if not task.cancelled() and (error := task.exception()) is not None:
        _log.warning("an engine failed as it stopped", exc_info=error)
