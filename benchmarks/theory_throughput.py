"""Analyses a second through gRPC: theory on one core, its caller on another, beside Info, which does nothing.

Each method is asked in turn by many callers at once. What Info reaches is what gRPC and the chassis allow.
"""

import asyncio
import json
import os
from collections.abc import Awaitable, Callable
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory

from boumbapp.theory.v2.theory_service_pb2 import AnalyseRequest, InfoRequest
from boumbapp.theory.v2.theory_service_pb2_grpc import TheoryServiceStub

from benchmarks.call_rate import call_rate
from launcher.process import ServiceProcess
from launcher.readiness import serving
from services.chassis.client.channel import open_channel

_PROMPTS = Path(__file__).parents[1] / "tests" / "unit" / "theory" / "prompts.jsonl"
_SEEN = 100


def run(seconds: float = 4.0) -> list[dict[str, object]]:
    """Ask for `seconds` each. Rows: method, calls a second."""
    return asyncio.run(_run(seconds))


async def _run(seconds: float) -> list[dict[str, object]]:
    prompts = [json.loads(line)["prompt"] for line in _PROMPTS.read_text("utf-8").splitlines()]
    with TemporaryDirectory() as folder, (Path(folder) / "log").open("wb") as log:
        address = f"unix:{folder}/theory.sock"
        environment = {**os.environ, "BOUMB_THEORY_ADDRESS": address, "BOUMB_LOG_LEVEL": "WARNING"}
        process = await ServiceProcess.start("services.theory.main", environment, log)
        try:
            cores = sorted(os.sched_getaffinity(0))
            os.sched_setaffinity(process.pid, cores[:1])
            os.sched_setaffinity(0, cores[1:] or cores)
            await serving(address)
            async with open_channel(address) as channel:
                stub = TheoryServiceStub(channel)
                requests = [AnalyseRequest(prompt=prompt) for prompt in prompts if len(prompt) < 200]
                # More prompts than theory remembers, so that each is new again when its turn comes.
                new, seen = cycle(requests), cycle(requests[:_SEEN])
                methods: dict[str, Callable[[], Awaitable[object]]] = {
                    "Info": lambda: stub.Info(InfoRequest()),
                    "Analyse, new prompts": lambda: stub.Analyse(next(new)),
                    "Analyse, prompts seen before": lambda: stub.Analyse(next(seen)),
                }
                rows: list[dict[str, object]] = []
                for name, call in methods.items():
                    rows.append({"method": name, "calls_per_s": await call_rate(call, seconds)})
                return rows
        finally:
            await process.kill()


if __name__ == "__main__":
    print(run())
