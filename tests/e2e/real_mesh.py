"""The whole product as a user runs it: every service as a process, the real Envoy in front, the supervisor watching."""

import os
import socket
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

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
    """

    gateway: str
    services: dict[str, str]
    token: str
    supervisor: Supervisor

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
        variables: Environment of the services; with BOUMB_SITE_FOLDER, the page in that folder is served too.
    """
    with private_folder() as folder, socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
        free.close()
        settings = MeshSettings.read({**os.environ, "BOUMB_GRACE_S": "0.5", **variables})
        settings = replace(settings.for_one(folder), gateway=f"127.0.0.1:{port}", state=state)
        if "BOUMB_SITE_FOLDER" in variables:
            settings = settings.with_site(folder)
        token = mint(ensure_keys(settings.keys), "ana")
        supervisor = Supervisor(members(settings, folder, services), grace_s=0.5)
        await supervisor.start()
        try:
            yield RealMesh(settings.gateway, dict(settings.services), token, supervisor)
        finally:
            await supervisor.stop()
