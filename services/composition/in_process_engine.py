"""An engine that is a function in this process."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from concurrent.futures import Executor
from typing import Generic

from boumbapp.music.v2.events_pb2 import EngineInfo
from boumbapp.music.v2.music_pb2 import Bar

from services.composition.brief import AcceptedBars
from services.composition.engine import BriefT, DraftT
from services.composition.scheduling.turns import Turns


class Piece(Generic[DraftT]):
    """A piece that is being composed in this process.

    Args:
        next_bar: Makes the bar after those given it, which are all before it in order.
        bar_of: The bar in a draft.
        accepted: Bars of the piece that there are; those that are made are added.
    """

    def __init__(
        self, next_bar: Callable[[Sequence[Bar]], DraftT], bar_of: Callable[[DraftT], Bar], accepted: AcceptedBars
    ) -> None:
        self._next_bar = next_bar
        self._bar_of = bar_of
        self._accepted = accepted
        self._draft: DraftT | None = None

    def next(self, correction: Bar | None) -> DraftT:
        """Draft the next bar; `correction` is the bar before as accepted, where that is not the draft."""
        if self._draft is not None:
            self._accepted.add(self._bar_of(self._draft) if correction is None else correction)
        self._draft = self._next_bar(tuple(self._accepted.before))
        return self._draft


class InProcessEngine(Generic[BriefT, DraftT]):
    """An engine in this process: plain computation, kept off the event loop.

    Args:
        info: What it is.
        start: Prepares a piece and returns the function that drafts its next bar, given all bars before
            it in order.
        bar_of: The bar in a draft.
        executor: Threads to compute in, which the caller shuts down; those of the event loop when None.
    """

    def __init__(
        self,
        info: EngineInfo,
        start: Callable[[BriefT], Callable[[Sequence[Bar]], DraftT]],
        bar_of: Callable[[DraftT], Bar],
        executor: Executor | None = None,
    ) -> None:
        self.info = info
        self.bar_of = bar_of
        self._start = start
        self._executor = executor
        self._turns = Turns()

    def begin(self, brief: BriefT) -> Piece[DraftT]:
        """Prepare a piece, in the thread that calls."""
        return Piece(self._start(brief), self.bar_of, AcceptedBars(brief))

    async def compose(self, brief: BriefT) -> AsyncGenerator[DraftT, Bar | None]:
        """Yield a draft of each bar; see `Engine`."""
        loop = asyncio.get_running_loop()
        piece: Piece[DraftT] | None = None
        correction: Bar | None = None

        def draft() -> tuple[Piece[DraftT], DraftT, float]:
            began = time.perf_counter()
            begun = piece or self.begin(brief)
            return begun, begun.next(correction), time.perf_counter() - began

        for index in brief.missing:
            async with self._turns.turn(brief.playhead, index):
                piece, drafted, seconds = await loop.run_in_executor(self._executor, draft)
            if brief.playhead is not None:
                brief.playhead.cost(seconds)
            correction = yield drafted
