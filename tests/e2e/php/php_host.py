"""Where PHP runs: this machine, or a Debian with another Symfony below a folder (`BOUMB_PHP_ROOT`)."""

import getpass
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from string import Template

import pytest

from cli import tools
from cli.php_grpc import install_php_grpc
from launcher.settings import ROOT
from tests.e2e.clients.projects import need

DEPLOY = ROOT / "clients/php/example/deploy"
_START_S = 20.0
_RUN_S = 110.0


@dataclass(frozen=True)
class PhpHost:
    """A system with PHP.

    Attributes:
        root: Its root folder; None for this machine.
        settings: Folder of PHP's additional settings, with the gRPC extension.
    """

    root: Path | None
    settings: Path

    @property
    def inside(self) -> tuple[str, ...]:
        return ("chroot", str(self.root)) if self.root else ()

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "PHP_INI_SCAN_DIR": f":{self.settings}",
            "GRPC_SO": str(self.grpc / "grpc.so"),
            "COMPOSER_ALLOW_SUPERUSER": "1",
        }

    @cached_property
    def grpc(self) -> Path:
        return install_php_grpc(self.inside)

    def run(self, *command: str | Path, cwd: Path, **variables: str) -> str:
        """Run a command that must succeed; what it wrote to standard output."""
        done = subprocess.run(
            [*self.inside, "/usr/bin/env", f"--chdir={cwd}", *command],
            env=self.environment | variables,
            capture_output=True,
            text=True,
            timeout=_RUN_S,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def popen(self, *command: str | Path, log: Path, **variables: str) -> "subprocess.Popen[bytes]":
        with log.open("ab") as output:
            return subprocess.Popen(
                [*self.inside, *command],
                env=self.environment | variables,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    @cached_property
    def fpm(self) -> str:
        folder = (self.root or Path("/")) / "usr/sbin"
        return f"/usr/sbin/{min(path.name for path in folder.glob('php-fpm*'))}"


def php_host(settings: Path) -> PhpHost:
    """The host that the environment names. Skips without what is needed on this machine."""
    root = os.environ.get("BOUMB_PHP_ROOT")
    if root is None:
        need(tools.SYMFONYS_TESTS)
    settings.mkdir(parents=True, exist_ok=True)
    shutil.copy(DEPLOY / "grpc.ini", settings / "30-grpc.ini")
    host = PhpHost(Path(root) if root else None, settings)
    try:
        _ = host.grpc
    except tools.CannotInstall as error:
        if root or os.environ.get("CI") == "true":
            pytest.fail(str(error))
        pytest.skip(f"gRPC for PHP cannot be built: {error}")
    return host


@dataclass
class WebServer:
    """nginx and php-fpm for the length of a block.

    Attributes:
        host: Where they run.
        app: Folder of the application.
        address: Host and port of nginx.
        variables: Environment of the application.
        fpm: The master process.
        log: What php-fpm and the application wrote.
    """

    host: PhpHost
    app: Path
    address: tuple[str, int]
    variables: Mapping[str, str]
    fpm: "subprocess.Popen[bytes]"
    log: Path

    def workers(self) -> list[int]:
        """Process ids of the workers."""
        children = Path(f"/proc/{self.fpm.pid}/task/{self.fpm.pid}/children").read_text().split()
        return [int(child) for child in children]

    def console(self, *arguments: str) -> str:
        return self.host.run("php", "bin/console", *arguments, cwd=self.app, **self.variables)


@contextmanager
def web_server(
    host: PhpHost, app: Path, run: Path, variables: Mapping[str, str], workers: int = 4
) -> Iterator[WebServer]:
    """Run nginx and php-fpm with the configuration that the example ships.

    Args:
        host: Where.
        app: Folder of the application.
        run: Folder for sockets and logs; made here.
        variables: Environment of the application.
        workers: Of php-fpm.
    """
    run.mkdir()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    values = {
        "RUN": str(run),
        "APP": str(app),
        "LISTEN": f"127.0.0.1:{port}",
        "WORKERS": str(workers),
        "ACCOUNT": getpass.getuser(),
    }
    for name in ("nginx.conf", "php-fpm.conf"):
        (run / name).write_text(Template((DEPLOY / name).read_text()).safe_substitute(values))
    log = run / "output.log"
    allowed = ("--allow-to-run-as-root",) if os.geteuid() == 0 else ()
    fpm = host.popen(host.fpm, "--fpm-config", run / "php-fpm.conf", *allowed, log=log, **variables)
    nginx = host.popen("/usr/sbin/nginx", "-c", run / "nginx.conf", "-e", run / "nginx.log", log=log)
    try:
        _wait_until_they_answer(run / "php-fpm.sock", port, log)
        yield WebServer(host, app, ("127.0.0.1", port), variables, fpm, log)
    finally:
        for process in (nginx, fpm):
            process.send_signal(signal.SIGTERM)
        for process in (nginx, fpm):
            process.wait(timeout=10)


def _wait_until_they_answer(fpm: Path, port: int, log: Path) -> None:
    deadline = time.monotonic() + _START_S
    while time.monotonic() < deadline:
        try:
            with socket.socket(socket.AF_UNIX) as one, socket.create_connection(("127.0.0.1", port), timeout=1):
                one.connect(str(fpm))
                return
        except OSError:
            time.sleep(0.05)
    raise AssertionError(f"php-fpm or nginx does not start: {log.read_text()}")
