"""The arranger on a free port, over real melody, drums and theory."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from boumbapp.arranger.v2.arranger_service_pb2_grpc import ArrangerServiceStub

from services.arranger import main as arranger
from services.arranger.config import ArrangerSettings
from services.chassis.client.channel import open_channel
from services.chassis.server.server import RunningServer, running
from services.chassis.settings import Environment
from services.drums import main as drums
from services.melody import main as melody
from tests.integration.conftest import melody_settings
from tests.integration.drums.conftest import drums_settings


def arranger_settings(theory: str, melody: str, drums: str, **variables: str) -> ArrangerSettings:
    addresses = {
        "BOUMB_ARRANGER_ADDRESS": "127.0.0.1:0",
        "BOUMB_THEORY_ADDRESS": theory,
        "BOUMB_MELODY_ADDRESS": melody,
        "BOUMB_DRUMS_ADDRESS": drums,
        "BOUMB_GRACE_S": "0.1",
    }
    return ArrangerSettings.read(Environment({**addresses, **variables}))


@asynccontextmanager
async def arranging(settings: ArrangerSettings) -> AsyncIterator[ArrangerServiceStub]:
    """A client of an arranger."""
    async with (
        running(settings.server, [arranger.mount(settings)]) as server,
        open_channel(server.address) as channel,
    ):
        yield ArrangerServiceStub(channel)


@pytest.fixture
async def arranger_stub(theory_server: RunningServer) -> AsyncIterator[ArrangerServiceStub]:
    """A client of the arranger, which calls theory, melody and drums."""
    of_melody, of_drums = melody_settings(theory_server.address), drums_settings(theory_server.address)
    async with (
        running(of_melody.server, [melody.mount(of_melody)]) as melody_server,
        running(of_drums.server, [drums.mount(of_drums)]) as drums_server,
    ):
        settings = arranger_settings(theory_server.address, melody_server.address, drums_server.address)
        async with arranging(settings) as stub:
            yield stub
