"""A prompt becomes music in a page: the real experts, the real gateway, a real browser."""

import asyncio
from pathlib import Path

from tests.e2e.browser.browser import bundle, open_page, page_server
from tests.e2e.real_mesh import running_real_mesh

PROMPT = "Fais une basse funky en Sol mineur"
SEED = 7  # another seed may draw chords that leave the scale, such as C7
PAUSE_MS = 150
G_MINOR = {"G", "A", "Bb", "C", "D", "Eb", "F"}


async def test_bars_in_key_arrive_in_a_page_as_they_are_made(page_folder: Path, tmp_path: Path) -> None:
    bundle(page_folder)
    with page_server(page_folder) as origin:
        variables = {"BOUMB_ALLOWED_ORIGINS": origin, "BOUMB_MELODY_PACE_MS": str(PAUSE_MS)}
        async with (
            running_real_mesh(tmp_path, **variables) as mesh,
            open_page(f"{origin}/page.html?gateway=http://{mesh.gateway}", "fr-FR") as page,
        ):
            call = page.start("compose", token=mesh.token, prompt=PROMPT, bars=4, seed=SEED)
            async with asyncio.timeout(30):
                outcome = await call
            events = [page.reports.get_nowait() for _ in range(page.reports.qsize())]
    assert outcome["code"] == "Ok"
    assert [event["event"] for event in events] == ["started", *["bar"] * 4, "completed"]
    bars = events[1:-1]
    assert [bar["bar"] for bar in bars] == [0, 1, 2, 3]
    assert {name.rstrip("-0123456789") for bar in bars for name in bar["names"]} <= G_MINOR
    assert all(bar["names"] for bar in bars)
    spread = bars[-1]["at"] - bars[0]["at"]
    assert spread > PAUSE_MS * 1.5, f"four bars came within {spread} ms: something buffers"
