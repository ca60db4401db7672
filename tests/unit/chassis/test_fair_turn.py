"""Whose job is next."""

import asyncio

from services.chassis.jobs.fair_turn import FairTurn


async def order_of(waiting: list[tuple[str, int]], leave: str = "") -> list[str]:
    """The order in which they get a turn that is held while they come."""
    turn, order = FairTurn(), []

    async def wait(name: str, before: int) -> None:
        async with turn.turn(before):
            order.append(name)

    async with turn.turn():
        tasks = {name: asyncio.create_task(wait(name, before)) for name, before in waiting}
        await asyncio.sleep(0)
        if leave:
            tasks[leave].cancel()
            await asyncio.wait((tasks[leave],))
    await asyncio.gather(*tasks.values(), return_exceptions=True)
    async with turn.turn():  # it is free again
        return order


async def test_whoever_waits_for_one_thing_comes_before_whoever_waits_for_many() -> None:
    greedy = [(f"greedy {at}", at) for at in range(4)]
    assert await order_of([*greedy, ("other", 0)]) == ["greedy 0", "other", "greedy 1", "greedy 2", "greedy 3"]


async def test_whoever_leaves_is_passed_over() -> None:
    assert await order_of([("a", 0), ("b", 0), ("c", 0)], leave="b") == ["a", "c"]
