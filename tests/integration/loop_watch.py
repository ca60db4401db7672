"""How long the event loop is held, in processor time of its thread: a busy machine does not lengthen it."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager

# The loop may be held for so many times what a bar of 100 wrong notes takes (the fixture `unit_s`), about 2 ms.
MOST_HELD = 8


class LoopWatch:
    """What was seen.

    Attributes:
        longest_s: Processor seconds of the longest single step of the loop.
        longest: What ran then: the task's coroutine, and where it stands now.
        steps: How many there were.
    """

    def __init__(self) -> None:
        self.longest_s = 0.0
        self.longest = ""
        self.steps = 0


def _shown(handle: asyncio.Handle) -> str:
    task = getattr(handle._callback, "__self__", None)  # type: ignore[attr-defined]
    if not isinstance(task, asyncio.Task):
        return repr(handle)
    frames = [f"{frame.f_code.co_qualname}:{frame.f_lineno}" for frame in task.get_stack()]
    return " > ".join(frames) or repr(task.get_coro())


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
                watch.longest_s, watch.longest = took, _shown(handle)
            watch.steps += 1

    asyncio.Handle._run = run  # type: ignore[assignment, method-assign]
    try:
        yield watch
    finally:
        asyncio.Handle._run = original  # type: ignore[method-assign]
