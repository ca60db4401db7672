"""gRPC for PHP, built once from the source package of this machine's Debian."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

from cli.tools import CannotInstall, run_installer
from launcher.settings import ROOT
from llm.binary import cache

_BUILD = ROOT / "clients/php/tools/build-grpc.sh"
_WHICH = 'echo PHP_OS_FAMILY, "-", parse_ini_file("/etc/os-release")["VERSION_CODENAME"] ?? "", "-", PHP_VERSION;'


def install_php_grpc(inside: Sequence[str] = ()) -> Path:
    """Build the extension and the library, unless they are there; the folder that holds them.

    Args:
        inside: What runs a command elsewhere than on this system, such as chroot with its folder.

    Raises:
        CannotInstall: PHP, its headers, libgrpc or the source package is missing.
    """
    try:
        which = subprocess.run([*inside, "php", "-n", "-r", _WHICH], capture_output=True, text=True, check=True).stdout  # noqa: S603
    except (OSError, subprocess.CalledProcessError) as error:
        raise CannotInstall(f"php does not run: {error}") from error
    target = cache() / f"php-grpc-{which}"
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        run_installer([*inside, str(_BUILD), str(target)], ROOT)
    return target
