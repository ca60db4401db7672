"""Connect's own client in a real browser, from another origin, with the generated TypeScript."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from tests.e2e.browser.browser import Page, bundle, open_page, page_server
from tests.e2e.gateway.mesh import Mesh, running_mesh

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass
class GatewayClient:
    page: Page
    mesh: Mesh

    async def reported(self) -> dict[str, object]:
        async with asyncio.timeout(10):
            return await self.page.reports.get()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def studio(page_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[GatewayClient]:
    bundle(page_folder)
    with page_server(page_folder) as origin:
        async with (
            running_mesh(tmp_path_factory.mktemp("mesh"), origins=(origin,)) as mesh,
            open_page(f"{origin}/page.html?gateway=http://{mesh.gateway.address}", "fr-FR") as page,
        ):
            yield GatewayClient(page, mesh)


async def test_bars_reach_the_page_one_by_one_in_order(studio: GatewayClient) -> None:
    studio.mesh.melody.reset()
    outcome = studio.page.start("compose", token=studio.mesh.token(), prompt="basse funky", bars=3)
    assert await studio.reported() == {"event": "started"}
    for index in range(3):
        assert studio.mesh.melody.computed == list(range(index))
        studio.mesh.melody.let.release()
        assert (await studio.reported())["bar"] == index
    assert await studio.reported() == {"event": "completed"}
    assert (await outcome)["code"] == "Ok"


async def test_a_cancel_in_the_page_stops_the_engine(studio: GatewayClient) -> None:
    studio.mesh.melody.reset()
    outcome = studio.page.start("compose", token=studio.mesh.token(), prompt="x", bars=100)
    assert await studio.reported() == {"event": "started"}
    studio.mesh.melody.let.release()
    assert (await studio.reported())["bar"] == 0
    await studio.page.start("cancel")
    assert (await outcome)["code"] == "Canceled"
    async with asyncio.timeout(2):
        await studio.mesh.melody.ended.wait()
    assert studio.mesh.melody.computed == [0]


async def test_a_refusal_is_read_in_the_users_language_with_the_field_at_fault(studio: GatewayClient) -> None:
    outcome = await studio.page.start("compose", token=studio.mesh.token(), prompt=" " * 2001, bars=4)
    assert outcome["code"] == "InvalidArgument"
    assert outcome["localized"]["locale"] == "fr"
    assert outcome["localized"]["message"] == outcome["message"]
    assert [violation["field"] for violation in outcome["violations"]] == ["prompt"]
    assert "trop long" in outcome["violations"][0]["description"]
    assert outcome["reason"] == "TOO_LONG"


@pytest.mark.parametrize(("ttl_s", "message"), [(None, "Jwt is missing"), (-60, "Jwt is expired")])
async def test_a_missing_or_expired_token_can_be_told_from_other_failures(
    studio: GatewayClient, ttl_s: int | None, message: str
) -> None:
    token = "" if ttl_s is None else studio.mesh.token(ttl_s=ttl_s)
    for call in ("info", "compose"):
        outcome = await studio.page.start(call, token=token, prompt="x", bars=1)
        assert (outcome["code"], outcome["message"]) == ("Unauthenticated", message)


async def test_the_page_calls_in_its_users_name(studio: GatewayClient) -> None:
    outcome = await studio.page.start("info", token=studio.mesh.token("zoé"))
    assert outcome["code"] == "Ok"
    assert await studio.reported() == {"event": "zoé"}
    assert studio.mesh.melody.headers["accept-language"].startswith("fr-FR")
