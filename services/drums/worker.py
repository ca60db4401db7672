"""A process that composes for the drums service: `python -m services.drums.worker MODELS`."""

import sys
from collections.abc import Callable
from concurrent.futures import Executor
from functools import partial
from pathlib import Path
from typing import TypeAlias

from boumbapp.music.v2.events_pb2 import BarReady

from modelstore.manifest import FilesManifest, Manifest, load_available
from services.composition.in_process_engine import InProcessEngine
from services.composition.worker_process import work
from services.drums.engines.brief import UNHEARD, DrumsBrief
from services.drums.engines.groove_engine import specialist_engine, statistical_engine
from services.drums.neural.onnx_models import SpecialistModel
from services.drums.performance.deviation_model import FeelModel

MODULE = "services.drums.worker"
_FEEL, _SPECIALIST = "groove-feel", "specialist-drums"
Specialist: TypeAlias = tuple[SpecialistModel, FilesManifest]


def load_feel(models: Path) -> tuple[FeelModel, Manifest]:
    """How drummers deviate, and what that model is.

    Args:
        models: Folder of the models that ship.

    Raises:
        WeightsError: Its weights are not right.
    """
    return FeelModel.load(models / _FEEL)


def load_specialist(models: Path) -> Specialist | None:
    """The specialist, if its weights are right; the log tells why they are not.

    Args:
        models: Folder of the models that ship.
    """
    openers: list[Callable[[], Specialist | None]] = [
        partial(SpecialistModel.load, models / _SPECIALIST),
        lambda: None,
    ]
    return load_available(openers)[0]


def embedded_engines(
    feel: FeelModel, manifest: Manifest, specialist: Specialist | None, executor: Executor | None = None
) -> list[InProcessEngine[DrumsBrief, BarReady]]:
    """The engines that need no other program, the preferred one first.

    Args:
        feel: Timing and velocity of every engine.
        manifest: Of that model.
        specialist: Model of hits and its manifest; None where it is not installed.
        executor: Threads to compute in; see `InProcessEngine`.
    """
    engines = [statistical_engine(feel, manifest, executor)]
    if specialist is not None:
        engines.insert(0, specialist_engine(feel, *specialist, executor))
    return engines


def main() -> None:
    """Compose until the service has ended."""
    models = Path(sys.argv[1])
    engines = embedded_engines(*load_feel(models), load_specialist(models))
    work({engine.info.name: engine for engine in engines}, UNHEARD)


if __name__ == "__main__":
    main()
