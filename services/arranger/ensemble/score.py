"""The bars that there are of all parts, while they are being made."""

import asyncio
from collections.abc import Mapping
from enum import Enum

from boumbapp.music.v2.events_pb2 import BarReady, Notice
from boumbapp.music.v2.music_pb2 import Bar

from services.arranger.plan.plan import Plan


class Standing(Enum):
    """How it stands with a part."""

    AT_WORK = "its bars come"
    AWAY = "its expert is away, and asked again"
    LOST = "no more bars come"


class Score:
    """Bars of an arrangement; who waits for one is woken when it comes.

    Args:
        plan: What is composed.
    """

    def __init__(self, plan: Plan) -> None:
        self._bars: dict[str, dict[int, Bar]] = {part.id: dict(part.given) for part in plan.parts}
        self._ready: dict[str, dict[int, BarReady]] = {part.id: {} for part in plan.parts}
        self._standing = dict.fromkeys(self._bars, Standing.AT_WORK)
        self._changed = asyncio.Event()
        self.taken = 0  # bars, from the first one on, of which the listener has all that there are
        self._notices: list[Notice] = []  # that are still to be sent

    def bars(self, part: str) -> Mapping[int, Bar]:
        """The bars of a part by index, given ones among them."""
        return self._bars[part]

    def ready(self, part: str) -> dict[int, BarReady]:
        """The bars of a part that were made and not sent, by index."""
        return self._ready[part]

    def standing(self, part: str) -> Standing:
        """How it stands with a part."""
        return self._standing[part]

    def add(self, part: str, ready: BarReady) -> None:
        """Take a bar of a part.

        Args:
            part: Its id.
            ready: The bar.
        """
        self._bars[part][ready.bar.index] = ready.bar
        self._ready[part][ready.bar.index] = ready
        self._standing[part] = Standing.AT_WORK
        self._wake()

    def stand(self, part: str, standing: Standing, notice: Notice | None = None) -> None:
        """Say how it stands with a part.

        Args:
            part: Its id.
            standing: From now on.
            notice: What the listener should know.
        """
        self._standing[part] = standing
        if notice is not None:
            self._notices.append(notice)
        self._wake()

    def tell(self, notice: Notice) -> None:
        """Have a notice sent before the next bar."""
        self._notices.append(notice)

    def take_notices(self) -> list[Notice]:
        """Notices that came since they were taken last."""
        notices, self._notices = self._notices, []
        return notices

    def take(self, index: int) -> None:
        """Say that the listener has all bars up to an index."""
        self.taken = index + 1
        self._wake()

    async def wait(self) -> None:
        """Wait until something changes."""
        await self._changed.wait()

    async def wait_for(self, part: str, index: int) -> None:
        """Wait until a part has a bar, or its expert is away.

        Args:
            part: Its id.
            index: Of the bar.
        """
        while index not in self._bars[part] and self._standing[part] is Standing.AT_WORK:
            await self.wait()

    def _wake(self) -> None:
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()
