"""Fuzzed requests to every public method through the real gateway, with another user's first bars beside them.

Requests are drawn by structure from the contract; one in twenty is damaged bytes, one in ten has a wrong header.
UNKNOWN and INTERNAL are ours to explain: the log says why.
"""

import asyncio
import os
import time

from benchmarks.melody_streams import resident_mib
from gateway.keys import ensure_keys
from gateway.tokens import mint
from launcher.mesh import private_folder
from launcher.settings import MeshSettings
from services.chassis.service_manifest import manifests
from tests.chaos.counting import Canary, part_of
from tests.chaos.faults import descendants, processes
from tests.chaos.fuzzing import fuzz
from tests.e2e.real_mesh import running_real_mesh

# A benchmark is one user asking more than any person could.
_GENEROUS = {
    f"BOUMB_GATEWAY_{what}_{how}": "10000000" for what in ("CALLS", "STREAMS") for how in ("BURST", "PER_MINUTE")
}


def run(requests: int = 20_000, seed: int = 2) -> list[dict[str, object]]:
    """Send requests.

    Args:
        requests: How many.
        seed: Draws them.
    """
    return asyncio.run(_run(requests, seed))


async def _run(requests: int, seed: int) -> list[dict[str, object]]:
    with private_folder() as folder:
        keys = ensure_keys(MeshSettings.read({**os.environ, "BOUMB_STATE_DIR": str(folder)}).keys)
        async with running_real_mesh(folder, **_GENEROUS) as mesh:
            await fuzz(mesh.gateway, mint(keys, "fuzz"), 1, 500)  # what is loaded on first use is loaded
            canary = Canary(mesh.gateway, mint(keys, "canary"))
            watching = asyncio.create_task(canary.sing())
            await asyncio.sleep(5)
            alone, before, began = canary.taken(), _memory(), time.perf_counter()
            running = _main_processes()
            answers = await fuzz(mesh.gateway, mint(keys, "fuzz"), seed, requests)
            seconds, beside, after = time.perf_counter() - began, canary.taken(), _memory()
            ended = running - _main_processes()
            watching.cancel()
    rows: list[tuple[str, object]] = [
        ("requests", requests),
        ("a second", round(requests / seconds)),
        *((f"answered {status}", number) for status, number in answers.statuses.most_common()),
        *((f"ours: {what}", number) for what, number in answers.broken.most_common()),
        *((f"without a gRPC status: {what}", number) for what, number in answers.unread.most_common()),
        *((f"longer than two seconds: {path}", number) for path, number in answers.slow.most_common()),
        (
            "first bar of another user alone and beside, p95 ms",
            f"{part_of(alone, 0.95):.0f}, {part_of(beside, 0.95):.0f}",
        ),
        ("calls of another user that failed", canary.failed),
        ("services that ended", len(ended)),
        ("memory of all processes before and after, MiB", f"{before}, {after}"),
    ]
    return [{"what": what, "value": value} for what, value in rows]


def _main_processes() -> set[int]:
    """Those of services and of Envoy: what they start themselves may come and go."""
    names = [f"services.{name}.main" for name, manifest in manifests().items() if not manifest.optional]
    return {pid for name in (*names, "envoy") for pid in processes(name)}


def _memory() -> int:
    sizes = [resident_mib(pid) for pid in descendants(os.getpid())]
    return sum(size for size in sizes if isinstance(size, int))
