"""The gateway as a member of the mesh."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import IO

from gateway.admin import Admin, AdminUnreachable
from gateway.certificates import CertificateProblem, files_of
from gateway.config import GatewaySettings
from gateway.keys import ensure_keys
from gateway.methods import public_services
from gateway.process import Gateway
from launcher.settings import MeshSettings
from services.chassis import parent_death_signal
from services.chassis.settings import Environment, tls_files
from services.chassis.tls import TlsFiles

_POLL_S = 0.02


def admin_of(folder: Path) -> Path:
    """Where the gateway's administration is, of a gateway that runs in a folder."""
    return folder / "admin.sock"


def gateway_settings(settings: MeshSettings, folder: Path) -> GatewaySettings:
    """What the gateway is run with; its keys are made when there are none.

    Args:
        settings: Of the mesh.
        folder: For its administration socket.

    Raises:
        KeyProblem: The keys cannot be used.
        CertificateProblem: There are no certificates for the internal listener.
        ValueError: An origin or the collector's address is none.
    """
    return GatewaySettings(
        upstreams={service.name: settings.addresses(service.name) for service in public_services(settings.manifests)},
        jwks=ensure_keys(settings.keys).jwks,
        admin_socket=admin_of(folder),
        listener=settings.gateway,
        allowed_origins=settings.allowed_origins,
        internal=settings.internal,
        backends=settings.backends,
        tls=_certificates(settings),
        limits=settings.limits,
        site=settings.site,
        collector=settings.collector,
    )


def _certificates(settings: MeshSettings) -> TlsFiles | None:
    """Those that the settings name, else those that `./boumb certs` made; None where there are none."""
    named = tls_files(Environment(settings.variables))
    if named is not None:
        return named
    made = files_of(settings.certificates, "gateway")
    if made.certificate.exists():
        return made
    if settings.internal:
        raise CertificateProblem(
            f"no certificates in {settings.certificates} for {settings.internal}: ./boumb certs makes them"
        )
    return None


async def start_gateway(settings: MeshSettings, folder: Path, log: IO[bytes]) -> Gateway:
    """Start Envoy in front of the services; it dies with this process.

    Args:
        settings: Of the mesh.
        folder: For its configuration and its administration socket.
        log: Where it writes.

    Raises:
        GatewayFailed: It did not start.
        KeyProblem: The keys cannot be used.
        CertificateProblem: There are no certificates for the internal listener.
        ValueError: An origin or the collector's address is none.
    """
    prefix = parent_death_signal.prefix()
    return await Gateway.start(gateway_settings(settings, folder), folder / "envoy.yaml", log=log, prefix=prefix)


async def routed(folder: Path, replicas: Mapping[str, int]) -> None:
    """Return when Envoy has found services healthy, and so sends calls there.

    Args:
        folder: Where the gateway's administration is.
        replicas: Short names of the services to wait for, each with how many of its replicas. Those without public
            methods are unknown to Envoy, and not waited for.
    """
    public = {service.name for service in public_services()}
    wanted = {name: count for name, count in replicas.items() if name in public}
    admin = Admin(admin_of(folder))
    while True:
        try:
            healthy = await admin.healthy_upstreams()
            if all(healthy.get(name, 0) >= count for name, count in wanted.items()):
                return
        except AdminUnreachable:  # it starts or has ended; the supervisor decides
            pass
        await asyncio.sleep(_POLL_S)
