"""Places at the server: never more answers in flight than it works on at once, whichever processes ask.

A request beyond them would wait in a queue of the server that nobody can see into. A place is a locked file, so that it
is free again whatever becomes of the process that had it.
"""

import asyncio
import fcntl
import hashlib
import os
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from llm.faults import Fault, LanguageModelError

_POLL_S = 0.01


class Slots:
    """The places at one server.

    Args:
        address: Of the server.
        number: How many.
        folder: Where the locked files are; one in the system's temporary folder when not given.
    """

    def __init__(self, address: str, number: int, folder: Path | None = None) -> None:
        digest = hashlib.sha256(address.encode()).hexdigest()[:16]
        base = folder or Path(tempfile.gettempdir()) / f"boumb-llm-{os.getuid()}"
        self._paths = [base / f"{digest}.{place}" for place in range(number)]

    @asynccontextmanager
    async def place(self, wait_s: float) -> AsyncIterator[None]:
        """Have a place for the length of a block.

        Args:
            wait_s: Seconds to wait for one.

        Raises:
            LanguageModelError: BUSY; none became free in time.
        """
        held = await self._wait(wait_s)
        try:
            yield
        finally:
            os.close(held)

    async def _wait(self, wait_s: float) -> int:
        loop = asyncio.get_running_loop()
        until = loop.time() + wait_s
        while True:
            for path in self._paths:
                if (held := _take(path)) is not None:
                    return held
            if loop.time() >= until:
                raise LanguageModelError(Fault.BUSY, f"no slot of {len(self._paths)} became free in {wait_s:.2f} s")
            await asyncio.sleep(_POLL_S)


def _take(path: Path) -> int | None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor
