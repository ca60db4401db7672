"""How many calls a second many callers at once get answered."""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable

_CALLERS = 32
_WARM_UP_S = 0.5


async def call_rate(call: Callable[[], Awaitable[object]], seconds: float) -> int:
    """Calls a second that all callers together get answered, after a moment of warming up.

    Args:
        call: Makes one call.
        seconds: So long.
    """
    await _rate(call, _WARM_UP_S)
    return round(await _rate(call, seconds))


async def _rate(call: Callable[[], Awaitable[object]], seconds: float) -> float:
    end = time.perf_counter() + seconds
    calls = 0

    async def ask() -> None:
        nonlocal calls
        while time.perf_counter() < end:
            try:
                await call()
            except Exception as error:  # noqa: BLE001 - a refused prompt is an answer too
                if "INVALID_ARGUMENT" not in str(error):
                    sys.exit(f"a call failed: {error}")
            calls += 1

    await asyncio.gather(*(ask() for _ in range(_CALLERS)))
    return calls / seconds
