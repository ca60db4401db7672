"""The journal as a process that can be killed."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from launcher.settings import ROOT
from tests.integration.journal.conftest import KEY

SERVICE = "boumbapp.journal.v2.JournalService"


@dataclass
class JournalProcess:
    """Runs on a unix socket of its own.

    Attributes:
        url: Of its database.
        folder: Of its socket, spools and log.
    """

    url: str
    folder: Path
    _process: subprocess.Popen[bytes] | None = field(default=None)

    @property
    def address(self) -> str:
        return f"unix:{self.folder / 'journal.sock'}"

    def environment(self, **variables: str) -> dict[str, str]:
        own = {
            "BOUMB_JOURNAL_ADDRESS": self.address,
            "BOUMB_JOURNAL_URL": self.url,
            "BOUMB_JOURNAL_KEYS": KEY,
            "BOUMB_STATE_DIR": str(self.folder),
            "BOUMB_GRACE_S": "0.1",
        }
        return os.environ | own | variables

    def start(self) -> None:
        with (self.folder / "journal.log").open("ab") as log:
            command = [sys.executable, "-P", "-m", "services.journal.main"]
            self._process = subprocess.Popen(command, cwd=ROOT, env=self.environment(), stdout=log, stderr=log)

    def wait_until_serving(self) -> None:
        with grpc.insecure_channel(self.address) as channel:
            check = health_pb2_grpc.HealthStub(channel).Check  # type: ignore[attr-defined]  # the stubs name no methods
            deadline = time.monotonic() + 30
            while time.monotonic() < deadline:
                try:
                    if check(health_pb2.HealthCheckRequest(service=SERVICE), timeout=1).status == 1:
                        return
                except grpc.RpcError:
                    pass
                time.sleep(0.05)
            raise AssertionError((self.folder / "journal.log").read_text())

    def kill(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def stop(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            self._process.wait(10)
