"""A new service is its folder and its contract: launcher, gateway and command know it from its manifest."""

import json
import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest
from boumbapp.melody.v2.melody_service_pb2 import ComposeRequest, InfoRequest, InfoResponse

from tests.contract.test_services_table import differences
from tests.contract.toy_service import copy_with_toy_service
from tests.e2e.gateway.grpc_web import GrpcWebClient
from tests.environments import needs_npm_packages, needs_tools

# The stubs of the toy are generated.
pytestmark = [needs_npm_packages(), needs_tools("grpc_php_plugin")]

PERMISSION_DENIED, UNAUTHENTICATED = 7, 16
KAZOO = "/boumbapp.kazoo.v2.KazooService"
# Runs the toy and what it depends on behind the gateway until its standard input ends.
PROGRAM = textwrap.dedent("""
    import asyncio, sys
    from dataclasses import replace
    from gateway.keys import ensure_keys
    from gateway.tokens import mint
    from launcher.mesh import private_folder, running
    from launcher.settings import MeshSettings
    from services.chassis.service_manifest import services_for

    async def main():
        with private_folder() as folder:
            settings = MeshSettings.read().for_one(folder)
            async with running(settings, folder, services=services_for(settings.manifests, "kazoo")):
                token = mint(ensure_keys(settings.keys), "ana")
                print(settings.gateway, token, settings.services["theory"], flush=True)
                await asyncio.to_thread(sys.stdin.read)

    asyncio.run(main())
""")


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_with_toy_service(tmp_path_factory.mktemp("clone"))


@pytest.fixture
def environment(clone: Path, tmp_path: Path) -> dict[str, str]:
    own = {"BOUMB_STATE_DIR": str(tmp_path / "state"), "BOUMB_GRACE_S": "0.5", "LC_ALL": "C.UTF-8"}
    return os.environ | own | {"PYTHONPATH": os.pathsep.join([str(clone), str(clone / "gen/python")])}


@pytest.fixture
def mesh(clone: Path, environment: dict[str, str]) -> Iterator[list[str]]:
    """Address of the gateway, a token for it, and address of theory."""
    with subprocess.Popen(
        [sys.executable, "-P", "-c", PROGRAM],
        cwd=clone,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as program:
        assert program.stdout is not None
        line = program.stdout.readline()
        assert line, "it did not start"
        yield line.split()
    assert program.returncode == 0


async def test_the_launcher_starts_it_and_the_gateway_publishes_its_methods(mesh: list[str]) -> None:
    gateway, token, theory = mesh
    client, stranger = GrpcWebClient(gateway, token), GrpcWebClient(gateway, "")
    # Messages of the toy have the fields of these under the same numbers.
    info = await client.call(f"{KAZOO}/Info", InfoRequest())
    assert InfoResponse.FromString(info.messages[0]).version == theory
    hum = await client.call(f"{KAZOO}/Hum", ComposeRequest(prompt="la la"))
    assert [InfoResponse.FromString(message).version for message in hum.messages] == ["ana: la", "ana: la"]
    assert hum.status == 0
    assert (await client.call(f"{KAZOO}/Secret", InfoRequest())).status == PERMISSION_DENIED
    assert (await stranger.call(f"{KAZOO}/Info", InfoRequest())).status == UNAUTHENTICATED
    await client.close()
    await stranger.close()


def test_the_doctor_looks_at_an_address_of_its_own(clone: Path, environment: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-P", "-m", "cli", "doctor", "--json"],
        cwd=clone,
        env=environment | {"BOUMB_KAZOO_ADDRESS": "127.0.0.1:50099"},
        capture_output=True,
        text=True,
        check=False,
    )
    details = {finding["name"]: finding["detail"] for finding in json.loads(done.stdout)}
    assert details["address of kazoo"].startswith("127.0.0.1:50099 is ")


def test_the_readme_is_known_to_lack_it(clone: Path) -> None:
    assert differences(clone) == ["| [kazoo](services/kazoo/README.md) | hums along |"]
