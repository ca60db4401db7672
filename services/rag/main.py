"""Starts the rag service: `python -m services.rag.main`."""

import asyncio
from functools import partial

from boumbapp.rag.v2.rag_service_pb2 import DESCRIPTOR
from boumbapp.rag.v2.rag_service_pb2_grpc import add_RagServiceServicer_to_server

from llm.model import LanguageModel
from services.chassis.client.channel import open_channel
from services.chassis.server.server import ServiceDefinition, serve
from services.chassis.settings import Environment
from services.composition.recording.recorder import Recorder, recording
from services.composition.theory_client import TheoryClient
from services.rag.catalogue_client import CatalogueClient
from services.rag.chat.chat import Chat
from services.rag.config import RagSettings
from services.rag.handover.musician import Musician
from services.rag.retrieval.knowledge_base import KnowledgeBase
from services.rag.servicer import RagServicer


def mount(settings: RagSettings, model: LanguageModel, recorder: Recorder | None = None) -> ServiceDefinition:
    """The rag servicer, ready to be put on a server.

    Args:
        settings: Of the service.
        model: Who may write answers, when it is there.
        recorder: Records questions; None records nothing.
    """
    knowledge = KnowledgeBase(settings.knowledge, settings.watch_s)
    musician = catalogue = None
    if settings.theory_address:
        channel = open_channel(settings.theory_address, settings.server.otlp_endpoint, settings.server.tls)
        musician, catalogue = Musician(TheoryClient(channel)), CatalogueClient(channel)
    servicer = RagServicer(knowledge, Chat(knowledge, model, musician), model, catalogue, recorder)
    return ServiceDefinition(
        descriptor=DESCRIPTOR.services_by_name["RagService"],
        add=partial(add_RagServiceServicer_to_server, servicer),
        warm=servicer.warm,
    )


async def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    settings = RagSettings.read(Environment())
    async with (
        LanguageModel(settings.model) as model,
        recording(settings.recording, settings.server.otlp_endpoint) as recorder,
    ):
        await serve(settings.server, [mount(settings, model, recorder)])


if __name__ == "__main__":
    asyncio.run(main())
