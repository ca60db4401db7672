"""The stack of deploy/compose.yaml, run for real by podman-compose."""

import json
import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from launcher.settings import ROOT
from tests.e2e.containers.podman import Podman

FILE = ROOT / "deploy/compose.yaml"
_PROJECT = "boumb"
_NETWORKS = range(214, 255)
# Tries to connect to each address that it is given, and says to which it can.
_PROBE = """
import json, socket, sys
open_ = []
for address in sys.argv[1:]:
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host, int(port)), 1).close()
        open_.append(address)
    except OSError:
        pass
print(json.dumps(open_))
"""


def free_network() -> str:
    """Two bytes under which this machine has no address."""
    for number in _NETWORKS:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            try:
                probe.bind((f"10.{number}.0.1", 0))
            except OSError:
                return f"10.{number}"
    raise AssertionError("every network is taken")


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


class Stack:
    """What runs.

    Args:
        podman: Runs it.
        folder: For the file that is given to podman-compose.
    """

    def __init__(self, podman: Podman, folder: Path) -> None:
        self.podman = podman
        self.port = free_port()
        self.address = f"127.0.0.1:{self.port}"
        self._file = folder / "compose.yaml"
        self._variables = {"BOUMB_PUBLISH": self.address, "BOUMB_NETWORK": free_network()}

    def write(self, changes: Mapping[str, Mapping[str, str]] | None = None) -> None:
        """Write the file that is run: the real one, but for what this podman does not know, and some variables.

        Args:
            changes: Variables of services.
        """
        file: dict[str, Any] = yaml.safe_load(FILE.read_text("utf-8"))
        for name, service in file["services"].items():
            service.get("healthcheck", {}).pop("start_interval", None)  # from podman 4.6 on
            service.setdefault("environment", {}).update((changes or {}).get(name, {}))
        self._file.write_text(yaml.safe_dump(file, sort_keys=False), "utf-8")

    def compose(self, *arguments: str) -> str:
        """Run a command of podman-compose; what it printed. Raises PodmanFailed."""
        command = [sys.executable, "-P", "-m", "podman_compose", "--file", str(self._file), *arguments]
        return self.podman.run(command, **self._variables)

    def up(self, *services: str) -> None:
        """Start services and what they need. Raises PodmanFailed."""
        self.compose("up", "--detach", "--no-build", *services)

    def down(self) -> None:
        """Stop and remove everything but the volumes. Raises PodmanFailed."""
        self.compose("down")

    def restart(self, service: str) -> None:
        """Stop a service as an upgrade does, in order, and start it again. Raises PodmanFailed."""
        self.podman("stop", "--time", "15", container(service))
        self.podman("start", container(service))

    def token(self) -> str:
        """A token, as a person gets one. Raises PodmanFailed."""
        return self.compose("--profile", "tools", "run", "--rm", "--no-deps", "-T", "token").splitlines()[-1]

    def reached_from(self, service: str, *addresses: str) -> set[str]:
        """Which of some addresses can be connected to from inside a container. Raises PodmanFailed."""
        said = self.podman("exec", "-i", container(service), "python3", "-", *addresses, given=_PROBE)
        return set(json.loads(said))

    def volume(self, name: str) -> Path:
        """Where a volume is on this machine. Raises PodmanFailed."""
        return Path(self.podman("volume", "inspect", "--format", "{{.Mountpoint}}", f"{_PROJECT}_{name}").strip())

    def inspect(self, service: str) -> dict[str, Any]:
        """What podman says of a container. Raises PodmanFailed."""
        found: list[dict[str, Any]] = json.loads(self.podman("inspect", container(service)))
        return found[0]


def container(service: str) -> str:
    """Name of the container of a service."""
    return f"{_PROJECT}_{service}_1"
