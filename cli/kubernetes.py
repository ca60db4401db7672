"""Rendering the manifests of Kubernetes: kubectl's kustomize, or one that is built once with Go."""

import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Final

from cli.tools import run_installer
from launcher.settings import ROOT
from llm.binary import cache

# Version whose schemas the manifests are held against.
KUBERNETES: Final = "1.37"
_KUSTOMIZE: Final = "5.8.1"
_OLDEST: Final = 5
_BUILD_S = 1200.0


def _built() -> Path:
    return cache() / f"kustomize-{_KUSTOMIZE}" / "kustomize"


def kustomize() -> list[str] | None:
    """Command that renders the folder that follows it; None where there is none."""
    if _built().exists():
        return [str(_built()), "build"]
    if path := shutil.which("kustomize"):
        return [path, "build"]
    if (path := shutil.which("kubectl")) and _kustomize_of(path) >= _OLDEST:
        return [path, "kustomize"]
    return None


def _kustomize_of(kubectl: str) -> int:
    """Version of the kustomize in a kubectl; 0 where it tells none, as before 1.25."""
    done = subprocess.run([kubectl, "version", "--client"], capture_output=True, text=True, check=False)  # noqa: S603
    found = re.search(r"Kustomize Version: v(\d+)", done.stdout)
    return int(found[1]) if found else 0


def install_kustomize() -> None:
    """Build it with Go, once for this user, where there is none. Raises CannotInstall."""
    if kustomize() is not None:
        return
    with tempfile.TemporaryDirectory() as folder:
        package = f"sigs.k8s.io/kustomize/kustomize/v5@v{_KUSTOMIZE}"
        run_installer(["go", "install", package], ROOT, within_s=_BUILD_S, GOBIN=folder, CGO_ENABLED="0")
        _built().parent.mkdir(parents=True, exist_ok=True)
        shutil.move(Path(folder) / "kustomize", _built())
