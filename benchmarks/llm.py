"""Language models: what a bar costs and how good it is as it comes, in each mode and as plain JSON, one run for all.

Every installed model; an Ollama is started where none runs. Valid bars fill their
metre as the model wrote them; in key are the notes before theory sees them; bars agree whose number of notes and whose
height are those asked for.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from boumbapp.music.v2.music_pb2 import LEVEL_HIGH, LEVEL_LOW, Bar
from boumbapp.theory.v2.theory_service_pb2 import AnalyseRequest

from benchmarks._ollama_server import ollama_server
from llm.ask import Ask, Usage
from llm.capability import Capability
from llm.catalogue import Dialect
from llm.faults import Fault, LanguageModelError
from llm.model import LanguageModel
from llm.server import OllamaServer
from llm.settings import LanguageModelSettings
from services.chassis.client.channel import open_channel
from services.chassis.server.server import running
from services.chassis.settings import Environment
from services.composition.brief import CompositionBrief
from services.composition.language_model.song_plan import read_plan
from services.composition.theory_client import TheoryClient
from services.melody.language_model.readers import FreeBar
from services.melody.language_model.writer import MelodyWriter
from services.melody.worker import embedded_engines
from services.theory import main as theory
from services.theory.config import TheorySettings

PROMPTS = (
    "basse funky en sol mineur, grave",
    "a dense high melody in D dorian",
    "sparse melody in A minor",
    "arpège trance en fa dièse mineur",
)
BARS = 2
_PATIENCE_S = 60.0
_NOTE = {
    "type": "object",
    "properties": {name: {"type": "integer", "minimum": 0, "maximum": 127} for name in ("pitch", "start", "duration")},
    "required": ["pitch", "start", "duration"],
    "additionalProperties": False,
}


@dataclass
class _Score:
    """What a model did in one mode."""

    bars: int = 0
    valid: int = 0
    notes: int = 0
    in_key: int = 0
    tokens: int = 0
    seconds: float = 0.0
    agree: int = 0
    first: list[float] = field(default_factory=list)

    def row(self, model: str, mode: str) -> dict[str, object]:
        """As a line of the table."""
        bars, notes = max(self.bars, 1), max(self.notes, 1)
        return {
            "model": model,
            "mode": mode,
            "valid_bars": f"{100 * self.valid / bars:.0f} %",
            "in_key": f"{100 * self.in_key / notes:.0f} %",
            "tokens": self.tokens,
            "tokens_a_note": self.tokens / notes,
            "s_a_bar": self.seconds / bars,
            "first_bar_s": sum(self.first) / max(len(self.first), 1),
            "agree": f"{100 * self.agree / bars:.0f} %",
        }


def run() -> list[dict[str, object]]:
    """Rows, one for each model and mode."""
    with ollama_server() as settings:
        return asyncio.run(_measure(settings))


@asynccontextmanager
async def _theory() -> AsyncIterator[TheoryClient]:
    settings = TheorySettings.read(Environment({"BOUMB_THEORY_ADDRESS": "127.0.0.1:0"}))
    async with running(settings.server, [theory.mount()]) as server, open_channel(server.address) as channel:
        yield TheoryClient(channel)


async def _measure(settings: LanguageModelSettings) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    specialist = embedded_engines(Path("models"))[0]
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(_theory())
        pieces = []
        for seed, prompt in enumerate(PROMPTS):
            found = await client.analyse(AnalyseRequest(prompt=prompt, locale="en"))
            brief = CompositionBrief(
                constraints=found.constraints, intent=found.intent, bars=BARS, seed=seed, words=prompt
            )
            pieces.append((brief, [bar async for bar in specialist.compose(brief)]))
        server = OllamaServer(settings)
        names = sorted(await server.models())
        await server.aclose()
        for name in names:
            async with LanguageModel(replace(settings, model=name)) as model:
                can = await model.probe()
                modes = ["free"] if can.dialect is Dialect.NOTATION else ["free", "colouring", "plan", "json"]
                rows += [(await _mode(model, can, mode, pieces)).row(name, mode) for mode in modes]
    return rows


async def _mode(
    model: LanguageModel, can: Capability, mode: str, pieces: list[tuple[CompositionBrief, list[Bar]]]
) -> _Score:
    score, writer = _Score(), MelodyWriter()
    for brief, given in pieces:
        if mode == "plan":
            await _plan(model, can, writer, brief, given, score)
            continue
        before: list[Bar] = []
        for index in range(BARS):
            began = time.perf_counter()
            usage = Usage()
            bar, exact = await (
                _json(model, brief, index, usage)
                if mode == "json"
                else _bar(model, can, writer, mode, brief, before, given[index], usage)
            )
            took = time.perf_counter() - began
            score.bars += 1
            score.seconds += took
            score.tokens += usage.tokens
            if index == 0:
                score.first.append(took)
            if bar is not None:
                score.valid += exact
                _count(score, brief, bar)
            before.append(bar or given[index])
    return score


async def _bar(
    model: LanguageModel,
    can: Capability,
    writer: MelodyWriter,
    mode: str,
    brief: CompositionBrief,
    before: list[Bar],
    given: Bar,
    usage: Usage,
) -> tuple[Bar | None, bool]:
    task = writer.free(brief, before, can) if mode == "free" else writer.colouring(brief, before, given, can)
    if task is None:
        return given, True
    try:
        async with aclosing(model.stream(replace(task.ask, first_s=_PATIENCE_S, total_s=_PATIENCE_S), usage)) as text:
            async for piece in text:
                if task.reader.take(piece):
                    break
        made = task.reader.draft()
        return made, not isinstance(task.reader, FreeBar) or task.reader.is_exact
    except (LanguageModelError, ValueError):
        return None, False


async def _plan(
    model: LanguageModel,
    can: Capability,
    writer: MelodyWriter,
    brief: CompositionBrief,
    given: list[Bar],
    score: _Score,
) -> None:
    """A plan is one answer for all bars; its notes are the specialist's."""
    ask, styles = writer.plan(brief, can)
    usage, began = Usage(), time.perf_counter()
    try:
        answer = await model.generate(replace(ask, first_s=_PATIENCE_S, total_s=_PATIENCE_S))
        usage = answer.usage
        plan = read_plan(str(answer.data), styles)
    except (LanguageModelError, ValueError):
        plan = None
    took = time.perf_counter() - began
    score.first.append(took)
    score.seconds += took
    score.tokens += usage.tokens
    specialist = embedded_engines(Path("models"))[0]
    for index in range(BARS):
        score.bars += 1
        if plan is None:
            continue
        score.valid += 1
        planned = replace(writer.planned(brief, plan, index), given_bars=tuple(given[:index]))
        async with aclosing(specialist.compose(planned)) as composing:
            _count(score, brief, await anext(composing))


