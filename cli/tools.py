"""Programs that the product and its tests need, whether they are there, and how to get them."""

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from launcher.settings import ROOT

NPM_FOLDERS = (ROOT / "protos", ROOT / "tests/e2e/browser", ROOT / "tests/e2e/clients", ROOT / "clients/web")
_MINIMUM_NODE = 20
_MINIMUM_GO = 19  # of 1.19
_INSTALL_S = 600
SYMFONYS_TESTS = "Symfony's tests"
_SYMFONY = (
    "php-symfony-framework-bundle php-symfony-security-bundle php-symfony-web-profiler-bundle php-symfony-messenger "
    "php-symfony-rate-limiter php-symfony-lock php-symfony-yaml"
)


class CannotInstall(Exception):
    """Something could not be installed; the text is the end of what the installer said."""


@dataclass(frozen=True, slots=True)
class Tool:
    """A program from outside.

    Attributes:
        name: What people call it.
        purpose: What needs it.
        found: Its path or version; None when it is missing.
        package: Debian's package that brings it.
    """

    name: str
    purpose: str
    found: Callable[[], str | None]
    package: str

    @property
    def advice(self) -> str:
        """How to get it."""
        return f"sudo apt install {self.package}"


def _node() -> str | None:
    path = shutil.which("node")
    if path is None:
        return None
    version = _output([path, "--version"]).strip()
    major = version.removeprefix("v").partition(".")[0]
    return version if major.isdecimal() and int(major) >= _MINIMUM_NODE else None


def _php_with_curl() -> str | None:
    path = shutil.which("php")
    if path is None:
        return None
    return path if "curl" in _output([path, "-m"]).split() else None


def _php_protobuf() -> str | None:
    library = Path("/usr/share/php/Google/Protobuf")
    return str(library) if library.is_dir() else None


def _symfony() -> str | None:
    library = Path("/usr/share/php/Symfony/Bundle/WebProfilerBundle")
    return str(library) if library.is_dir() else None


def _php_fpm() -> str | None:
    programs = sorted(Path("/usr/sbin").glob("php-fpm*"))
    with_bcmath = shutil.which("php") is not None and "bcmath" in _output(["php", "-m"]).split()
    return str(programs[-1]) if programs and with_bcmath else None


def _nginx() -> str | None:
    return shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")  # off the PATH of most users


def _headers_for_php() -> str | None:
    there = shutil.which("phpize") and shutil.which("dpkg-source") and Path("/usr/include/grpc/grpc.h").exists()
    return shutil.which("phpize") if there else None


def _go() -> str | None:
    path = shutil.which("go")
    if path is None:
        return None
    version = re.search(r"go1\.(\d+)", _output([path, "version"]))
    return version[0] if version and int(version[1]) >= _MINIMUM_GO else None


def postgres_folder() -> Path | None:
    """Folder of PostgreSQL's server programs, which Debian keeps off the PATH, or None."""
    if path := shutil.which("initdb"):
        return Path(path).resolve().parent
    return max(Path("/usr/lib/postgresql").glob("*/bin/"), key=lambda folder: int(folder.parent.name), default=None)


def _postgres() -> str | None:
    folder = postgres_folder()
    return str(folder) if folder and (folder / "pg_ctl").exists() else None


def _output(command: list[str]) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout  # noqa: S603 - ours, found on PATH


def chromium() -> str | None:
    """Path of Chromium or Chrome, or None."""
    return next(
        (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
    )


FOR_TESTS = (
    Tool(f"node (version {_MINIMUM_NODE} or later)", "checks of the contract, the browser test", _node, "nodejs"),
    Tool("npm", "the same", lambda: shutil.which("npm"), "npm"),
    Tool("chromium", "the browser test", chromium, "chromium"),
    Tool("php with curl", "the PHP client's test", _php_with_curl, "php-cli php-curl"),
    Tool("google/protobuf for PHP", "the PHP client's test", _php_protobuf, "php-google-protobuf"),
    Tool("composer", "the PHP client's test", lambda: shutil.which("composer"), "composer"),
    Tool("Symfony", SYMFONYS_TESTS, _symfony, _SYMFONY),
    Tool("php-fpm", SYMFONYS_TESTS, _php_fpm, "php-fpm php-bcmath"),
    Tool("nginx", SYMFONYS_TESTS, _nginx, "nginx-light"),
    Tool("phpunit", SYMFONYS_TESTS, lambda: shutil.which("phpunit"), "phpunit"),
    Tool("headers of PHP and gRPC", SYMFONYS_TESTS, _headers_for_php, "php-dev libgrpc-dev dpkg-dev gcc make"),
    Tool("grpc_php_plugin", "PHP stubs", lambda: shutil.which("grpc_php_plugin"), "protobuf-compiler-grpc"),
    Tool(f"go (version 1.{_MINIMUM_GO} or later)", "the Go client's test", _go, "golang-go"),
    Tool("curl", "the test of calls in JSON", lambda: shutil.which("curl"), "curl"),
    Tool("tmux", "the test of ./boumb jam in a terminal", lambda: shutil.which("tmux"), "tmux"),
    Tool("PostgreSQL", "the journal's tests", _postgres, "postgresql"),
    Tool(
        "podman", "the test of the containers", lambda: shutil.which("podman"), "podman netavark aardvark-dns iptables"
    ),
    Tool("runc", "the same", lambda: shutil.which("runc"), "runc"),
    Tool("debootstrap", "the same", lambda: shutil.which("debootstrap"), "debootstrap"),
    Tool("promtool", "the rehearsal of alerts", lambda: shutil.which("promtool"), "prometheus"),
)


FOR_TELEMETRY = (
    Tool("prometheus", "./boumb up --telemetry", lambda: shutil.which("prometheus"), "prometheus"),
    Tool(f"go (version 1.{_MINIMUM_GO} or later)", "building the collector", _go, "golang-go"),
)


def npm_is_current(folder: Path) -> bool:
    """Whether a folder's npm packages are those that its lock file names."""
    stamp = folder / "node_modules/.boumb-stamp"
    return stamp.exists() and stamp.read_text() == _digest(folder)


def npm_install(folder: Path) -> None:
    """Install the npm packages that a folder's lock file names. Raises CannotInstall."""
    run_installer(["npm", "ci", "--no-audit", "--no-fund"], folder)
    (folder / "node_modules/.boumb-stamp").write_text(_digest(folder))


def can_apt() -> bool:
    """Whether Debian packages can be installed here and now."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def apt_install(packages: list[str]) -> None:
    """Install Debian packages. Raises CannotInstall."""
    command = ["apt-get", "install", "-y", "-q", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=120", *packages]
    try:
        run_installer(command, ROOT)
    except CannotInstall:
        run_installer(["apt-get", "update", "-q"], ROOT)
        run_installer(command, ROOT)


def _digest(folder: Path) -> str:
    return hashlib.sha256((folder / "package-lock.json").read_bytes()).hexdigest()


def run_installer(command: list[str], folder: Path, *, within_s: float = _INSTALL_S, **variables: str) -> None:
    """Run a program that installs something.

    Args:
        command: The program and its arguments.
        folder: Where it runs.
        within_s: Seconds that it may take.
        variables: Added to its environment.

    Raises:
        CannotInstall: It failed; the text is the end of what it said.
    """
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"} | variables
    try:
        done = subprocess.run(  # noqa: S603 - fixed commands
            command, cwd=folder, env=environment, capture_output=True, text=True, timeout=within_s, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CannotInstall(str(error)) from error
    if done.returncode != 0:
        raise CannotInstall("\n".join((done.stdout + done.stderr).splitlines()[-15:]))
