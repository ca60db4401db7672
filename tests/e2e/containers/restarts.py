"""A rolling restart under live streams."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass

from tests.e2e.containers.listening import Kept, listen
from tests.e2e.containers.stack import Stack

LISTENERS, BARS, PACE_MS = 20, 24, 700
PARTS = ("melody", "theory", "gateway")
SLOWLY: Mapping[str, Mapping[str, str]] = {"melody": {"BOUMB_MELODY_PACE_MS": str(PACE_MS)}}


@dataclass(frozen=True)
class Rehearsal:
    """What came of it.

    Attributes:
        live: Streams that were going on when each part was restarted.
        seconds: How long each part took to stop and start.
        kept: What each listener has.
    """

    live: Mapping[str, int]
    seconds: Mapping[str, float]
    kept: tuple[Kept, ...]


async def rolling_restart(stack: Stack, token: str) -> Rehearsal:
    """Restart each of the parts while all listen, the next one when all have a further bar.

    Args:
        stack: Whose melody is slow enough for streams to live through it.
        token: Whom the gateway believes.

    Raises:
        TimeoutError: A listener could not go on.
    """
    kept = tuple(Kept(seed) for seed in range(LISTENERS))
    listening = asyncio.gather(*(listen(stack.address, token, each.seed, BARS, each) for each in kept))
    live: dict[str, int] = {}
    seconds: dict[str, float] = {}
    for part in PARTS:
        while min(len(each.bars) for each in kept) < 1 + len(live) and not listening.done():  # noqa: ASYNC110
            await asyncio.sleep(0.1)  # of another process
        live[part] = sum(len(each.bars) < BARS for each in kept)
        began = time.monotonic()
        await asyncio.to_thread(stack.restart, part)
        seconds[part] = time.monotonic() - began
    await listening
    return Rehearsal(live, seconds, kept)
