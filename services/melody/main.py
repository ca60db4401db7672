"""Starts the melody service: `python -m services.melody.main`."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from boumbapp.melody.v1.melody_service_pb2 import DESCRIPTOR
from boumbapp.melody.v1.melody_service_pb2_grpc import add_MelodyServiceServicer_to_server

from services.chassis.channel import open_channel
from services.chassis.engines import PacedEngine
from services.chassis.server import Mount, serve
from services.chassis.settings import Environment
from services.chassis.theory_client import TheoryClient
from services.melody.composer import Composer
from services.melody.config import MelodySettings
from services.melody.engine import Engine, Engines
from services.melody.hybrid import HybridEngine
from services.melody.magenta_client import MagentaClient
from services.melody.servicer import MelodyServicer
from services.melody.specialist.specialist import open_specialist, open_statistical

_SPECIALIST, _STATISTICAL = "specialist-line", "specialist-folk"
# Composing holds the interpreter but for the network's part; a second thread uses that time.
_THREADS = 2


def load_engines(settings: MelodySettings) -> Engines:
    """Load every engine there is, the preferred one first. Raises WeightsError when the weights are not right."""
    executor = ThreadPoolExecutor(_THREADS, thread_name_prefix="engine")
    engines: list[Engine] = [
        open_specialist(settings.models / _SPECIALIST, executor),
        open_statistical(settings.models / _STATISTICAL, executor),
    ]
    if settings.magenta_address:
        channel = open_channel(settings.magenta_address, settings.server.otlp_endpoint)
        engines.append(HybridEngine(engines[0], MagentaClient(channel)))
    if settings.pace_ms:
        engines = [PacedEngine(engine, settings.pace_ms / 1000) for engine in engines]
    return Engines(engines)


def mount(settings: MelodySettings) -> Mount:
    """The melody servicer, ready to be put on a server."""
    engines = load_engines(settings)
    theory = TheoryClient(open_channel(settings.theory_address, settings.server.otlp_endpoint))
    servicer = MelodyServicer(Composer(theory, engines), engines)
    return Mount(
        descriptor=DESCRIPTOR.services_by_name["MelodyService"],
        add=partial(add_MelodyServiceServicer_to_server, servicer),
        warm=servicer.warm,
    )


async def main() -> None:
    """Serve until told to stop."""
    settings = MelodySettings.read(Environment())
    await serve(settings.server, [mount(settings)])


if __name__ == "__main__":
    asyncio.run(main())
