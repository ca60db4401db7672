"""What traces and measures cost a first bar: a mesh that tells all to a real collector, beside one that tells nothing.

Both are asked in turn, in one run, each call by each a moment after the other, so that a busy machine slows both alike.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from statistics import median

from benchmarks.first_bar import DRUMS, MELODY, WARM_UP, Times, ask
from gateway.keys import ensure_keys
from gateway.tokens import mint
from launcher.mesh import private_folder, running
from launcher.settings import MeshSettings
from launcher.supervisor import Supervisor
from launcher.telemetry_processes import TelemetrySettings, find_jaeger, telemetry_members
from tests.e2e.gateway.grpc_web import GrpcWebClient


def run(calls: int = 200) -> list[dict[str, object]]:
    """Ask both meshes `calls` times. Rows: each expert without, with, and the middle of the ratios of all pairs."""
    if find_jaeger() is None:
        raise RuntimeError("there is no collector here: ./boumb up --telemetry builds one")
    return asyncio.run(_run(calls))


async def _run(calls: int) -> list[dict[str, object]]:
    experts = {"melody": MELODY, "drums": DRUMS}
    times = {(name, mesh): Times() for name in experts for mesh in ("without", "with")}
    async with _meshes() as clients:
        for call in range(calls + WARM_UP):
            for name, expert in experts.items():
                # Who comes first changes from call to call.
                for mesh in sorted(clients, reverse=bool(call % 2)):
                    await ask(clients[mesh], expert, call, times[name, mesh] if call >= WARM_UP else Times())
    rows = [each.row(f"{name} {mesh}") for (name, mesh), each in times.items()]
    for name in experts:
        without, traced = times[name, "without"], times[name, "with"]
        pairs = {
            stage: median(b / a for a, b in zip(getattr(without, stage), getattr(traced, stage), strict=True))
            for stage in ("started", "first_bar", "further_bar")
        }
        rows.append({"service": f"{name}: with / without"} | {f"{k}_p50_ms": round(v, 3) for k, v in pairs.items()})
    return rows


@asynccontextmanager
async def _meshes() -> AsyncIterator[dict[str, GrpcWebClient]]:
    async with AsyncExitStack() as stack:
        clients = {}
        for name in ("without", "with"):
            folder = stack.enter_context(private_folder())
            settings = replace(MeshSettings.read().for_one(folder), state=folder)
            if name == "with":
                settings = await _traced(settings, folder, stack)
            token = mint(ensure_keys(settings.keys), "benchmark")
            await stack.enter_async_context(running(settings, folder))
            clients[name] = GrpcWebClient(settings.gateway, token)
            stack.push_async_callback(clients[name].close)
        yield clients


async def _traced(settings: MeshSettings, folder: Path, stack: AsyncExitStack) -> MeshSettings:
    """The same with a collector of its own, which is started."""
    collector = Supervisor(telemetry_members(settings, folder)[:1], grace_s=1)
    await collector.start()
    stack.push_async_callback(collector.stop)
    # As often as in production: what is sent every few seconds for people who watch is no part of the question.
    variables = TelemetrySettings.read(settings.variables).variables() | {"OTEL_BSP_SCHEDULE_DELAY": "5000"}
    return settings.with_collector(variables)
