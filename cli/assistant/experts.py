"""The experts as an assistant's tools call them, through the gateway, their failures in the catalogue's words."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import grpc.aio
from boumbapp.arranger.v2.arranger_service_pb2_grpc import ArrangerServiceStub
from boumbapp.drums.v2.drums_service_pb2_grpc import DrumsServiceStub
from boumbapp.melody.v2.melody_service_pb2_grpc import MelodyServiceStub
from boumbapp.music.v2.events_pb2 import BarReady, Notice, Started
from boumbapp.rag.v2.rag_service_pb2_grpc import RagServiceStub
from boumbapp.theory.v2.theory_service_pb2_grpc import TheoryServiceStub

from gateway.keys import ensure_keys
from gateway.tokens import mint
from services.chassis.client.channel import open_channel

SERVICES = ("melody", "drums", "arranger", "rag")
_USER = "assistant"


class Experts:
    """Stubs of the experts, and the token that the gateway asks for.

    Args:
        channel: To the gateway.
        token: Of the caller.

    Attributes:
        headers: What every call carries.
    """

    def __init__(self, channel: grpc.aio.Channel, token: str) -> None:
        self.melody = MelodyServiceStub(channel)
        self.drums = DrumsServiceStub(channel)
        self.theory = TheoryServiceStub(channel)
        self.arranger = ArrangerServiceStub(channel)
        self.rag = RagServiceStub(channel)
        self.headers = grpc.aio.Metadata(("authorization", f"Bearer {token}"))

    async def events(self, method: Any, request: Any) -> tuple[Started, list[BarReady], list[Notice]]:  # noqa: ANN401
        """All that a composing stream says.

        Args:
            method: Of a stub.
            request: Of that method.
        """
        started, bars, notices = Started(), list[BarReady](), list[Notice]()
        async for response in method(request, metadata=self.headers):
            event = response.event
            match event.WhichOneof("event"):
                case "started":
                    started = event.started
                case "bar":
                    bars.append(event.bar)
                case "notice":
                    notices.append(event.notice)
        return started, bars, notices


@asynccontextmanager
async def open_experts(address: str, keys: Path) -> AsyncIterator[Experts]:
    """Connect to a gateway for the length of a block.

    Args:
        address: Of the gateway.
        keys: Folder of the keys that sign the token.
    """
    async with open_channel(address) as channel:
        yield Experts(channel, mint(ensure_keys(keys), _USER))
