"""Signs of life from a stream whose next item takes long."""

import asyncio
import contextvars
from collections.abc import AsyncGenerator
from contextlib import suppress
from typing import TypeVar

Item = TypeVar("Item")


async def with_heartbeat(items: AsyncGenerator[Item, None], every_s: float) -> AsyncGenerator[Item | None, None]:
    """Yield what a generator yields, and None each time it has been at work on the next item for a while longer.

    An item is asked for when the one before has been taken, as without the heartbeat. Closing or cancelling stops the
    generator wherever it is.

    Args:
        items: The generator; it is closed at the end.
        every_s: Seconds between two signs of life, above 0.

    Raises:
        Exception: Whatever the generator raises.
    """
    context = contextvars.copy_context()  # one for all items, as if one task had asked for them
    asked: asyncio.Task[Item] | None = None

    async def following() -> Item:
        return await anext(items)

    try:
        while True:
            asked = asyncio.get_running_loop().create_task(following(), context=context)
            while not (await asyncio.wait((asked,), timeout=every_s))[0]:
                yield None
            try:
                item = asked.result()
            except StopAsyncIteration:
                return
            yield item
    finally:
        if asked is not None and not asked.done():
            asked.cancel()
            with suppress(asyncio.CancelledError, Exception):  # it is stopped; how it takes that is nobody's concern
                await asked
        elif asked is not None and not asked.cancelled():
            asked.exception()  # it may have ended while this was being stopped
        await items.aclose()
