"""The engines of this process, in order of preference."""

from collections.abc import Sequence

from boumbapp.music.v1.events_pb2 import EngineInfo

from services.chassis.errors import Code, Fault
from services.melody.engine import Engine

AUTO = "auto"
# After this long, in seconds, an engine that was away may be back.
_RETRY_S = 5.0


class Engines:
    """Engines by name.

    Args:
        engines: From the most to the least preferred. Names must differ.
    """

    def __init__(self, engines: Sequence[Engine]) -> None:
        self._engines = {engine.info.name: engine for engine in engines}
        if len(self._engines) < len(engines):
            raise ValueError("two engines have the same name")

    def choose(self, name: str) -> Engine:
        """The engine of that name; for "" or "auto" the most preferred one that is available.

        Raises:
            Fault: No engine has that name, or it cannot compose now.
        """
        if name in ("", AUTO):
            candidates = list(self._engines.values())
        elif name in self._engines:
            candidates = [self._engines[name]]
        else:
            allowed = ", ".join([AUTO, *self._engines])
            raise Fault(Code.UNKNOWN_ENGINE, field="engine", value=name, allowed=allowed)
        for engine in candidates:
            if engine.info.available:
                return engine
        raise Fault(Code.DEPENDENCY_DOWN, field="engine", value=name or AUTO, retry_s=_RETRY_S)

    def infos(self) -> list[EngineInfo]:
        """What each engine is, from the most to the least preferred."""
        return [engine.info for engine in self._engines.values()]
