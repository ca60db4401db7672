from collections.abc import AsyncIterator

import grpc.aio
import pytest
import pytest_asyncio

from tests.e2e.gateway.mesh import Mesh, running_mesh
from tests.e2e.gateway.victim import Victim


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def mesh(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Mesh]:
    """A gateway with generous quotas, shared by a module's tests; they need `loop_scope="module"`."""
    async with running_mesh(tmp_path_factory.mktemp("mesh")) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def victim(mesh: Mesh) -> AsyncIterator[Victim]:
    """A second user of the same gateway, whose calls succeed before and are to succeed after."""
    async with grpc.aio.insecure_channel(mesh.gateway.address) as channel:
        victim = Victim(mesh, channel)
        await victim.calls()
        yield victim
