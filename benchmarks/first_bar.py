"""How long until the first bar: the real mesh beside a null service, through the real gateway, in one run.

All are asked in turn by a gRPC-Web client over HTTP/1.1 with a kept connection, as a browser would. The null
service answers at once, so its row is what gateway, token check, transport and client cost; the difference
is what understanding, composing and validating cost.
"""

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import quantiles

from boumbapp.drums.v2 import drums_service_pb2 as drums
from boumbapp.melody.v2 import melody_service_pb2 as melody

from gateway.config import GatewaySettings, Limits, Quota
from gateway.keys import ensure_keys
from gateway.process import running as running_gateway
from gateway.tokens import mint
from launcher.mesh import private_folder
from launcher.mesh import running as running_mesh
from launcher.readiness import serving
from launcher.settings import MeshSettings
from tests.e2e.gateway.grpc_web import GrpcWebClient

WARM_UP = 10
# A benchmark is one user asking more than any person could.
_GENEROUS = Quota(burst=1_000_000, per_minute=1_000_000)


@dataclass
class Times:
    """Milliseconds since the request, one entry per call."""

    started: list[float] = field(default_factory=list)
    first_bar: list[float] = field(default_factory=list)
    further_bar: list[float] = field(default_factory=list)

    def row(self, name: str) -> dict[str, object]:
        """Median and 95th percentile of each latency."""
        cells: dict[str, object] = {"service": name}
        for stage in ("started", "first_bar", "further_bar"):
            cuts = quantiles(getattr(self, stage), n=20)
            cells[f"{stage}_p50_ms"] = round(cuts[9], 2)
            cells[f"{stage}_p95_ms"] = round(cuts[18], 2)
        return cells


@dataclass(frozen=True)
class Expert:
    """Whom to ask, and for what.

    Attributes:
        path: The method.
        request: Its request.
        response: What its events come in.
        prompts: Asked for in turn.
    """

    path: str
    request: type[melody.ComposeRequest | drums.ComposeRequest]
    response: type[melody.ComposeResponse | drums.ComposeResponse]
    prompts: tuple[str, ...]


MELODY = Expert(
    "/boumbapp.melody.v2.MelodyService/Compose",
    melody.ComposeRequest,
    melody.ComposeResponse,
    (
        "Fais une basse funky en Sol mineur",
        "a dreamy arpeggio in F# dorian, 92 bpm",
        "mélodie jazz en Sib majeur",
        "sad piano chords in C minor",
    ),
)
DRUMS = Expert(
    "/boumbapp.drums.v2.DrumsService/Compose",
    drums.ComposeRequest,
    drums.ComposeResponse,
    ("beat trap à 140", "house drums, 124 bpm", "batterie jazz très humaine", "samba, very busy"),
)


def run(calls: int = 200) -> list[dict[str, object]]:
    """Ask each service `calls` times, in turn. Rows: null, melody, drums, and each expert over null."""
    return asyncio.run(_run(calls))


async def _run(calls: int) -> list[dict[str, object]]:
    with private_folder() as folder:
        async with _meshes(folder) as (null, real):
            asked = {"null": (null, MELODY), "melody": (real, MELODY), "drums": (real, DRUMS)}
            times = {name: Times() for name in asked}
            for call in range(calls + WARM_UP):
                for name, (client, expert) in asked.items():
                    await ask(client, expert, call, times[name] if call >= WARM_UP else Times())
    base, *experts = [times[name].row(name) for name in asked]
    return [base, *experts, *(_ratio(expert, base) for expert in experts)]


def _ratio(row: dict[str, object], base: dict[str, object]) -> dict[str, object]:
    ratio: dict[str, object] = {"service": f"{row['service']} / {base['service']}"}
    for column, value in row.items():
        below = base[column]
        if isinstance(value, float) and isinstance(below, float):
            ratio[column] = round(value / below, 1)
    return ratio


async def ask(client: GrpcWebClient, expert: Expert, call: int, times: Times) -> None:
    """Ask for a piece and note when its parts come.

    Args:
        client: Of a gateway.
        expert: Whom to ask.
        call: Number of the call; decides about prompt and seed.
        times: Where to note.
    """
    request = expert.request(prompt=expert.prompts[call % len(expert.prompts)], seed=call)
    begin = last = time.perf_counter()
    bars = 0
    async with client.stream(expert.path, request) as stream:
        async for content in stream.messages():
            now = time.perf_counter()
            event = expert.response.FromString(content).event
            if event.HasField("started"):
                times.started.append((now - begin) * 1000)
            elif event.HasField("bar"):
                bars += 1
                (times.first_bar if bars == 1 else times.further_bar).append(
                    (now - (begin if bars == 1 else last)) * 1000
                )
            last = now
        if stream.answer.status != 0:
            raise RuntimeError(f"call failed: {stream.answer.status} {stream.answer.message}")


@asynccontextmanager
async def _meshes(folder: Path) -> AsyncIterator[tuple[GrpcWebClient, GrpcWebClient]]:
    """Clients of a gateway before the null service and of one before the real mesh."""
    async with AsyncExitStack() as stack:
        settings = replace(MeshSettings.read().for_one(folder), state=folder)
        keys = ensure_keys(settings.keys)
        await stack.enter_async_context(running_mesh(settings, folder))
        token = mint(keys, "benchmark")
        null_address = f"unix:{folder / 'null.sock'}"
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "benchmarks.null_service", null_address, stderr=asyncio.subprocess.DEVNULL
        )
        stack.callback(process.terminate)
        await serving(null_address)
        real = {name: settings.addresses(name) for name in settings.services}
        gateways = {
            "null": {**real, "melody": (null_address,)},
            "real": real,
        }
        clients = []
        for name, upstreams in gateways.items():
            gateway = await stack.enter_async_context(
                running_gateway(
                    GatewaySettings(
                        upstreams=upstreams,
                        jwks=keys.jwks,
                        admin_socket=folder / f"{name}-admin.sock",
                        listener="127.0.0.1:0",
                        limits=Limits(calls=_GENEROUS, streams=_GENEROUS),
                    ),
                    folder / f"{name}.yaml",
                    log=asyncio.subprocess.DEVNULL,
                )
            )
            client = GrpcWebClient(gateway.address, token)
            stack.push_async_callback(client.close)
            clients.append(client)
        yield clients[0], clients[1]
