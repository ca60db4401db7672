"""Starts the rag service: `python -m services.rag.main`."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from boumbapp.rag.v2.rag_service_pb2 import DESCRIPTOR
from boumbapp.rag.v2.rag_service_pb2_grpc import add_RagServiceServicer_to_server

from llm.model import LanguageModel
from services.chassis.client.channel import open_channel
from services.chassis.server.server import ServiceDefinition, serve
from services.chassis.settings import Environment
from services.composition.recording.recorder import recording
from services.composition.theory_client import TheoryClient
from services.rag.catalogue_client import CatalogueClient
from services.rag.chat.chat import Chat
from services.rag.config import RagSettings
from services.rag.handover.musician import Musician
from services.rag.retrieval.knowledge_base import KnowledgeBase
from services.rag.servicer import RagServicer


@asynccontextmanager
async def mounted(settings: RagSettings) -> AsyncIterator[ServiceDefinition]:
    """The rag servicer, ready to be put on a server, with what it watches for the length of a block."""
    channel = None
    if settings.theory_address:
        channel = open_channel(settings.theory_address, settings.server.otlp_endpoint, settings.server.tls)
    names = CatalogueClient(channel).names if channel else None
    async with (
        LanguageModel(settings.model) as model,
        KnowledgeBase(settings.knowledge, settings.watch_s, names) as knowledge,
        recording(settings.recording, settings.server.otlp_endpoint) as recorder,
    ):
        chat = Chat(knowledge, model, Musician(TheoryClient(channel)) if channel else None)
        servicer = RagServicer(knowledge, chat, model, recorder)
        yield ServiceDefinition(
            descriptor=DESCRIPTOR.services_by_name["RagService"],
            add=partial(add_RagServiceServicer_to_server, servicer),
            warm=servicer.warm,
        )


async def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    settings = RagSettings.read(Environment())
    async with mounted(settings) as definition:
        await serve(settings.server, [definition])


if __name__ == "__main__":
    asyncio.run(main())
