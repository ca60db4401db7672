"""An arrangement while it is made: all parts at the same time, their bars in playing order."""

import asyncio
from collections.abc import AsyncGenerator, Iterator

from boumbapp.music.v2.events_pb2 import BarReady, Notice
from boumbapp.music.v2.music_pb2 import ROLE_DRUMS

from services.arranger.ensemble.player import Player
from services.arranger.ensemble.score import Score, Standing
from services.arranger.experts.expert import Expert
from services.arranger.notices import PART_MISSING
from services.arranger.plan.plan import Plan, PlannedPart
from services.chassis.errors.status import UpstreamError
from services.composition.scheduling.errors import BUSY, BUSY_SHARE


class Performance:
    """One arrangement.

    Args:
        plan: What is composed.
        drums: Composes drums.
        melody: Composes all other parts.
        patience_s: Seconds that the end waits for parts whose expert is away.
    """

    def __init__(self, plan: Plan, drums: Expert, melody: Expert, patience_s: float) -> None:
        self._plan = plan
        self._patience_s = patience_s
        self._score = Score(plan)
        self._players = [
            Player(plan, part, drums if part.role == ROLE_DRUMS else melody, self._score) for part in plan.parts
        ]
        # Indices of the bars that are still to be sent, by part.
        self._due = {part.id: [index for index in plan.wanted if index not in part.given] for part in plan.sent}
        self._sent = 0

    async def bars(self) -> AsyncGenerator[BarReady | Notice, None]:
        """Yield bar k of every part before bar k+1 of any; those of a part that was away as soon as they are there.

        Raises:
            ApiError: No part could be made, because experts are away.
            UpstreamError: Likewise, because they refuse.
        """
        tasks = [asyncio.create_task(player.play()) for player in self._players]
        try:
            await self._taken_in()
            for index in self._plan.wanted:
                self._score.take(index - 1)  # what comes before is there already, or is not wanted
                for part in self._plan.sent:
                    await self._score.wait_for(part.id, index)
                    for item in self._ready_up_to(index, part):
                        yield item
                self._score.take(index)
                self._plan.playhead.take(index)
            async for item in self._late():
                yield item
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _taken_in(self) -> None:
        """Wait until experts have begun. One who has no time for a part has none for the arrangement.

        A band without its drums is not what was asked for, and asks again and again for what others then wait for.

        Raises:
            UpstreamError: An expert has no time for another stream.
        """
        if not self._plan.wanted:
            return
        first = self._plan.wanted[0]
        self._score.take(first - 1)  # what comes before is there already, or is not wanted
        for player in self._players:
            if not player.part.follows:
                await self._score.wait_for(player.part.id, first)
            if isinstance(player.failure, UpstreamError) and player.failure.reason in (BUSY.name, BUSY_SHARE.name):
                raise player.failure

    def _ready_up_to(self, index: int, now: PlannedPart | None = None) -> Iterator[BarReady | Notice]:
        """What there is to send: notices, bars that are late, and the bar of an index of the part that is due now."""
        yield from self._score.take_notices()
        late = sorted(
            (bar, place, part.id)
            for place, part in enumerate(self._plan.sent)
            for bar in self._due[part.id]
            if bar < index and bar in self._score.ready(part.id)
        )
        for bar, _, part_id in late:
            yield self._send(part_id, bar)
        if now is not None and index in self._due[now.id] and index in self._score.ready(now.id):
            yield self._send(now.id, index)

    def _send(self, part: str, index: int) -> BarReady:
        self._due[part].remove(index)
        self._sent += 1
        return self._score.ready(part).pop(index)

    async def _late(self) -> AsyncGenerator[BarReady | Notice, None]:
        """Bars of parts that were away, as long as there is hope for them; then what is missing."""
        loop = asyncio.get_running_loop()
        give_up = loop.time() + self._patience_s
        end = self._plan.intent.bars
        while True:
            for item in self._ready_up_to(end):
                yield item
                give_up = loop.time() + self._patience_s
            awaited = [part for part in self._plan.sent if self._is_awaited(part)]
            if not awaited or loop.time() >= give_up:
                break
            try:
                async with asyncio.timeout_at(give_up):
                    await self._score.wait()
            except TimeoutError:
                continue
        if not self._sent:
            for player in self._players:
                if player.failure is not None and self._due.get(player.part.id):
                    raise player.failure
        for part in awaited:
            yield PART_MISSING.notice(self._plan.locale, bar=self._due[part.id][0], track=part.id, part=part.track.name)

    def _is_awaited(self, part: PlannedPart) -> bool:
        return bool(self._due[part.id]) and self._score.standing(part.id) is not Standing.LOST
