"""Symfony in front of an engine that makes a bar when the test lets it: what reaches a browser, and what stops when."""

import asyncio
import shutil
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
import pytest_asyncio

from gateway.certificates import issue
from gateway.config import Limits, Quota
from tests.e2e.gateway.mesh import Mesh, running_mesh
from tests.e2e.php.php_host import PhpHost, WebServer, web_server
from tests.e2e.php.symfony_app import Browser, variables

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(120)]
STREAM = "/api/experts/compose/stream"
GATEWAYS_STREAMS = 12  # of one user
_SHARE_OF_A_BAR_S = 0.5
T = TypeVar("T")


def request(bars: int) -> dict[str, Any]:
    return {"prompt": "basse funky", "hints": {"bars": bars}, "seed": 7}


@dataclass
class Site:
    mesh: Mesh
    server: WebServer
    serve: Callable[..., Any]  # the same with other variables
    certificates: Path


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(host: PhpHost, app: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    certificates = tmp_path_factory.mktemp("certificates")
    issue(certificates, ())
    limits = Limits(calls=Quota(1000, 1000), streams=Quota(GATEWAYS_STREAMS, 1))
    folder = tmp_path_factory.mktemp("mesh")
    async with running_mesh(folder, limits, certificates=certificates) as mesh:

        @contextmanager
        def serve(certificates: Path = certificates, **more: str) -> Any:
            run = tmp_path_factory.mktemp("site")
            settings = variables(run / "var", folder / "keys", certificates, mesh.gateway.internal, **more)
            with web_server(host, app, run / "run", settings, workers=2) as server:
                yield server

        with serve(BOUMB_REQUESTS_AT_ONCE="1000") as server:
            yield Site(mesh, server, serve, certificates)


async def aside(work: Callable[[], T]) -> T:
    """Wait for a browser without holding up the scripted engine."""
    return await asyncio.to_thread(work)


async def test_each_bar_reaches_the_browser_before_the_next_is_made(site: Site) -> None:
    site.mesh.melody.reset()
    browser = await aside(lambda: Browser(site.server))
    with await aside(lambda: browser.stream(STREAM, request(bars=3))) as events:
        assert (await aside(lambda: next(events)))[0] == "started"
        for index in range(3):
            assert site.mesh.melody.computed == list(range(index))
            site.mesh.melody.let.release()
            name, content = await aside(lambda: next(events))
            assert (name, content["bar"]["bar"].get("index", 0)) == ("bar", index)
        name, content = await aside(lambda: next(events))
        assert (name, content["completed"]["bars"]) == ("completed", 3)
        assert await aside(lambda: next(events, None)) is None


async def test_closing_the_browser_stops_the_engine_within_a_bar(site: Site) -> None:
    browser = await aside(lambda: Browser(site.server))
    for bars_read in (1, 3):
        site.mesh.melody.reset()
        with await aside(lambda: browser.stream(STREAM, request(bars=100))) as events:
            await aside(lambda: next(events))
            for _ in range(bars_read):
                site.mesh.melody.let.release()
                await aside(lambda: next(events))
        await asyncio.sleep(_SHARE_OF_A_BAR_S)  # until nginx has closed its connection, too
        site.mesh.melody.let.release()  # the bar that was being made; PHP finds the browser gone when it is there
        async with asyncio.timeout(5):
            await site.mesh.melody.ended.wait()
        assert site.mesh.melody.computed == list(range(bars_read + 1))


async def test_the_experts_see_the_user_that_symfony_verified_whatever_the_browser_says(site: Site) -> None:
    site.mesh.melody.reset()
    site.mesh.melody.let.release()
    leo = await aside(lambda: Browser(site.server, "leo"))
    forged = {"x-user": "ana", "x-roles": "WyJST0xFX09QRVJBVE9SIl0=", "x-user-bin": "YW5h", "x-nested": "1"}

    def work() -> list[str]:
        with leo.stream(STREAM, request(bars=1), **forged) as events:
            return [name for name, _ in events]

    assert await aside(work) == ["started", "bar", "completed"]
    headers = site.mesh.melody.headers
    assert headers["x-user"] == "leo"
    assert "x-nested" not in headers
    unsigned = await aside(
        lambda: Browser(site.server).post(STREAM, request(1), authorization="Bearer a.b.c", **forged)
    )
    assert unsigned[0] == 401


async def test_over_quota_is_429_with_the_time_to_wait_in_symfony_and_at_the_gateway(site: Site) -> None:
    def until_refused(server: WebServer, user: str, most: int) -> tuple[int, dict[str, str], Any]:
        """How many requests were let through, and the refusal of the next one."""
        browser = Browser(server, user, language="fr")
        for asked in range(most + 1):
            status, headers, answer = browser.post(STREAM, {"prompt": ""})
            if status == 429:
                assert answer["error"]["code"] == "QUOTA"
                assert "réessayez dans" in answer["error"]["message"]
                return asked, headers, answer
            assert status == 400, answer
        raise AssertionError(f"{most + 1} requests were let through")

    asked, headers, _ = await aside(lambda: until_refused(site.server, "ana", GATEWAYS_STREAMS))
    assert asked > 0
    assert int(headers["retry-after"]) >= 1
    with site.serve(BOUMB_REQUESTS_AT_ONCE="3") as server:
        asked, headers, _ = await aside(lambda: until_refused(server, "leo", 3))
    assert asked == 3
    assert 1 <= int(headers["retry-after"]) <= 61, "a minute, and the second that has begun"


@pytest.mark.parametrize("wrong", ["foreign", "expired", "missing"])
async def test_without_a_good_certificate_nothing_is_let_through(site: Site, tmp_path: Path, wrong: str) -> None:
    folder = tmp_path / "certificates"
    shutil.copytree(site.certificates, folder)
    if wrong == "foreign":
        issue(folder, (), new_authority=True)
        shutil.copy(site.certificates / "ca.crt", folder)  # the gateway itself is believed
    elif wrong == "expired":
        issue(folder, (), valid_for=timedelta(seconds=-1))
    else:  # one that says nothing of a backend
        for kind in ("crt", "key"):
            shutil.copy(folder / f"gateway.{kind}", folder / f"backend.{kind}")
    with site.serve(folder, BOUMB_REQUESTS_AT_ONCE="1000") as server:
        status, headers, answer = await aside(lambda: Browser(server, language="fr").post(STREAM, request(1)))
    assert (status, headers["retry-after"], answer["error"]["code"]) == (503, "1", "DEPENDENCY_DOWN")
    assert "ne répond pas" in answer["error"]["message"]


async def test_four_streams_at_once_get_their_bars_from_two_workers(site: Site) -> None:
    site.mesh.melody.reset()

    def whole(browser: Browser) -> list[str]:
        with browser.stream(STREAM, request(bars=2)) as events:
            return [name for name, _ in events]

    leo = await aside(lambda: Browser(site.server, "leo"))
    with ThreadPoolExecutor(4) as pool:
        streams = [asyncio.wrap_future(pool.submit(whole, leo)) for _ in range(4)]
        for _ in range(8):
            site.mesh.melody.let.release()
        for told in await asyncio.gather(*streams):
            assert told == ["started", "bar", "bar", "completed"]


async def test_the_profiler_shows_the_calls_of_a_request(site: Site) -> None:
    site.mesh.melody.reset()
    for _ in range(2):
        site.mesh.melody.let.release()

    def work(server: WebServer) -> str:
        browser = Browser(server, "leo")
        with browser.stream(STREAM, request(bars=2)) as events:
            link = str(events.header("x-debug-token"))
            assert [name for name, _ in events][-1] == "completed"
        deadline = time.monotonic() + 10
        while True:  # the profile is written after the answer
            status, _, page = browser.get(f"/_profiler/{link}?panel=boumbapp_experts")
            assert status == 200, page[:300]
            if "Token not found" not in page or time.monotonic() > deadline:
                return page
            time.sleep(0.1)

    with site.serve(APP_ENV="dev", APP_DEBUG="1", BOUMB_REQUESTS_AT_ONCE="1000") as server:
        page = await aside(lambda: work(server))
    assert "melody/Compose" in page
    assert "<td>2</td>" in page, "bars"
