"""The whole product as a user runs it: every service as a process, the real Envoy in front, the supervisor watching."""

import os
import socket
from collections.abc import AsyncIterator, Collection
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from gateway.certificates import issue
from gateway.keys import ensure_keys
from gateway.tokens import mint
from launcher.mesh import members, private_folder
from launcher.settings import MeshSettings
from launcher.supervisor import Supervisor
from tests.e2e.gateway.grpc_web import GrpcWebClient


@dataclass
class RealMesh:
    """What runs.

    Attributes:
        gateway: Address of the gateway, "host:port".
        services: Address of each service inside.
        token: What the gateway asks for.
        supervisor: Keeps the processes running.
        internal: Address of the gateway for backends; empty where there is none.
        keys: Folder of the keys that sign tokens.
        certificates: Folder of the certificates that the internal listener and backends show.
    """

    gateway: str
    services: dict[str, str]
    token: str
    supervisor: Supervisor
    internal: str
    keys: Path
    certificates: Path

    @asynccontextmanager
    async def client(self) -> AsyncIterator[GrpcWebClient]:
        """A gRPC-Web client with a token."""
        client = GrpcWebClient(self.gateway, self.token)
        try:
            yield client
        finally:
            await client.close()


@asynccontextmanager
async def running_real_mesh(
    state: Path, services: Collection[str] | None = None, **variables: str
) -> AsyncIterator[RealMesh]:
    """Run it.

    Args:
        state: For keys and logs.
        services: Those to run; the usual ones when not given.
        variables: Environment of the services. With BOUMB_GATEWAY_INTERNAL_ADDRESS, whatever it says, certificates are
            made and backends have a listener; with BOUMB_SITE_FOLDER, the page in that folder is served too.
    """
    with private_folder() as folder, ExitStack() as reserved:
        port, internal_port = (
            reserved.enter_context(socket.create_server(("127.0.0.1", 0))).getsockname()[1] for _ in range(2)
        )
        reserved.close()
        settings = MeshSettings.read({**os.environ, "BOUMB_GRACE_S": "0.5", **variables})
        settings = replace(settings.for_one(folder), gateway=f"127.0.0.1:{port}", state=state)
        if "BOUMB_GATEWAY_INTERNAL_ADDRESS" in variables:
            issue(settings.certificates, ())
            settings = replace(settings, internal=f"127.0.0.1:{internal_port}")
        if "BOUMB_SITE_FOLDER" in variables:
            settings = settings.with_site(folder)
        token = mint(ensure_keys(settings.keys), "ana")
        supervisor = Supervisor(members(settings, folder, services), grace_s=0.5)
        await supervisor.start()
        try:
            yield RealMesh(
                settings.gateway,
                dict(settings.services),
                token,
                supervisor,
                settings.internal,
                settings.keys,
                settings.certificates,
            )
        finally:
            await supervisor.stop()
