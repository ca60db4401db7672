"""How long the event loop is held, in processor time of its thread: a busy machine does not lengthen it."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager


class LoopWatch:
    """What was seen.

    Attributes:
        longest_s: Processor seconds of the longest single step of the loop.
        longest: What ran then, as asyncio shows it.
        steps: How many there were.
    """

    def __init__(self) -> None:
        self.longest_s = 0.0
        self.longest = ""
        self.steps = 0


@contextmanager
def watched_loop() -> Iterator[LoopWatch]:
    """Watch every step that event loops of this process take during a block: all callbacks and pieces of tasks."""
    watch = LoopWatch()
    original = asyncio.Handle._run

    def run(handle: asyncio.Handle) -> None:
        began = time.thread_time()
        try:
            original(handle)
        finally:
            took = time.thread_time() - began
            if took > watch.longest_s:
                watch.longest_s, watch.longest = took, repr(handle)
            watch.steps += 1

    asyncio.Handle._run = run  # type: ignore[assignment, method-assign]
    try:
        yield watch
    finally:
        asyncio.Handle._run = original  # type: ignore[method-assign]
