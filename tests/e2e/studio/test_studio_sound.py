"""The sound, in a real browser through the real gateway: in time, and whatever happens on the way."""

import asyncio
import itertools
import os
import signal
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from gateway.keys import ensure_keys
from gateway.tokens import mint
from tests.e2e.browser.browser import Page, open_page
from tests.e2e.real_mesh import RealMesh, running_real_mesh

pytestmark = pytest.mark.asyncio(loop_scope="module")

# What browsers do by default. "user-gesture-required" says less: it lets Web Audio of a page of its own begin.
GESTURE = "--autoplay-policy=document-user-activation-required"
SERVICES = ("theory", "melody", "drums", "arranger")
PACE_MS = 120  # between the bars of a part, so that what happens in between does
ONSET_S = 0.005
BARS = 64


@dataclass
class Studio:
    page: Page
    mesh: RealMesh
    state: Path

    async def call(self, name: str, **argument: object) -> Any:
        async with asyncio.timeout(60):
            return await self.page.start(name, **argument)

    async def until(self, **wanted: object) -> dict[str, Any]:
        """Wait for a state of the sound."""
        async with asyncio.timeout(30):
            while True:
                state: dict[str, Any] = await self.call("state")
                if all(state[name] == value for name, value in wanted.items()):
                    return state
                await asyncio.sleep(0.05)

    async def arrived(self, bars: int) -> None:
        """Wait until so many bars have come."""
        async with asyncio.timeout(30):
            while len((await self.call("state"))["arrived"]) < bars:  # noqa: ASYNC110 - the page has no event
                await asyncio.sleep(0.02)

    async def fresh(self) -> None:
        await self.call("pause")
        await self.call("forget")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def studio(sound_page: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Studio]:
    state = tmp_path_factory.mktemp("mesh")
    variables = {"BOUMB_SITE_FOLDER": str(sound_page), "BOUMB_MELODY_PACE_MS": str(PACE_MS)}
    async with (
        running_real_mesh(state, SERVICES, **variables) as mesh,
        open_page(f"http://{mesh.gateway}/", "fr-FR", GESTURE) as page,
    ):
        yield Studio(page, mesh, state)


def asked(bars: int, bpm: int = 120, seed: int = 7) -> dict[str, object]:
    return {
        "prompt": "funk en sol mineur : batterie, basse, accords",
        "hints": {"bars": bars, "bpm": bpm},
        "seed": seed,
    }


def check_whole(made: dict[str, Any], bars: int) -> None:
    """Every bar of every part came, once and in order."""
    assert "error" not in made, made["error"]
    assert made["indices"]
    assert all(indices == list(range(bars)) for indices in made["indices"].values()), made["indices"]
    assert made["events"][-1] == "completed"


async def test_it_sounds_after_a_click_while_the_rest_arrives(studio: Studio) -> None:
    making = studio.page.start("arrange", request=asked(16))
    assert (await studio.call("state"))["early"] == "starting"  # nobody had clicked
    await studio.page.start("click", selector="button")
    playing = await studio.until(play="playing")
    assert len(playing["arrived"]) < 16, "all bars had come before it began"
    check_whole(await making, 16)
    first = await studio.call("state")
    await asyncio.sleep(3)
    later = await studio.call("state")
    assert (later["waits"], later["late"]) == (0, 0)
    assert later["seconds"] - first["seconds"] == pytest.approx(later["clock"] - first["clock"], abs=0.08)
    assert later["latencyMs"] > 0
    taken_over = await studio.until(instruments="samples")
    assert (taken_over["waits"], taken_over["late"]) == (0, 0)


@pytest.mark.parametrize(("bpm", "instruments"), [(120, "samples"), (174, "synths")])
async def test_64_bars_begin_where_they_should_in_the_samples(studio: Studio, bpm: int, instruments: str) -> None:
    """The bass: of what sounds alone, samples can tell where it begins. The benchmark renders all parts."""
    await studio.fresh()
    check_whole(await studio.call("arrange", request=asked(BARS, bpm)), BARS)
    [part] = (await studio.call("rendered", instruments=instruments, only="bass"))["parts"]
    assert len(part["wanted"]) > BARS / 4
    apart = [abs(one - other) for one, other in zip(part["wanted"], part["found"], strict=True)]
    assert max(apart) < ONSET_S, apart


async def test_a_changed_chip_sounds_from_the_next_bar_line_on(studio: Studio) -> None:
    await studio.fresh()
    check_whole(await studio.call("arrange", request=asked(16)), 16)
    before = await studio.call("music")
    await studio.page.start("click", selector="button")
    await studio.until(instruments="samples", play="playing", bar=2)
    steered = await studio.call("steer", change={"overrides": {"density": 3}, "seed": 8})
    assert steered["bar"] == steered["playing"] + 1
    after = await studio.call("music")
    for part, bars in before.items():
        assert after[part][: steered["bar"]] == bars[: steered["bar"]]
    assert any(after[part][steered["bar"] :] != bars[steered["bar"] :] for part, bars in before.items())
    assert steered["heard"], "the changed bar is not on the clock, or not once"
    state = await studio.call("state")
    assert (state["waits"], state["late"]) == (0, 0)


async def test_a_page_that_was_frozen_goes_on_with_nothing_late(studio: Studio) -> None:
    await studio.fresh()
    check_whole(await studio.call("arrange", request=asked(16)), 16)
    await studio.page.start("click", selector="button")
    await studio.until(play="playing")
    await studio.page.start("freeze")
    await asyncio.sleep(4)
    await studio.page.start("thaw")
    await asyncio.sleep(0.5)
    state = await studio.until(play="playing")
    assert state["late"] == 0


async def test_an_expired_token_is_renewed_and_nothing_is_seen_of_it(studio: Studio) -> None:
    expired = mint(ensure_keys(studio.state / "keys"), "developer", ttl_s=-60)
    check_whole(await studio.call("withToken", token=expired, request=asked(4)), 4)
    refused = await studio.call("withToken", token=expired, only=True, request=asked(4))
    assert refused["error"]["kind"] == "unauthenticated"


@pytest.mark.parametrize("process", ["melody", "gateway", "arranger"])
async def test_a_process_that_is_killed_in_the_middle_costs_no_bar(studio: Studio, process: str) -> None:
    check_whole(await studio.call("arrange", request=asked(12)), 12)
    whole = await studio.call("music")
    making = studio.page.start("arrange", request=asked(12))
    await studio.arrived(4)
    os.kill(studio.mesh.supervisor.pids[process], signal.SIGKILL)
    async with asyncio.timeout(60):
        made = await making
    check_whole(made, 12)
    if process != "melody":  # whose death the arranger deals with
        assert [event for event, _ in itertools.groupby(made["events"]) if event in ("lost", "resumed")]
    assert await studio.call("music") == whole


async def test_a_stopped_call_is_told_from_a_lost_one(studio: Studio) -> None:
    making = studio.page.start("arrange", request=asked(64))
    await studio.arrived(1)
    await studio.call("stop")
    assert (await making)["error"]["kind"] == "cancelled"
