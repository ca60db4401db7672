"""The melody service: requests in, domain calls, responses out."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import grpc.aio
from boumbapp.melody.v2 import melody_service_pb2 as pb
from boumbapp.melody.v2.melody_service_pb2_grpc import MelodyServiceServicer
from boumbapp.music.v2.events_pb2 import Limits

from llm.model import LanguageModel
from services.chassis.request_context import current
from services.chassis.version import VERSION
from services.composition.composer import compose_unheard
from services.melody.composer import MelodyComposer
from services.melody.engines.melody_engine import UNHEARD, MelodyEngineRegistry
from services.melody.refiner import Refiner

Context = grpc.aio.ServicerContext[Any, Any]
_LIMITS = Limits(max_bars=128, max_prompt_characters=2000, max_instruction_characters=2000, min_bpm=20, max_bpm=400)


class MelodyServicer(MelodyServiceServicer):
    """Implements boumbapp.melody.v2.MelodyService.

    Args:
        composer: Turns requests to compose into events.
        refiner: Turns requests to refine into events.
        engines: Who can compose.
        model: The language model of this machine, where one is wanted.
    """

    def __init__(
        self,
        composer: MelodyComposer,
        refiner: Refiner,
        engines: MelodyEngineRegistry,
        model: LanguageModel | None = None,
    ) -> None:
        self._composer = composer
        self._refiner = refiner
        self._engines = engines
        self._model = model

    async def warm(self) -> None:
        """Compose a bar that is thrown away, so that the first caller does not wait for what is built on first use."""
        await compose_unheard(self._engines, UNHEARD)
        if self._model is not None:
            self._model.watch()  # nobody waits for it

    async def Info(self, request: pb.InfoRequest, context: Context) -> pb.InfoResponse:
        """Version, engines and limits."""
        return pb.InfoResponse(version=VERSION, engines=await self._engines.asked_infos(), limits=_LIMITS)

    async def Compose(self, request: pb.ComposeRequest, context: Context) -> AsyncIterator[pb.ComposeResponse]:
        """Compose a part, a bar at a time."""
        call = current()
        async with aclosing(self._composer.compose(request, call.request_id, call.locale)) as events:
            async for event in events:
                yield pb.ComposeResponse(event=event)

    async def Refine(self, request: pb.RefineRequest, context: Context) -> AsyncIterator[pb.RefineResponse]:
        """Edit a part by words."""
        call = current()
        async with aclosing(self._refiner.refine(request, call.request_id, call.locale)) as events:
            async for event in events:
                yield pb.RefineResponse(event=event)
