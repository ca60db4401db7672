"""The melody service: requests in, domain calls, responses out."""

from collections.abc import AsyncIterator
from typing import Any

import grpc.aio
from boumbapp.melody.v1 import melody_service_pb2 as pb
from boumbapp.melody.v1.melody_service_pb2_grpc import MelodyServiceServicer
from boumbapp.music.v1.events_pb2 import Limit

from services.chassis.context import current
from services.chassis.version import VERSION
from services.melody.composer import Composer
from services.melody.engine import Engines

Context = grpc.aio.ServicerContext[Any, Any]
_LIMITS = {"max_bars": 128, "max_prompt_characters": 2000}


class MelodyServicer(MelodyServiceServicer):
    """Implements boumbapp.melody.v1.MelodyService.

    Args:
        composer: Turns requests into events.
        engines: Who can compose.
    """

    def __init__(self, composer: Composer, engines: Engines) -> None:
        self._composer = composer
        self._engines = engines

    async def Info(self, request: pb.InfoRequest, context: Context) -> pb.InfoResponse:
        """Version, engines and limits."""
        limits = [Limit(name=name, value=value) for name, value in _LIMITS.items()]
        return pb.InfoResponse(version=VERSION, engines=self._engines.infos(), limits=limits)

    async def Compose(self, request: pb.ComposeRequest, context: Context) -> AsyncIterator[pb.ComposeResponse]:
        """Compose a part, a bar at a time."""
        call = current()
        async for event in self._composer.compose(request, call.request_id, call.locale):
            yield event
