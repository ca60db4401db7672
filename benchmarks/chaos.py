"""Faults of every kind while many listen: bars lost, doubled, late, hung, and a second user who is to notice nothing.

Listeners play pieces at a second a bar through the real gateway, a few bars ahead and no more, and take a stream that
broke up again with the bars they have. Each kind of fault happens in the middle. The canary's latency before and during
it is the first bar of another user.
"""

import asyncio
import os
from functools import partial

from gateway.keys import ensure_keys
from gateway.tokens import mint
from launcher.mesh import private_folder
from launcher.settings import MeshSettings
from tests.chaos.counting import Count, count, part_of
from tests.chaos.faults import everything
from tests.e2e.real_mesh import running_real_mesh

_LASTS_S = 5.0


def run(listeners: int = 50) -> list[dict[str, object]]:
    """Have so many listen to each fault."""
    return asyncio.run(_run(listeners))


async def _run(listeners: int) -> list[dict[str, object]]:
    rows = []
    with private_folder() as folder:
        keys = ensure_keys(MeshSettings.read({**os.environ, "BOUMB_STATE_DIR": str(folder)}).keys)
        tokens = partial(mint, keys)
        async with running_real_mesh(folder, BOUMB_MELODY_WORKERS="2") as mesh:
            for name, fault in everything(_LASTS_S):
                rows.append(_row(name, await count(mesh.gateway, tokens, fault, listeners)))
                await asyncio.sleep(3)  # what was ended is started again
    return rows


def _row(name: str, counted: Count) -> dict[str, object]:
    before, during = (round(part_of(times, 0.95), 1) for times in counted.canary_ms)
    return {
        "fault": name,
        "listeners": counted.listeners,
        "lost": counted.lost,
        "doubled": counted.doubled,
        "hung": counted.hung,
        "late": counted.late,
        "longest_silence_s": round(counted.longest_s, 2),
        "resumed": counted.resumed,
        "canary_before_p95_ms": before,
        "canary_during_p95_ms": during,
        "canary_failed": counted.canary_failed,
    }
