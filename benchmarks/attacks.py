"""Every attack through the real gateway, and what a second user notices of it.

The victim has prompts analysed over a connection that stays open, and asks for first bars as a page does, each
over a connection of its own; latencies before the attack and during it, in milliseconds. Attackers run in a process of
their own, less urgent than the mesh, as they would be elsewhere. The row "nothing" shows how far two such measurements
differ by themselves.
"""

import asyncio
import os
import sys
import time
from functools import partial

import grpc.aio
from boumbapp.theory.v2 import theory_service_pb2 as theory
from boumbapp.theory.v2.theory_service_pb2_grpc import TheoryServiceStub

from gateway.keys import ensure_keys
from gateway.tokens import mint
from launcher.mesh import private_folder
from launcher.settings import MeshSettings
from tests.chaos.attacks import everything
from tests.chaos.counting import part_of
from tests.chaos.listener import MELODY, Listener
from tests.e2e.real_mesh import running_real_mesh

_LASTS_S = 6.0
_PAUSE_S = 0.03


class _Victim:
    """Somebody who calls again and again; latencies in milliseconds by kind of call."""

    def __init__(self, gateway: str, token: str) -> None:
        self._gateway, self._token = gateway, token
        self.calls: list[float] = []
        self.bars: list[float] = []
        self.failed = 0

    async def call(self) -> None:
        metadata = (("authorization", f"Bearer {self._token}"),)
        async with grpc.aio.insecure_channel(self._gateway) as channel:
            stub = TheoryServiceStub(channel)
            request = theory.AnalyseRequest(prompt="basse funky en sol mineur")
            while True:
                began = time.perf_counter()
                try:
                    await stub.Analyse(request, metadata=metadata, timeout=10)
                    self.calls.append((time.perf_counter() - began) * 1000)
                except grpc.aio.AioRpcError:
                    self.failed += 1
                await asyncio.sleep(_PAUSE_S)

    async def play(self) -> None:
        at = 0
        while True:
            at += 1
            request = MELODY.request(prompt="basse funky en sol mineur, 1 mesure", seed=at)
            try:
                played = await Listener(self._gateway, self._token, MELODY, request, 1.0).listen(10)
            except OSError:
                self.failed += 1
            else:
                self.failed += played.first_s is None
                self.bars += [] if played.first_s is None else [played.first_s * 1000]
            await asyncio.sleep(_PAUSE_S)

    def taken(self) -> tuple[list[float], list[float], int]:
        taken = self.calls, self.bars, self.failed
        self.calls, self.bars, self.failed = [], [], 0
        return taken


def run() -> list[dict[str, object]]:
    """Attack in every way; BOUMB_BENCH_ATTACKS chooses those whose names hold a word."""
    return asyncio.run(_run(os.environ.get("BOUMB_BENCH_ATTACKS", "")))


async def _run(wanted: str) -> list[dict[str, object]]:
    rows = []
    with private_folder() as folder:
        keys = ensure_keys(MeshSettings.read({**os.environ, "BOUMB_STATE_DIR": str(folder)}).keys)
        tokens = partial(mint, keys)
        async with running_real_mesh(folder, BOUMB_MELODY_WORKERS="2") as mesh:
            victim = _Victim(mesh.gateway, tokens("victim"))
            living = [asyncio.create_task(each()) for each in (victim.call, victim.play)]
            await asyncio.sleep(3)
            for number, (name, _) in enumerate(everything("", 0)):
                if wanted in name:
                    rows.append(await _row(name, mesh.gateway, tokens(f"attacker-{number}"), victim))
            for each in living:
                each.cancel()
    return rows


async def _row(name: str, gateway: str, token: str, victim: _Victim) -> dict[str, object]:
    victim.taken()
    await asyncio.sleep(_LASTS_S)
    calls, bars, _ = victim.taken()
    attacker = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks._attacker", name, gateway, str(_LASTS_S)), stdin=asyncio.subprocess.PIPE
    )
    assert attacker.stdin is not None
    attacker.stdin.write(f"{token}\n".encode())
    attacker.stdin.close()
    await attacker.wait()
    calls_during, bars_during, failed = victim.taken()
    await asyncio.sleep(1)
    return {
        "attack": name,
        **_compared("calls", calls, calls_during),
        **_compared("bars", bars, bars_during),
        "failed": failed,
    }


def _compared(what: str, before: list[float], during: list[float]) -> dict[str, object]:
    p50, p95 = ((part_of(before, part), part_of(during, part)) for part in (0.5, 0.95))
    return {
        f"{what}_p50": f"{p50[0]:.1f} {p50[1]:.1f}",
        f"{what}_p95": f"{p95[0]:.1f} {p95[1]:.1f}",
        f"{what}_ratio": round(p95[1] / p95[0], 2) if p95[0] else 0.0,
    }
