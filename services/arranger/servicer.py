"""The arranger service: requests in, domain calls, responses out."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import grpc.aio
from boumbapp.arranger.v2 import arranger_service_pb2 as pb
from boumbapp.arranger.v2.arranger_service_pb2_grpc import ArrangerServiceServicer
from boumbapp.music.v2.events_pb2 import Limits

from services.arranger.composer import Arranger
from services.arranger.plan.bands import load_bands
from services.chassis.request_context import current
from services.chassis.version import VERSION

Context = grpc.aio.ServicerContext[Any, Any]
_LIMITS = Limits(max_bars=128, max_prompt_characters=2000, min_bpm=20, max_bpm=400)
_MOST_PARTS = 16


class ArrangerServicer(ArrangerServiceServicer):
    """Implements boumbapp.arranger.v2.ArrangerService.

    Args:
        arranger: Turns requests into events.
    """

    def __init__(self, arranger: Arranger) -> None:
        self._arranger = arranger

    async def warm(self) -> None:
        """Read the bands, so that a mistake in the data stops the service at start."""
        load_bands()

    async def Info(self, request: pb.InfoRequest, context: Context) -> pb.InfoResponse:
        """Version and limits."""
        return pb.InfoResponse(version=VERSION, limits=_LIMITS, max_parts=_MOST_PARTS)

    async def Compose(self, request: pb.ComposeRequest, context: Context) -> AsyncIterator[pb.ComposeResponse]:
        """Compose several parts, in playing order."""
        call = current()
        async with aclosing(self._arranger.compose(request, call.request_id, call.locale)) as events:
            async for event in events:
                yield pb.ComposeResponse(event=event)
