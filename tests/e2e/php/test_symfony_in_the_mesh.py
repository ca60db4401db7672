"""Symfony under nginx and php-fpm calls the real mesh through the internal listener, in the name of its users."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest
import pytest_asyncio

from tests.e2e.php.php_host import PhpHost, WebServer, web_server
from tests.e2e.php.symfony_app import Browser, variables
from tests.e2e.real_mesh import RealMesh, running_real_mesh

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(240)]
PROMPT = "Fais une basse funky en Sol mineur"
G_MINOR = {"G", "A", "Bb", "C", "D", "Eb", "F"}
SEQUENTIAL, PARALLEL, WORKERS = 200, 20, 4
T = TypeVar("T")


@dataclass
class Site:
    mesh: RealMesh
    server: WebServer


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(host: PhpHost, app: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    """Drums are away."""
    folder = tmp_path_factory.mktemp("mesh")
    services = ["theory", "melody", "journal"]
    async with running_real_mesh(folder, services, BOUMB_GATEWAY_INTERNAL_ADDRESS="127.0.0.1:0") as mesh:
        run = tmp_path_factory.mktemp("site")
        settings = variables(run / "var", mesh.keys, mesh.certificates, mesh.internal, BOUMB_REQUESTS_AT_ONCE="1000")
        with web_server(host, app, run / "run", settings, WORKERS) as server:
            yield Site(mesh, server)


async def aside(work: Callable[[], T]) -> T:
    """Wait for a browser without holding up the mesh's supervisor."""
    return await asyncio.to_thread(work)


def generate(browser: Browser, **order: Any) -> dict[str, Any]:
    status, _, answer = browser.post("/api/generate", {"prompt": PROMPT, **order})
    assert status == 200, answer
    return dict(answer)


def pieces(browser: Browser) -> set[str]:
    _, _, answer = browser.post("/api/experts/history", {})
    return {piece["requestId"] for piece in answer.get("pieces", [])}


async def test_a_prompt_becomes_the_notes_of_a_piano_roll_and_its_users_journal_entry(site: Site) -> None:
    def work() -> None:
        ana, leo = Browser(site.server, "ana", language="fr"), Browser(site.server, "leo")
        piece = generate(ana, bars=4, seed=7)
        assert {"pitch", "start", "duration", "velocity"} == set(piece["notes"][0])
        assert {note["pitch"].rstrip("-0123456789") for note in piece["notes"]} <= G_MINOR
        assert 48 <= max(note["start"] for note in piece["notes"]) < 64, "in sixteenths over all four bars"
        assert (piece["bars"], piece["key"]) == (4, {"tonic": "G", "scale": "minor"})
        assert "Sol mineur" in piece["explanation"]
        [track] = piece["tracks"]
        assert (track["role"], track["notes"]) == ("bass", piece["notes"])
        assert generate(ana, bars=4, seed=7)["notes"] == piece["notes"]
        deadline = time.monotonic() + 20
        while piece["requestId"] not in pieces(ana):  # the journal has it a moment later
            assert time.monotonic() < deadline
            time.sleep(0.1)
        assert piece["requestId"] not in pieces(leo)
        rating = {"requestId": piece["requestId"], "stars": 4}
        assert ana.post("/api/experts/rate", rating)[2]["piece"]["stars"] == 4
        assert leo.post("/api/experts/rate", rating)[0] == 404

    await aside(work)


async def test_an_expert_that_is_away_is_said_in_the_users_language_with_a_time_to_come_again(site: Site) -> None:
    def work() -> None:
        for language, text in (("fr-FR,fr;q=0.9", "ne répond pas"), ("en", "does not answer")):
            browser = Browser(site.server, language=language)
            for path in ("/api/experts/drums/stream", "/api/generate"):
                status, headers, answer = browser.post(path, {"prompt": "drum beat, trap à 140"})
                assert (status, headers["retry-after"]) == (503, "1"), answer
                assert answer["error"]["code"] == "DEPENDENCY_DOWN"
                assert text in answer["error"]["message"]

    await aside(work)


async def test_health_names_who_answers(site: Site) -> None:
    status, _, content = await aside(lambda: Browser(site.server).get("/health/experts"))
    states = json.loads(content)["experts"]
    assert (status, states["melody"], states["journal"]) == (503, "ok", "ok"), "drums are away"
    assert states["drums"] == "DEPENDENCY_DOWN"


async def test_hundreds_of_requests_hang_nowhere_and_leave_nothing_behind(site: Site) -> None:
    def work() -> None:
        browser = Browser(site.server)
        workers = site.server.workers()
        assert len(workers) == WORKERS
        for _ in range(SEQUENTIAL // 4):
            generate(browser, bars=1)
        before = [(worker, _memory_kb(worker), _files(worker)) for worker in workers]
        for _ in range(SEQUENTIAL - SEQUENTIAL // 4):
            generate(browser, bars=1)
        with ThreadPoolExecutor(PARALLEL) as pool:
            assert len([*pool.map(lambda seed: generate(browser, bars=2, seed=seed), range(PARALLEL))]) == PARALLEL
        assert site.server.workers() == workers, "no worker died"
        for worker, memory_kb, files in before:
            assert _files(worker) <= files + 4, "connections are used again"
            assert _memory_kb(worker) < memory_kb + 8 * 1024

    await aside(work)


def _memory_kb(worker: int) -> int:
    lines = Path(f"/proc/{worker}/status").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("RssAnon")))


def _files(worker: int) -> int:
    return len([*Path(f"/proc/{worker}/fd").iterdir()])


async def test_the_command_composes_in_a_users_name_and_writes_a_file(site: Site, tmp_path: Path) -> None:
    target = tmp_path / "bass.mid"

    def work() -> None:
        told = site.server.console("boumb:compose", PROMPT, "--bars=2", "--seed=7", "--user=leo", f"--out={target}")
        assert "  2 bass" in told
        assert target.read_bytes()[:4] == b"MThd"
        events = [json.loads(line) for line in site.server.console("boumb:compose", PROMPT, "--json").splitlines()]
        assert "started" in events[0]
        assert "completed" in events[-1]

    await aside(work)


async def test_a_worker_composes_what_was_ordered_and_knows_what_will_never_work(site: Site) -> None:
    command = ("php", Path(__file__).parent / "offline.php", "leo", PROMPT, " ", "trap beat, drums")

    def work() -> None:
        done, wrong, away = json.loads(site.server.host.run(*command, cwd=site.server.app, **site.server.variables))
        assert (done["id"], done["user"]) == ("job 0", "leo")
        assert done["notes"] > 0
        assert wrong["failure"].endswith("UnrecoverableMessageHandlingException")
        assert away["failure"].endswith("ExpertUnavailable"), "tried again as the transport says"

    await aside(work)
