"""Labelled instructions to change an arrangement: whether the parts and bars that they name change, and no others.

Each is sent to the real arranger about drums, bass, chords and a melody of four bars. `first_run` is the share that was
right when the reading first saw the set. Labels stand in benchmarks/data/refine_arrangement.tsv; what each part makes
of words about it is counted by the benchmark `refine`.
"""

import asyncio
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby

import grpc.aio
from boumbapp.arranger.v2.arranger_service_pb2 import ComposeRequest, RefineRequest
from boumbapp.arranger.v2.arranger_service_pb2_grpc import ArrangerServiceStub
from boumbapp.music.v2.events_pb2 import Started
from boumbapp.music.v2.music_pb2 import Bar, Track

from benchmarks._refine_labels import DATA, REFUSED
from benchmarks._services import running
from music.roles import role_name

SERVICES = ("theory", "melody", "drums", "arranger")
_FIRST_RUNS = DATA / "refine_first_runs.json"
_PROMPTS = {
    "plain": "boucle pop 110 en la mineur, batterie, basse, accords et mélodie, 4 mesures",
    "plain_2": "boucle jazz 120 en do majeur, batterie, basse, accords et mélodie, 4 mesures",
    "plain_3": "boucle funk 105 en ré mineur, batterie, basse, accords et mélodie, 4 mesures",
}
_ANY, _NOTHING = "any", "nothing"
Changes = Mapping[str, frozenset[int]]  # bars, from 1, by part; without bars for what is of the piece


@dataclass(slots=True)
class _Arrangement:
    """What instructions are about.

    Attributes:
        started: What was said when it was composed.
        tracks: Its parts by id.
    """

    started: Started = field(default_factory=Started)
    tracks: dict[str, Track] = field(default_factory=dict)


def run() -> list[dict[str, object]]:
    """A row for each set."""
    return asyncio.run(_run([]))


def misses() -> list[tuple[str, str, str]]:
    """Instructions that changed something else than labelled: the words, the label, and what changed."""
    found: list[tuple[str, str, str]] = []
    asyncio.run(_run(found))
    return found


async def _run(missed: list[tuple[str, str, str]]) -> list[dict[str, object]]:
    lines = (DATA / "refine_arrangement.tsv").read_text("utf-8").splitlines()
    cases = [line.split("\t") for line in lines if line and not line.startswith("#")]
    first_runs = json.loads(_FIRST_RUNS.read_text("utf-8"))["arrangement"]
    rows: list[dict[str, object]] = []
    async with running(SERVICES) as channels:
        stub = ArrangerServiceStub(channels["arranger"])
        for name, group in groupby(cases, key=lambda case: case[0]):
            arrangement = await _composed(stub, _PROMPTS[name])
            asked = [(text, label) for _, text, label in group]
            wrong = 0
            for text, label in asked:
                changed = await _changes(stub, arrangement, text)
                if not _fits(changed, label):
                    wrong += 1
                    missed.append((text, label, REFUSED if changed is None else str(dict(changed))))
            rows.append(
                {
                    "set": name,
                    "instructions": len(asked),
                    "first_run": first_runs[name],
                    "as_labelled": round(1 - wrong / len(asked), 4),
                }
            )
    return rows


async def _changes(stub: ArrangerServiceStub, arrangement: _Arrangement, text: str) -> Changes | None:
    """What an instruction changes; None where it is refused."""
    tracks, bpm = list(arrangement.tracks.values()), arrangement.started.bpm
    request = RefineRequest(instruction=text, tracks=tracks, bpm=bpm, intent=arrangement.started.intent, seed=1)
    bars: dict[str, list[Bar]] = {track.id: [] for track in tracks}
    found: dict[str, frozenset[int]] = {}
    try:
        async for response in stub.Refine(request, timeout=20):
            event = response.event
            if event.HasField("started") and event.started.bpm != bpm:
                found["tempo"] = frozenset()
            if event.HasField("bar"):
                bars[event.bar.track].append(event.bar.bar)
    except grpc.aio.AioRpcError as error:
        if error.code() is not grpc.StatusCode.INVALID_ARGUMENT:
            raise
        return None
    for track in tracks:
        if len(bars[track.id]) != len(track.bars):
            found["length"] = frozenset()
        before_and_after = zip(track.bars, bars[track.id], strict=False)
        if changed := frozenset(at for at, (old, new) in enumerate(before_and_after, start=1) if old != new):
            found[role_name(track.role)] = changed
    return found


def _fits(changed: Changes | None, label: str) -> bool:
    """Whether what changed is what a label says: all parts that it names, in no other bars."""
    if changed is None or label == REFUSED:
        return changed is None and label == REFUSED
    if label == _ANY:
        return True
    if label == _NOTHING:
        return not changed
    named = dict(_named(label))
    if "length" in named:
        return "length" in changed
    return named.keys() == changed.keys() and all(not named[part] or changed[part] <= named[part] for part in named)


def _named(label: str) -> Iterator[tuple[str, frozenset[int]]]:
    for change in label.split(","):
        part, _, bars = change.partition("@")
        first, _, last = bars.partition("-")
        yield part, frozenset(range(int(first), int(last or first) + 1)) if bars else frozenset()


async def _composed(stub: ArrangerServiceStub, prompt: str) -> _Arrangement:
    arrangement = _Arrangement()
    async for response in stub.Compose(ComposeRequest(prompt=prompt, seed=5), timeout=20):
        event = response.event
        if event.HasField("started"):
            arrangement.started = event.started
            arrangement.tracks = {track.id: track for track in event.started.tracks}
        if event.HasField("bar"):
            arrangement.tracks[event.bar.track].bars.append(event.bar.bar)
    return arrangement
