"""`./boumb test --matrix`: the two commands of the README on each system that it names, as a user who has nothing.

Each system is made by debootstrap in the state folder and kept for the next time; the product is cloned into it, as
committed. The user is no administrator and has an empty home. Then all of it is done again without a network.
"""

import os
import re
import shlex
import shutil
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from cli.mesh import read_settings
from cli.messages.exit_codes import ExitCode
from cli.messages.user_errors import UserError
from launcher.settings import ROOT

_PACKAGES = "ca-certificates,git,python3,python3-venv"
_SCRIPTS = Path("/usr/share/debootstrap/scripts")
_USER = "1000"
_HOME = "home/guest"
_COMPOSE = (
    './boumb compose "Fais une basse funky en Sol mineur" --seed 7 --out /tmp/x.mid >/tmp/said && sha256sum </tmp/x.mid'
)
_PAGE = ROOT / "docs/platforms.md"
_BEGIN, _END = "<!-- matrix -->", "<!-- end of the matrix -->"
_PASSED_ON = re.compile(r"^(PIP_.*|.*_proxy)$", re.IGNORECASE)
_LONGEST_S = 3 * 3600
_COMPOSING = "compose"
_TAIL = 3


@dataclass(frozen=True, slots=True)
class System:
    """A system of the matrix.

    Attributes:
        title: As people call it.
        suite: As debootstrap calls it.
        kind: The suite whose script debootstrap takes where it knows none of this name.
        components: Of its archive.
    """

    title: str
    suite: str
    kind: str
    components: str


