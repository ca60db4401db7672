"""What composes a piece, a bar at a time, when asked for the next one: the same for every composing service.

Three words for a bar: an engine makes a draft; once theory has checked it, it is accepted; where theory changed it, the
bar as changed is the correction, and it is accepted in place of the draft.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Protocol, TypeVar, runtime_checkable

from boumbapp.music.v2.events_pb2 import EngineInfo, Notice
from boumbapp.music.v2.music_pb2 import Bar

from services.composition.brief import CompositionBrief

_log = logging.getLogger("engines")
# Asking an engine elsewhere whether it is there may take this long, in seconds.
_REFRESH_S = 0.25
# Why an engine is not available, as `EngineInfo` tells it.
NOT_RUNNING, FAILING, LOADING = "NOT_RUNNING", "FAILING", "LOADING"

BriefT = TypeVar("BriefT", bound=CompositionBrief)
BriefT_contra = TypeVar("BriefT_contra", bound=CompositionBrief, contravariant=True)
DraftT = TypeVar("DraftT")
DraftT_co = TypeVar("DraftT_co", covariant=True)


@dataclass(frozen=True, slots=True)
class EngineSwitch:
    """What an engine yields instead of a draft when somebody else makes the bars from here on.

    Attributes:
        engine: Name of who makes them.
        notice: What the listener should know; None for what was planned.
    """

    engine: str
    notice: Notice | None = None


class Engine(Protocol[BriefT_contra, DraftT_co]):
    """Composes. Bar k depends on the brief, k, and the bars before k alone; of given bars, on those after k too."""

    @property
    def info(self) -> EngineInfo:
        """Name, model and digest, and whether the engine can compose now: never kept, always asked."""

    def compose(self, brief: BriefT_contra) -> AsyncGenerator[DraftT_co | EngineSwitch, Bar | None]:
        """Yield a draft of each bar that is not given, in order, and an EngineSwitch where the maker changes.

        A bar is computed when it is asked for, not before. The correction of a draft is sent with
        `asend`, so that the music continues from the accepted bars: the same as if that bar had been given.
        Closing or cancelling the generator stops the engine within a bar.
        """


@runtime_checkable
class Refreshing(Protocol):
    """An engine that is elsewhere, so that only asking there tells whether it can compose."""

    async def refresh(self) -> None:
        """Bring `info` up to date."""


@runtime_checkable
class StandingIn(Protocol):
    """An engine that goes on with another one while it is away itself."""

    @property
    def has_stand_in(self) -> bool:
        """Whether that other one can compose now."""

    def handover_s(self, brief: CompositionBrief) -> float:
        """Seconds of a bar that may pass before the other one is asked for it."""


@runtime_checkable
class OnRequest(Protocol):
    """An engine that is not always wanted by those who leave the choice to the service."""

    @property
    def by_name_only(self) -> bool:
        """Whether it is passed over now unless it is named."""


def is_by_name_only(engine: object) -> bool:
    """Whether an engine is passed over now by those who name none."""
    return isinstance(engine, OnRequest) and engine.by_name_only


async def refresh(*engines: object) -> None:
    """Bring the `info` of engines up to date, those that are elsewhere; takes a quarter of a second at most."""
    elsewhere = [engine.refresh() for engine in engines if isinstance(engine, Refreshing)]
    if elsewhere:
        try:
            async with asyncio.timeout(_REFRESH_S):
                answers = await asyncio.gather(*elsewhere, return_exceptions=True)
        except TimeoutError:
            return  # `info` says what was known
        for answer in answers:
            if isinstance(answer, Exception):
                _log.warning("an engine could not be asked whether it is there", exc_info=answer)


def can_compose(engine: Engine[BriefT, DraftT]) -> bool:
    """Whether music comes out when the engine is asked, be it another one's."""
    return engine.info.available or (isinstance(engine, StandingIn) and engine.has_stand_in)


def handover_s(engine: object, brief: CompositionBrief) -> float:
    """Seconds of a bar that may pass before an engine hands over to its stand-in; 0 when it has none.

    Args:
        engine: Who composes.
        brief: What it composes.
    """
    return engine.handover_s(brief) if isinstance(engine, StandingIn) else 0.0
