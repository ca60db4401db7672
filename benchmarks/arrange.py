"""Four parts at once: how soon they are there, and how well they fit together.

Arrangements of twenty styles, drums, bass, chords and lead, through the real gateway. The first bar counts when all
four parts have it, as does each further one. What the figures about music mean stands in
`benchmarks/_arrangement_figures.py`.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from statistics import quantiles
from typing import TypeAlias

import grpc.aio
from boumbapp.arranger.v2.arranger_service_pb2 import ComposeRequest, ComposeResponse, Part
from boumbapp.arranger.v2.arranger_service_pb2_grpc import ArrangerServiceStub
from boumbapp.music.v2.intent_pb2 import IntentOptions
from boumbapp.music.v2.music_pb2 import ROLE_BASS, ROLE_CHORDS, ROLE_DRUMS, ROLE_MELODY, Bar

from benchmarks._arrangement_figures import Share, clashes, crossing, locked, together
from gateway.keys import ensure_keys
from gateway.tokens import mint
from launcher.mesh import private_folder, running
from launcher.settings import MeshSettings
from services.chassis.client.channel import open_channel

_BAND = (ROLE_DRUMS, ROLE_BASS, ROLE_CHORDS, ROLE_MELODY)
DANCE = ("house", "techno", "trance", "disco", "funk", "drum_and_bass", "edm", "hiphop", "synthwave", "trap")
OTHERS = ("pop", "rock", "jazz", "lofi", "reggae", "bossa_nova", "soul", "rnb", "ballad", "latin")
_BARS = 8
Compose: TypeAlias = Callable[[ComposeRequest], AsyncIterable[ComposeResponse]]


@dataclass
class _Figures:
    """Of some arrangements."""

    first_ms: list[float] = field(default_factory=list)
    further_ms: list[float] = field(default_factory=list)
    shares: dict[str, Share] = field(default_factory=lambda: defaultdict(Share))

    def row(self, name: str) -> dict[str, object]:
        cells: dict[str, object] = {"arrangements": name}
        for key, times in (("first_bar", self.first_ms), ("further_bar", self.further_ms)):
            cuts = quantiles(times, n=20)
            cells[f"{key}_p50_ms"], cells[f"{key}_p95_ms"] = round(cuts[9], 1), round(cuts[18], 1)
        return cells | {f"{key}_percent": share.percent for key, share in self.shares.items()}


def run(seeds: int = 5) -> list[dict[str, object]]:
    """Arrange each style with so many seeds. Rows: dance styles, the others, all."""
    return asyncio.run(_run(seeds))


async def _run(seeds: int) -> list[dict[str, object]]:
    rows = {"dance styles": _Figures(), "other styles": _Figures(), "all": _Figures()}
    with private_folder() as folder:
        settings = MeshSettings.read().for_one(folder)
        async with (
            running(settings, folder),
            open_channel(settings.gateway) as channel,
        ):
            stub = ArrangerServiceStub(channel)
            token = grpc.aio.Metadata(("authorization", f"Bearer {mint(ensure_keys(settings.keys), 'benchmark')}"))
            studio = partial(stub.Compose, metadata=token)
            await _arrange(studio, "house", 0, ())  # so that the first one counted is not the first one made
            for seed in range(seeds):
                for style in (*DANCE, *OTHERS):
                    kind = "dance styles" if style in DANCE else "other styles"
                    await _arrange(studio, style, seed, (rows[kind], rows["all"]))
    return [figures.row(name) for name, figures in rows.items()]


async def _arrange(studio: Compose, style: str, seed: int, counted: Sequence[_Figures]) -> None:
    request = ComposeRequest(
        prompt=style.replace("_", " "),
        seed=seed,
        overrides=IntentOptions(bars=_BARS, style=style),
        parts=[Part(role=role) for role in _BAND],
    )
    parts: dict[str, list[Bar]] = defaultdict(list)
    begin = last = time.perf_counter()
    times: list[float] = []
    async for response in studio(request):
        event = response.event
        if event.HasField("bar"):
            parts[event.bar.track].append(event.bar.bar)
            if len(parts) == len(_BAND) and len({len(bars) for bars in parts.values()}) == 1:
                now = time.perf_counter()
                times.append((now - last) * 1000)
                last = now
    if len(times) != _BARS:
        raise RuntimeError(f"{style}, seed {seed}: {len(times)} bars of {_BARS} after {last - begin:.1f} s")
    met, chance = together(parts)
    shares = {
        "clash": clashes(parts),
        "kick_in_bass": locked(parts),
        "lead_on_chords": met,
        "by_chance": chance,
        "bass_above_chords": crossing(parts),
    }
    for figures in counted:
        figures.first_ms.append(times[0])
        figures.further_ms += times[1:]
        for name, share in shares.items():
            figures.shares[name].add(share)
