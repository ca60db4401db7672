"""The drums service: requests in, domain calls, responses out."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import grpc.aio
from boumbapp.drums.v2 import drums_service_pb2 as pb
from boumbapp.drums.v2.drums_service_pb2_grpc import DrumsServiceServicer
from boumbapp.music.v2.events_pb2 import Limits

from llm.model import LanguageModel
from services.chassis.request_context import current
from services.chassis.server.pages import MAX_SIZE, page_of
from services.chassis.version import VERSION
from services.composition.composer import compose_unheard
from services.drums.composer import DrumsComposer
from services.drums.engines.brief import UNHEARD, DrumsEngineRegistry
from services.drums.refine.parse.parser import parse_edits
from services.drums.refiner import Refiner
from services.drums.styles.loader import load_styles

Context = grpc.aio.ServicerContext[Any, Any]
_LIMITS = Limits(
    max_bars=128,
    max_prompt_characters=2000,
    max_instruction_characters=2000,
    min_bpm=20,
    max_bpm=400,
    max_page_size=MAX_SIZE,
)


class DrumsServicer(DrumsServiceServicer):
    """Implements boumbapp.drums.v2.DrumsService.

    Args:
        composer: Turns requests to compose into events.
        refiner: Turns requests to refine into events.
        engines: Who can compose.
        model: The language model of this machine, where one is wanted.
    """

    def __init__(
        self,
        composer: DrumsComposer,
        refiner: Refiner,
        engines: DrumsEngineRegistry,
        model: LanguageModel | None = None,
    ) -> None:
        self._model = model
        self._composer = composer
        self._refiner = refiner
        self._engines = engines

    async def warm(self) -> None:
        """Compose bars that are thrown away, so that the first caller does not wait for what is built on first use."""
        parse_edits("warm")
        await compose_unheard(self._engines, UNHEARD)
        if self._model is not None:
            self._model.watch()  # nobody waits for it

    async def Info(self, request: pb.InfoRequest, context: Context) -> pb.InfoResponse:
        """Version, engines and limits."""
        return pb.InfoResponse(version=VERSION, engines=await self._engines.asked_infos(), limits=_LIMITS)

    async def Compose(self, request: pb.ComposeRequest, context: Context) -> AsyncIterator[pb.ComposeResponse]:
        """Compose a groove, a bar at a time."""
        call = current()
        async with aclosing(self._composer.compose(request, call.request_id, call.locale)) as events:
            async for event in events:
                yield pb.ComposeResponse(event=event)

    async def Refine(self, request: pb.RefineRequest, context: Context) -> AsyncIterator[pb.RefineResponse]:
        """Edit a groove by words."""
        call = current()
        async with aclosing(self._refiner.refine(request, call.request_id, call.locale)) as events:
            async for event in events:
                yield pb.RefineResponse(event=event)

    async def ListStyles(self, request: pb.ListStylesRequest, context: Context) -> pb.ListStylesResponse:
        """List the styles that have a groove of their own, a page at a time."""
        locale, styles = current().locale, load_styles()
        slugs, following = page_of(sorted(styles), str, of="styles", size=request.page_size, token=request.page_token)
        return pb.ListStylesResponse(
            styles=[
                pb.GrooveStyle(
                    slug=style.slug, label=style.labels[locale], description=style.descriptions[locale], bpm=style.bpm
                )
                for style in map(styles.__getitem__, slugs)
            ],
            next_page_token=following,
        )
