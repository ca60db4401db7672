"""Whether a neighbour serves, asked over a real channel while it comes and goes."""

import pytest

from services.chassis.client.channel import open_channel
from services.chassis.client.health import HealthProbe
from services.chassis.server.server import running
from services.theory import main as theory
from tests.integration.conftest import theory_settings

THEORY = "boumbapp.theory.v2.TheoryService"


async def serves(probe: HealthProbe) -> bool:
    await probe.refresh()
    return probe.serving


async def test_it_serves_while_it_is_there_and_not_before_or_after() -> None:
    async with running(theory_settings().server, [theory.mount()]) as first:
        address = first.address
    async with open_channel(address) as channel:
        probe = HealthProbe(channel, THEORY)
        assert not probe.serving, "nobody has asked"
        assert not await serves(probe)
        async with running(theory_settings(address).server, [theory.mount()]):
            for _ in range(50):
                if await serves(probe):
                    break
            else:
                pytest.fail("its return was never noticed")
        assert not await serves(probe)


async def test_a_server_without_the_service_does_not_serve_it() -> None:
    async with (
        running(theory_settings().server, [theory.mount()]) as server,
        open_channel(server.address) as channel,
    ):
        probe = HealthProbe(channel, "boumbapp.magenta.v2.MagentaService")
        assert not await serves(probe)
