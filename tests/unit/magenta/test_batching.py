"""Who asks at the same time shares a call; who leaves is not computed; what fails fails for those it concerns."""

import asyncio
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from services.magenta.batch_inputs import Row
from services.magenta.batching import Advanced, Batcher

UNLUCKY = 1313


class Steps:
    """Tells which rows came together; can be held up."""

    def __init__(self) -> None:
        self.calls: list[list[float]] = []
        self.go = threading.Event()
        self.go.set()

    def advance(self, rows: Sequence[Row]) -> list[Advanced]:
        self.calls.append([row.temperature for row in rows])
        self.go.wait(5)
        if any(row.temperature == UNLUCKY for row in rows):
            raise ArithmeticError("unlucky")
        return [(row.forced + 1, row.state) for row in rows]


def row(number: float, steps: int = 4) -> Row:
    forced = np.full(steps, int(number), np.int32)
    return Row((np.zeros(1),), forced, np.zeros(steps, np.float32), np.ones((steps, 3), np.bool_), number)


@pytest.fixture
def steps() -> Steps:
    return Steps()


@pytest.fixture
def batcher(steps: Steps) -> Iterator[Batcher]:
    with ThreadPoolExecutor(1) as executor:
        yield Batcher(steps, executor, most=8)
        steps.go.set()


async def melody(batcher: Batcher, number: int, calls: int, steps: int = 4) -> list[int]:
    with batcher.melody():
        return [int((await batcher.advance(row(number, steps)))[0][0]) for _ in range(calls)]


async def test_melodies_in_flight_share_every_call_and_get_their_own_answers(batcher: Batcher, steps: Steps) -> None:
    answers = await asyncio.gather(*(melody(batcher, number, 5) for number in range(6)))
    assert answers == [[number + 1] * 5 for number in range(6)]
    assert len(steps.calls) <= 7  # five, and at most the first and last in pieces


async def test_no_call_takes_more_than_the_most(batcher: Batcher, steps: Steps) -> None:
    await asyncio.gather(*(melody(batcher, number, 2) for number in range(30)))
    assert max(map(len, steps.calls)) == 8
    assert sum(map(len, steps.calls)) == 60


async def test_rows_of_different_lengths_run_apart(batcher: Batcher, steps: Steps) -> None:
    await asyncio.gather(melody(batcher, 1, 3, steps=4), melody(batcher, 2, 3, steps=6))
    assert sorted(steps.calls) == [[1], [1], [1], [2], [2], [2]]


async def test_who_leaves_while_waiting_is_not_computed(batcher: Batcher, steps: Steps) -> None:
    steps.go.clear()
    first = asyncio.create_task(melody(batcher, 1, 1))
    while not steps.calls:  # noqa: ASYNC110 - of another thread
        await asyncio.sleep(0.001)
    leaving, staying = (asyncio.create_task(melody(batcher, number, 1)) for number in (2, 3))
    await asyncio.sleep(0.01)
    leaving.cancel()
    await asyncio.sleep(0)
    steps.go.set()
    assert (await first, await staying) == ([2], [4])
    assert [2] not in steps.calls
    assert steps.calls[1:] == [[3]]


async def test_a_failure_reaches_those_who_wait_and_the_next_call_works(batcher: Batcher) -> None:
    with pytest.raises(ArithmeticError):
        await melody(batcher, UNLUCKY, 1)
    assert await melody(batcher, 1, 2) == [2, 2]


async def test_a_lone_melody_does_not_wait_for_one_that_listens(batcher: Batcher) -> None:
    with batcher.melody():  # in flight, and asks for nothing
        async with asyncio.timeout(1):
            assert await melody(batcher, 5, 20) == [6] * 20
