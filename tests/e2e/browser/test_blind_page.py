"""The page of the blind listening kit, opened from its folder as a listener opens it."""

import json
from pathlib import Path

import numpy as np

from benchmarks._blind_kit import FOR_LISTENERS, PAGE, Pair, write_kit
from benchmarks._blind_votes import read_votes, results
from tests.e2e.browser.browser import open_page


async def test_a_listener_votes_by_keyboard_without_a_server(tmp_path: Path) -> None:
    beep = np.sin(np.arange(4410) / 20) * 0.5
    sides = {"a": "ours", "b": "baseline"}
    kit = write_kit([Pair(number, "tune", sides, {"a": beep, "b": beep}) for number in (1, 2, 3)], tmp_path)
    address = (tmp_path / FOR_LISTENERS / PAGE).as_uri()
    async with open_page(address, "fr-FR", "--autoplay-policy=no-user-gesture-required") as page:

        async def votes() -> dict[str, object]:
            return await page.start("votes")

        async def press(*keys: str) -> None:
            for key in keys:
                await page.start("press", key=key)

        await press("a")  # nothing was played yet
        assert (await votes())["votes"] == []
        await press("1", "2", "a", "1", "2", "n", "Backspace", "1", "2", "b")
        await page.start("click", selector="#play-a")
        await page.start("click", selector="#play-b")
        await page.start("click", selector="#choose-none")
        saved = await votes()
        await press("1", "2", "a")  # the last pair is behind
        assert await votes() == saved
    assert saved["kit"] == kit
    assert [vote["choice"] for vote in saved["votes"]] == ["a", "b", "none"]  # type: ignore[attr-defined]
    path = tmp_path / "votes.json"
    path.write_text(json.dumps(saved), encoding="utf-8")
    (row,) = results(read_votes(path, tmp_path))
    assert (row["comparison"], row["wins"], row["losses"], row["ties"]) == ("ours : baseline", 1, 1, 1)
