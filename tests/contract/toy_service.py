"""A service as a newcomer adds it: its folder, its contract with the generated stubs, and nothing else."""

import os
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

ROOT = Path(__file__).parents[2]

FILES = {
    "protos/boumbapp/kazoo/v2/kazoo_service.proto": """
        syntax = "proto3";
        package boumbapp.kazoo.v2;
        service KazooService {
          rpc Info(InfoRequest) returns (InfoResponse);
          rpc Hum(HumRequest) returns (stream HumResponse);
          rpc Secret(InfoRequest) returns (InfoResponse);
        }
        message InfoRequest {}
        message InfoResponse { string version = 1; }
        message HumRequest { string tune = 1; }
        message HumResponse { string sound = 1; }
        """,
    "services/kazoo/service.yaml": """
        service: boumbapp.kazoo.v2.KazooService
        summary: hums along
        default_address: 127.0.0.1:50099
        depends_on: [theory]
        public:
          Info: {}
          Hum: {large: true}
        """,
    "services/kazoo/__init__.py": '''
        """The kazoo service."""
        ''',
    "services/kazoo/README.md": """
        # Kazoo

        Hums along.
        """,
    "services/kazoo/config.py": '''
        """Settings of the kazoo service."""

        from dataclasses import dataclass

        from services.chassis.settings import Environment, ServerSettings


        @dataclass(frozen=True, slots=True, kw_only=True)
        class KazooSettings:
            """What kazoo needs to know at start."""

            server: ServerSettings
            theory_address: str

            @classmethod
            def read(cls, environment: Environment) -> "KazooSettings":
                """Read the environment."""
                return cls(
                    server=ServerSettings.read("kazoo", environment),
                    theory_address=environment.text("BOUMB_THEORY_ADDRESS"),
                )
        ''',
    "services/kazoo/servicer.py": '''
        """The kazoo service: requests in, sounds out."""

        from boumbapp.kazoo.v2 import kazoo_service_pb2 as pb
        from boumbapp.kazoo.v2.kazoo_service_pb2_grpc import KazooServiceServicer

        from services.chassis.request_context import current


        class KazooServicer(KazooServiceServicer):
            """Implements boumbapp.kazoo.v2.KazooService."""

            def __init__(self, theory_address):
                self._theory_address = theory_address

            async def warm(self):
                """Nothing to load."""

            async def Info(self, request, context):
                """Where theory is."""
                return pb.InfoResponse(version=self._theory_address)

            async def Hum(self, request, context):
                """Hum a tune for whoever calls."""
                for word in request.tune.split():
                    yield pb.HumResponse(sound=f"{current().identity.user}: {word}")
        ''',
    "services/kazoo/main.py": '''
        """Starts the kazoo service: `python -m services.kazoo.main`."""

        import asyncio
        from functools import partial

        from boumbapp.kazoo.v2.kazoo_service_pb2 import DESCRIPTOR
        from boumbapp.kazoo.v2.kazoo_service_pb2_grpc import add_KazooServiceServicer_to_server

        from services.chassis.server.server import ServiceDefinition, serve
        from services.chassis.settings import Environment
        from services.kazoo.config import KazooSettings
        from services.kazoo.servicer import KazooServicer

        if __name__ == "__main__":
            settings = KazooSettings.read(Environment())
            servicer = KazooServicer(settings.theory_address)
            mount = ServiceDefinition(
                descriptor=DESCRIPTOR.services_by_name["KazooService"],
                add=partial(add_KazooServiceServicer_to_server, servicer),
                warm=servicer.warm,
            )
            asyncio.run(serve(settings.server, [mount]))
        ''',
}


def copy_with_toy_service(target: Path) -> Path:
    """Copy what the repository tracks, and add the toy service with its generated stubs."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():  # one that was removed is listed until that is committed
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, target / name)
    for name, content in FILES.items():
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(content).lstrip())
    (target / "protos/node_modules").symlink_to(ROOT / "protos/node_modules")
    environment = os.environ | {"PYTHONPATH": f"{target}:{target / 'gen/python'}"}
    subprocess.run([sys.executable, "protos/generate.py"], cwd=target, env=environment, check=True)
    return target
