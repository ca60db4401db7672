"""Labelled instructions to change music: how many are read as labelled and carried out, what else changes.

Each is sent to the real services, about a melody and a bass, or about two grooves. `first_run` is the share of the
held-out half that was read as labelled when the reading first saw it; those figures never change. `elsewhere` counts
bars that changed although no edit names them. Labels stand in benchmarks/data.
"""

import asyncio
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

import grpc
import grpc.aio
from boumbapp.drums.v2 import drums_service_pb2 as drums
from boumbapp.drums.v2.drums_service_pb2_grpc import DrumsServiceStub
from boumbapp.melody.v2 import melody_service_pb2 as melody
from boumbapp.melody.v2.melody_service_pb2_grpc import MelodyServiceStub
from boumbapp.music.v2 import edits_pb2 as pb
from boumbapp.music.v2.events_pb2 import Started
from boumbapp.music.v2.music_pb2 import Bar

from benchmarks._refine_labels import DATA, HALVES, REFUSED, LabelledInstruction, labelled, outline
from benchmarks._services import running
from services.composition.refining.edit_messages import placed
from services.composition.refining.locations import EVERYWHERE

_FIRST_RUNS = DATA / "refine_first_runs.json"
_PROMPTS = {
    "melody": ("mélodie pop en do majeur, 4 mesures", "basse funky en sol mineur, 4 mesures"),
    "drums": ("boom bap, 4 mesures", "batterie rock, 4 mesures"),
}
# Edits that may change any bar, whatever bars they name.
_ANYWHERE = frozenset(
    {
        "more_bars",
        "fewer_bars",
        "cut_bars",
        "bars",
        "meter",
        "undo",
        "repeat",
        "end_on",
        "new_ending",
        "faster",
        "slower",
        "tempo",
    }
)
_IDLE_BY_NATURE = frozenset({"keep"})


@dataclass(slots=True)
class _Piece:
    """A part to refine.

    Attributes:
        started: What was told when it was composed.
        bars: Its bars.
        feels: Feel of the hits of each bar; none for pitched parts.
    """

    started: Started = field(default_factory=Started)
    bars: list[Bar] = field(default_factory=list)
    feels: list[drums.BarFeels] = field(default_factory=list)


@dataclass(slots=True)
class _Counts:
    """What became of instructions."""

    asked: int = 0
    as_labelled: int = 0
    carried_out: int = 0
    to_carry_out: int = 0
    elsewhere: int = 0
    to_refuse: int = 0
    refused: int = 0
    with_examples: int = 0


def run() -> list[dict[str, object]]:
    """A row for each half of each domain."""
    return asyncio.run(_run())


def misses() -> list[tuple[str, str, str]]:
    """What was not read as labelled or not carried out: the instruction, its label, and what came of it."""
    found: list[tuple[str, str, str]] = []
    asyncio.run(_run(found))
    return found


async def _run(missed: list[tuple[str, str, str]] | None = None) -> list[dict[str, object]]:
    first_runs = json.loads(_FIRST_RUNS.read_text("utf-8"))
    rows: list[dict[str, object]] = []
    async with running(("theory", "melody", "drums")) as channels:
        stubs = {"melody": MelodyServiceStub(channels["melody"]), "drums": DrumsServiceStub(channels["drums"])}
        for domain, stub in stubs.items():
            pieces = [await _composed(domain, stub, prompt) for prompt in _PROMPTS[domain]]
            for half in HALVES:
                cases = [case for case in labelled(domain) if case.half == half]
                if not cases:
                    continue
                counts = _Counts()
                for case in cases:
                    outcome = await _count(case, domain, stub, pieces, counts)
                    if missed is not None and outcome:
                        missed.append((case.text, case.edits, outcome))
                rows.append(_row(domain, half, counts, first_runs[domain].get(half)))
    return rows


def _row(domain: str, half: str, counts: _Counts, first_run: float | None) -> dict[str, object]:
    return {
        "domain": domain,
        "half": half,
        "instructions": counts.asked,
        "first_run": "" if first_run is None else first_run,
        "as_labelled": round(counts.as_labelled / counts.asked, 4),
        "carried_out": round(counts.carried_out / counts.to_carry_out, 4),
        "elsewhere": counts.elsewhere,
        "refused": f"{counts.refused}/{counts.to_refuse}",
        "with_examples": f"{counts.with_examples}/{counts.refused}",
    }


