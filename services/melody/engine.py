"""What every engine is: something that composes a piece, a bar at a time, when asked for the next one."""

import asyncio
import random
from collections.abc import AsyncGenerator, Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Protocol

from boumbapp.music.v1.events_pb2 import EngineInfo
from boumbapp.music.v1.intent_pb2 import Constraints, Intent
from boumbapp.music.v1.music_pb2 import Bar

# One more bar, given all bars before it in order.
NextBar = Callable[[Sequence[Bar]], Bar]


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """What to compose.

    Attributes:
        constraints: What the music must keep to.
        intent: What the person asked for; its style and mood may colour the music.
        bars: Length of the piece in bars.
        seed: Draws all randomness, together with the index of a bar.
        given_bars: The beginning of the piece, which exists already.
    """

    constraints: Constraints
    intent: Intent
    bars: int
    seed: int
    given_bars: tuple[Bar, ...] = ()


class Engine(Protocol):
    """Composes. Bar k depends on nothing but the brief without its given bars, k, and the bars before k."""

    @property
    def info(self) -> EngineInfo:
        """Name, model and digest, and whether the engine can compose now."""

    def compose(self, brief: Brief) -> AsyncGenerator[Bar, Bar | None]:
        """Yield the bars after the given ones, in order.

        A bar is computed when it is asked for, not before. A caller that changed a bar sends the
        changed one with `asend`, so that the music goes on from what is heard: the same as if that
        bar had been given. Closing or cancelling the generator stops the engine within a bar.
        """


class EmbeddedEngine:
    """An engine in this process: plain computation, kept off the event loop.

    Args:
        info: What it is.
        start: Prepares a piece and returns the function that makes its next bar. Both run in `executor`.
        executor: Threads to compute in; the caller shuts it down.
    """

    def __init__(self, info: EngineInfo, start: Callable[[Brief], NextBar], executor: Executor) -> None:
        self.info = info
        self._start = start
        self._executor = executor

    async def compose(self, brief: Brief) -> AsyncGenerator[Bar, Bar | None]:
        """Yield the bars after the given ones; see `Engine`."""
        loop = asyncio.get_running_loop()
        played = list(brief.given_bars)
        next_bar = await loop.run_in_executor(self._executor, self._start, brief)
        while len(played) < brief.bars:
            bar = await loop.run_in_executor(self._executor, next_bar, tuple(played))
            changed = yield bar
            played.append(bar if changed is None else changed)


def bar_random(seed: int, bar: int, purpose: int = 0) -> random.Random:
    """Random numbers of one bar: the same on every machine, and independent of all other bars.

    Args:
        seed: Seed of the piece, 0 to 2**32 - 1.
        bar: Index of the bar, from 0.
        purpose: Tells independent draws for the same bar apart, 0-255.
    """
    # A Mersenne Twister seeded with an integer is the same everywhere; these fields never collide.
    return random.Random((seed << 40) | (bar << 8) | purpose)  # noqa: S311  music, not secrets
