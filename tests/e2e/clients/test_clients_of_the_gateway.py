"""The smallest client in each language composes a piece through the gateway, with nothing but the packages."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.e2e.clients.projects import (
    HERE,
    go_program,
    need,
    need_npm,
    node_project,
    php_project,
    product_pins,
    python_environment,
    python_wheel,
    run,
)
from tests.e2e.real_mesh import RealMesh, running_real_mesh

pytestmark = pytest.mark.asyncio(loop_scope="module")
PROMPT = "Fais une basse funky en Sol mineur"
COMPOSE = "/boumbapp.melody.v2.MelodyService/Compose"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def mesh(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RealMesh]:
    async with running_real_mesh(tmp_path_factory.mktemp("mesh")) as running:
        yield running


def is_a_piece(events: list[str]) -> bool:
    return events[0] == "started" and events[-1] == "completed" and events.count("bar") >= 4


async def test_plain_node(mesh: RealMesh, tmp_path: Path) -> None:
    need_npm()
    node_project(tmp_path, HERE / "node")
    out = await asyncio.to_thread(
        run, "node", "compose.mjs", f"http://{mesh.gateway}", mesh.token, PROMPT, cwd=tmp_path
    )
    assert is_a_piece(out.split())


async def test_python_with_grpcio_alone(mesh: RealMesh, tmp_path: Path) -> None:
    python = python_environment(tmp_path / "environment", python_wheel(tmp_path), **product_pins("protobuf", "grpcio"))
    for script in ("compose.py", "compose_async.py"):
        command = (python, "-I", "-W", "error", HERE / "python" / script, mesh.gateway, mesh.token, PROMPT)
        assert is_a_piece((await asyncio.to_thread(run, *command)).split())


async def test_php_with_composer(mesh: RealMesh, tmp_path: Path) -> None:
    need("the PHP client's test")
    autoload = php_project(tmp_path / "project")
    command = ("php", HERE / "php/compose.php", autoload, f"http://{mesh.gateway}", mesh.token)
    *events, notes, status = (await asyncio.to_thread(run, *command, PROMPT)).splitlines()
    assert '"tonic":"G"' in events[0]
    assert sum('"bar":{' in event for event in events) >= 4
    assert json.loads(status)["grpc-status"] == "0"
    played = json.loads(notes)
    assert len(played) >= 4
    assert played[0]["pitch"][0] in "ABCDEFG"
    *_, refused = (await asyncio.to_thread(run, *command, " ")).splitlines()
    assert json.loads(refused)["reason"] == "TOO_SHORT"


@pytest.mark.timeout(900)  # the first time, Go compiles its plugins and all of gRPC
async def test_go_with_buf(mesh: RealMesh, tmp_path: Path) -> None:
    need("the Go client's test")
    program = await asyncio.to_thread(go_program, tmp_path)
    out = await asyncio.to_thread(run, program, mesh.gateway, mesh.token, PROMPT)
    events = [line.rpartition("_")[2].lower() for line in out.split()]
    assert is_a_piece(events)


async def test_curl(mesh: RealMesh) -> None:
    need("the test of calls in JSON")
    headers = ("-H", f"authorization: Bearer {mesh.token}", "-H", "content-type: application/json")
    url = f"http://{mesh.gateway}{COMPOSE}"
    out = await asyncio.to_thread(run, "curl", "-sSfN", url, *headers, "-d", json.dumps({"prompt": PROMPT}))
    assert is_a_piece(
        [next(name for name in json.loads(line)["event"] if name != "sequence") for line in out.splitlines()]
    )
    refused = json.loads(await asyncio.to_thread(run, "curl", "-sS", url, *headers, "-d", "{}"))
    assert refused["details"][0]["reason"] == "TOO_SHORT"
