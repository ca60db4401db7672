"""Starts the arranger service: `python -m services.arranger.main`."""

import asyncio
from functools import partial

from boumbapp.arranger.v2.arranger_service_pb2 import DESCRIPTOR
from boumbapp.arranger.v2.arranger_service_pb2_grpc import add_ArrangerServiceServicer_to_server

from services.arranger.composer import Arranger
from services.arranger.config import ArrangerSettings
from services.arranger.experts.drums_client import DrumsClient
from services.arranger.experts.melody_client import MelodyClient
from services.arranger.refiner import ArrangementRefiner
from services.arranger.servicer import ArrangerServicer
from services.chassis.client.channel import open_channel
from services.chassis.server.server import ServiceDefinition, serve
from services.chassis.settings import Environment
from services.composition.know_how import KnowHowClient
from services.composition.recording.recorder import Recorder, recording
from services.composition.theory_client import TheoryClient


def mount(settings: ArrangerSettings, recorder: Recorder | None = None) -> ServiceDefinition:
    """The arranger servicer, ready to be put on a server.

    Args:
        settings: Of the service.
        recorder: Records what was arranged; None records nothing.
    """
    open_to = partial(open_channel, otlp_endpoint=settings.server.otlp_endpoint, tls=settings.server.tls)
    drums, melody = DrumsClient(open_to(settings.drums_address)), MelodyClient(open_to(settings.melody_address))
    arranger = Arranger(
        TheoryClient(open_to(settings.theory_address)),
        drums,
        melody,
        settings.patience_s,
        settings.heartbeat_s,
        KnowHowClient(open_to(settings.rag_address) if settings.rag_address else None),
    )
    servicer = ArrangerServicer(arranger, ArrangementRefiner(drums, melody), recorder)
    return ServiceDefinition(
        descriptor=DESCRIPTOR.services_by_name["ArrangerService"],
        add=partial(add_ArrangerServiceServicer_to_server, servicer),
        warm=servicer.warm,
    )


async def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    settings = ArrangerSettings.read(Environment())
    async with recording(settings.recording, settings.server.otlp_endpoint) as recorder:
        await serve(settings.server, [mount(settings, recorder)])


if __name__ == "__main__":
    asyncio.run(main())
