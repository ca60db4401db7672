"""The client without a framework, on the command line: streams that survive a broken way, deadlines, refusals."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.e2e.php.breaking_way import breaking
from tests.e2e.php.php_host import PhpHost
from tests.e2e.real_mesh import RealMesh, running_real_mesh

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(120)]
SCRIPT = Path(__file__).parent / "library.php"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def mesh(host: PhpHost, app: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RealMesh]:
    services = ["theory", "melody", "drums", "arranger"]
    async with running_real_mesh(tmp_path_factory.mktemp("mesh"), services) as running:
        yield running


@pytest.fixture
def library(host: PhpHost, app: Path, mesh: RealMesh) -> Any:
    async def run(what: str, address: str = "") -> dict[str, Any]:
        command = ("php", SCRIPT, app / "vendor/autoload.php", what, address or mesh.gateway, mesh.token)
        out = await asyncio.to_thread(lambda: host.run(*command, cwd=app))
        return dict(json.loads(out))

    return run


@pytest.mark.parametrize(("what", "breaks"), [("compose", [3_000, 2_700]), ("arrange", [8_000, 5_500])])
async def test_a_stream_that_breaks_goes_on_by_its_seed_and_bars(
    mesh: RealMesh, library: Any, what: str, breaks: list[int]
) -> None:
    whole = await library(what)
    async with breaking(mesh.gateway, breaks) as address:
        resumed = await library(what, address)
    assert resumed.get("bars") == whole["bars"], resumed
    assert {len(bars) for bars in whole["bars"].values()} == {12}
    assert resumed["names"].count("started") == 1
    assert resumed["names"][-1] == "completed"
    assert resumed["keys"] == list(range(len(resumed["names"])))
    method = "melody/Compose" if what == "compose" else "arranger/Compose"
    assert [call.rpartition(" ")[0] for call in resumed["calls"]] == [f"{method} {attempt}" for attempt in range(3)]


async def test_what_breaks_more_often_than_it_may_be_resumed_is_thrown(mesh: RealMesh, library: Any) -> None:
    async with breaking(mesh.gateway, [3_000, 2_200, 1_900]) as address:
        told = await library("compose", address)
    assert told["class"].startswith("Boumbapp\\Experts\\Errors\\Expert")
    assert len(told["calls"]) == 3


async def test_bars_that_exist_are_gone_on_with(library: Any) -> None:
    whole, rest = await library("compose"), await library("continue")
    assert rest["bars"]["bass"] == whole["bars"]["bass"][4:]


async def test_refusals_and_deadlines_are_typed_and_speak_the_users_language(library: Any) -> None:
    refused = await library("refused")
    assert (refused["class"], refused["reason"]) == ("Boumbapp\\Experts\\Errors\\InvalidRequest", "TOO_SHORT")
    assert refused["fields"] == ["prompt"]
    assert "trop court" in refused["text"]
    late = await library("deadline")
    assert (late["class"], late["reason"]) == ("Boumbapp\\Experts\\Errors\\DeadlineExceeded", "DEADLINE")
    assert late["text"] == "Le temps accordé pour répondre est écoulé."


async def test_a_consumer_that_stops_cancels_its_call(library: Any) -> None:
    assert (await library("stop"))["calls"] == ["melody/Compose 0 CANCELLED"]
