"""Grooves composed by real worker processes: the same bars as in the service, from both engines, gaps included."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from boumbapp.music.v2.events_pb2 import BarReady

from services.composition.in_process_engine import InProcessEngine
from services.composition.pooled_engine import PooledEngine
from services.composition.worker_pool import WorkerPool
from services.drums.engines.brief import DrumsBrief
from services.drums.worker import MODULE, embedded_engines, load_feel, load_specialist
from tests.unit.drums.pieces import brief

MODELS = Path(__file__).resolve().parents[3] / "models"
BARS = 6
Engine = InProcessEngine[DrumsBrief, BarReady]


@pytest.fixture(scope="module")
def embedded() -> list[Engine]:
    return embedded_engines(*load_feel(MODELS), load_specialist(MODELS))


@pytest.fixture
async def workers() -> AsyncIterator[WorkerPool]:
    async with WorkerPool([MODULE, str(MODELS)], 2) as two:
        for _ in range(1000):
            if len(two.ready) == 2:
                break
            await asyncio.sleep(0.02)
        else:
            pytest.fail("workers did not start")
        yield two


async def bars_of(engine: Engine | PooledEngine[DrumsBrief, BarReady], asked: DrumsBrief) -> list[BarReady]:
    return [draft async for draft in engine.compose(asked)]


async def test_workers_make_the_bars_that_the_service_makes(embedded: list[Engine], workers: WorkerPool) -> None:
    asked = [brief(style, BARS, seed) for seed, style in enumerate(("funk", "house", "trap"))]
    here = [await bars_of(engine, each) for engine in embedded for each in asked]
    assert len({len(bars) for bars in here}) == 1
    shared = [PooledEngine(engine, workers) for engine in embedded]
    assert await asyncio.gather(*(bars_of(engine, each) for engine in shared for each in asked)) == here


async def test_gaps_are_filled_alike(embedded: list[Engine], workers: WorkerPool) -> None:
    whole = brief("rock", BARS, 3)
    made = [each.bar for each in await bars_of(embedded[0], whole)]
    gaps = replace(whole, given_bars=(made[4], made[0]))
    here = await bars_of(embedded[0], gaps)
    assert [each.bar.index for each in here] == [1, 2, 3, 5]
    assert await bars_of(PooledEngine(embedded[0], workers), gaps) == here


async def test_a_groove_goes_on_when_its_worker_is_killed(embedded: list[Engine], workers: WorkerPool) -> None:
    asked = brief("disco", BARS, 5)
    composing = PooledEngine(embedded[0], workers).compose(asked)
    bars = [await anext(composing), await anext(composing)]
    for pid in workers.ready:
        os.kill(pid, signal.SIGKILL)
    assert bars + [each async for each in composing] == await bars_of(embedded[0], asked)
