"""A process that composes for the melody service, which starts it: `python -m services.melody.worker MODELS`."""

import sys
from concurrent.futures import Executor
from functools import partial
from pathlib import Path

from boumbapp.music.v2.music_pb2 import Bar

from modelstore.manifest import load_available
from services.composition.brief import CompositionBrief
from services.composition.in_process_engine import InProcessEngine
from services.composition.worker_process import work
from services.melody.engines.rule_based import open_specialist, open_statistical

MODULE = "services.melody.worker"
_SPECIALIST, _STATISTICAL = "specialist-line", "specialist-folk"


def embedded_engines(models: Path, executor: Executor | None = None) -> list[InProcessEngine[CompositionBrief, Bar]]:
    """The engines that need nobody else and whose weights are right, the preferred one first.

    Args:
        models: Folder of the models that ship.
        executor: Threads to compute in; see `InProcessEngine`.

    Raises:
        WeightsError: There is none.
    """
    return load_available(
        [
            partial(open_specialist, models / _SPECIALIST, executor),
            partial(open_statistical, models / _STATISTICAL, executor),
        ]
    )


def main() -> None:
    """Compose until the service has ended."""
    work({engine.info.name: engine for engine in embedded_engines(Path(sys.argv[1]))})


if __name__ == "__main__":
    main()
