"""The server of the studio's page, as a member of the mesh."""

import asyncio
from ipaddress import ip_address
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
    environment = {
        **settings.variables,
        "BOUMB_STATE_DIR": str(settings.state),
        "BOUMB_SITE_SOCKET": Address.parse(settings.site).path,
    }
    if not _is_here(settings.gateway):  # a developer is on this machine; from elsewhere, any header can be sent
        environment["BOUMB_STUDIO_SIGN_IN"] = "off"
    return await ServiceProcess.start("gateway.site.main", environment, log)


def _is_here(gateway: str) -> bool:
    """Whether only this machine reaches the gateway."""
    host = Address.parse(gateway).host
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:  # another name
        return False


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
