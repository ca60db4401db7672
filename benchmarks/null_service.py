"""A melody service that answers at once with music made beforehand: what the mesh alone costs.

Usage: python -m benchmarks.null_service ADDRESS
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from functools import partial
from typing import Any

from boumbapp.melody.v2 import melody_service_pb2 as pb
from boumbapp.melody.v2.melody_service_pb2_grpc import MelodyServiceServicer, add_MelodyServiceServicer_to_server
from boumbapp.music.v2.events_pb2 import BarReady, Completed, ComposingEvent, Started
from boumbapp.music.v2.music_pb2 import Bar, Meter, Note

from services.chassis.server.server import ServiceDefinition, serve
from services.chassis.settings import Environment, ServerSettings

_BARS = 4
_NOTES = [Note(pitch=43, start_step=step, duration_steps=1, velocity=90, name="G2") for step in range(0, 16, 2)]


class NullServicer(MelodyServiceServicer):
    """Streams the same bars to everyone."""

    def __init__(self) -> None:
        bars = [Bar(index=index, meter=Meter(beats=4, beat_unit=4), notes=_NOTES) for index in range(_BARS)]
        self._events = [
            pb.ComposeResponse(event=ComposingEvent(started=Started(request_id="null"))),
            *(pb.ComposeResponse(event=ComposingEvent(bar=BarReady(bar=bar))) for bar in bars),
            pb.ComposeResponse(event=ComposingEvent(completed=Completed(bars=_BARS))),
        ]

    async def Info(self, request: pb.InfoRequest, context: Any) -> pb.InfoResponse:  # noqa: ANN401, ARG002, N802 - the generated signature
        """Nothing: there is no model.

        Args:
            request: Ignored.
            context: Ignored.
        """
        return pb.InfoResponse()

    async def Compose(self, request: pb.ComposeRequest, context: Any) -> AsyncIterator[pb.ComposeResponse]:  # noqa: ANN401, ARG002, N802 - the generated signature
        """Stream what is there.

        Args:
            request: Ignored.
            context: Ignored.
        """
        for event in self._events:
            yield event

    async def Refine(self, request: pb.RefineRequest, context: Any) -> AsyncIterator[pb.RefineResponse]:  # noqa: ANN401, ARG002, N802 - the generated signature
        """Stream nothing.

        Args:
            request: Ignored.
            context: Ignored.
        """
        yield pb.RefineResponse()


async def warm() -> None:
    """No model to load."""


if __name__ == "__main__":
    mount = ServiceDefinition(
        descriptor=pb.DESCRIPTOR.services_by_name["MelodyService"],
        add=partial(add_MelodyServiceServicer_to_server, NullServicer()),
        warm=warm,
    )
    asyncio.run(serve(ServerSettings.read("melody", Environment({"BOUMB_MELODY_ADDRESS": sys.argv[1]})), [mount]))
