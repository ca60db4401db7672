"""The containers, built and run with podman: what each adds to its base and takes, and what a rolling restart costs.

`live` counts the streams that a restart met, `resumed` those that ended early and were taken up, `bars lost` what no
listener got afterwards.
"""

import asyncio
import json
import tempfile
from pathlib import Path

from deploy.targets import TOOLS, targets
from tests.e2e.containers.podman import BASE, podman, unavailable
from tests.e2e.containers.restarts import BARS, LISTENERS, PARTS, SLOWLY, rolling_restart
from tests.e2e.containers.stack import Stack, container

_LEFT_OUT = ("magenta", "studio")  # TensorFlow is gigabytes, and the page needs an image with Node.js
_MB = 1e6
Row = dict[str, object]


def run() -> list[Row]:
    """Build, run, restart; a row for each image, and one for each restart.

    Raises:
        RuntimeError: No container can run here.
    """
    if reason := unavailable():
        raise RuntimeError(reason)
    names = [target.name for target in targets() if target.name not in _LEFT_OUT]
    parts = [name for name in names if name != TOOLS]
    with podman() as store, tempfile.TemporaryDirectory() as folder:
        if reason := store.probe():
            raise RuntimeError(reason)
        store.envoy()
        for name in names:
            store.build(name)
        base = store.size(BASE)
        stack = Stack(store, Path(folder))
        stack.write(SLOWLY)
        stack.up(*parts)
        token = stack.token()
        asyncio.run(_settled(stack, token))
        idle = {name: _memory(stack, name) for name in parts}
        rows: list[Row] = [
            {"part": name, "adds_mb": (store.size(f"boumb/{name}") - base) / _MB, "idle_mb": idle.get(name, "")}
            for name in names
        ]
        rehearsal = asyncio.run(rolling_restart(stack, token))
    lost = sum(BARS - len({bar.index for bar in each.bars}) for each in rehearsal.kept)
    ends = [end for each in rehearsal.kept for end in each.ends]
    resumed = sum(bool(each.ends) for each in rehearsal.kept)
    rows += [
        {"part": f"restart of {part}", "seconds": rehearsal.seconds[part], "live": rehearsal.live[part]}
        for part in PARTS
    ]
    rows.append(
        {"part": "all three", "live": LISTENERS, "resumed": resumed, "early_ends": len(ends), "bars_lost": lost}
    )
    return rows


async def _settled(stack: Stack, token: str) -> None:
    """Compose once, so that what is made at the first call is there."""
    from tests.e2e.containers.listening import listen  # noqa: PLC0415 - brings gRPC

    await listen(stack.address, token, 0, 1)


def _memory(stack: Stack, name: str) -> float:
    """Megabytes that a container takes now."""
    said = stack.podman("stats", "--no-stream", "--no-reset", "--format", "json", container(name))
    found = json.loads(said)[0]["mem_usage"].split("/")[0].strip()
    number = float(found.rstrip("kMGB"))
    return number * {"k": 1e-3, "M": 1.0, "G": 1e3}[found.rstrip("B")[-1]]
