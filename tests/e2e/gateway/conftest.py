from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.e2e.gateway.mesh import Mesh, running_mesh


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def mesh(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Mesh]:
    """A gateway with generous quotas, shared by a module's tests; they need `loop_scope="module"`."""
    async with running_mesh(tmp_path_factory.mktemp("mesh")) as running:
        yield running
