"""What `./boumb up --telemetry` needs: a collector, built once with Go, and Debian's Prometheus."""

import shutil
import tempfile
from pathlib import Path

from rich.console import Console

from cli import tools
from cli.messages.exit_codes import ExitCode
from cli.messages.user_errors import UserError
from launcher.telemetry_processes import FILES, built_jaeger, find_jaeger, find_prometheus

_BUILD_S = 1800.0  # three minutes on two idle cores


def install_jaeger() -> Path:
    """Build the collector with Go, once for this user. Raises CannotInstall."""
    target = built_jaeger()
    if target.exists():
        return target
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "jaeger"
        tools.run_installer(
            ["go", "build", "-trimpath", "-ldflags", "-s -w", "-o", str(program), _PACKAGE],
            FILES / "jaeger",
            within_s=_BUILD_S,
            CGO_ENABLED="0",
        )
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(program, target)
    return target


_PACKAGE = "github.com/jaegertracing/jaeger/cmd/jaeger"


def get_ready(console: Console) -> None:
    """Make sure that the collector and Prometheus are there.

    Args:
        console: Tells what takes long.

    Raises:
        UserError: One cannot be had here.
    """
    missing = [tool for tool in tools.FOR_TELEMETRY if tool.found() is None]
    if find_jaeger() is not None:  # Go is only for building it
        missing = [tool for tool in missing if tool.package == "prometheus"]
    try:
        if missing and tools.can_apt():
            packages = [tool.package for tool in missing]
            console.print(f"installing with apt: {' '.join(packages)}")
            tools.apt_install(packages)
        if find_jaeger() is None:
            console.print("building the collector with go, once; this takes three minutes or more")
            install_jaeger()
    except tools.CannotInstall as error:
        raise UserError(message=str(error), exit=ExitCode.UNAVAILABLE) from error
    if find_prometheus() is None:
        raise UserError(
            message="There is no prometheus here.", advice="sudo apt install prometheus", exit=ExitCode.UNAVAILABLE
        )
