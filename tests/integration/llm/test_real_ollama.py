"""A real Ollama with real models: what it answers, what it costs, and music from it."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from boumbapp.music.v2.music_pb2 import Bar
from boumbapp.theory.v2.theory_service_pb2 import AnalyseRequest

from launcher.settings import ROOT
from llm.ask import Ask, Usage
from llm.catalogue import Dialect
from llm.faults import Fault, LanguageModelError
from llm.model import LanguageModel
from llm.settings import LanguageModelSettings
from services.chassis.client.channel import open_channel
from services.chassis.server.server import RunningServer
from services.composition.bar_deadline import BarDeadline
from services.composition.brief import CompositionBrief
from services.composition.engine import EngineSwitch
from services.composition.language_model.engine import LanguageModelEngine
from services.composition.language_model.modes import Mode
from services.composition.theory_client import TheoryClient
from services.melody.engines.melody_engine import bar_of
from services.melody.language_model.writer import MelodyWriter
from services.melody.worker import embedded_engines
from tests.real_ollama import OWN, SMALL, real_ollama

# A model on a processor that other tests use takes its time.
pytestmark = pytest.mark.timeout(300)
PATIENT = BarDeadline(share=1, shortest_s=90, longest_s=90)
NOTE = "^[1-7][:,][1248]( [1-7][:,][1248]){3,7}$"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LanguageModelSettings]:
    with real_ollama(tmp_path_factory.mktemp("ollama"), SMALL, OWN) as settings:
        yield settings


async def test_a_schema_is_kept_and_the_model_stays_loaded(server: LanguageModelSettings) -> None:
    async with LanguageModel(replace(server, model=SMALL)) as model:
        capability = await model.probe()
        assert (capability.keeps_schemas, capability.dialect) == (True, Dialect.INSTRUCT)
        assert capability.tokens_per_s > 0
        for seed in range(2):
            answer = await model.generate(
                Ask(
                    prompt="A bar of a bass line:",
                    schema={"type": "string", "pattern": NOTE},
                    most_tokens=60,
                    seed=seed,
                )
            )
            assert 4 <= len(str(answer.data).split()) <= 8
        usage = Usage()
        with pytest.raises(LanguageModelError) as cut:
            async for _ in model.stream(Ask(prompt="Name the notes of a scale.", most_tokens=6), usage):
                pass
        assert cut.value.fault is Fault.TRUNCATED
        assert usage.load_s < max(capability.load_s, 0.5)  # it was loaded before
        assert usage.prompt_tokens >= 6


async def compose(theory: str, model: LanguageModel, mode: Mode, prompt: str) -> tuple[list[Bar], int, int]:
    """Bars, those by the specialist, and tokens."""
    specialist = embedded_engines(ROOT / "models")[0]
    engine = LanguageModelEngine(model, specialist, MelodyWriter(), mode, bar_of=bar_of, deadline=PATIENT)
    async with open_channel(theory) as channel:
        client = TheoryClient(channel)
        analysis = await client.analyse(AnalyseRequest(prompt=prompt, locale="en"))
        brief = CompositionBrief(
            constraints=analysis.constraints, intent=analysis.intent, bars=analysis.intent.bars, seed=4, words=prompt
        )
        bars = [draft async for draft in engine.compose(brief) if not isinstance(draft, EngineSwitch)]
        async with client.checking(analysis.constraints, "en") as check:
            for bar in bars:
                corrections = (await check(bar)).corrections
                # A model of notation knows no range; a pattern holds one.
                assert not corrections or model.settings.model == OWN
    return bars, engine.tally.faults, engine.tally.tokens


@pytest.mark.parametrize(("mode", "most"), [(Mode.FREE, 6.5), (Mode.COLOURING, 2.6)])
async def test_bars_of_a_real_model_are_in_key_and_cost_few_tokens(
    theory_server: RunningServer, server: LanguageModelSettings, mode: Mode, most: float
) -> None:
    async with LanguageModel(replace(server, model=SMALL)) as model:
        await model.probe()
        bars, faults, tokens = await compose(theory_server.address, model, mode, "basse funky en ré mineur, 2 mesures")
    assert len(bars) == 2
    assert faults == 0
    assert tokens <= most * sum(len(bar.notes) for bar in bars)


async def test_a_plan_costs_one_short_answer(theory_server: RunningServer, server: LanguageModelSettings) -> None:
    async with LanguageModel(replace(server, model=SMALL)) as model:
        await model.probe()
        bars, faults, tokens = await compose(
            theory_server.address, model, Mode.PLAN, "a sad techno melody in A minor, 8 bars"
        )
    assert (len(bars), faults) == (8, 0)
    assert 0 < tokens <= 60


async def test_a_second_model_writes_the_notation_alone(
    theory_server: RunningServer, server: LanguageModelSettings
) -> None:
    async with LanguageModel(replace(server, model=OWN)) as model:
        assert (await model.probe()).dialect is Dialect.NOTATION
        bars, _, tokens = await compose(theory_server.address, model, Mode.COLOURING, "a pop melody in C major, 4 bars")
    assert len(bars) == 4
    assert tokens <= 2 * sum(len(bar.notes) for bar in bars)


async def rest(model: LanguageModel, stream: AsyncIterator[str]) -> None:
    """The rest of an answer, and another one."""
    async for _ in stream:
        pass
    await model.generate(Ask(prompt="<melody>", raw=True))


async def test_a_server_that_is_killed_in_the_middle_of_an_answer(tmp_path: Path) -> None:
    with real_ollama(tmp_path, OWN) as settings:
        model = LanguageModel(replace(settings, model=OWN, watch_s=60))
        await model.probe()
        stream = model.stream(Ask(prompt="<melody><minor><4/4>", raw=True, most_tokens=200))
        assert await anext(stream)
    with pytest.raises(LanguageModelError) as raised:
        await asyncio.wait_for(rest(model, stream), 10)
    assert raised.value.fault in (Fault.BROKEN, Fault.ABSENT, Fault.TRUNCATED)
    await model.aclose()
