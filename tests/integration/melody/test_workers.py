"""Pieces composed by real worker processes: the same bars as in the service, whatever becomes of the worker."""

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from boumbapp.music.v2.music_pb2 import ROLE_DRUMS, Bar

from services.composition.brief import CompositionBrief
from services.composition.in_process_engine import InProcessEngine
from services.composition.pooled_engine import PooledEngine
from services.composition.worker_pool import WorkerError, WorkerPool
from services.melody.worker import MODULE, embedded_engines
from tests.integration.processes import wait_until_gone
from tests.unit.melody.pieces import MODELS, funk_bass

BARS = 5
BRIEF = funk_bass(seed=7, bars=BARS)


async def ready(workers: WorkerPool, number: int) -> list[int]:
    """Process ids of that many workers that compose."""
    for _ in range(1000):
        if len(workers.ready) >= number:
            return workers.ready
        await asyncio.sleep(0.02)
    pytest.fail("workers did not start")


@pytest.fixture(scope="module")
def embedded() -> InProcessEngine[CompositionBrief, Bar]:
    return embedded_engines(MODELS)[0]


@pytest.fixture
async def workers() -> AsyncIterator[WorkerPool]:
    async with WorkerPool([MODULE, str(MODELS)], 2) as two:
        await ready(two, 2)
        yield two


async def bars_of(
    engine: InProcessEngine[CompositionBrief, Bar] | PooledEngine[CompositionBrief, Bar],
    brief: CompositionBrief = BRIEF,
) -> list[Bar]:
    return [bar async for bar in engine.compose(brief)]


async def test_workers_make_the_bars_that_the_service_makes(
    embedded: InProcessEngine[CompositionBrief, Bar], workers: WorkerPool
) -> None:
    shared = PooledEngine(embedded, workers)
    here = await bars_of(embedded)
    assert len(here) == BARS
    assert await asyncio.gather(*(bars_of(shared) for _ in range(4))) == [here] * 4


async def test_engines_do_not_mix_up_their_pieces(workers: WorkerPool) -> None:
    engines = embedded_engines(MODELS)
    here = [await bars_of(engine) for engine in engines]
    shared = [PooledEngine(engine, workers) for engine in engines]
    assert await asyncio.gather(*(bars_of(engine) for engine in shared * 3)) == here * 3


async def test_gaps_are_filled_alike(embedded: InProcessEngine[CompositionBrief, Bar], workers: WorkerPool) -> None:
    whole = await bars_of(embedded)
    gaps = replace(BRIEF, given_bars=(whole[3], whole[0]))
    here = await bars_of(embedded, gaps)
    assert here == [whole[1], whole[2], whole[4]]
    assert await bars_of(PooledEngine(embedded, workers), gaps) == here


async def test_music_goes_on_from_a_changed_bar(
    embedded: InProcessEngine[CompositionBrief, Bar], workers: WorkerPool
) -> None:
    async def changed(
        engine: InProcessEngine[CompositionBrief, Bar] | PooledEngine[CompositionBrief, Bar],
    ) -> list[Bar]:
        composing = engine.compose(BRIEF)
        bars = [await anext(composing)]
        other = Bar()
        other.CopyFrom(bars[0])
        other.notes[0].pitch += 12
        bars += [await composing.asend(other), await anext(composing)]
        await composing.aclose()
        return bars

    assert await changed(PooledEngine(embedded, workers)) == await changed(embedded)


async def test_a_piece_goes_on_when_its_worker_is_killed(
    embedded: InProcessEngine[CompositionBrief, Bar], workers: WorkerPool
) -> None:
    before = set(workers.ready)
    composing = PooledEngine(embedded, workers).compose(BRIEF)
    bars = [await anext(composing), await anext(composing)]
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    bars += [bar async for bar in composing]
    assert bars == await bars_of(embedded)
    assert not before & set(await ready(workers, 2))  # others have taken their places


