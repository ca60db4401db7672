"""Services that do what a test tells them, on the product's own server. Run as a program, it can be killed."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from importlib import import_module
from typing import Any, TypeAlias

import grpc.aio
from boumbapp.melody.v2 import melody_service_pb2 as melody
from boumbapp.melody.v2.melody_service_pb2_grpc import MelodyServiceServicer, add_MelodyServiceServicer_to_server
from boumbapp.music.v2 import events_pb2, music_pb2
from boumbapp.theory.v2 import theory_service_pb2 as theory
from boumbapp.theory.v2.theory_service_pb2_grpc import TheoryServiceServicer, add_TheoryServiceServicer_to_server

from services.chassis import request_context as contexts
from services.chassis.errors.catalogue import TOO_SHORT, ApiError
from services.chassis.server.server import RunningServer, ServiceDefinition, running
from services.chassis.service_manifest import ServiceManifest
from services.chassis.settings import Environment, ServerSettings

COMPOSE = "/boumbapp.melody.v2.MelodyService/Compose"
MELODY_INFO = "/boumbapp.melody.v2.MelodyService/Info"
THEORY_INFO = "/boumbapp.theory.v2.TheoryService/Info"
ANALYSE = "/boumbapp.theory.v2.TheoryService/Analyse"
EXPLORE = "/boumbapp.theory.v2.TheoryService/Explore"
LIST_CATALOGUE = "/boumbapp.theory.v2.TheoryService/ListCatalogue"
IMPORT = "/boumbapp.theory.v2.TheoryService/Import"
VALIDATE_STREAM = "/boumbapp.theory.v2.TheoryService/ValidateStream"

Context: TypeAlias = "grpc.aio.ServicerContext[Any, Any]"  # takes type arguments in gRPC's stubs only


class ScriptedMelody(MelodyServiceServicer):
    """Composes one empty bar each time it is let; remembers who called and how calls ended.

    Attributes:
        let: A permit per bar; released by the test.
        computed: Indices of the bars computed so far.
        ended: Set when a Compose call is over, however it ended.
        headers: Metadata of the last call.
        padding: What makes bars large.
    """

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self.let = asyncio.Semaphore(0)
        self.computed: list[int] = []
        self.ended = asyncio.Event()
        self.headers: dict[str, str] = {}
        self.padding = ""

    async def Info(self, request: melody.InfoRequest, context: Context) -> melody.InfoResponse:
        self.headers = contexts.read_headers(context.invocation_metadata() or ())
        return melody.InfoResponse(version=contexts.current().identity.user)

    async def Compose(self, request: melody.ComposeRequest, context: Context) -> AsyncIterator[melody.ComposeResponse]:
        self.headers = contexts.read_headers(context.invocation_metadata() or ())
        try:
            if not request.prompt:
                raise ApiError(TOO_SHORT, field="prompt", min=1)
            yield _response(started=events_pb2.Started(seed=request.seed))
            for index in range(request.hints.bars):
                await self.let.acquire()
                self.computed.append(index)
                yield _response(bar=events_pb2.BarReady(bar=music_pb2.Bar(index=index), engine=self.padding))
            yield _response(completed=events_pb2.Completed(bars=request.hints.bars))
        finally:
            self.ended.set()

    async def Refine(self, request: melody.RefineRequest, context: Context) -> AsyncIterator[melody.RefineResponse]:
        yield melody.RefineResponse()


def _response(**event: Any) -> melody.ComposeResponse:
    return melody.ComposeResponse(event=events_pb2.ComposingEvent(**event))


class ScriptedTheory(TheoryServiceServicer):
    """Answers with what it received."""

    async def Info(self, request: theory.InfoRequest, context: Context) -> theory.InfoResponse:
        return theory.InfoResponse(version="theory")

    async def Analyse(self, request: theory.AnalyseRequest, context: Context) -> theory.AnalyseResponse:
        return theory.AnalyseResponse(explanation=contexts.current().accept_language)

    async def Explore(self, request: theory.ExploreRequest, context: Context) -> theory.ExploreResponse:
        """Never answers."""
        await asyncio.Event().wait()
        raise AssertionError

    async def Import(self, request: theory.ImportRequest, context: Context) -> theory.ImportResponse:
        return theory.ImportResponse(bpm=len(request.file))


def mount_melody(servicer: MelodyServiceServicer) -> ServiceDefinition:
    return ServiceDefinition(
        descriptor=melody.DESCRIPTOR.services_by_name["MelodyService"],
        add=partial(add_MelodyServiceServicer_to_server, servicer),
        warm=partial(asyncio.sleep, 0),
    )


def mount_unscripted(manifest: ServiceManifest) -> ServiceDefinition:
    """A service that answers that it knows nothing."""
    package, _, name = manifest.service.rpartition(".")
    stubs = import_module(f"{package}.{manifest.name}_service_pb2_grpc")
    contract = import_module(f"{package}.{manifest.name}_service_pb2")
    return ServiceDefinition(
        descriptor=contract.DESCRIPTOR.services_by_name[name],
        add=partial(getattr(stubs, f"add_{name}Servicer_to_server"), getattr(stubs, f"{name}Servicer")()),
        warm=partial(asyncio.sleep, 0),
    )


def mount_theory(servicer: TheoryServiceServicer) -> ServiceDefinition:
    return ServiceDefinition(
        descriptor=theory.DESCRIPTOR.services_by_name["TheoryService"],
        add=partial(add_TheoryServiceServicer_to_server, servicer),
        warm=partial(asyncio.sleep, 0),
    )


@asynccontextmanager
async def serving(address: str, mount: ServiceDefinition) -> AsyncIterator[RunningServer]:
    environment = Environment({"BOUMB_SCRIPTED_ADDRESS": address, "BOUMB_GRACE_S": "0.1"})
    async with running(ServerSettings.read("scripted", environment), [mount]) as server:
        yield server


async def _serve_until_killed(address: str) -> None:
    servicer = ScriptedMelody()
    servicer.let.release()  # the first bar only
    async with serving(address, mount_melody(servicer)):
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve_until_killed(sys.argv[1]))
