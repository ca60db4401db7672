"""The studio's sound in headless Chromium through the real gateway: from the click to the first bar, and 64 bars live.

The row "click" opens a fresh page each time and clicks once. "drawn" is the next frame after the first bar came;
"sounds" is when its first note leaves the browser. Rows "live" play 64 bars while they arrive, in real time (128 and 88
seconds), and read the audio clock: how often the music waited, what came too late, and how far the position is from
the page's own clock at the end. Rows "rendered" are all parts of 64 bars offline: the farthest that an onset lies from
its place.
"""

import asyncio
import subprocess
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from launcher.settings import ROOT
from tests.e2e.browser.browser import Page, open_page
from tests.e2e.real_mesh import running_real_mesh

SERVICES = ("theory", "melody", "drums", "arranger")
_WEB = ROOT / "clients/web"
_CLICKS = 7
_BARS = 64
_TEMPI = (120, 174)
_AUTOPLAY = "--autoplay-policy=user-gesture-required"
_PROMPT = "funk en sol mineur : batterie, basse, accords, mélodie"


def run() -> list[dict[str, object]]:
    """A row of clicks, and one for each tempo."""
    return asyncio.run(_run())


async def _run() -> list[dict[str, object]]:
    with TemporaryDirectory(prefix="studio-sound-") as folder:
        page = Path(folder) / "page"
        command = ("node_modules/.bin/vite", "build", "studio/tests/sound", "--outDir", page, "--logLevel", "warn")
        await asyncio.to_thread(subprocess.run, command, cwd=_WEB, check=True)
        async with running_real_mesh(Path(folder) / "mesh", SERVICES, BOUMB_SITE_FOLDER=str(page)) as mesh:
            url = f"http://{mesh.gateway}/"
            clicks = [await _click(url) for _ in range(_CLICKS)]
            rows: list[dict[str, object]] = [_clicks_row(clicks)]
            for bpm in _TEMPI:
                async with open_page(url, "fr-FR", _AUTOPLAY) as live:
                    rows.append(await _live(live, bpm))
                    rows += [await _rendered(live, bpm, instruments) for instruments in ("synths", "samples")]
    return rows


async def _click(url: str) -> dict[str, float]:
    """Milliseconds from the click, in a page that was just opened."""
    async with open_page(url, "fr-FR", _AUTOPLAY) as page:
        await asyncio.sleep(1)  # a person reads before clicking
        await page.start("click", selector="#go")
        while True:
            times: dict[str, float] = (await page.start("state"))["times"]
            if "sounds" in times:
                return {name: times[name] - times["click"] for name in ("started", "bar", "drawn", "sounds")}
            await asyncio.sleep(0.05)


def _clicks_row(clicks: list[dict[str, float]]) -> dict[str, object]:
    row: dict[str, object] = {"what": f"click, median of {len(clicks)}"}
    for name in ("started", "bar", "drawn", "sounds"):
        row[f"{name}_ms"] = round(median(times[name] for times in clicks))
    return row


async def _live(page: Page, bpm: int) -> dict[str, object]:
    request = {"prompt": _PROMPT, "hints": {"bars": _BARS, "bpm": bpm}, "seed": 7}
    await page.start("click", selector="button")
    await page.start("arrange", request=request)
    first = await page.start("state")
    seconds = _BARS * 240 / bpm
    await asyncio.sleep(seconds - first["seconds"] - 2)
    last = await page.start("state")
    apart = (last["seconds"] - first["seconds"]) - (last["clock"] - first["clock"])
    return {
        "what": f"live, {_BARS} bars at {bpm}",
        "seconds": round(last["seconds"]),
        "waits": last["waits"],
        "late_notes": last["late"],
        "apart_ms": round(1000 * apart, 1),
    }


async def _rendered(page: Page, bpm: int, instruments: str) -> dict[str, object]:
    parts = (await page.start("rendered", instruments=instruments))["parts"]
    apart = [abs(one - other) for part in parts for one, other in zip(part["wanted"], part["found"], strict=True)]
    return {
        "what": f"rendered, {instruments} at {bpm}",
        "onsets": len(apart),
        "farthest_ms": round(1000 * max(apart), 2),
        "median_ms": round(1000 * median(apart), 2),
    }
