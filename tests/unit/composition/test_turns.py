"""Whose bar is made next."""

import asyncio
import random

import pytest
from boumbapp.music.v2.music_pb2 import Meter
from boumbapp.music.v2.playback_pb2 import PACE_AS_FAST_AS_POSSIBLE, PACE_UNSPECIFIED, Pace, Playback

from services.composition.scheduling.playhead import Playhead
from services.composition.scheduling.turns import ClosedError, Turns

FOUR_FOUR = Meter(beats=4, beat_unit=4)


def stream(user: str, due_in_s: float, pace: Pace.ValueType = PACE_UNSPECIFIED) -> Playhead:
    head = Playhead(Playback(pace=pace, due_in_ms=round(due_in_s * 1000)), user)
    head.follow(FOUR_FOUR, 120, 0)
    return head


class Made:
    """Bars in the order in which they were made, one at a time."""

    def __init__(self, turns: Turns) -> None:
        self._turns = turns
        self.order: list[str] = []

    async def make(self, name: str, playhead: Playhead | None) -> None:
        async with self._turns.turn(playhead):
            self.order.append(name)
            await asyncio.sleep(0)


async def order_of(streams: dict[str, Playhead | None]) -> list[str]:
    """The order in which bars of streams are made that all wait while the place is taken."""
    turns = Turns(places=1)
    made = Made(turns)
    async with turns.turn(None):
        waiting = [asyncio.create_task(made.make(name, playhead)) for name, playhead in streams.items()]
        await asyncio.sleep(0)
    await asyncio.gather(*waiting)
    return made.order


async def test_the_bar_that_is_due_first_is_made_first() -> None:
    due = {f"{at}": float(at) for at in range(10)}
    names = list(due)
    random.Random(4).shuffle(names)
    assert await order_of({name: stream(name, due[name]) for name in names}) == sorted(names)


async def test_first_bars_and_edits_come_before_what_is_due_later_and_files_last() -> None:
    waiting: dict[str, Playhead | None] = {
        "file": stream("a", 0, PACE_AS_FAST_AS_POSSIBLE),
        "later": stream("b", 30),
        "soon": stream("c", 1),
        "edit": None,
        "first": stream("d", 0),
    }
    order = await order_of(waiting)
    assert set(order[:2]) == {"edit", "first"}
    assert order[2:] == ["soon", "later", "file"]


async def test_of_many_first_bars_of_one_user_another_users_is_not_the_last() -> None:
    many: dict[str, Playhead | None] = {f"{at}": stream("greedy", 0) for at in range(50)}
    order = await order_of({**many, "other": stream("other", 0)})
    assert order.index("other") <= 2


async def test_files_of_users_take_turns() -> None:
    fast = {f"{at}": stream("greedy", 0, PACE_AS_FAST_AS_POSSIBLE) for at in range(20)}
    order = await order_of({**fast, "other": stream("other", 0, PACE_AS_FAST_AS_POSSIBLE)})
    assert order.index("other") <= 2


async def test_what_is_early_waits_until_nothing_else_is_made() -> None:
    turns = Turns(places=2)
    made = Made(turns)
    async with turns.turn(None):
        early = asyncio.create_task(made.make("early", stream("a", 60)))
        await made.make("due", stream("b", 0))
        assert not early.done()
    await early
    assert made.order == ["due", "early"]


async def test_who_leaves_while_waiting_is_passed_over() -> None:
    turns = Turns(places=1)
    made = Made(turns)
    async with turns.turn(None):
        left = asyncio.create_task(made.make("left", stream("a", 0)))
        stays = asyncio.create_task(made.make("stays", stream("b", 1)))
        await asyncio.sleep(0)
        left.cancel()
        await asyncio.wait((left,))
    await stays
    assert made.order == ["stays"]
    await made.make("next", None)


async def test_a_place_that_closes_sends_away_all_who_wait_and_takes_others_later() -> None:
    turns = Turns(places=1)
    made = Made(turns)
    async with turns.turn(None):
        waiting = [asyncio.create_task(made.make("x", stream("a", at))) for at in range(3)]
        await asyncio.sleep(0)
        turns.close()
        for each in waiting:
            with pytest.raises(ClosedError):
                await each
    await made.make("next", None)
    assert made.order == ["next"]
