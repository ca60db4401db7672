"""Whether another service serves, as its own health check says."""

import grpc.aio
from grpc_health.v1 import health_pb2, health_pb2_grpc

from services.chassis.client.channel import outgoing

# It answers within a millisecond; one that does not within this time, in seconds, counts as away.
_ANSWER_S = 0.2


class HealthProbe:
    """Asks on `refresh`, and remembers the answer.

    Args:
        channel: An open channel to the service; the caller closes it.
        service: Full name of the service: "boumbapp.magenta.v2.MagentaService".
    """

    def __init__(self, channel: grpc.aio.Channel, service: str) -> None:
        self._check = health_pb2_grpc.HealthStub(channel).Check  # type: ignore[attr-defined]  # the stubs name no methods
        self._request = health_pb2.HealthCheckRequest(service=service)
        self.serving = False

    async def refresh(self) -> None:
        """Ask."""
        try:
            answer = await self._check(self._request, **outgoing(_ANSWER_S))
            self.serving = answer.status == health_pb2.HealthCheckResponse.SERVING
        except grpc.aio.AioRpcError:
            self.serving = False
