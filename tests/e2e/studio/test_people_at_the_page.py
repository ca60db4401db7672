"""People at the studio's page, in a real browser, on the real mesh behind the real gateway."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from cli import film
from cli.studio import ensure_built
from gateway.site.config import BUILT
from launcher.settings import ROOT
from tests.e2e.real_mesh import running_real_mesh
from tests.e2e.studio.scenarios import scenarios
from tests.environments import needs_npm_packages, needs_tools

pytestmark = [
    needs_tools("node", "npm", "chromium"),
    needs_npm_packages(ROOT / "clients/web"),
    pytest.mark.asyncio(loop_scope="module"),
]


@pytest.fixture(scope="module")
def _state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("studio")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def origin(_state: Path) -> AsyncIterator[str]:
    """Where the page is."""
    assert await ensure_built() == ""
    async with running_real_mesh(_state, BOUMB_SITE_FOLDER=str(BUILT)) as mesh:
        yield f"http://{mesh.gateway}/"


async def test_a_newcomer_a_keyboard_a_finger_and_a_lost_network(origin: str) -> None:
    seen = await scenarios("newcomer", origin, 240)
    assert [each["name"] for each in seen] == ["newcomer", "byKeyboard", "byTouch", "withoutNetwork"]


async def test_nothing_is_cut_or_covered_and_axe_finds_no_serious_fault(origin: str) -> None:
    seen = await scenarios("looks", origin, 300)
    assert len(seen) == 6


async def test_the_film_of_the_readme_can_be_taken(origin: str, tmp_path: Path) -> None:
    (seen,) = await scenarios("film", origin, 150, FILM=str(tmp_path))
    times = json.loads((tmp_path / "times.json").read_text())
    assert seen["frames"] > 20
    assert 0 <= seen["frames"] - len(times) <= 1  # one may come while their times are written
    assert len(film.durations(times)) > 20
