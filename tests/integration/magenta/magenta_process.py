"""The magenta service as a process of its own, under the interpreter of .venv-magenta."""

import contextlib
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from boumbapp.magenta.v2.magenta_service_pb2_grpc import MagentaServiceStub

from launcher.settings import ROOT, interpreter
from services.chassis.client.channel import open_channel

PYTHON = interpreter("magenta")
SHIPPED = ROOT / "models/magenta-attention-rnn"


def run(module: str, *arguments: object, given: str = "") -> str:
    """A module under .venv-magenta; its standard output."""
    command = [PYTHON, "-P", "-m", module, *map(str, arguments)]
    done = subprocess.run(
        command, cwd=ROOT, env=environment(), input=given, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def environment(**variables: str) -> dict[str, str]:
    return os.environ | {"PYTHONPATH": f"{ROOT}:{ROOT / 'gen/python'}", "TF_CPP_MIN_LOG_LEVEL": "3"} | variables


@dataclass
class Service:
    """A running magenta service."""

    address: str
    process: subprocess.Popen[bytes]

    async def __aenter__(self) -> MagentaServiceStub:
        self.channel = open_channel(self.address)
        return MagentaServiceStub(self.channel)

    async def __aexit__(self, *_: object) -> None:
        await self.channel.close()


@contextlib.contextmanager
def serving(folder: Path, bundles: Path, models: Path = SHIPPED) -> Iterator[Service]:
    address = f"unix:{folder}/magenta.sock"
    variables = {"BOUMB_MAGENTA_BUNDLES": str(bundles), "BOUMB_MODELS_DIR": str(models), "BOUMB_GRACE_S": "0.1"}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [PYTHON, "-P", "-m", "services.magenta.main"],
            cwd=ROOT,
            env=environment(BOUMB_MAGENTA_ADDRESS=address, **variables),
            stdout=log,
            stderr=log,
        )
    try:
        while b"serving on" not in (folder / "log").read_bytes():
            assert process.poll() is None, (folder / "log").read_text()[-3000:]
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(0.1)
        yield Service(address, process)
    finally:
        process.kill()
        process.wait()
