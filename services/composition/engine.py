"""What composes a piece, a bar at a time, when asked for the next one: the same for every composing service."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from boumbapp.music.v1.events_pb2 import EngineInfo, Notice
from boumbapp.music.v1.music_pb2 import Bar

from services.chassis.errors.catalogue import DEPENDENCY_DOWN, ApiError
from services.composition.errors import UNKNOWN_ENGINE

AUTO = "auto"
# After this long, in seconds, an engine that was away may be back.
_RETRY_S = 5.0


class Brief(Protocol):
    """What every brief says, whatever is to be composed."""

    @property
    def bars(self) -> int:
        """Length of the piece in bars."""

    @property
    def given_bars(self) -> tuple[Bar, ...]:
        """The beginning of the piece, which exists already."""


BriefT = TypeVar("BriefT", bound=Brief)
BriefT_contra = TypeVar("BriefT_contra", bound=Brief, contravariant=True)
MadeT = TypeVar("MadeT")
MadeT_co = TypeVar("MadeT_co", covariant=True)


@dataclass(frozen=True, slots=True)
class EngineSwitch:
    """What an engine yields instead of a bar when somebody else makes the bars from here on.

    Attributes:
        engine: Name of who makes them.
        notice: What the listener should know; None for what was planned.
    """

    engine: str
    notice: Notice | None = None


class Engine(Protocol[BriefT_contra, MadeT_co]):
    """Composes. Bar k depends on nothing but the brief without its given bars, k, and the bars before k."""

    @property
    def info(self) -> EngineInfo:
        """Name, model and digest, and whether the engine can compose now."""

    def compose(self, brief: BriefT_contra) -> AsyncGenerator[MadeT_co | EngineSwitch, Bar | None]:
        """Yield what is made for the bars after the given ones, in order, and an EngineSwitch where the maker changes.

        A bar is computed when it is asked for, not before. A caller that changed a bar sends the
        changed one with `asend`, so that the music goes on from what is heard: the same as if that
        bar had been given. Closing or cancelling the generator stops the engine within a bar.
        """


class Piece(Generic[MadeT]):
    """A piece that is being composed in this process.

    Args:
        next_bar: Makes the bar after those given it, which are all before it in order.
        bar_of: The bar in what was made.
        played: The beginning of the piece.
    """

    def __init__(
        self, next_bar: Callable[[Sequence[Bar]], MadeT], bar_of: Callable[[MadeT], Bar], played: Sequence[Bar]
    ) -> None:
        self._next_bar = next_bar
        self._bar_of = bar_of
        self._played = list(played)
        self._made: MadeT | None = None

    def next(self, changed: Bar | None) -> MadeT:
        """Make the next bar; `changed` is the one before as it is heard, where that is not what was made."""
        if self._made is not None:
            self._played.append(self._bar_of(self._made) if changed is None else changed)
        self._made = self._next_bar(tuple(self._played))
        return self._made


class InProcessEngine(Generic[BriefT, MadeT]):
    """An engine in this process: plain computation, kept off the event loop.

    Args:
        info: What it is.
        start: Prepares a piece and returns the function that makes its next bar, given all bars before
            it in order.
        bar_of: The bar in what was made.
        executor: Threads to compute in, which the caller shuts down; those of the event loop when None.
    """

    def __init__(
        self,
        info: EngineInfo,
        start: Callable[[BriefT], Callable[[Sequence[Bar]], MadeT]],
        bar_of: Callable[[MadeT], Bar],
        executor: Executor | None = None,
    ) -> None:
        self.info = info
        self.bar_of = bar_of
        self._start = start
        self._executor = executor

    def begin(self, brief: BriefT) -> Piece[MadeT]:
        """Prepare a piece, in the thread that calls."""
        return Piece(self._start(brief), self.bar_of, brief.given_bars)

    async def compose(self, brief: BriefT) -> AsyncGenerator[MadeT, Bar | None]:
        """Yield what is made for each bar; see `Engine`."""
        loop = asyncio.get_running_loop()
        piece = await loop.run_in_executor(self._executor, self.begin, brief)
        changed: Bar | None = None
        for _ in range(len(brief.given_bars), brief.bars):
            changed = yield await loop.run_in_executor(self._executor, piece.next, changed)


class ThrottledEngine(Generic[BriefT, MadeT]):
    """The same engine, with a pause before each bar, to rehearse a client against music that arrives late.

    Args:
        engine: The engine that composes.
        pause_s: Seconds to wait before a bar is computed.
    """

    def __init__(self, engine: Engine[BriefT, MadeT], pause_s: float) -> None:
        self._engine = engine
        self._pause_s = pause_s

    @property
    def info(self) -> EngineInfo:
        """What the engine is."""
        return self._engine.info

    async def compose(self, brief: BriefT) -> AsyncGenerator[MadeT | EngineSwitch, Bar | None]:
        """Yield what the engine makes, later."""
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


class EngineRegistry(Generic[BriefT, MadeT]):
    """The engines of a process by name.

    Args:
        engines: From the most to the least preferred. Names must differ.
    """

    def __init__(self, engines: Sequence[Engine[BriefT, MadeT]]) -> None:
        self._engines = {engine.info.name: engine for engine in engines}
        if len(self._engines) < len(engines):
            raise ValueError("two engines have the same name")

    def choose(self, name: str) -> Engine[BriefT, MadeT]:
        """The engine of that name; for "" or "auto" the most preferred one that is available.

        Raises:
            ApiError: No engine has that name, or it cannot compose now.
        """
        if name in ("", AUTO):
            candidates = list(self._engines.values())
        elif name in self._engines:
            candidates = [self._engines[name]]
        else:
            allowed = ", ".join([AUTO, *self._engines])
            raise ApiError(UNKNOWN_ENGINE, field="engine", value=name, allowed=allowed)
        for engine in candidates:
            if engine.info.available:
                return engine
        raise ApiError(DEPENDENCY_DOWN, field="engine", value=name or AUTO, retry_s=_RETRY_S)

    def infos(self) -> list[EngineInfo]:
        """What each engine is, from the most to the least preferred."""
        return [engine.info for engine in self._engines.values()]