SYSTEMS: Mapping[str, System] = {
    "debian-12": System("Debian 12", "bookworm", "sid", "main"),
    "debian-13": System("Debian 13", "trixie", "sid", "main"),
    "ubuntu-24.04": System("Ubuntu 24.04", "noble", "gutsy", "main,universe"),
    "ubuntu-26.04": System("Ubuntu 26.04", "resolute", "gutsy", "main,universe"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """What came of a system: its Python, then composing and the tests, each with a network and again without."""

    title: str
    python: str
    composed: str
    composed_offline: str
    tested: str
    tested_offline: str

    def text(self) -> str:
        """As a row of a table."""
        cells = (self.title, self.python, self.composed, self.composed_offline, self.tested, self.tested_offline)
        return f"| {' | '.join(cells)} |"


def run_matrix(arguments: Sequence[str]) -> ExitCode:
    """Run the matrix and write its table into docs/platforms.md.

    Args:
        arguments: Names of systems, all by default; `compose` leaves the tests out, which take an hour a system; what
            begins with `tests` or `-` is for `./boumb test`.

    Raises:
        UserError: It cannot be run here, or there is no such system.
    """
    names = [each for each in arguments if not each.startswith(("tests", "-")) and each != _COMPOSING]
    if unknown := [name for name in names if name not in SYSTEMS]:
        message = f"No system is called {', '.join(unknown)}; there are: {', '.join(SYSTEMS)}."
        raise UserError(message=message, exit=ExitCode.BAD_INPUT)
    if os.geteuid() != 0 or shutil.which("debootstrap") is None:
        message = "The matrix makes systems of its own: it needs root, and sudo apt install debootstrap."
        raise UserError(message=message, exit=ExitCode.UNAVAILABLE)
    given = None if _COMPOSING in arguments else [each for each in arguments if each not in names]
    console = Console(highlight=False, markup=False, emoji=False, soft_wrap=True)
    rows = [_row(SYSTEMS[name], read_settings().state / "matrix" / name, given, console) for name in names or SYSTEMS]
    write_table(_PAGE, rows, given)
    return ExitCode.OK if all("failed" not in row.text() for row in rows) else ExitCode.FAILED


def write_table(page: Path, rows: Sequence[Row], given: Sequence[str] | None) -> None:
    """Put the rows into a page, between two marks; rows of other systems stay.

    Args:
        page: The page.
        rows: Of the systems that were run.
        given: What the tests were limited to; empty for all of them, None where none were run.
    """
    before, _, rest = page.read_text("utf-8").partition(_BEGIN)
    table, _, after = rest.partition(_END)
    kept = {line.split("|")[1].strip(): line for line in table.splitlines() if line.startswith("| ")}
    head = "| | Python | compose | again, no network | tests | again, no network |"
    kept = {title: line for title, line in kept.items() if title} | {row.title: row.text() for row in rows}
    what = "not run" if given is None else f"`./boumb test {shlex.join(given)}`" if given else "`./boumb test`"
    lines = ["", f"{time.strftime('%Y-%m-%d')}, tests: {what}", "", head, "|---" * 6 + "|", *kept.values(), ""]
    page.write_text(f"{before}{_BEGIN}\n{chr(10).join(lines)}\n{_END}{after}", "utf-8")


def _row(system: System, folder: Path, given: Sequence[str] | None, console: Console) -> Row:
    console.print(f"{system.title}: making it", style="bold")
    _make(system, folder)
    python = _run(folder, "python3 -c 'import platform; print(platform.python_version())'").stdout.strip()
    tests = [] if given is None else [f"./boumb test {shlex.join(given)} 2>&1"]
    cells = []
    for command in (_COMPOSE, *tests):
        for network in (True, False):
            began = time.monotonic()
            done = _run(folder, f"cd boumb && {command}", network=network)
            lines = (done.stderr + done.stdout).strip().splitlines() or [""]
            seconds = time.monotonic() - began
            said = f"{seconds:.0f} s, {lines[-1][:8]}" if command is _COMPOSE else lines[-1].strip("= ")
            cells.append(said if done.returncode == 0 else f"failed: {lines[-1].strip('= ')}"[:160])
            console.print(f"  {'✓' if done.returncode == 0 else '✗'} {cells[-1]}")
            if done.returncode:
                console.print("\n".join(lines[-40:]), style="dim")
    return Row(system.title, python, *cells, *["not run"] * (4 - len(cells)))


def _make(system: System, folder: Path) -> None:
    """Make a system, unless it is there, and give it a user who has nothing but a clone."""
    if not (folder / "usr/bin/python3").exists():
        folder.mkdir(parents=True, exist_ok=True)
        script = _SCRIPTS / (system.suite if (_SCRIPTS / system.suite).exists() else system.kind)
        options = ["--variant=minbase", f"--components={system.components}", f"--include={_PACKAGES}", "--no-check-gpg"]
        _must(["debootstrap", *options, system.suite, folder, "", script])
    for name in ("etc/resolv.conf", "etc/ssl/certs/ca-certificates.crt"):  # the network as it is here
        if Path("/", name).exists():
            (folder / name).unlink(missing_ok=True)
            (folder / name).write_bytes(Path("/", name).read_bytes())
    shutil.rmtree(folder / _HOME, ignore_errors=True)
    (folder / _HOME).mkdir(parents=True)
    _must(["git", "clone", "-q", "--no-hardlinks", ROOT, folder / _HOME / "boumb"])
    _must(["chown", "-R", f"{_USER}:{_USER}", folder / _HOME])


def _must(command: Sequence[str | Path]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own
    if done.returncode:
        said = "\n".join((done.stdout + done.stderr).splitlines()[-_TAIL:])
        raise UserError(message=f"{command[0]}: {said}", exit=ExitCode.UNAVAILABLE)


def _run(folder: Path, command: str, *, network: bool = True) -> subprocess.CompletedProcess[str]:
    """Run a command of a shell in a system, as its user, with processes and mounts of its own."""
    passed_on = [f"{name}={value}" for name, value in os.environ.items() if _PASSED_ON.match(name)]
    user = ["setpriv", f"--reuid={_USER}", f"--regid={_USER}", "--clear-groups"]
    environment = ["env", "-i", f"HOME=/{_HOME}", "PATH=/usr/local/bin:/usr/bin:/bin", "LANG=C.UTF-8", *passed_on]
    inside = shlex.join(["chroot", str(folder), *user, *environment, "bash", "-c", f"cd && {command}"])
    mounts = (
        "mount --make-rprivate / && cd {0} && mount -t proc proc proc && mount --rbind /dev dev"
        " && mount -t tmpfs none dev/shm && ip link set lo up 2>/dev/null; exec {1}"
    )
    alone = ["unshare", "--mount", "--pid", "--fork", "--kill-child", *([] if network else ["--net"])]
    return subprocess.run(  # noqa: S603 - our own
        [*alone, "bash", "-c", mounts.format(shlex.quote(str(folder)), inside)],
        capture_output=True,
        text=True,
        timeout=_LONGEST_S,
        check=False,
    )
