"""Real servers on free ports, in this process."""

import time
from collections.abc import AsyncIterator

import pytest
from boumbapp.melody.v2.melody_service_pb2_grpc import MelodyServiceStub
from boumbapp.music.v2.music_pb2 import Bar
from boumbapp.theory.v2.theory_service_pb2 import ValidateRequest
from boumbapp.theory.v2.theory_service_pb2_grpc import TheoryServiceStub

from services.chassis.client.channel import open_channel
from services.chassis.server import validation
from services.chassis.server.server import RunningServer, running
from services.chassis.settings import Environment
from services.melody import main as melody
from services.melody.config import MelodySettings
from services.theory import main as theory
from services.theory.config import TheorySettings
from services.theory.validation.bars import validate
from tests.integration.theory.attacks import FOUR_FOUR, constraints, wrong_bar


@pytest.fixture(scope="session")
def unit_s() -> float:
    """Processor seconds that a cheap call takes here: theory checks a bar of 100 wrong notes."""
    bar = Bar(meter=FOUR_FOUR, notes=wrong_bar().notes[:100])
    request = ValidateRequest(constraints=constraints(), bars=[bar])

    def once() -> float:
        began = time.thread_time()
        validation.check(request)
        validate(request.constraints, bar, "fr").SerializeToString()
        return time.thread_time() - began

    return sorted(once() for _ in range(9))[4]


def theory_settings(address: str = "127.0.0.1:0") -> TheorySettings:
    return TheorySettings.read(
        Environment({"BOUMB_THEORY_ADDRESS": address, "BOUMB_OLLAMA_ADDRESS": "off", "BOUMB_GRACE_S": "0.1"})
    )


def melody_settings(theory_address: str, **variables: str) -> MelodySettings:
    addresses = {
        "BOUMB_MELODY_ADDRESS": "127.0.0.1:0",
        "BOUMB_THEORY_ADDRESS": theory_address,
        "BOUMB_OLLAMA_ADDRESS": "off",
        "BOUMB_GRACE_S": "0.1",
    }
    return MelodySettings.read(Environment({**addresses, **variables}))


@pytest.fixture
async def theory_server() -> AsyncIterator[RunningServer]:
    """Theory."""
    async with running(theory_settings().server, [theory.mount()]) as server:
        yield server


@pytest.fixture
async def theory_stub(theory_server: RunningServer) -> AsyncIterator[TheoryServiceStub]:
    """A client of theory."""
    async with open_channel(theory_server.address) as channel:
        yield TheoryServiceStub(channel)


@pytest.fixture
async def melody_stub(theory_server: RunningServer) -> AsyncIterator[MelodyServiceStub]:
    """A client of melody, which calls theory."""
    settings = melody_settings(theory_server.address)
    async with (
        running(settings.server, [melody.mount(settings)]) as server,
        open_channel(server.address) as channel,
    ):
        yield MelodyServiceStub(channel)
