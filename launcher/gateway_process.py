"""The gateway as a member of the mesh."""

import asyncio
from collections.abc import Iterable
from pathlib import Path
from typing import IO

from gateway.admin import Admin, AdminUnreachable
from gateway.config import GatewaySettings
from gateway.keys import ensure_keys
from gateway.methods import public_services
from gateway.process import Gateway
from launcher.settings import MeshSettings
from services.chassis import parent_death_signal

_POLL_S = 0.02


def _admin_socket(folder: Path) -> Path:
    return folder / "admin.sock"


async def start_gateway(settings: MeshSettings, folder: Path, log: IO[bytes]) -> Gateway:
    """Start Envoy in front of the services; it dies with this process.

    Raises:
        GatewayFailed: It did not start.
        KeyProblem: The keys cannot be used.
        ValueError: An address or an origin is none.
    """
    gateway = GatewaySettings(
        upstreams={service.name: settings.services[service.name] for service in public_services()},
        jwks=ensure_keys(settings.keys).jwks,
        admin_socket=_admin_socket(folder),
        listener=settings.gateway,
        allowed_origins=settings.allowed_origins,
        collector=settings.collector,
    )
    return await Gateway.start(gateway, folder / "envoy.yaml", log=log, prefix=parent_death_signal.prefix())


async def routed(folder: Path, names: Iterable[str] | None = None) -> None:
    """Return when Envoy has found services healthy, and so sends calls there.

    Args:
        folder: Where the gateway's administration is.
        names: Which services; all public ones that are not optional when not given. Those that are not public are
            not waited for.
    """
    services = public_services()
    wanted = {s.name for s in services if (not s.optional if names is None else s.name in set(names))}
    admin = Admin(_admin_socket(folder))
    while True:
        try:
            if wanted <= await admin.healthy_upstreams():
                return
        except AdminUnreachable:  # it starts or has ended; whoever watches the process decides
            pass
        await asyncio.sleep(_POLL_S)
