"""`./boumb test`: gets what the tests need, then runs every check; pytest's closing line is the last one printed."""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from cli import kubernetes, language_models, telemetry, tools
from cli.messages.exit_codes import ExitCode
from cli.messages.user_errors import UserError
from launcher.settings import ROOT

_BIN = Path(sys.executable).parent
_WEB = ROOT / "clients/web"
_WEB_BIN = _WEB / "node_modules/.bin"
_BUF = ROOT / "protos/node_modules/.bin/buf"
_PYTEST_WORKERS = 2


@dataclass(frozen=True, slots=True)
class Check:
    """A command that must succeed."""

    name: str
    command: Sequence[str | Path]


CHECKS = (
    Check("ruff check", [_BIN / "ruff", "check", "."]),
    Check("ruff format", [_BIN / "ruff", "format", "--check", "."]),
    Check("mypy", [_BIN / "mypy"]),
    Check("types of @boumbapp/experts", [_WEB_BIN / "tsc", "--project", _WEB / "experts"]),
    Check("types of the studio", [_WEB_BIN / "tsc", "--project", _WEB / "studio"]),
    Check("oxlint", [_WEB_BIN / "oxlint", "--config", _WEB / ".oxlintrc.json", "--deny-warnings", _WEB]),
    Check("vitest", [_WEB_BIN / "vitest", "run", "--root", _WEB]),
    Check("buf lint", [_BUF, "lint"]),
    Check("buf breaking", [_BUF, "breaking", "--exclude-imports", "--against", "protos/released.binpb"]),
)

# What tests need that no package manager has: who needs it, and what gets it.
_MODEL, _TELEMETRY = "the tests with a real language model", "the test of ./boumb up --telemetry"
FETCHED = (
    ("ollama", _MODEL, language_models.install_ollama),
    ("SmolLM2", _MODEL, language_models.smollm2),
    ("the collector", _TELEMETRY, telemetry.install_jaeger),
    ("kustomize", "the tests of deploy/kubernetes", kubernetes.install_kustomize),
)


def run_checks(arguments: Sequence[str]) -> ExitCode:
    """Run all checks, or pytest alone with the arguments given.

    Raises:
        UserError: Something that the tests need is missing where everything is promised to be there (CI=true).
    """
    console = Console(highlight=False, markup=False, emoji=False, soft_wrap=True)
    if arguments:
        return ExitCode.OK if _pytest(arguments) == 0 else ExitCode.FAILED
    missing = get_ready(console)
    if missing and os.environ.get("CI") == "true":
        raise UserError(message="\n".join(["The tests need more than is here:", *missing]), exit=ExitCode.UNAVAILABLE)
    for line in missing:
        console.print(f"! {line}; the tests that need it are skipped", style="yellow")
    failed = [check.name for check in CHECKS if not _passes(check, console)]
    if failed:
        console.print(f"✗ failed before the tests: {', '.join(failed)}", style="bold red")
    status = _pytest(["-n", str(_PYTEST_WORKERS), "--dist", "loadfile"])
    return ExitCode.FAILED if failed or status != 0 else ExitCode.OK


def get_ready(console: Console) -> list[str]:
    """Install what the tests need from outside as far as possible; a line for each thing that stays missing."""
    missing = [tool for tool in tools.FOR_TESTS if tool.found() is None]
    if missing and tools.can_apt():
        packages = " ".join(tool.package for tool in missing)
        console.print(f"installing with apt: {packages}")
        try:
            tools.apt_install(packages.split())
        except tools.CannotInstall as error:
            console.print(str(error), style="dim")
        missing = [tool for tool in missing if tool.found() is None]
    lines = [f"{tool.name} is missing ({tool.purpose}): {tool.advice}" for tool in missing]
    for folder in tools.NPM_FOLDERS:
        if tools.npm_is_current(folder):
            continue
        console.print(f"installing npm packages in {folder.relative_to(ROOT)}")
        try:
            tools.npm_install(folder)
        except tools.CannotInstall as error:
            lines.append(f"npm packages of {folder.relative_to(ROOT)} could not be installed: {error}")
    for name, purpose, install in FETCHED:
        try:
            install()
        except tools.CannotInstall as error:
            lines.append(f"{name} is missing ({purpose}): {error}")
    return lines


def _passes(check: Check, console: Console) -> bool:
    """Run a check; its output is shown only when it fails."""
    if not Path(check.command[0]).exists():  # told before, and an error where everything is promised to be there
        console.print(f"! {check.name} skipped", style="yellow")
        return True
    began = time.monotonic()
    done = subprocess.run(  # noqa: S603 - fixed commands
        check.command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    passed = done.returncode == 0
    seconds = time.monotonic() - began
    console.print(f"{'✓' if passed else '✗'} {check.name} ({seconds:.0f} s)", style="green" if passed else "bold red")
    if not passed:
        console.print(done.stdout)
    return passed


def _pytest(arguments: Sequence[str]) -> int:
    sys.stdout.flush()
    return subprocess.run([_BIN / "pytest", *arguments], cwd=ROOT, check=False).returncode  # noqa: S603 - our own
