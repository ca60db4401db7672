"""Runs the command as a person does, in a folder and with a state of its own."""

import contextlib
import os
import random
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from services.chassis.service_manifest import manifests
from services.chassis.settings import address_variable

ROOT = Path(__file__).resolve().parents[3]


@dataclass
class Terminal:
    """Where a person sits.

    Attributes:
        folder: Current directory; it is empty at first.
        environment: Variables.
    """

    folder: Path
    environment: dict[str, str]

    @classmethod
    def at(cls, tmp_path: Path, **variables: str) -> "Terminal":
        """A terminal of somebody who has nothing running, with free addresses in case they start something."""
        folder = tmp_path / "here"
        folder.mkdir()
        own = {"BOUMB_STATE_DIR": str(tmp_path / "state"), "TMPDIR": str(tmp_path), "LC_ALL": "C.UTF-8"}
        names = ("gateway", *manifests())
        addresses = {
            address_variable(name): f"127.0.0.1:{port}"
            for name, port in zip(names, free_ports(len(names)), strict=True)
        }
        return cls(folder, os.environ | own | addresses | variables)

    def run(self, *arguments: str, lines: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
        """Run the command to its end, with some text on its standard input."""
        return subprocess.run(
            [ROOT / "boumb", *arguments],
            cwd=self.folder,
            env=self.environment | variables,
            input=lines,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    @contextmanager
    def start(self, *arguments: str, **variables: str) -> Iterator[subprocess.Popen[str]]:
        """Run the command for the length of a block; it is killed after it, if it still runs."""
        process = subprocess.Popen(
            [ROOT / "boumb", *arguments],
            cwd=self.folder,
            env=self.environment | variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        with process:
            try:
                yield process
            finally:
                process.kill()

    def left_running(self) -> list[str]:
        """Command lines of processes that belong to this terminal: they have its state folder in their environment.

        What the kernel ends with its parent is still there for a moment, and is given two seconds.
        """
        deadline = time.monotonic() + 2
        while (running := self._running()) and time.monotonic() < deadline:
            time.sleep(0.01)
        return running

    def _running(self) -> list[str]:
        mark = f"BOUMB_STATE_DIR={self.environment['BOUMB_STATE_DIR']}".encode()
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            try:
                if mark in (process / "environ").read_bytes().split(b"\0"):
                    found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode())
            except OSError:  # it ended, or is not ours to look at
                continue
        return found


def free_ports(count: int) -> list[int]:
    """Ports that nobody has at the moment, below those that the system gives to whoever asks for any."""
    found: list[int] = []
    for port in random.sample(range(10_240, 32_768), 1000):
        if len(found) == count:
            return found
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            found.append(port)
    raise AssertionError("no free ports")
