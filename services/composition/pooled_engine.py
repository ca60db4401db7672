"""An engine whose pieces are composed by worker processes.

A piece stays with its worker, which has its state. Until a worker is ready, and when one ends or falls silent, the
piece goes on with another one or, while there is none, in the service.
"""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from typing import Any, Generic, cast

from boumbapp.music.v2.events_pb2 import EngineInfo
from boumbapp.music.v2.music_pb2 import Bar

from services.composition.brief import AcceptedBars
from services.composition.engine import BriefT, DraftT
from services.composition.in_process_engine import InProcessEngine
from services.composition.scheduling.turns import ClosedError
from services.composition.worker_pool import Worker, WorkerGoneError, WorkerPool

# A worker that answers nothing for so many seconds is left; a piece that had to leave one waits twice as long for the
# next.
_PATIENCE_S = 0.8


class PooledEngine(Generic[BriefT, DraftT]):
    """An engine whose pieces are composed by workers, and here while there are none.

    Args:
        engine: The same engine in this process.
        workers: Processes that have it too, by its name.
    """

    def __init__(self, engine: InProcessEngine[BriefT, DraftT], workers: WorkerPool) -> None:
        self._engine = engine
        self._workers = workers

    @property
    def info(self) -> EngineInfo:
        """What the engine is."""
        return self._engine.info

    async def compose(self, brief: BriefT) -> AsyncGenerator[DraftT, Bar | None]:
        """Yield a draft of each bar; see `Engine`.

        A bar depends on the bars before it alone, not on the process that made them: a piece may change its process.
        """
        accepted = AcceptedBars(brief)
        patience_s = _PATIENCE_S
        while not accepted.complete:
            worker = self._workers.for_piece((brief.seed, brief.constraints.role), begun=bool(accepted.known))
            rest: BriefT = replace(cast(Any, brief), given_bars=accepted.known)
            composing = self._compose_with(worker, rest, patience_s) if worker else self._engine.compose(rest)
            correction: Bar | None = None
            async with aclosing(composing):
                try:
                    while not accepted.complete and (worker or not self._workers.least_busy()):
                        draft = await composing.asend(correction)
                        correction = yield draft
                        accepted.add(self._engine.bar_of(draft) if correction is None else correction)
                except (WorkerGoneError, ClosedError):
                    patience_s *= 2
                    continue

    async def _compose_with(
        self, worker: Worker, brief: BriefT, patience_s: float
    ) -> AsyncGenerator[DraftT, Bar | None]:
        playhead, piece = brief.playhead, None
        correction: Bar | None = None
        worker.pieces += 1
        try:
            for index in brief.missing:
                async with worker.turns.turn(playhead, index):
                    if piece is None:
                        piece = worker.begin(self.info.name, replace(cast(Any, brief), playhead=None))
                    draft, seconds = await worker.ask(piece, correction, patience_s)
                if playhead is not None:
                    playhead.cost(seconds)
                correction = yield draft
        finally:
            worker.pieces -= 1
            if piece is not None:
                worker.end(piece)
