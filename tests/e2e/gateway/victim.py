"""Somebody whose calls share everything with an attacker's, and who must notice nothing."""

import grpc.aio
from boumbapp.melody.v2 import melody_service_pb2 as melody
from boumbapp.melody.v2.melody_service_pb2_grpc import MelodyServiceStub

from tests.e2e.gateway.mesh import Mesh
from tests.e2e.gateway.scripted import MELODY_INFO

OK = 0


class Victim:
    """Somebody else, who calls with a deadline over connections that stay open, natively and as a page."""

    def __init__(self, mesh: Mesh, channel: grpc.aio.Channel) -> None:
        self._stub = MelodyServiceStub(channel)
        token = mesh.token("victim")
        self._metadata = (("authorization", f"Bearer {token}"),)
        self._page = mesh.client(token)

    async def calls(self) -> None:
        info = await self._stub.Info(melody.InfoRequest(), metadata=self._metadata, timeout=10)
        assert info.version == "victim"
        for timeout in ("10S", "9999m"):
            answer = await self._page.call(MELODY_INFO, melody.InfoRequest(), {"grpc-timeout": timeout})
            assert answer.status == OK, answer.message
