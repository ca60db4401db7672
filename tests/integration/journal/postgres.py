"""A PostgreSQL of our own: in a temporary folder, on a unix socket, run by a user who is not root."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from cli.tools import postgres_folder

_USER = "nobody"
_PATIENCE_S = 30


@dataclass
class Cluster:
    """A running server.

    Attributes:
        folder: Of its data and its socket.
    """

    folder: Path

    def url(self, database: str) -> str:
        return f"postgresql://boumb@/{database}?host={self.folder}"

    def sql(self, statement: str, database: str = "postgres") -> str:
        command = [str(_program("psql")), "-h", str(self.folder), "-U", "boumb", "-d", database, "-AtXqc", statement]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    @property
    def pid(self) -> int:
        return int((self.folder / "data/postmaster.pid").read_text().split()[0])

    def kill(self) -> None:
        """As if it had crashed: the server and its processes are gone at once."""
        pid = self.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        for each in [pid, *map(int, children)]:
            with suppress(ProcessLookupError):
                os.kill(each, signal.SIGKILL)
        deadline = time.monotonic() + _PATIENCE_S
        while any(Path(f"/proc/{each}").exists() for each in [pid, *children]):
            assert time.monotonic() < deadline
            time.sleep(0.02)

    def start(self) -> None:
        options = f"-c listen_addresses='' -k {self.folder} -c fsync=off -c max_connections=40"
        _as_user(
            _program("pg_ctl"), "-D", self.folder / "data", "-l", self.folder / "log", "-w", "-o", options, "start"
        )

    def stop(self) -> None:
        _as_user(_program("pg_ctl"), "-D", self.folder / "data", "-m", "immediate", "-w", "stop")


def is_there() -> bool:
    """Whether PostgreSQL is installed."""
    return postgres_folder() is not None


def _program(name: str) -> Path:
    folder = postgres_folder()
    assert folder is not None
    return folder / name


def _as_user(*command: object) -> None:
    """Run a program of PostgreSQL, which refuses root."""
    words = [str(word) for word in command]
    if os.geteuid() == 0:
        account = pwd.getpwnam(_USER)
        words = ["setpriv", f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups", *words]
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/")


@contextmanager
def running_cluster() -> Iterator[Cluster]:
    """A new one, gone after the block."""
    folder = Path(tempfile.mkdtemp(prefix="boumb-pg-"))
    try:
        if os.geteuid() == 0:
            account = pwd.getpwnam(_USER)
            os.chown(folder, account.pw_uid, account.pw_gid)
        _as_user(_program("initdb"), "-D", folder / "data", "-U", "boumb", "-A", "trust", "-E", "UTF8", "--locale=C")
        cluster = Cluster(folder)
        cluster.start()
        try:
            yield cluster
        finally:
            cluster.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