async def test_a_piece_goes_on_when_its_worker_does_not_answer_and_that_one_is_replaced(
    embedded: InProcessEngine[CompositionBrief, Bar], workers: WorkerPool
) -> None:
    before = set(workers.ready)
    composing = PooledEngine(embedded, workers).compose(BRIEF)
    bars = [await anext(composing), await anext(composing)]
    for pid in before:
        os.kill(pid, signal.SIGSTOP)
    bars += [bar async for bar in composing]
    assert bars == await bars_of(embedded)
    assert not before & set(await ready(workers, 2))  # they were ended, as they never went on


async def test_a_worker_that_answers_again_composes_again(
    embedded: InProcessEngine[CompositionBrief, Bar],
) -> None:
    async with WorkerPool([MODULE, str(MODELS)], 1) as workers:
        (pid,) = await ready(workers, 1)
        shared = PooledEngine(embedded, workers)
        os.kill(pid, signal.SIGSTOP)
        assert await bars_of(shared) == await bars_of(embedded)
        assert not workers.ready
        os.kill(pid, signal.SIGCONT)
        assert await ready(workers, 1) == [pid]
        assert await bars_of(shared) == await bars_of(embedded)


async def test_pieces_go_to_the_worker_that_has_the_fewest(
    embedded: InProcessEngine[CompositionBrief, Bar], workers: WorkerPool
) -> None:
    shared = PooledEngine(embedded, workers)
    one, other = shared.compose(BRIEF), shared.compose(BRIEF)
    busy = workers.least_busy()
    await anext(one)
    assert workers.least_busy() is not busy
    await anext(other)
    assert [worker.pieces for worker in (busy, workers.least_busy()) if worker] == [1, 1]
    await one.aclose()
    await other.aclose()
    assert busy is not None
    assert busy.pieces == 0


async def test_what_goes_wrong_in_a_worker_is_told(
    embedded: InProcessEngine[CompositionBrief, Bar], workers: WorkerPool
) -> None:
    drums = funk_bass(seed=1, bars=2)
    drums.constraints.role = ROLE_DRUMS
    with pytest.raises(WorkerError, match="pitched roles only"):
        await bars_of(PooledEngine(embedded, workers), drums)
    assert len(await bars_of(PooledEngine(embedded, workers))) == BARS


async def test_without_workers_the_service_composes(embedded: InProcessEngine[CompositionBrief, Bar]) -> None:
    async with WorkerPool([MODULE, str(MODELS)], 0) as none:
        assert await bars_of(PooledEngine(embedded, none)) == await bars_of(embedded)


async def test_no_worker_outlives_the_service() -> None:
    async with WorkerPool([MODULE, str(MODELS)], 1) as workers:
        (pid,) = await ready(workers, 1)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_no_worker_outlives_a_service_that_is_killed() -> None:
    program = textwrap.dedent("""
        import asyncio, sys, time
        from services.composition.worker_pool import WorkerPool

        async def main():
            async with WorkerPool(sys.argv[1:], 1) as workers:
                while not workers.ready:
                    await asyncio.sleep(0.02)
                print(*workers.ready, flush=True)
                await asyncio.sleep(1000)

        asyncio.run(main())
    """)
    with subprocess.Popen([sys.executable, "-c", program, MODULE, str(MODELS)], stdout=subprocess.PIPE) as service:
        assert service.stdout is not None
        worker = int(service.stdout.readline())
        os.kill(worker, signal.SIGSTOP)  # hangs, so it cannot see that its input has ended
        service.kill()
    wait_until_gone(worker)


async def test_pieces_that_began_in_the_service_move_on_to_a_worker(
    embedded: InProcessEngine[CompositionBrief, Bar],
) -> None:
    long = funk_bass(seed=3, bars=12)
    here = await bars_of(embedded, long)
    async with WorkerPool([MODULE, str(MODELS)], 1) as workers:
        shared = PooledEngine(embedded, workers)
        one, other = shared.compose(long), shared.compose(long)
        begun = [[await anext(one)], [await anext(other)]]
        await ready(workers, 1)
        begun[0].append(await anext(one))
        begun[1].append(await anext(other))
        worker = workers.least_busy()
        assert worker is not None
        assert worker.pieces == 2
        assert [begun[0] + [bar async for bar in one], begun[1] + [bar async for bar in other]] == [here, here]
        assert worker.pieces == 0
