"""Starts the theory service: `python -m services.theory.main`."""

import asyncio
from functools import partial

from boumbapp.theory.v2.theory_service_pb2 import DESCRIPTOR
from boumbapp.theory.v2.theory_service_pb2_grpc import add_TheoryServiceServicer_to_server

from llm.model import LanguageModel
from llm.settings import LanguageModelSettings
from services.chassis.server.server import ServiceDefinition, serve
from services.chassis.settings import Environment
from services.theory.catalogue.catalogue import Catalogue
from services.theory.config import TheorySettings
from services.theory.offload import TheoryOffloader
from services.theory.servicer import TheoryServicer


def mount(language_model: LanguageModelSettings | None = None) -> ServiceDefinition:
    """The theory servicer, ready to be put on a server; the language model of the settings reads vague prompts."""
    offloader = TheoryOffloader()
    model = LanguageModel(language_model) if language_model is not None and language_model.wanted else None
    servicer = TheoryServicer(Catalogue.load(), offloader, model)
    return ServiceDefinition(
        descriptor=DESCRIPTOR.services_by_name["TheoryService"],
        add=partial(add_TheoryServiceServicer_to_server, servicer),
        warm=servicer.warm,
        close=model.aclose if model else None,
        offloader=offloader,
    )


if __name__ == "__main__":
    settings = TheorySettings.read(Environment())
    asyncio.run(serve(settings.server, [mount(settings.language_model)]))
