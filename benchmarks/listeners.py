"""Listeners in real time, each over gRPC-Web through the real gateway: underruns, first bar, refusals, memory.

Nine in twenty listen to a melody or a bass, nine to drums, two to an arrangement; each is another user. They
come one after the other, play at 120 quarters a minute, and leave after a while. All of it, those who listen included,
runs on this machine's cores; the load of everything else is told beside the figures.
"""

import asyncio
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from benchmarks.melody_streams import processor_ms, resident_mib
from gateway.keys import ensure_keys
from gateway.tokens import mint
from launcher.mesh import private_folder
from launcher.mesh import running as running_mesh
from launcher.settings import MeshSettings
from tests.chaos.counting import part_of
from tests.chaos.faults import descendants
from tests.chaos.listener import ARRANGER, DRUMS, MELODY, Expert, Listener, Played

_BPM, _BAR_S, _BARS = 120, 2.0, 64
_COME_PER_S = 20
_STAY_S = 20.0  # after the last one came
_LISTENERS = "those who listen"
_WORKERS = {"BOUMB_MELODY_WORKERS": "2", "BOUMB_DRUMS_WORKERS": "2"}
_LINES = ("basse funky en sol mineur", "mélodie pop en do majeur", "sad lead in A minor", "jazz bass in F")
_GROOVES = ("beat trap", "house drums", "batterie jazz", "rock drums")
_BANDS = ("trio jazz en fa", "pop band in C", "groupe funk en la mineur", "reggae band in G")


def run(listeners: int = 400) -> list[dict[str, object]]:
    """Have so many listen."""
    return asyncio.run(_run(listeners))


async def _run(number: int) -> list[dict[str, object]]:
    environment = {**_WORKERS, **os.environ}
    with private_folder() as folder:
        settings = MeshSettings.read(environment).for_one(folder)
        limits = replace(settings.limits, connections=2 * number + 100)
        settings = replace(settings, state=folder, limits=limits)
        keys = ensure_keys(settings.keys)
        tokens = [mint(keys, f"listener-{at}") for at in range(number)]
        async with running_mesh(settings, folder):
            await asyncio.sleep(3)  # workers start beside the mesh
            before = _by_process(_resident)
            load = os.getloadavg()[0]
            others = _processor_s() - _own_s()
            busy = _by_process(_busy_ms)
            tasks = []
            for at, token in enumerate(tokens):
                stay_s = _STAY_S + (number - at) / _COME_PER_S
                tasks.append(asyncio.create_task(_listener(settings.gateway, token, at).listen(stay_s)))
                await asyncio.sleep(1 / _COME_PER_S)
            await asyncio.sleep(_STAY_S / 2)
            during = _by_process(_resident)
            played = await asyncio.gather(*tasks)
            others = _processor_s() - _own_s() - others
            busy = {name: ms - busy.get(name, 0) for name, ms in _by_process(_busy_ms).items()}
        seconds = number / _COME_PER_S + _STAY_S
    return _rows(played, before, during, busy, load, others / seconds)


def _listener(gateway: str, token: str, at: int) -> Listener:
    expert, prompts = _experts()[at % 20]
    request = expert.request(prompt=f"{prompts[at % len(prompts)]}, {_BPM} bpm, {_BARS} mesures", seed=at)
    return Listener(gateway, token, expert, request, _BAR_S)


def _experts() -> list[tuple[Expert, tuple[str, ...]]]:
    return [*[(MELODY, _LINES), (DRUMS, _GROOVES)] * 9, *[(ARRANGER, _BANDS)] * 2]


def _rows(
    played: list[Played],
    before: dict[str, int],
    during: dict[str, int],
    busy: dict[str, int],
    load: float,
    others: float,
) -> list[dict[str, object]]:
    admitted = [each for each in played if each.first_s is not None]
    refused = [each.refused_s for each in played if each.refused_s is not None]
    first = [each.first_s for each in admitted if each.first_s is not None]
    late = [seconds for each in admitted for seconds in each.late_s]
    bars = sum(len(indices) for each in played for indices in each.bars.values())
    rows: list[tuple[str, object]] = [
        ("listeners", len(played)),
        ("admitted", len(admitted)),
        ("refused", len(refused)),
        ("neither: broken off or no answer", len(played) - len(admitted) - len(refused)),
        ("bars", bars),
        ("bars that were late", len(late)),
        ("listeners with a late bar", sum(bool(each.late_s) for each in admitted)),
        ("longest silence, ms", round(max(late, default=0) * 1000)),
        ("first bar p50, ms", _ms(first, 0.5)),
        ("first bar p95, ms", _ms(first, 0.95)),
        ("refusal p95, ms", _ms(refused, 0.95)),
        *((f"memory of {name} before and during, MiB", f"{before[name]}, {during.get(name, 0)}") for name in before),
        *((f"processor time of {name} a bar, ms", round(ms / max(1, bars), 2)) for name, ms in busy.items()),
        ("load average before, and processors that others used meanwhile", f"{load:.1f}, {others:.2f}"),
    ]
    return [{"what": what, "value": value} for what, value in rows]


def _ms(seconds: list[float], part: float) -> float:
    return round(part_of(seconds, part) * 1000, 1)


def _by_process(figure: Callable[[int], int]) -> dict[str, int]:
    """A figure of the processes of the mesh and of this one, by module or program."""
    found: dict[str, int] = {}
    for pid in [os.getpid(), *descendants(os.getpid())]:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        name = next((word.decode() for word in words if word.startswith(b"services.")), Path(words[0].decode()).name)
        name = _LISTENERS if pid == os.getpid() else name
        found[name] = found.get(name, 0) + figure(pid)
    return found


def _resident(pid: int) -> int:
    resident = resident_mib(pid)
    return resident if isinstance(resident, int) else 0


def _busy_ms(pid: int) -> int:
    return round(processor_ms([pid]))


def _processor_s() -> float:
    """Seconds that all processors were busy, since the machine began."""
    fields = [int(field) for field in Path("/proc/stat").read_text().splitlines()[0].split()[1:]]
    return (sum(fields) - fields[3] - fields[4]) / os.sysconf("SC_CLK_TCK")


def _own_s() -> float:
    return processor_ms([os.getpid(), *descendants(os.getpid())]) / 1000
