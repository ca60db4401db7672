"""The engines of a process, by name."""

from collections.abc import Sequence
from typing import Generic

from boumbapp.music.v2.events_pb2 import EngineInfo

from services.chassis.errors.catalogue import ApiError
from services.composition.engine import BriefT, DraftT, Engine, can_compose, is_by_name_only, refresh
from services.composition.errors import ENGINE_UNAVAILABLE, UNKNOWN_ENGINE

AUTO = "auto"
# After this long, in seconds, an engine that was away may be back.
_RETRY_S = 5


class EngineRegistry(Generic[BriefT, DraftT]):
    """The engines of a process by name. Whether one can compose is asked each time, since it changes.

    Args:
        engines: From the most to the least preferred. Names must differ.
    """

    def __init__(self, engines: Sequence[Engine[BriefT, DraftT]]) -> None:
        self._engines = {engine.info.name: engine for engine in engines}
        if len(self._engines) < len(engines):
            raise ValueError("two engines have the same name")

    def choose(self, name: str) -> Engine[BriefT, DraftT]:
        """The engine of that name; for "" or "auto" the most preferred one that is available.

        One that is away is chosen all the same where another one stands in for it: the caller gets music, and a
        Notice says who makes it.

        Raises:
            ApiError: No engine has that name, or nobody can compose now.
        """
        if name in ("", AUTO):
            candidates = sorted(self._engines.values(), key=is_by_name_only)
        elif name in self._engines:
            candidates = [self._engines[name]]
        else:
            allowed = ", ".join([AUTO, *self._engines])
            raise ApiError(UNKNOWN_ENGINE, field="engine", value=name, allowed=allowed)
        for engine in candidates:
            if engine.info.available:
                return engine
        for engine in candidates:
            if can_compose(engine):
                return engine
        raise ApiError(ENGINE_UNAVAILABLE, field="engine", value=name or AUTO, retry_s=_RETRY_S)

    def infos(self) -> list[EngineInfo]:
        """What each engine is, from the most to the least preferred."""
        return [engine.info for engine in self._engines.values()]

    async def asked_infos(self) -> list[EngineInfo]:
        """The same, once engines that are elsewhere have been asked, which takes a quarter of a second at most."""
        await refresh(*self._engines.values())
        return self.infos()
