"""The engine whose weights may be replaced while it composes: pieces that began keep theirs, later ones get the new.

A thread looks at the registry; it loads a new champion beside the one in use, and all processes go over to it at the
moment that the registry names.
"""

import logging
import threading
import time
from collections.abc import AsyncGenerator, Callable
from pathlib import Path

from boumbapp.music.v2.events_pb2 import EngineInfo
from boumbapp.music.v2.music_pb2 import Bar

from modelstore.manifest import WeightsError
from modelstore.registry import SHIPPED, Registry
from services.composition.brief import CompositionBrief
from services.composition.in_process_engine import InProcessEngine, Piece
from services.melody.engines.melody_engine import bar_of

_log = logging.getLogger("champion")
_LOOK_S = 1.0

Opener = Callable[[Path], InProcessEngine[CompositionBrief, Bar]]


class ChampionEngine(InProcessEngine[CompositionBrief, Bar]):
    """Composes with the champion.

    Args:
        opener: Opens the engine of a folder of weights.
        shipped: Folder of the model that ships.
        registry: Says who is champion.

    Raises:
        WeightsError: Neither the champion nor the model that ships can be used.
    """

    def __init__(self, opener: Opener, shipped: Path, registry: Registry) -> None:
        self._open = opener
        self._shipped = shipped
        self._registry = registry
        champion = registry.champion()
        self._name = champion.name
        try:
            self._engine = opener(registry.weights_of(champion.name, shipped))
        except WeightsError as reason:
            if champion.name == SHIPPED:
                raise
            _log.error("the model that ships composes: %s", reason)
            self._engine = opener(shipped)
        self.bar_of = bar_of
        threading.Thread(target=self._watch, name="champion", daemon=True).start()

    @property
    def info(self) -> EngineInfo:  # type: ignore[override]  # it changes with the champion
        """What the champion is."""
        return self._engine.info

    def begin(self, brief: CompositionBrief) -> Piece[Bar]:
        """Prepare a piece, which keeps its weights to the end."""
        return self._engine.begin(brief)

    def compose(self, brief: CompositionBrief) -> AsyncGenerator[Bar, Bar | None]:
        """Yield a draft of each bar; see `Engine`."""
        return self._engine.compose(brief)

    def look(self) -> None:
        """Go over to the champion, if it is another one; waits until the moment that the registry names."""
        champion = self._registry.champion()
        if champion.name == self._name:
            return
        self._name = champion.name  # one that cannot be used is not tried again and again
        try:
            engine = self._open(self._registry.weights_of(champion.name, self._shipped))
        except WeightsError as reason:
            _log.error("%s stays: %s", self._engine.info.model, reason)
            return
        time.sleep(max(0.0, min(champion.since - time.time(), 60.0)))
        self._engine = engine
        _log.info("champion: %s", engine.info.model)

    def _watch(self) -> None:
        while True:
            time.sleep(_LOOK_S)
            self.look()
