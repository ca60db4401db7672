"""Magenta as melody sees it: bars that continue others, failures in the product's own terms."""

from collections.abc import AsyncGenerator, Sequence

from boumbapp.magenta.v2 import magenta_service_pb2 as pb
from boumbapp.magenta.v2.magenta_service_pb2_grpc import MagentaServiceStub
from boumbapp.music.v2.intent_pb2 import Constraints
from boumbapp.music.v2.music_pb2 import Bar
from grpc.aio import Channel

from music.meter import steps_per_bar
from services.chassis.client.channel import outgoing
from services.chassis.client.health import HealthProbe
from services.chassis.errors.status import dependency

# Bounds a whole stream, which waits for the listener between bars; each bar has a deadline of its own.
_STREAM_S = 3600.0


class MagentaClient:
    """Calls magenta on behalf of the request being handled.

    Args:
        channel: An open channel to magenta; the caller closes it.

    Attributes:
        health: Whether magenta serves.
    """

    def __init__(self, channel: Channel) -> None:
        self._stub = MagentaServiceStub(channel)
        self.health = HealthProbe(channel, pb.DESCRIPTOR.services_by_name["MagentaService"].full_name)

    async def continue_bars(
        self, accepted: Sequence[Bar], constraints: Constraints, bars: int, seed: int
    ) -> AsyncGenerator[Bar, None]:
        """Yield the bars that continue others. Closing it ends the call. Raises ApiError or UpstreamError.

        Args:
            accepted: The piece so far, at least one note.
            constraints: What the music must keep to.
            bars: Length of the piece.
            seed: Seed of the piece.
        """
        request = pb.ContinueRequest(
            primer_bars=accepted,
            total_steps=bars * steps_per_bar(constraints.meter),
            constraints=constraints,
            seed=seed,
        )
        with dependency("magenta"):
            call = self._stub.Continue(request, **outgoing(_STREAM_S))
            try:
                async for response in call:
                    if response.event.HasField("bar"):
                        yield response.event.bar.bar
            finally:
                call.cancel()
