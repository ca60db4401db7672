"""Composing while the journal is off, on, slow, dead, and while its spool is full: first bar, piece and memory.

A melody service for each, and one request after the other to each in turn, so that all meet the same moments of a busy
machine. The slow journal takes a second for every batch. The full spool has room for a mebibyte and no journal.
"""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from boumbapp.journal.v2 import journal_service_pb2 as pb
from boumbapp.journal.v2.journal_service_pb2 import DESCRIPTOR
from boumbapp.journal.v2.journal_service_pb2_grpc import JournalServiceServicer, add_JournalServiceServicer_to_server
from boumbapp.melody.v2.melody_service_pb2 import ComposeRequest
from boumbapp.melody.v2.melody_service_pb2_grpc import MelodyServiceStub
from boumbapp.music.v2.intent_pb2 import IntentOptions

from launcher.process import ServiceProcess
from launcher.readiness import serving
from services.chassis.client.channel import open_channel
from services.chassis.server.server import ServiceDefinition, running
from services.chassis.settings import Environment, ServerSettings

_VARIANTS = ("off", "on", "slow", "full", "dead")
_ROUNDS, _WARM_UP, _BARS = 150, 10, 4
_SLOW_S = 1.0
_MIB = 1024 * 1024


class _SlowJournal(JournalServiceServicer):
    """Takes a second for every batch."""

    async def Record(self, requests: AsyncIterator[pb.RecordRequest], context: Any) -> pb.RecordResponse:  # noqa: ANN401, N802
        """Count a batch, slowly."""
        del context
        count = len([None async for _ in requests])
        await asyncio.sleep(_SLOW_S)
        return pb.RecordResponse(stored=count)


def run(rounds: int = _ROUNDS) -> list[dict[str, object]]:
    """Measure. Rows: journal, milliseconds to the first bar and the whole piece (p50), both as ratios, memory in MiB.

    Args:
        rounds: Requests to each.
    """
    with TemporaryDirectory() as folder:
        return asyncio.run(_run(Path(folder), rounds))


async def _run(folder: Path, rounds: int) -> list[dict[str, object]]:
    async with AsyncExitStack() as stack:
        theory = await stack.enter_async_context(_process("theory", folder, {}))
        address, _ = theory
        on, _ = await stack.enter_async_context(_process("journal", folder, {"BOUMB_STATE_DIR": f"{folder}/on"}))
        slow = f"unix:{folder}/slow.sock"
        await stack.enter_async_context(_slow_journal(slow))
        nowhere = f"unix:{folder}/nowhere.sock"
        journals = {"off": "", "on": on, "slow": slow, "full": nowhere, "dead": nowhere}
        services = {}
        for variant in _VARIANTS:
            own = {
                "BOUMB_THEORY_ADDRESS": address,
                "BOUMB_JOURNAL_ADDRESS": journals[variant],
                "BOUMB_STATE_DIR": f"{folder}/{variant}",
                "BOUMB_MELODY_WORKERS": "0",
                "BOUMB_SPOOL_MIB": "1" if variant == "full" else "256",
            }
            services[variant] = await stack.enter_async_context(_process("melody", folder, own, variant))
        stubs = {
            name: MelodyServiceStub(await stack.enter_async_context(open_channel(found[0])))
            for name, found in services.items()
        }
        times: dict[str, list[tuple[float, float]]] = {name: [] for name in _VARIANTS}
        memory: dict[str, list[float]] = {name: [] for name in _VARIANTS}
        for number in range(rounds + _WARM_UP):
            for place in range(len(_VARIANTS)):
                name = _VARIANTS[(place + number) % len(_VARIANTS)]  # nobody is always the first
                measured = await _compose(stubs[name], number)
                if number >= _WARM_UP:
                    times[name].append(measured)
            if number in (rounds // 2, rounds + _WARM_UP - 1):
                for name in _VARIANTS:
                    memory[name].append(_resident_mib(services[name][1]))
        return [_row(name, times, memory) for name in _VARIANTS]


def _row(name: str, times: dict[str, list[tuple[float, float]]], memory: dict[str, list[float]]) -> dict[str, object]:
    first, whole = (median(each[k] for each in times[name]) * 1000 for k in (0, 1))
    usual_first, usual_whole = (median(each[k] for each in times["off"]) * 1000 for k in (0, 1))
    return {
        "journal": name,
        "first_bar_ms": round(first, 2),
        "piece_ms": round(whole, 2),
        "first_bar_ratio": round(first / usual_first, 3),
        "piece_ratio": round(whole / usual_whole, 3),
        "memory_half_way": round(memory[name][0]),
        "memory_at_the_end": round(memory[name][-1]),
    }


@asynccontextmanager
async def _process(
    name: str, folder: Path, variables: dict[str, str], variant: str = ""
) -> AsyncIterator[tuple[str, int]]:
    address = f"unix:{folder}/{name}{variant}.sock"
    own = {f"BOUMB_{name.upper()}_ADDRESS": address, "BOUMB_LOG_LEVEL": "ERROR", **variables}
    with (folder / f"{name}{variant}.log").open("wb") as log:
        process = await ServiceProcess.start(f"services.{name}.main", {**os.environ, **own}, log)
        try:
            await serving(address)
            yield address, process.pid
        finally:
            await process.kill()


@asynccontextmanager
async def _slow_journal(address: str) -> AsyncIterator[None]:
    slow = _SlowJournal()  # type: ignore[abstract]  # it is asked for nothing else
    definition = ServiceDefinition(
        descriptor=DESCRIPTOR.services_by_name["JournalService"],
        add=partial(add_JournalServiceServicer_to_server, slow),
        warm=partial(asyncio.sleep, 0),
    )
    settings = ServerSettings.read("journal", Environment({"BOUMB_JOURNAL_ADDRESS": address, "BOUMB_GRACE_S": "0.1"}))
    async with running(settings, [definition]):
        yield


async def _compose(stub: MelodyServiceStub, seed: int) -> tuple[float, float]:
    """Seconds to the first bar, and to the end."""
    request = ComposeRequest(prompt="basse funk en sol mineur", seed=seed, overrides=IntentOptions(bars=_BARS))
    began, first = time.perf_counter(), 0.0
    async for response in stub.Compose(request):
        if not first and response.event.HasField("bar"):
            first = time.perf_counter() - began
    return first, time.perf_counter() - began


def _resident_mib(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text("utf-8").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / _MIB


if __name__ == "__main__":
    for row in run():
        print(row)
