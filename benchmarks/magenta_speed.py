"""The magenta service beside the library's own generator: alone, 64 at once, under constraints, and its memory."""

import asyncio
import json
import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from boumbapp.magenta.v2.magenta_service_pb2 import ContinueRequest
from boumbapp.magenta.v2.magenta_service_pb2_grpc import MagentaServiceStub
from boumbapp.music.v2.intent_pb2 import BarPlan, Constraints
from boumbapp.music.v2.music_pb2 import ROLE_MELODY, Bar, Key, Meter, Note

from launcher.readiness import serving
from launcher.settings import ROOT, interpreter
from services.chassis.client.channel import open_channel

Row = dict[str, object]
SERVICES = ("magenta",)
_BUNDLE = ROOT / "models/magenta-attention-rnn/attention_rnn.mag"
_PYTHON = interpreter("magenta")
_PRIMER = [
    Note(pitch=pitch, start_step=4 * i, duration_steps=4, velocity=90) for i, pitch in enumerate((63, 65, 67, 70))
]
_STEPS = 16 + 32
_AT_ONCE, _ALONE, _LIBRARY = 64, 30, 20
_MASKED, _SETTLING, _REMEMBERED = 2000, 300, 1000
_LOW, _HIGH, _E_FLAT_MAJOR = 55, 79, 0b0101_1010_1101
_LOADS_S = 120.0


def run() -> list[Row]:
    """Rows of what was measured; one that says how to set Magenta up when it is not."""
    if not Path(_PYTHON).exists():
        return [{"measured": "nothing: ./boumb bench magenta_speed sets Magenta up"}]
    environment = os.environ | {"PYTHONPATH": f"{ROOT}:{ROOT / 'gen/python'}", "TF_CPP_MIN_LOG_LEVEL": "3"}
    command = [_PYTHON, "-m", "benchmarks._magenta_library", str(_BUNDLE), str(_LIBRARY)]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True
    )
    library = json.loads(done.stdout)
    with tempfile.TemporaryDirectory() as folder:
        address = f"unix:{folder}/magenta.sock"
        service = subprocess.Popen(
            [_PYTHON, "-m", "services.magenta.main"],
            cwd=ROOT,
            env=environment | {"BOUMB_MAGENTA_ADDRESS": address, "BOUMB_MAGENTA_BUNDLES": folder},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            rows = asyncio.run(_measure(address, service.pid, library["bars_per_s"]))
        finally:
            service.kill()
            service.wait()
    alone = {"measured": "32 steps from a bar, library's generator, ms", "value": round(library["median_ms"], 1)}
    return [alone, *rows]


async def _measure(address: str, pid: int, library_bars_per_s: float) -> list[Row]:
    async with asyncio.timeout(_LOADS_S):
        await serving(address)
    async with open_channel(address) as channel:
        stub = MagentaServiceStub(channel)

        async def bars(seed: int, constraints: Constraints | None = None) -> tuple[list[Bar], float]:
            """Bars, and seconds to the first."""
            request = ContinueRequest(primer_notes=_PRIMER, total_steps=_STEPS, seed=seed, constraints=constraints)
            began, first, found = time.perf_counter(), 0.0, []
            async for response in stub.Continue(request, timeout=60):
                event = response.event
                if event.HasField("bar"):
                    first = first or time.perf_counter() - began
                    found.append(event.bar.bar)
            return found, first

        whole, firsts = [], []
        for seed in range(_ALONE):
            began = time.perf_counter()
            _, first = await bars(seed)
            whole.append(time.perf_counter() - began)
            firsts.append(first)
        began = time.perf_counter()
        made = await _at_once(_AT_ONCE * 6, bars)
        bars_per_s = sum(len(found) for found, _ in made) / (time.perf_counter() - began)
        masked = await _at_once(_MASKED, lambda seed: bars(seed, _constraints()))
        notes = [note for found, _ in masked for bar in found for note in bar.notes]
        outside = sum(not (_LOW <= n.pitch <= _HIGH and _E_FLAT_MAJOR >> n.pitch % 12 & 1) for n in notes)
        await _at_once(_SETTLING, bars)
        before = _resident_mb(pid)
        await _at_once(_REMEMBERED, bars)
        grown = _resident_mb(pid) - before
    return [
        {"measured": "32 steps from a bar, service, ms", "value": _ms(whole), "promised": "100 at most"},
        {"measured": "first of these bars, ms", "value": _ms(firsts), "promised": "60 at most"},
        {"measured": "library's generator in a loop, bars/s", "value": round(library_bars_per_s, 1)},
        {
            "measured": f"service, {_AT_ONCE} at once, bars/s",
            "value": round(bars_per_s, 1),
            "promised": f"{8 * library_bars_per_s:.0f} at least (8 times)",
        },
        {"measured": f"notes of {_MASKED} continuations outside of {len(notes)}", "value": outside, "promised": "0"},
        {
            "measured": f"memory grown over {_REMEMBERED} requests, MB of {before:.0f}",
            "value": round(grown, 1),
            "promised": "10 at most",  # the allocator settles over some thousands of requests
        },
    ]


async def _at_once(
    count: int, one: Callable[[int], Awaitable[tuple[list[Bar], float]]]
) -> list[tuple[list[Bar], float]]:
    """Run requests, as many at once as there are places."""
    places = asyncio.Semaphore(_AT_ONCE)

    async def placed(seed: int) -> tuple[list[Bar], float]:
        async with places:
            return await one(seed)

    return await asyncio.gather(*map(placed, range(count)))


def _constraints() -> Constraints:
    plan = BarPlan(key=Key(tonic="Eb", scale="major"), tonic=3, pitch_classes=_E_FLAT_MAJOR)
    meter = Meter(beats=4, beat_unit=4)
    return Constraints(
        meter=meter, role=ROLE_MELODY, lowest_pitch=_LOW, highest_pitch=_HIGH, max_polyphony=1, plans=[plan]
    )


def _ms(seconds: list[float]) -> float:
    return round(statistics.median(seconds) * 1000, 1)


def _resident_mb(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
