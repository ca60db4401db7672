"""Worker processes are kept running: whatever happens to one, another is started, after a pause, and the log tells."""

import asyncio
import logging
import os
import signal
import sys

import pytest
from boumbapp.music.v2.intent_pb2 import Constraints, Intent
from boumbapp.music.v2.music_pb2 import Meter

from services.composition.brief import CompositionBrief
from services.composition.pooled_engine import PooledEngine
from services.composition.worker_pool import WorkerPool
from tests.integration.composition.talking_worker import MODULE, talking_engine

BRIEF = CompositionBrief(
    constraints=Constraints(meter=Meter(beats=4, beat_unit=4)), intent=Intent(bpm=120), bars=6, seed=1
)


class Pauses:
    """Takes note of pauses, and lets them pass when the test says so."""

    def __init__(self) -> None:
        self.asked: list[float] = []
        self._asked = asyncio.Event()
        self._pass = asyncio.Event()

    async def __call__(self, seconds: float) -> None:
        self.asked.append(seconds)
        self._asked.set()
        await self._pass.wait()
        self._pass.clear()

    async def next(self) -> float:
        """Seconds of the next pause, once somebody takes it."""
        async with asyncio.timeout(20):
            await self._asked.wait()
        self._asked.clear()
        return self.asked[-1]

    def end(self) -> None:
        """Let it pass."""
        self._pass.set()


async def ready(workers: WorkerPool) -> int:
    """Process id of the worker, once it can compose."""
    async with asyncio.timeout(20):
        while not workers.ready:  # noqa: ASYNC110  the pool tells nobody
            await asyncio.sleep(0.02)
    return workers.ready[0]


async def test_when_no_process_can_be_started_it_is_tried_again_and_the_log_tells(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    pauses = Pauses()
    interpreter = sys.executable
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    async with WorkerPool([MODULE, "talk"], 1, pauses) as workers:
        first = await pauses.next()
        assert "FileNotFoundError" in caplog.text
        pauses.end()
        second = await pauses.next()
        assert 0 < first < second
        assert not workers.ready
        monkeypatch.setattr(sys, "executable", interpreter)
        pauses.end()
        await ready(workers)


async def test_a_worker_that_ends_is_replaced_after_a_pause_and_not_before() -> None:
    pauses = Pauses()
    async with WorkerPool([MODULE, "talk"], 1, pauses) as workers:
        pid = await ready(workers)
        os.kill(pid, signal.SIGKILL)
        assert await pauses.next() >= 0.5
        await asyncio.sleep(0.1)
        assert not workers.ready, "the pause is not over"
        pauses.end()
        assert await ready(workers) != pid


async def test_one_that_never_was_ready_is_replaced_after_longer_and_longer_pauses() -> None:
    pauses = Pauses()
    async with WorkerPool([MODULE, "fail"], 1, pauses):
        for _ in range(3):
            await pauses.next()
            pauses.end()
        await pauses.next()
    assert pauses.asked == sorted(set(pauses.asked))


async def test_one_that_cannot_be_understood_is_ended_and_replaced(caplog: pytest.LogCaptureFixture) -> None:
    pauses = Pauses()
    with caplog.at_level(logging.ERROR):
        async with WorkerPool([MODULE, "babble"], 1, pauses) as workers:
            await pauses.next()
            assert not workers.ready
            assert "UnpicklingError" in caplog.text
            pauses.end()
            await pauses.next()


async def test_what_an_engine_prints_does_not_get_between_the_answers() -> None:
    async with WorkerPool([MODULE, "talk"], 1) as workers:
        pid = await ready(workers)
        shared = PooledEngine(talking_engine(aloud=False), workers)
        async with asyncio.timeout(20):
            bars = [bar async for bar in shared.compose(BRIEF)]
        assert [bar.index for bar in bars] == list(range(6))
        assert workers.ready == [pid], "the worker composed, and goes on"
