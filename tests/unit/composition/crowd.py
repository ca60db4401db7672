"""A crowd of listeners in simulated time, at the real scheduler: its turns, its admission, its bars.

The machine is the only thing that is made up: so many processors, of which each piece of work at hand gets an equal
share. A bar needs one of a service's places, and then what services beside it do for it.
"""

import asyncio
import math
import random
import selectors
from collections.abc import Callable, Coroutine, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any, TypeVar

from boumbapp.music.v2.music_pb2 import Meter
from boumbapp.music.v2.playback_pb2 import Playback

from services.chassis.errors.catalogue import ApiError
from services.chassis.request_context import CallContext, Identity, enter
from services.composition.scheduling.load import Load
from services.composition.scheduling.turns import Turns

Result = TypeVar("Result")
FOUR_FOUR, BPM, BAR_S = Meter(beats=4, beat_unit=4), 120, 2.0
_DONE = 1e-9  # seconds of work that are none


class _Selector(selectors.DefaultSelector):
    """Does not wait: time goes on by as much as would have been waited."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self.now += timeout or 0.0
        return super().select(0)


class _Loop(asyncio.SelectorEventLoop):
    """An event loop whose time passes only while nothing is to be done."""

    def __init__(self) -> None:
        self.selector = _Selector()
        super().__init__(self.selector)

    def time(self) -> float:
        return self.selector.now


def simulated(main: Callable[[], Coroutine[Any, Any, Result]]) -> Result:
    """What a coroutine returns that runs in simulated time."""
    with asyncio.Runner(loop_factory=_Loop) as runner:
        return runner.run(main())


class Machine:
    """Processors that all work at hand shares equally.

    Args:
        processors: How many.
        others: How much work of other programs is always at hand.
    """

    def __init__(self, processors: float = 2, others: Callable[[float], int] = lambda _: 0) -> None:
        self._processors = processors
        self._others = others
        self._left: dict[asyncio.Future[None], float] = {}
        self._since = 0.0
        self._next: asyncio.TimerHandle | None = None
        self.busy_s = 0.0

    async def work(self, seconds: float) -> None:
        """Need so much time of one processor."""
        self._advance()
        done = asyncio.get_running_loop().create_future()
        self._left[done] = seconds
        self._plan()
        await done

    @property
    def _rate(self) -> float:
        return min(1.0, self._processors / (len(self._left) + self._others(self._since)))

    def _advance(self) -> None:
        now = asyncio.get_running_loop().time()
        if self._left:
            each = (now - self._since) * self._rate
            self.busy_s += each * len(self._left)
            for done in self._left:
                self._left[done] -= each
            for done in [done for done, left in self._left.items() if left <= _DONE]:
                del self._left[done]
                if not done.done():
                    done.set_result(None)
        self._since = now

    def _plan(self) -> None:
        if self._next is not None:
            self._next.cancel()
        if self._left:
            wait_s = min(self._left.values()) / self._rate
            self._next = asyncio.get_running_loop().call_later(wait_s, self._goes_on)

    def _goes_on(self) -> None:
        self._advance()
        self._plan()


@dataclass(slots=True)
class Heard:
    """What became of a crowd.

    Attributes:
        first_s: How long each one who was taken in waited for the first bar.
        refused_at: When others came.
        late_s: How long music stood still, each time that it did.
    """

    first_s: list[float] = field(default_factory=list)
    refused_at: list[float] = field(default_factory=list)
    late_s: list[float] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """Seconds of one processor.

    Attributes:
        bar: Of a bar, at a place.
        beside: Of a bar, in services beside it.
        call: Of taking somebody in.
    """

    bar: float = 0.016
    beside: float = 0.016
    call: float = 0.04

    @property
    def listeners(self) -> float:
        """For how many there is time on two processors."""
        return 2 / (self.bar + self.beside) * BAR_S


class Service:
    """A service that composes, with places of its own.

    Args:
        machine: What it shares with others.
        costs: What a bar costs.
        rng: How costs differ.
        places: Bars that are made at the same time.
    """

    def __init__(self, machine: Machine, costs: Costs, rng: random.Random, places: int = 2) -> None:
        loop = asyncio.get_running_loop()
        self._machine, self._costs, self._rng = machine, costs, rng
        self._turns = [Turns() for _ in range(places)]
        self._busy = [asyncio.Lock() for _ in range(places)]
        self._pieces = [0] * places
        self.load = Load(lambda: places, loop.time)
        self.heard = Heard()

    async def listen(self, user: str, stay_s: float) -> None:
        """Come, and play for so long if taken in."""
        loop = asyncio.get_running_loop()
        came = loop.time()
        enter(CallContext("r", "en", "", Identity(user), None, False))
        try:
            head = self.load.admitted(Playback())
        except ApiError:
            self.heard.refused_at.append(came)
            return
        await self._machine.work(self._costs.call)
        head.follow(FOUR_FOUR, BPM, 0)
        at = self._pieces.index(min(self._pieces))
        self._pieces[at] += 1
        ends, index = 0.0, 0
        with ExitStack() as stack:
            listening = stack.enter_context(self.load.listening(head))
            while loop.time() - came < stay_s:
                await self.load.may_begin(head, index)
                async with self._turns[at].turn(head, index), self._busy[at]:
                    began = loop.time()
                    await self._machine.work(self._costs.bar * self._rng.uniform(0.4, 1.6))
                    seconds = loop.time() - began
                head.cost(seconds)
                await self._machine.work(self._costs.beside * self._rng.uniform(0.4, 1.6))
                self.load.made(head, index, seconds)
                self.load.rests(listening)
                now = loop.time()
                if not index:
                    self.heard.first_s.append(now - came)
                elif now > ends:
                    self.heard.late_s.append(now - ends)
                ends = max(now, ends) + BAR_S
                self.load.goes_on(listening)
                head.take(index)
                index += 1
        self._pieces[at] -= 1


async def come(
    arrivals: Sequence[float],
    costs: Costs,
    *,
    seed: int = 1,
    services: int = 2,
    stay_s: float = math.inf,
    stays_after_s: float = 20.0,
    others: Callable[[float], int] = lambda _: 0,
) -> Heard:
    """What becomes of those who come.

    Args:
        arrivals: When each of them comes, in seconds.
        costs: What bars cost.
        seed: Of all that is drawn.
        services: How many there are; each one takes the next.
        stay_s: How long each one stays.
        stays_after_s: How long all stay after the last one came.
        others: How much work of other programs is at hand at a time.
    """
    rng = random.Random(seed)
    machine = Machine(others=others)
    all_of_them = [Service(machine, costs, rng) for _ in range(services)]
    loop, end = asyncio.get_running_loop(), max(arrivals) + stays_after_s
    tasks = []
    for number, at in enumerate(sorted(arrivals)):
        await asyncio.sleep(at - loop.time())
        service = all_of_them[number % services]
        tasks.append(asyncio.create_task(service.listen(f"user-{number}", min(stay_s, end - at))))
    await asyncio.gather(*tasks)
    return Heard(
        *(
            [value for service in all_of_them for value in getattr(service.heard, name)]
            for name in ("first_s", "refused_at", "late_s")
        )
    )
