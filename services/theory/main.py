"""Starts the theory service: `python -m services.theory.main`."""

import asyncio
from functools import partial

from boumbapp.theory.v2.theory_service_pb2 import DESCRIPTOR
from boumbapp.theory.v2.theory_service_pb2_grpc import add_TheoryServiceServicer_to_server

from services.chassis.server.server import ServiceDefinition, serve
from services.chassis.settings import Environment
from services.theory.catalogue.catalogue import Catalogue
from services.theory.config import TheorySettings
from services.theory.offload import TheoryOffloader
from services.theory.servicer import TheoryServicer


def mount() -> ServiceDefinition:
    """The theory servicer, ready to be put on a server."""
    offloader = TheoryOffloader()
    servicer = TheoryServicer(Catalogue.load(), offloader)
    return ServiceDefinition(
        descriptor=DESCRIPTOR.services_by_name["TheoryService"],
        add=partial(add_TheoryServiceServicer_to_server, servicer),
        warm=servicer.warm,
        offloader=offloader,
    )


if __name__ == "__main__":
    asyncio.run(serve(TheorySettings.read(Environment()).server, [mount()]))
