"""The studio's page on the gateway's own origin: what is served, how, and to whom a token is given."""

import gzip
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import jwt
import pytest
import pytest_asyncio

from tests.e2e.real_mesh import RealMesh, running_real_mesh

pytestmark = pytest.mark.asyncio(loop_scope="module")

PAGE = "<!doctype html><title>studio</title>"
SCRIPT = "console.log('studio');" * 100


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("state")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def mesh(state: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RealMesh]:
    """A gateway with a page and no service behind it."""
    folder = tmp_path_factory.mktemp("page")
    (folder / "index.html").write_text(PAGE)
    (folder / ".secret").write_text("not served")
    (folder / "assets").mkdir()
    (folder / "assets/studio-1a2b.js").write_text(SCRIPT)
    (folder / "assets/studio-1a2b.js.gz").write_bytes(gzip.compress(SCRIPT.encode()))
    (folder.parent / "outside.txt").write_text("not served")
    async with running_real_mesh(state, [], BOUMB_SITE_FOLDER=str(folder)) as mesh:
        yield mesh


@pytest_asyncio.fixture(loop_scope="module")
async def http(mesh: RealMesh) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=f"http://{mesh.gateway}") as client:
        yield client


async def test_the_page_is_kept_by_what_it_is(http: httpx.AsyncClient) -> None:
    page = await http.get("/")
    assert (page.status_code, page.text) == (200, PAGE)
    assert page.headers["cache-control"] == "no-cache"
    again = await http.get("/", headers={"if-none-match": page.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    script = await http.get("/assets/studio-1a2b.js", headers={"accept-encoding": "br, gzip"})
    assert script.headers["content-encoding"] == "gzip"
    assert script.headers["vary"] == "accept-encoding"
    assert script.headers["content-type"] == "text/javascript; charset=utf-8"
    assert "immutable" in script.headers["cache-control"]
    assert script.text == SCRIPT
    plain = await http.get("/assets/studio-1a2b.js", headers={"accept-encoding": "gzip;q=0"})
    assert "content-encoding" not in plain.headers
    assert plain.text == SCRIPT
    head = await http.head("/")
    assert (head.status_code, head.headers["content-length"], head.content) == (200, str(len(PAGE)), b"")


async def test_every_answer_says_what_a_page_may_do(http: httpx.AsyncClient) -> None:
    for path in ("/", "/assets/studio-1a2b.js", "/nothing"):
        policy = (await http.get(path)).headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self'" in policy
        assert "unsafe-inline" not in policy
        assert "http" not in policy, "another host"


@pytest.mark.parametrize(
    "path",
    [
        "/.secret",
        "/../outside.txt",
        "/%2e%2e/outside.txt",
        "/assets/..%2f..%2foutside.txt",
        "/assets",
        "/assets/studio-1a2b.js.gz",
    ],
)
async def test_nothing_else_is_served(http: httpx.AsyncClient, path: str) -> None:
    answer = await http.get(path)
    assert answer.status_code in (400, 404)
    assert "not served" not in answer.text


async def test_the_page_is_no_way_to_a_service(http: httpx.AsyncClient) -> None:
    for path in ("/boumbapp.melody.v2.MelodyService/Info", "/boumbapp.journal.v2.JournalService/Record"):
        assert (await http.get(path)).status_code == 404
        posted = await http.post(path, json={})
        assert posted.status_code == 401
    assert (await http.post("/", json={})).status_code == 401
    assert (await http.request("OPTIONS", "/session")).status_code != 200


async def test_its_own_page_is_signed_in_for_a_while(http: httpx.AsyncClient, mesh: RealMesh, state: Path) -> None:
    origin = f"http://{mesh.gateway}"
    answer = await http.post("/session", headers={"origin": origin, "sec-fetch-site": "same-origin"})
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert "set-cookie" not in answer.headers
    claims = jwt.decode(answer.json()["token"], options={"verify_signature": False})
    assert claims["username"] == "developer"
    assert 0 < claims["exp"] - claims["iat"] == answer.json()["expires_in"] <= 600
    logs = [log.read_text() for log in (state / "logs").glob("*.log")]
    assert logs
    assert not any(answer.json()["token"] in text for text in logs)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://localhost:5173"},  # may call, with a token of its own
        {"origin": "{own}", "sec-fetch-site": "cross-site"},
        {"origin": "http://evil.example:8080", "host": "evil.example:8080"},  # a name that was pointed here
        {"origin": "http://[::1", "host": "[::1"},
    ],
)
async def test_no_other_page_is(http: httpx.AsyncClient, mesh: RealMesh, headers: dict[str, str]) -> None:
    own = f"http://{mesh.gateway}"
    answer = await http.post("/session", headers={name: value.format(own=own) for name, value in headers.items()})
    assert answer.status_code in (400, 403)
    assert 'token":' not in answer.text
