"""The studio's page: how soon it can be used, frames with thousands of notes, memory while it loops (MINUTES, 1)."""

import asyncio
import gzip
import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from gateway.site.config import BUILT
from launcher.settings import ROOT
from tests.e2e.real_mesh import running_real_mesh

_SCRIPT = ROOT / "clients/web/studio/tests/page/bench.mjs"
_NOT_AT_FIRST = ("processor", "worker", "bank", "licences")  # loaded after the first bars, or when asked for


def run() -> list[dict[str, object]]:
    """Measure it in a headless Chromium, on the real mesh."""
    return asyncio.run(_measured())


async def _measured() -> list[dict[str, object]]:
    executable = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if executable is None or not (BUILT / "index.html").exists():
        return [
            {"figure": "nothing", "wanted": "Chromium and the page: ./boumb doctor, ./boumb studio", "measured": ""}
        ]
    with tempfile.TemporaryDirectory() as state:
        async with running_real_mesh(Path(state), BOUMB_SITE_FOLDER=str(BUILT)) as mesh:
            seen = await asyncio.to_thread(_page, f"http://{mesh.gateway}/", executable)
    scripts = [path for path in BUILT.rglob("*.js") if not any(name in path.name for name in _NOT_AT_FIRST)]
    size = sum(len(gzip.compress(path.read_bytes())) for path in scripts) / 1000
    before, after = seen["heap_mib"]
    return [
        {"figure": "JavaScript at first, kB compressed", "wanted": "350", "measured": round(size)},
        {"figure": "interactive, ms", "wanted": "1500", "measured": seen["interactive_ms"]},
        {"figure": "click to first bar drawn, ms", "wanted": "150", "measured": seen["first_bar_drawn_ms"]},
        _frames(f"frames/s, {seen['notes']} notes, playing and scrolling", seen["scrolling"]),
        _frames(f"frames/s, {seen['notes']} notes all in view, playing", seen["whole"]),
        {
            "figure": f"heap before and after {seen['minutes']} min of looping, MiB",
            "wanted": "flat",
            "measured": f"{before}, {after}",
        },
    ]


def _frames(figure: str, seen: dict[str, Any]) -> dict[str, object]:
    measured = f"{seen['per_s']} (p95 {seen['p95_ms']} ms, {seen['late']} late)"
    return {"figure": figure, "wanted": "60", "measured": measured}


def _page(origin: str, executable: str) -> dict[str, Any]:
    options = ["--no-sandbox"] if os.geteuid() == 0 else []
    command = ["node", str(_SCRIPT), origin, executable, *options]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found
