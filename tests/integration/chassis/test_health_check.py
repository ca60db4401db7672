"""What containers ask a server for its health with, and where a server listens."""

import asyncio
import sys

from services.chassis.server.server import RunningServer
from tests.integration.chassis.echo import launch


async def check(address: str) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "services.chassis.health_check", address), stderr=asyncio.subprocess.PIPE
    )
    _, said = await process.communicate()
    assert process.returncode is not None
    return process.returncode, said.decode()


async def test_a_server_is_healthy_on_every_address_until_it_stops() -> None:
    server: RunningServer = await launch(BOUMB_BIND_HOST="127.0.0.1,127.0.0.2")
    port = server.address.rpartition(":")[2]
    assert [await check(f"{host}:{port}") for host in ("127.0.0.1", "127.0.0.2")] == [(0, "")] * 2
    await server.stop()
    status, said = await check(server.address)
    assert status == 1
    assert server.address in said