async def _json(model: LanguageModel, brief: CompositionBrief, index: int, usage: Usage) -> tuple[Bar | None, bool]:
    """What everybody does first: notes as JSON objects, MIDI pitches and steps."""
    key = brief.intent.key
    wanted = f'Bar {index + 1} of: "{brief.words}", in {key.tonic} {key.scale}.'
    prompt = f"{wanted} MIDI pitch, start and duration in sixteenths."
    most = max(brief.constraints.max_onsets, 4)
    schema: dict[str, Any] = {"type": "array", "items": _NOTE, "minItems": 2, "maxItems": most}
    ask = Ask(prompt=prompt, schema=schema, most_tokens=40 * most, seed=index, first_s=_PATIENCE_S, total_s=_PATIENCE_S)
    text = ""
    try:
        async with aclosing(model.stream(ask, usage)) as pieces:
            async for piece in pieces:
                text += piece
        notes = json.loads(text)
    except LanguageModelError as error:
        if error.fault is Fault.SLOW:
            raise
        return None, False
    bar = Bar(index=index, meter=brief.constraints.meter)
    for note in notes:
        bar.notes.add(pitch=note["pitch"], start_step=note["start"], duration_steps=note["duration"])
    fits = all(note.start_step + note.duration_steps <= 16 and note.duration_steps for note in bar.notes)
    return bar, fits


def _count(score: _Score, brief: CompositionBrief, bar: Bar) -> None:
    constraints = brief.constraints
    plan = constraints.plans[bar.index % len(constraints.plans)]
    score.notes += len(bar.notes)
    score.in_key += sum(plan.pitch_classes >> note.pitch % 12 & 1 for note in bar.notes)
    onsets = len({note.start_step for note in bar.notes})
    middle = (constraints.lowest_pitch + constraints.highest_pitch) / 2
    mean = sum(note.pitch for note in bar.notes) / max(len(bar.notes), 1)
    asked = brief.intent.register
    high = mean >= middle if asked == LEVEL_HIGH else mean <= middle if asked == LEVEL_LOW else True
    dense = constraints.min_onsets <= onsets <= constraints.max_onsets
    score.agree += bool(dense and high and constraints.lowest_pitch <= mean <= constraints.highest_pitch)
