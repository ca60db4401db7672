"""Starts the melody service: `python -m services.melody.main`."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from boumbapp.melody.v2.melody_service_pb2 import DESCRIPTOR
from boumbapp.melody.v2.melody_service_pb2_grpc import add_MelodyServiceServicer_to_server
from boumbapp.music.v2.music_pb2 import Bar

from llm.model import LanguageModel
from services.chassis.client.channel import open_channel
from services.chassis.server.server import ServiceDefinition, serve
from services.chassis.settings import Environment
from services.composition.brief import CompositionBrief
from services.composition.know_how import KnowHowClient
from services.composition.language_model.edit_mapping import EditMapper, edit_words
from services.composition.language_model.engines import language_model_engines
from services.composition.pooled_engine import PooledEngine
from services.composition.recording.recorder import Recorder, recording
from services.composition.registry import EngineRegistry
from services.composition.scheduling.load import Load
from services.composition.theory_client import TheoryClient
from services.composition.throttled_engine import ThrottledEngine
from services.composition.worker_pool import WorkerPool
from services.melody.composer import MelodyComposer
from services.melody.config import MelodySettings
from services.melody.engines.hybrid import HybridEngine
from services.melody.engines.magenta_client import MagentaClient
from services.melody.engines.melody_engine import MelodyEngine, MelodyEngineRegistry, bar_of
from services.melody.language_model.writer import MelodyWriter
from services.melody.refine.parse.words import lexicon
from services.melody.refiner import Refiner
from services.melody.servicer import MelodyServicer
from services.melody.worker import MODULE, embedded_engines

# Composing here holds the interpreter, so more threads would only take turns.
_THREADS = 1


def load_engines(
    settings: MelodySettings, workers: WorkerPool | None = None, model: LanguageModel | None = None
) -> MelodyEngineRegistry:
    """Load every engine whose weights are right, the preferred one first.

    Args:
        settings: Of the service.
        workers: Processes of `services.melody.worker` to share pieces out to.
        model: The language model of this machine, where one is wanted.

    Raises:
        WeightsError: There is none.
    """
    executor = ThreadPoolExecutor(_THREADS, thread_name_prefix="engine")
    embedded = embedded_engines(settings.models, settings.champions, executor)
    engines: list[MelodyEngine] = [
        PooledEngine[CompositionBrief, Bar](engine, workers) if workers else engine for engine in embedded
    ]
    if settings.magenta_address:
        channel = open_channel(settings.magenta_address, settings.server.otlp_endpoint)
        magenta = MagentaClient(channel)
        engines.append(HybridEngine(engines[0], magenta, magenta.health))
    if model is not None:
        # First where it may be used unasked; it is passed over otherwise.
        engines = [*language_model_engines(model, engines[0], MelodyWriter(), bar_of), *engines]
    if settings.pace_ms:
        engines = [ThrottledEngine(engine, settings.pace_ms / 1000) for engine in engines]
    return EngineRegistry(engines)


def mount(
    settings: MelodySettings, workers: WorkerPool | None = None, recorder: Recorder | None = None
) -> ServiceDefinition:
    """The melody servicer, ready to be put on a server; see `load_engines`.

    Args:
        settings: Of the service.
        workers: Processes that compute; None computes in this one.
        recorder: Records what was composed; None records nothing.
    """
    model = LanguageModel(settings.language_model) if settings.language_model.wanted else None
    engines = load_engines(settings, workers, model)
    theory = TheoryClient(open_channel(settings.theory_address, settings.server.otlp_endpoint))
    rag = open_channel(settings.rag_address, settings.server.otlp_endpoint) if settings.rag_address else None
    load = Load(lambda: len(workers.ready) if workers else 1)
    composer = MelodyComposer(theory, engines, settings.heartbeat_s, recorder, KnowHowClient(rag), load)
    mapper = EditMapper(model, edit_words("melody"), lexicon) if model else None
    servicer = MelodyServicer(composer, Refiner(theory, engines, recorder, mapper), engines, model)
    return ServiceDefinition(
        descriptor=DESCRIPTOR.services_by_name["MelodyService"],
        add=partial(add_MelodyServiceServicer_to_server, servicer),
        warm=servicer.warm,
        close=model.aclose if model else None,
    )


async def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    settings = MelodySettings.read(Environment())
    async with (
        WorkerPool([MODULE, str(settings.models), str(settings.champions)], settings.workers) as workers,
        recording(settings.recording, settings.server.otlp_endpoint) as recorder,
    ):
        await serve(settings.server, [mount(settings, workers, recorder)])


if __name__ == "__main__":
    asyncio.run(main())
