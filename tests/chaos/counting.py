"""Listeners who count their bars while something goes wrong, and a second user who is to notice nothing."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from boumbapp.music.v2.playback_pb2 import PACE_PLAYBACK

from tests.chaos.faults import Fault
from tests.chaos.listener import ARRANGER, DRUMS, MELODY, Listener, Played

_BPM, _BAR_S = 240, 1.0
_ASKED = (
    (MELODY, "basse funky en sol mineur"),
    (DRUMS, "beat funk"),
    (MELODY, "mélodie pop en do majeur"),
    (DRUMS, "house drums"),
    (ARRANGER, "trio jazz en fa"),
)
_SETTLE_S = 2.0
_PAUSE_S = 0.25
# Whoever has not finished so long after the piece would have been played hangs, in seconds.
_PATIENCE_S = 15.0


@dataclass(frozen=True, slots=True)
class Count:
    """What listeners counted.

    Attributes:
        listeners: How many there were.
        lost: Bars that never came.
        doubled: Bars that came twice.
        hung: Listeners whose piece did not end.
        late: Bars that were not there when they were due.
        longest_s: The longest time that a listener's music stood still.
        resumed: Streams that had to be taken up again.
        canary_ms: Latencies of first bars of a second user, in milliseconds, before and during the fault.
        canary_failed: How many of that user's calls failed meanwhile.
        endings: How those ended whose piece did not.
    """

    listeners: int
    lost: int
    doubled: int
    hung: int
    late: int
    longest_s: float
    resumed: int
    canary_ms: tuple[list[float], list[float]]
    canary_failed: int
    endings: tuple[str, ...] = ()


async def count(gateway: str, token_of: Callable[[str], str], fault: Fault, listeners: int, bars: int = 12) -> Count:
    """Have listeners play a piece each, while a fault happens.

    Args:
        gateway: Address of the gateway.
        token_of: Makes a token for a user.
        fault: What goes wrong once all listen.
        listeners: How many.
        bars: How long their pieces are; a bar plays for a second.
    """
    seconds = bars * _BAR_S + _PATIENCE_S
    playing = []
    for at in range(listeners):
        listener = _listener(gateway, token_of(f"listener-{at}"), at, bars)
        playing.append(asyncio.create_task(listener.listen(seconds)))
        await asyncio.sleep(0.02)
    canary = Canary(gateway, token_of("canary"))
    watching = asyncio.create_task(canary.sing())
    await asyncio.sleep(_SETTLE_S)
    before = canary.taken()
    failed_before = canary.failed
    await fault(gateway, token_of("attacker"))
    await asyncio.sleep(_SETTLE_S / 2)
    during = canary.taken()
    failed = canary.failed - failed_before
    played = await asyncio.gather(*playing)
    watching.cancel()
    missing, doubled = zip(*(_missing_and_doubled(each, bars) for each in played), strict=True)
    late = [late for each in played for late in each.late_s]
    return Count(
        listeners=listeners,
        lost=sum(missing),
        doubled=sum(doubled),
        hung=sum(not each.completed for each in played),
        late=len(late),
        longest_s=max(late, default=0.0),
        resumed=sum(each.calls > 1 for each in played),
        canary_ms=(before, during),
        canary_failed=failed,
        endings=tuple(each.ending for each in played if not each.completed),
    )


class Canary:
    """A user who asks for a first bar again and again.

    Args:
        gateway: Address of the gateway.
        token: Of the user.
    """

    def __init__(self, gateway: str, token: str) -> None:
        self._gateway = gateway
        self._token = token
        self._ms: list[float] = []
        self.failed = 0

    async def sing(self) -> None:
        """Go on until cancelled."""
        at = 0
        while True:
            expert, prompt = _ASKED[at % 4]
            request = expert.request(prompt=f"{prompt}, 1 mesure", seed=at)
            began = time.perf_counter()
            played = await Listener(self._gateway, self._token, expert, request, _BAR_S).listen(10)
            if played.first_s is None:
                self.failed += 1
            else:
                self._ms.append((time.perf_counter() - began) * 1000)
            at += 1
            await asyncio.sleep(_PAUSE_S)

    def taken(self) -> list[float]:
        """Latencies since they were taken last, in milliseconds."""
        taken, self._ms = self._ms, []
        return taken


def part_of(values: Sequence[float], part: float) -> float:
    """A quantile; 0 where there is nothing.

    Args:
        values: In any order.
        part: Which one, 0-1.
    """
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))] if ordered else 0.0


def _listener(gateway: str, token: str, at: int, bars: int) -> Listener:
    expert, prompt = _ASKED[at % len(_ASKED)]
    request = expert.request(prompt=f"{prompt}, {_BPM} bpm, {bars} mesures", seed=at)
    request.playback.pace = PACE_PLAYBACK
    return Listener(gateway, token, expert, request, _BAR_S, resumes=True)


def _missing_and_doubled(played: Played, bars: int) -> tuple[int, int]:
    """How many bars of each track did not come, and how many came twice."""
    tracks: list[list[int]] = list(played.bars.values()) or [[]]
    missing = sum(bars - len(set(indices)) for indices in tracks)
    return missing, sum(len(indices) - len(set(indices)) for indices in tracks)
