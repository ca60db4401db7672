"""Starts the drums service: `python -m services.drums.main`."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from boumbapp.drums.v2.drums_service_pb2 import DESCRIPTOR
from boumbapp.drums.v2.drums_service_pb2_grpc import add_DrumsServiceServicer_to_server
from boumbapp.music.v2.events_pb2 import BarReady

from llm.model import LanguageModel
from modelstore.manifest import Manifest
from services.chassis.client.channel import open_channel
from services.chassis.server.server import ServiceDefinition, serve
from services.chassis.settings import Environment
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
from services.drums.composer import DrumsComposer
from services.drums.config import DrumsSettings
from services.drums.engines.brief import DrumsBrief, DrumsEngine, DrumsEngineRegistry, bar_of
from services.drums.language_model.writer import DrumsWriter
from services.drums.performance.deviation_model import FeelModel
from services.drums.refine.parse.words import lexicon
from services.drums.refiner import Refiner
from services.drums.servicer import DrumsServicer
from services.drums.worker import MODULE, Specialist, embedded_engines, load_feel, load_specialist

# Composing holds the interpreter, so more threads would only take turns.
_THREADS = 1


def load_engines(
    settings: DrumsSettings,
    model: FeelModel,
    manifest: Manifest,
    specialist: Specialist | None,
    language_model: LanguageModel | None = None,
    workers: WorkerPool | None = None,
) -> DrumsEngineRegistry:
    """Every engine that there is, the preferred one first.

    Args:
        settings: Of the service.
        model: Timing and velocity of every engine.
        manifest: Of that model.
        specialist: Model of hits and its manifest; None where it is not installed.
        language_model: The language model of this machine, where one is wanted.
        workers: Processes of `services.drums.worker` to share pieces out to.
    """
    executor = ThreadPoolExecutor(_THREADS, thread_name_prefix="engine")
    engines: list[DrumsEngine] = [
        PooledEngine[DrumsBrief, BarReady](engine, workers) if workers else engine
        for engine in embedded_engines(model, manifest, specialist, executor)
    ]
    if language_model is not None:
        # First where it may be used unasked; it is passed over otherwise.
        engines = [*language_model_engines(language_model, engines[0], DrumsWriter(model), bar_of), *engines]
    if settings.pace_ms:
        engines = [ThrottledEngine(engine, settings.pace_ms / 1000) for engine in engines]
    return EngineRegistry(engines)


def mount(
    settings: DrumsSettings, workers: WorkerPool | None = None, recorder: Recorder | None = None
) -> ServiceDefinition:
    """The drums servicer, ready to be put on a server.

    Args:
        settings: Of the service.
        workers: Processes that compute; None computes in this one.
        recorder: Records what was composed; None records nothing.

    Raises:
        WeightsError: No engine's weights are right.
    """
    model, manifest = load_feel(settings.models)
    specialist = load_specialist(settings.models)
    language_model = LanguageModel(settings.language_model) if settings.language_model.wanted else None
    engines = load_engines(settings, model, manifest, specialist, language_model, workers)
    open_to = partial(open_channel, otlp_endpoint=settings.server.otlp_endpoint, tls=settings.server.tls)
    theory = TheoryClient(open_to(settings.theory_address))
    know_how = KnowHowClient(open_to(settings.rag_address) if settings.rag_address else None)
    mapper = EditMapper(language_model, edit_words("drums"), lexicon) if language_model else None
    refiner = Refiner(theory, model, specialist[0] if specialist else None, recorder, mapper)
    load = Load(lambda: len(workers.ready) if workers else 1)
    composer = DrumsComposer(theory, engines, settings.heartbeat_s, recorder, know_how, load)
    servicer = DrumsServicer(composer, refiner, engines, language_model)
    return ServiceDefinition(
        descriptor=DESCRIPTOR.services_by_name["DrumsService"],
        add=partial(add_DrumsServiceServicer_to_server, servicer),
        warm=servicer.warm,
        close=language_model.aclose if language_model else None,
    )


async def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    settings = DrumsSettings.read(Environment())
    async with (
        WorkerPool([MODULE, str(settings.models)], settings.workers) as workers,
        recording(settings.recording, settings.server.otlp_endpoint) as recorder,
    ):
        await serve(settings.server, [mount(settings, workers, recorder)])


if __name__ == "__main__":
    asyncio.run(main())
