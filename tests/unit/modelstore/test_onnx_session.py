"""The library that runs the models keeps to itself: no figures sent, no identifier left in the home folder."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from launcher.settings import ROOT

_IMPORT = re.compile(r"^\s*(?:import|from) onnxruntime\b", re.MULTILINE)
_ITS_OWN_ENDS = ("CI", "TF_BUILD", "GITHUB_ACTIONS", "ORT_DISABLE_TELEMETRY", "ORT_TELEMETRY_DISABLED")


@pytest.mark.parametrize("module", ["modelstore.onnx_session", "services.melody.main", "services.drums.main"])
def test_nothing_is_left_in_the_home_folder(module: str, tmp_path: Path) -> None:
    """Where it reports to its makers, it first makes an identifier there."""
    environment = {name: value for name, value in os.environ.items() if name not in _ITS_OWN_ENDS}
    script = f"import {module}, onnxruntime; onnxruntime.SessionOptions()"
    subprocess.run(
        [sys.executable, "-P", "-c", script], cwd=ROOT, env=environment | {"HOME": str(tmp_path)}, check=True
    )
    assert list(tmp_path.rglob("*")) == []


def test_no_other_module_of_the_product_loads_it() -> None:
    """What is loaded before the variable is set reads it too early."""
    rooms = ("cli", "gateway", "launcher", "modelstore", "music", "services")
    loading = [
        str(path.relative_to(ROOT))
        for room in rooms
        for path in (ROOT / room).rglob("*.py")
        if _IMPORT.search(path.read_text("utf-8"))
    ]
    assert loading == ["modelstore/onnx_session.py"]
