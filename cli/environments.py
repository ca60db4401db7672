"""Environments beside the common one, set up by ./boumb when a command first needs them."""

import subprocess
import sys
from collections.abc import Collection

from cli.messages.exit_codes import ExitCode
from cli.messages.user_errors import UserError
from launcher.settings import ROOT
from services.chassis.service_manifest import manifests

TRAINING = "training"
_BOUMB = ROOT / "boumb"
_STDERR = 2  # a command's own standard output may be for a program


def need(name: str) -> None:
    """Make sure that an environment holds what its requirements pin; the first time, this takes minutes.

    Raises:
        UserError: It could not be set up; standard error says why.
        KeyboardInterrupt: The person stopped it.
    """
    sys.stdout.flush()
    status = subprocess.run([_BOUMB, "set-up", name], stdout=_STDERR, check=False).returncode  # noqa: S603 - our own
    if status == ExitCode.INTERRUPTED:
        raise KeyboardInterrupt
    if status != 0:
        raise UserError(message=f".venv-{name} could not be set up.", exit=ExitCode.UNAVAILABLE)


def need_for(services: Collection[str]) -> None:
    """Make sure that every service has the environment that it runs in. Raises what `need` raises."""
    found = manifests()
    for name in sorted({found[service].environment for service in services} - {""}):
        need(name)
