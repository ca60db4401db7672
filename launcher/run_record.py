"""The record of a running mesh: `mesh.json`, locked by the launcher for as long as it lives.

The kernel drops the lock with the process, however it ends, so a record without a lock is an old one: no process ids
to compare, nothing to clean up.
"""

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A mesh that runs.

    Attributes:
        pid: Process id of its launcher.
        gateway: Address of its gateway.
        services: Address of each service.
    """

    pid: int
    gateway: str
    services: Mapping[str, str]


class AlreadyRunning(Exception):
    """Another launcher holds the record."""


def find(path: Path) -> Record | None:
    """The mesh that runs and answers, or None."""
    try:
        with path.open("rb") as file:
            if _lock(file.fileno(), fcntl.LOCK_SH):
                return None
            content = json.load(file)
    except (FileNotFoundError, ValueError):  # none, or not written yet: it is starting
        return None
    return Record(pid=content["pid"], gateway=content["gateway"], services=content["services"])


class Claim:
    """The right to run the mesh of a state folder."""

    def __init__(self, descriptor: int) -> None:
        """Use `claim`."""
        self._descriptor = descriptor

    def publish(self, *, gateway: str, services: Mapping[str, str]) -> None:
        """Write that the mesh answers, and where, for other commands to read.

        Args:
            gateway: Address of the gateway.
            services: Address of each service by its short name.
        """
        content = json.dumps({"pid": os.getpid(), "gateway": gateway, "services": dict(services)}, indent=2) + "\n"
        os.pwrite(self._descriptor, content.encode(), 0)

    def withdraw(self) -> None:
        """Empty the record, so that other commands no longer use this mesh."""
        os.ftruncate(self._descriptor, 0)


@contextmanager
def claim(path: Path) -> Iterator[Claim]:
    """Claim the record for the length of a `with` block.

    Raises:
        AlreadyRunning: Somebody else has it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        if not _lock(descriptor, fcntl.LOCK_EX):
            raise AlreadyRunning
        claimed = Claim(descriptor)
        claimed.withdraw()  # what a launcher left that was killed
        yield claimed
        claimed.withdraw()
    finally:
        os.close(descriptor)


def _lock(descriptor: int, kind: int) -> bool:
    """Take a lock if no other process holds it."""
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
