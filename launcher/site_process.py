"""The server of the studio's page, as a member of the mesh."""

import asyncio
from typing import IO

from gateway.config import Address
from launcher.process import ServiceProcess
from launcher.settings import MeshSettings

_POLL_S = 0.02


async def start_site(settings: MeshSettings, log: IO[bytes]) -> ServiceProcess:
    """Start it; it dies with this process.

    Args:
        settings: Of the mesh, which has a page.
        log: Where it writes.
    """
    path = Address.parse(settings.site).path
    environment = {**settings.variables, "BOUMB_STATE_DIR": str(settings.state), "BOUMB_SITE_SOCKET": path}
    return await ServiceProcess.start("gateway.site.main", environment, log)


async def site_answers(settings: MeshSettings) -> None:
    """Return when it takes requests."""
    path = Address.parse(settings.site).path
    while True:
        try:
            _, writer = await asyncio.open_unix_connection(path)
        except OSError:  # it starts
            await asyncio.sleep(_POLL_S)
        else:
            writer.close()
            return
