"""Worker processes against replicas: two cores used by one melody service with two workers, or by two services.

Both run behind the real gateway and are measured in turn, several times, since other work on the machine changes bars a
second. 64 streams of eight bars each; then one listener alone.
"""

import asyncio
import os
import time
from itertools import count
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import grpc.aio
from boumbapp.melody.v2.melody_service_pb2 import ComposeRequest
from boumbapp.melody.v2.melody_service_pb2_grpc import MelodyServiceStub

from benchmarks.melody_streams import STREAMS, processor_ms, resident_mib
from tests.e2e.real_mesh import RealMesh, running_real_mesh

_CONNECTIONS = 8
_BARS = 8
_LISTENERS_ALONE = 40
_PROMPTS = ("mélodie pop en do majeur", "basse funky en sol mineur", "mélodie triste en la mineur", "jazz lead in F")
# One user asks for everything here, more than any person could.
_GENEROUS = {
    "BOUMB_MELODY_USER_SHARE": "1",
    **{f"BOUMB_GATEWAY_{quota}_BURST": "1000000" for quota in ("CALLS", "STREAMS")},
    **{f"BOUMB_GATEWAY_{quota}_PER_MINUTE": "1000000" for quota in ("CALLS", "STREAMS")},
}
_WAYS = {
    "2 workers": {"BOUMB_MELODY_WORKERS": "2"},
    "2 replicas": {"BOUMB_MELODY_WORKERS": "0", "BOUMB_MELODY_REPLICAS": "2"},
}


def run(rounds: int = 3, seconds: float = 8.0) -> list[dict[str, object]]:
    """A row per measurement, in the order in which they were made.

    Args:
        rounds: How often each way is measured.
        seconds: How long the streams are kept busy each time.
    """
    ways = [way for number in range(rounds) for way in list(_WAYS)[:: 1 if number % 2 == 0 else -1]]
    return [{"way": way, **asyncio.run(_measure(_WAYS[way], seconds))} for way in ways]


async def _measure(variables: dict[str, str], seconds: float) -> dict[str, object]:
    with TemporaryDirectory() as folder:
        began = time.perf_counter()
        async with running_real_mesh(Path(folder), ("theory", "melody"), **_GENEROUS, **variables) as mesh:
            ready_s = time.perf_counter() - began
            channels = [_channel(mesh) for _ in range(_CONNECTIONS)]
            stubs = [MelodyServiceStub(channel) for channel in channels]
            metadata = grpc.aio.Metadata(("authorization", f"Bearer {mesh.token}"))
            alone = [await _first_bar_ms(stubs[0], number, metadata) for number in range(_LISTENERS_ALONE)]
            pids = _melody_processes()
            before = processor_ms(pids)
            bars, first_ms = await _load(stubs, metadata, seconds)
            row: dict[str, object] = {
                "bars_per_second": round(bars / seconds),
                "first_bar_alone_p50_ms": round(median(alone), 1),
                "first_bar_under_load_p50_ms": round(median(first_ms)),
                "processor_ms_per_bar": round((processor_ms(pids) - before) / bars, 2),
                "memory_mib": sum(size for pid in pids if isinstance(size := resident_mib(pid), int)),
                "mesh_ready_s": round(ready_s, 2),
            }
            for channel in channels:
                await channel.close()
            return row


def _channel(mesh: RealMesh) -> grpc.aio.Channel:
    """A connection of its own, as every listener has one."""
    return grpc.aio.insecure_channel(mesh.gateway, options=[("grpc.use_local_subchannel_pool", 1)])


async def _first_bar_ms(stub: MelodyServiceStub, number: int, metadata: grpc.aio.Metadata) -> float:
    asked = time.perf_counter()
    call = stub.Compose(
        ComposeRequest(prompt=f"{_PROMPTS[number % len(_PROMPTS)]} 2 mesures", seed=number), metadata=metadata
    )
    async for response in call:
        if response.event.WhichOneof("event") == "bar":
            break
    taken_ms = (time.perf_counter() - asked) * 1000
    call.cancel()
    return taken_ms


async def _load(stubs: list[MelodyServiceStub], metadata: grpc.aio.Metadata, seconds: float) -> tuple[int, list[float]]:
    """Bars that came in time, and the milliseconds to each first bar."""
    bars, pieces, first_ms = count(), count(), list[float]()
    end = time.perf_counter() + seconds

    async def listen(stub: MelodyServiceStub) -> None:
        while (asked := time.perf_counter()) < end:
            piece = next(pieces)
            request = ComposeRequest(prompt=f"{_PROMPTS[piece % len(_PROMPTS)]} {_BARS} mesures", seed=piece)
            received = 0
            async for response in stub.Compose(request, metadata=metadata):
                if response.event.WhichOneof("event") == "bar":
                    if not received:
                        first_ms.append((time.perf_counter() - asked) * 1000)
                    received += 1
                    if time.perf_counter() < end:
                        next(bars)

    await asyncio.gather(*(listen(stubs[number % len(stubs)]) for number in range(STREAMS)))
    return next(bars), first_ms


def _melody_processes() -> list[int]:
    return [pid for pid in _tree(os.getpid()) if b"services.melody" in Path(f"/proc/{pid}/cmdline").read_bytes()]


def _tree(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    children = [int(child) for children in tasks for child in children.read_text().split()]
    return [pid, *(below for child in children for below in _tree(child))]
