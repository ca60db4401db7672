"""A gateway in front of scripted services, for the length of a block."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from gateway.certificates import files_of
from gateway.config import GatewaySettings, Limits, Quota
from gateway.keys import Keys, ensure_keys
from gateway.methods import public_services
from gateway.process import Gateway
from gateway.process import running as running_gateway
from gateway.tokens import mint
from services.chassis.service_manifest import manifests
from tests.e2e.gateway.grpc_web import BINARY, GrpcWebClient
from tests.e2e.gateway.scripted import (
    ScriptedMelody,
    ScriptedTheory,
    mount_melody,
    mount_theory,
    mount_unscripted,
    serving,
)

ORIGIN = "http://localhost:5173"
GENEROUS = Limits(calls=Quota(burst=10_000, per_minute=10_000), streams=Quota(burst=10_000, per_minute=10_000))


@dataclass
class Mesh:
    """What runs, and clients for it."""

    gateway: Gateway
    keys: Keys
    log: Path
    melody: ScriptedMelody
    _clients: list[GrpcWebClient] = field(default_factory=list)

    def token(self, user: str = "ana", ttl_s: int = 600) -> str:
        return mint(self.keys, user, ttl_s=ttl_s)

    def client(self, token: str | None = None, content_type: str = BINARY) -> GrpcWebClient:
        """A client with a token of ana's, with another one, or with none ("")."""
        client = GrpcWebClient(
            self.gateway.address, self.token() if token is None else token, content_type=content_type
        )
        self._clients.append(client)
        return client

    async def close_clients(self) -> None:
        for client in self._clients:
            await client.close()


def settings_for(
    folder: Path,
    keys: Keys,
    limits: Limits = GENEROUS,
    listener: str = "127.0.0.1:0",
    origins: tuple[str, ...] = (ORIGIN,),
    collector: str = "",
    certificates: Path | None = None,
) -> GatewaySettings:
    return GatewaySettings(
        upstreams={service.name: (f"unix:{folder}/{service.name}.sock",) for service in public_services()},
        jwks=keys.jwks,
        admin_socket=folder / "admin.sock",
        listener=listener,
        allowed_origins=origins,
        limits=limits,
        collector=collector,
        internal="127.0.0.1:0" if certificates else "",
        tls=files_of(certificates, "gateway") if certificates else None,
    )


@asynccontextmanager
async def running_mesh(
    folder: Path,
    limits: Limits = GENEROUS,
    listener: str = "127.0.0.1:0",
    *,
    origins: tuple[str, ...] = (ORIGIN,),
    collector: str = "",
    with_melody: bool = True,
    certificates: Path | None = None,
) -> AsyncIterator[Mesh]:
    keys = ensure_keys(folder / "keys")
    settings = settings_for(folder, keys, limits, listener, origins, collector, certificates)
    melody = ScriptedMelody()
    async with AsyncExitStack() as stack:
        theory = ScriptedTheory()  # type: ignore[abstract]  # gRPC's base class answers for the methods not scripted
        scripted = {"theory": mount_theory(theory), "melody": mount_melody(melody)}
        for name, addresses in settings.upstreams.items():
            if name != "melody" or with_melody:
                mount = scripted.get(name) or mount_unscripted(manifests()[name])
                await stack.enter_async_context(serving(addresses[0], mount))
        log = stack.enter_context((folder / "envoy.log").open("wb"))
        gateway = await stack.enter_async_context(
            running_gateway(settings, folder / "envoy.yaml", log=log, grace_s=0.2)
        )
        mesh = Mesh(gateway, keys, folder / "envoy.log", melody)
        stack.push_async_callback(mesh.close_clients)
        yield mesh