async def _count(
    case: LabelledInstruction,
    domain: str,
    stub: Any,  # noqa: ANN401  either stub
    pieces: Sequence[_Piece],
    counts: _Counts,
) -> str:
    """Count an instruction; what came of it where that is not what its label says, else nothing."""
    read: set[str] = set()
    carried_out = False  # something changed in one of them; another may be so already
    for piece in pieces:
        try:
            started, bars, changed = await _refined(case.text, domain, stub, piece)
        except grpc.aio.AioRpcError as error:
            read.add(REFUSED)
            counts.with_examples += any(word in (error.details() or "") for word in ("Try", "Essayez"))
            continue
        read.add(outline(started.edit_data))
        may = _may_change(started.edit_data, piece.bars)
        counts.elsewhere += sum(
            1 for at, bar in enumerate(bars) if may is not None and at not in may and bar != piece.bars[at]
        )
        idle = all(edit.action in _IDLE_BY_NATURE for edit in started.edit_data)
        carried_out = carried_out or idle or changed
    counts.asked += 1
    right = all(map(case.allows, read))
    counts.as_labelled += right
    if case.edits == REFUSED or (right and read == {REFUSED}):
        counts.to_refuse += 1
        counts.refused += right
    else:
        counts.to_carry_out += 1
        counts.carried_out += right and carried_out
    if REFUSED in read and not right:
        counts.with_examples -= len(pieces)
    elif REFUSED in read:
        counts.with_examples -= len(pieces) - 1
    if not right:
        return " | ".join(sorted(read))
    return "" if carried_out else "nothing changed"


def _may_change(edits: Sequence[pb.Edit], bars: Sequence[Bar]) -> set[int] | None:
    """Places of the bars that edits name; None where they may change any."""
    meters = [bar.meter for bar in bars]
    found: set[int] = set()
    for edit in edits:
        if edit.action in _ANYWHERE:
            return None
        read = placed(edit)
        for at in range(len(bars)):
            named = not read["locations"] or any(place.steps_of(at, meters) for place in read["locations"])
            left_out: Collection[int] = frozenset().union(*(place.steps_of(at, meters) for place in read["but_at"]))
            if named and len(left_out) < len(EVERYWHERE.steps_of(at, meters)):
                found.add(at)
    return found


async def _refined(instruction: str, domain: str, stub: Any, piece: _Piece) -> tuple[Started, list[Bar], bool]:  # noqa: ANN401  either stub
    given: dict[str, Any] = {"instruction": instruction, "bars": piece.bars, "bpm": piece.started.bpm, "seed": 1}
    earlier = [*piece.bars[1:], piece.bars[0]]
    request: melody.RefineRequest | drums.RefineRequest
    if domain == "melody":
        version = melody.PartVersion(bars=_numbered(earlier), bpm=piece.started.bpm)
        request = melody.RefineRequest(**given, intent=piece.started.intent, versions=[version])
    else:
        groove = drums.GrooveVersion(bars=_numbered(earlier), bpm=piece.started.bpm)
        request = drums.RefineRequest(**given, feels=piece.feels, style=piece.started.intent.style, versions=[groove])
    started, bars, changed = Started(), list[Bar](), False
    async for response in stub.Refine(request, timeout=20):
        event = response.event
        match event.WhichOneof("event"):
            case "started":
                started = event.started
                changed = changed or started.bpm != piece.started.bpm
            case "bar":
                bars.append(event.bar.bar)
                changed = changed or event.bar.changed
    return started, bars, changed or len(bars) != len(piece.bars)


def _numbered(bars: Sequence[Bar]) -> list[Bar]:
    numbered = []
    for index, bar in enumerate(bars):
        copy = Bar()
        copy.CopyFrom(bar)
        copy.index = index
        numbered.append(copy)
    return numbered


async def _composed(domain: str, stub: Any, prompt: str) -> _Piece:  # noqa: ANN401  either stub
    request = (melody if domain == "melody" else drums).ComposeRequest(prompt=prompt, seed=3)
    piece = _Piece()
    async for response in stub.Compose(request, timeout=20):
        event = response.event
        if event.HasField("started"):
            piece.started = event.started
        if event.HasField("bar"):
            piece.bars.append(event.bar.bar)
            piece.feels.append(drums.BarFeels(feels=event.bar.feels))
    return piece
