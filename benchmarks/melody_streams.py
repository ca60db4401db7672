"""64 streams at once through the real services, melody and theory, on this machine's cores: bars a second in all.

Each caller asks for eight bars of a lead line or a bass, again and again. The rows about single processes tell the
processor time that a bar takes in each, which other work on the machine changes less than bars a second, and resident
memory (Linux only); one tells how long melody takes from its start until it serves.
"""

import asyncio
import os
import time
from itertools import count
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory

from boumbapp.melody.v2.melody_service_pb2 import ComposeRequest
from boumbapp.melody.v2.melody_service_pb2_grpc import MelodyServiceStub
from boumbapp.music.v2.playback_pb2 import PACE_AS_FAST_AS_POSSIBLE, Playback

from launcher.process import ServiceProcess
from launcher.readiness import serving
from services.chassis.client.channel import open_channel

STREAMS = 64
_BARS = 8
_FAST = Playback(pace=PACE_AS_FAST_AS_POSSIBLE)
_PROMPTS = ("mélodie pop en do majeur", "basse funky en sol mineur", "mélodie triste en la mineur", "jazz lead in F")


def run(seconds: float = 10.0) -> list[dict[str, object]]:
    """Keep all streams busy for so long."""
    return asyncio.run(_run(seconds))


async def _run(seconds: float) -> list[dict[str, object]]:
    with TemporaryDirectory() as folder, (Path(folder) / "log").open("wb") as log:
        addresses = {name: f"unix:{folder}/{name}.sock" for name in ("theory", "melody")}
        variables = {f"BOUMB_{name.upper()}_ADDRESS": address for name, address in addresses.items()}
        environment = {**os.environ, **variables, "BOUMB_LOG_LEVEL": "WARNING"}
        theory = await ServiceProcess.start("services.theory.main", environment, log)
        await serving(addresses["theory"])
        began = time.perf_counter()
        melody = await ServiceProcess.start("services.melody.main", environment, log)
        try:
            await serving(addresses["melody"])
            ready_s = time.perf_counter() - began
            async with open_channel(addresses["melody"]) as channel:
                stub = MelodyServiceStub(channel)
                workers = _children(melody.pid)
                processes = {
                    "theory": [theory.pid],
                    "melody": [melody.pid],
                    "workers": workers,
                    "callers": [os.getpid()],
                }
                before = {name: processor_ms(pids) for name, pids in processes.items()}
                first_ms, bars, late_bars, pieces = [], count(), count(), count()
                end = time.perf_counter() + seconds

                async def ask() -> None:
                    while (asked := time.perf_counter()) < end:
                        piece = next(pieces)
                        prompt = f"{_PROMPTS[piece % len(_PROMPTS)]} {_BARS} mesures"
                        received = 0
                        async for response in stub.Compose(ComposeRequest(prompt=prompt, seed=piece, playback=_FAST)):
                            if response.event.WhichOneof("event") == "bar":
                                if not received:
                                    first_ms.append((time.perf_counter() - asked) * 1000)
                                received += 1
                                next(bars if time.perf_counter() < end else late_bars)

                await asyncio.gather(*(ask() for _ in range(STREAMS)))
            in_time = next(bars)
            made = in_time + next(late_bars)
            return [
                {"what": "streams at once", "value": STREAMS},
                {"what": "bars per second in all", "value": round(in_time / seconds)},
                *(
                    {
                        "what": f"processor time a bar, {name}, ms",
                        "value": round((processor_ms(pids) - before[name]) / made, 2),
                    }
                    for name, pids in processes.items()
                ),
                {"what": "first bar under this load, p50 ms", "value": round(quantiles(first_ms, n=2)[0])},
                {"what": "melody ready after, s", "value": round(ready_s, 2)},
                {"what": "melody's resident memory, MiB", "value": resident_mib(melody.pid)},
                {
                    "what": "its workers' resident memory, MiB",
                    "value": [resident_mib(pid) for pid in workers],
                },
            ]
        finally:
            await melody.kill()
            await theory.kill()


def _children(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for children in tasks for child in children.read_text().split()]


def processor_ms(pids: list[int]) -> float:
    """Time that processes have run, in user mode and in the kernel (fields 14 and 15 of proc(5)'s stat)."""
    fields = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in pids]
    return sum(int(of_one[11]) + int(of_one[12]) for of_one in fields) * 1000 / os.sysconf("SC_CLK_TCK")


def resident_mib(pid: int) -> int | str:
    """Resident memory of a process in MiB; "unknown" once it has ended."""
    status = Path(f"/proc/{pid}/status")
    return int(status.read_text().split("VmRSS:")[1].split()[0]) // 1024 if status.exists() else "unknown"
