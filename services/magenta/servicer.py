"""The magenta service: requests in, domain calls, responses out."""

from __future__ import annotations  # the continuer imports TensorFlow, which is loaded while the server answers

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

import grpc.aio
from boumbapp.magenta.v2 import magenta_service_pb2 as pb
from boumbapp.magenta.v2.magenta_service_pb2_grpc import MagentaServiceServicer
from boumbapp.music.v2.events_pb2 import Limits
from boumbapp.music.v2.music_pb2 import Note

from services.chassis.errors.catalogue import DEPENDENCY_DOWN, ApiError
from services.chassis.request_context import current
from services.chassis.version import VERSION

if TYPE_CHECKING:
    from services.magenta.continuer import Continuer

Context = grpc.aio.ServicerContext[Any, Any]
_LIMITS = Limits(max_total_steps=4096, max_primer_bars=127, max_primer_notes=512, max_temperature=10)
# Two bars, the first of them given: enough to build everything that is built on first use.
_PRIMER = Note(pitch=60, duration_steps=4, velocity=100)
_STEPS = 32
_LOADING_S = 2.0


class MagentaServicer(MagentaServiceServicer):
    """Implements boumbapp.magenta.v2.MagentaService.

    Args:
        load: Loads the models; called once, when the server warms up.
    """

    def __init__(self, load: Callable[[], Continuer]) -> None:
        self._load = load
        self._loaded: Continuer | None = None

    async def warm(self) -> None:
        """Load every model and sample a bar with each, so that no caller waits for lazy initialisation."""
        continuer = await asyncio.to_thread(self._load)
        for model in continuer.models.loaded:
            request = pb.ContinueRequest(primer_notes=[_PRIMER], total_steps=_STEPS, model=model.description.name)
            async with aclosing(continuer.stream(request, "", "en")) as events:
                async for _ in events:
                    pass
        self._loaded = continuer

    @property
    def _continuer(self) -> Continuer:
        if self._loaded is None:
            raise ApiError(DEPENDENCY_DOWN, private="still loading", value="magenta", retry_s=_LOADING_S)
        return self._loaded

    async def Info(self, request: pb.InfoRequest, context: Context) -> pb.InfoResponse:
        """Version, models and limits."""
        return pb.InfoResponse(
            version=VERSION, models=[model.info for model in self._continuer.models.loaded], limits=_LIMITS
        )

    async def ListModels(self, request: pb.ListModelsRequest, context: Context) -> pb.ListModelsResponse:
        """List every bundle, and whether it can be used."""
        return pb.ListModelsResponse(models=self._continuer.models.described())

    async def Continue(self, request: pb.ContinueRequest, context: Context) -> AsyncIterator[pb.ContinueResponse]:
        """Continue a melody, a bar at a time."""
        call = current()
        async with aclosing(self._continuer.stream(request, call.request_id, call.locale)) as events:
            async for event in events:
                yield pb.ContinueResponse(event=event)
