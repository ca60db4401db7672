"""A service, or a program that services use, as a child process."""

import asyncio
import contextlib
import sys
from asyncio.subprocess import Process
from collections.abc import Mapping
from typing import IO

from launcher.settings import ROOT
from services.chassis import parent_death_signal

_LAST_WORDS_S = 2.0  # after the streams ended: to flush and leave


class ServiceProcess:
    """A running service."""

    def __init__(self, process: Process) -> None:
        """Use `start`, or give the process of another program."""
        self._process = process
        self.pid = process.pid

    @classmethod
    async def start(
        cls, module: str, environment: Mapping[str, str], log: IO[bytes], python: str = sys.executable
    ) -> "ServiceProcess":
        """Start `python -m module`; the process dies with this one.

        Args:
            module: Module to run.
            environment: All variables of the process.
            log: Where its standard output and error go.
            python: Interpreter.
        """
        process = await asyncio.create_subprocess_exec(
            *parent_death_signal.prefix(),
            *(python, "-P", "-m", module),
            env=dict(environment),
            cwd=ROOT,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            # Ctrl-C in a terminal goes to the whole group; it is this process that stops the service, in order.
            process_group=0,
        )
        return cls(process)

    async def wait(self) -> int:
        """Wait for its end; its exit status, negative for a signal."""
        return await self._process.wait()

    async def stop(self, grace_s: float) -> None:
        """Send SIGTERM: the service lets its streams finish. One that outlives `grace_s` is killed."""
        with contextlib.suppress(ProcessLookupError):
            self._process.terminate()
        try:
            async with asyncio.timeout(grace_s + _LAST_WORDS_S):
                await self._process.wait()
        except TimeoutError:
            await self.kill()

    async def kill(self) -> None:
        """End at once."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()
