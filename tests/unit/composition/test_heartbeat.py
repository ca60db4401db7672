"""Signs of life while the next item of a stream takes long."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from contextvars import ContextVar

import pytest

from services.composition.heartbeat import with_heartbeat

OFTEN_S, NEVER_S = 0.005, 60.0
_where: ContextVar[str] = ContextVar("_where", default="nowhere")


class Slow:
    """Yields numbers, each when it is let; remembers how it was left."""

    def __init__(self) -> None:
        self.let = asyncio.Semaphore(0)
        self.asked = 0
        self.begun = asyncio.Event()
        self.left: type[BaseException] | None = None

    async def numbers(self, count: int = 3) -> AsyncGenerator[int, None]:
        try:
            for number in range(count):
                self.asked += 1
                self.begun.set()
                await self.let.acquire()
                yield number
        except BaseException as error:
            self.left = type(error)
            raise


async def test_items_come_in_order_and_a_quick_stream_has_no_signs_of_life() -> None:
    slow = Slow()
    for _ in range(3):
        slow.let.release()
    assert [item async for item in with_heartbeat(slow.numbers(), NEVER_S)] == [0, 1, 2]


async def test_signs_of_life_come_until_the_item_does() -> None:
    slow, found = Slow(), list[int | None]()
    async for item in with_heartbeat(slow.numbers(), OFTEN_S):
        found.append(item)
        if found[-2:] == [None, None]:
            slow.let.release()
    assert [item for item in found if item is not None] == [0, 1, 2]
    assert found[:2] == [None, None]


async def test_nothing_is_asked_for_before_the_item_before_was_taken() -> None:
    slow = Slow()
    for _ in range(3):
        slow.let.release()
    async with aclosing(with_heartbeat(slow.numbers(), OFTEN_S)) as items:
        assert await anext(items) == 0
        await asyncio.sleep(0)
        assert slow.asked == 1


@pytest.mark.parametrize("waiting", [True, False])
async def test_who_leaves_stops_the_work(waiting: bool) -> None:
    slow = Slow()
    async with aclosing(with_heartbeat(slow.numbers(), OFTEN_S)) as items:
        if not waiting:
            slow.let.release()
        assert (await anext(items) is None) == waiting
    assert slow.left is (asyncio.CancelledError if waiting else GeneratorExit)


async def test_a_cancelled_caller_stops_the_work() -> None:
    slow = Slow()

    async def read() -> None:
        async for _ in with_heartbeat(slow.numbers(), NEVER_S):
            pass

    reading = asyncio.create_task(read())
    await slow.begun.wait()
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert slow.left is asyncio.CancelledError


async def test_what_goes_wrong_is_raised() -> None:
    async def broken() -> AsyncGenerator[int, None]:
        yield 1
        raise ConnectionError("gone")

    items = with_heartbeat(broken(), NEVER_S)
    assert await anext(items) == 1
    with pytest.raises(ConnectionError):
        await anext(items)


async def test_all_items_are_made_in_one_context() -> None:
    async def told() -> AsyncGenerator[str, None]:
        token = _where.set("inside")
        yield _where.get()
        yield _where.get()
        _where.reset(token)
        yield _where.get()

    assert [item async for item in with_heartbeat(told(), NEVER_S)] == ["inside", "inside", "nowhere"]
    assert _where.get() == "nowhere"
