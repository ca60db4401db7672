"""A process that composes for the melody service: `python -m services.melody.worker MODELS [CHAMPIONS]`."""

import sys
from concurrent.futures import Executor
from functools import partial
from pathlib import Path

from boumbapp.music.v2.music_pb2 import Bar

from modelstore.manifest import load_available
from modelstore.registry import Registry
from services.composition.brief import CompositionBrief
from services.composition.in_process_engine import InProcessEngine
from services.composition.worker_process import work
from services.melody.engines.champion import ChampionEngine
from services.melody.engines.melody_engine import UNHEARD
from services.melody.engines.rule_based import open_specialist, open_statistical

MODULE = "services.melody.worker"
_SPECIALIST, _STATISTICAL = "specialist-line", "specialist-folk"


def embedded_engines(
    models: Path, champions: Path | None = None, executor: Executor | None = None
) -> list[InProcessEngine[CompositionBrief, Bar]]:
    """The engines that need no other program and whose weights are right, the preferred one first.

    Args:
        models: Folder of the models that ship.
        champions: Folder of the models that were made here; None for none.
        executor: Threads to compute in; see `InProcessEngine`.

    Raises:
        WeightsError: There is none.
    """
    return load_available(
        [
            partial(_specialist, models / _SPECIALIST, champions, executor),
            partial(open_statistical, models / _STATISTICAL, executor),
        ]
    )


def _specialist(
    shipped: Path, champions: Path | None, executor: Executor | None
) -> InProcessEngine[CompositionBrief, Bar]:
    if champions is None:
        return open_specialist(shipped, executor)
    opener = partial(open_specialist, executor=executor)
    return ChampionEngine(opener, shipped, Registry(champions / shipped.name))


def main() -> None:
    """Compose until the service has ended."""
    models, *champions = map(Path, sys.argv[1:])
    engines = embedded_engines(models, champions[0] if champions else None)
    work({engine.info.name: engine for engine in engines}, UNHEARD)


if __name__ == "__main__":
    main()
