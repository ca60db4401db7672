"""The drums service on a free port, over real theory."""

from collections.abc import AsyncIterator

import pytest
from boumbapp.drums.v2.drums_service_pb2_grpc import DrumsServiceStub

from services.chassis.client.channel import open_channel
from services.chassis.server.server import RunningServer, running
from services.chassis.settings import Environment
from services.drums import main as drums
from services.drums.config import DrumsSettings


def drums_settings(theory_address: str, **variables: str) -> DrumsSettings:
    addresses = {
        "BOUMB_DRUMS_ADDRESS": "127.0.0.1:0",
        "BOUMB_THEORY_ADDRESS": theory_address,
        "BOUMB_OLLAMA_ADDRESS": "off",
        "BOUMB_GRACE_S": "0.1",
    }
    return DrumsSettings.read(Environment({**addresses, **variables}))


@pytest.fixture
async def drums_stub(theory_server: RunningServer) -> AsyncIterator[DrumsServiceStub]:
    """A client of drums, which calls theory."""
    settings = drums_settings(theory_server.address)
    async with (
        running(settings.server, [drums.mount(settings)]) as server,
        open_channel(server.address) as channel,
    ):
        yield DrumsServiceStub(channel)
