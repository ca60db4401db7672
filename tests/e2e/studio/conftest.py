"""The page of the sound's tests, built as the studio's is."""

import os
import subprocess
from pathlib import Path

import pytest

from launcher.settings import ROOT
from tests.e2e.browser.browser import missing_tools

_WEB = ROOT / "clients/web"


def _missing() -> list[str]:
    missing = missing_tools()
    if not (_WEB / "node_modules/.bin/vite").exists():
        missing.append("the studio's libraries: run `npm ci --prefix clients/web`")
    return missing


@pytest.fixture(scope="session")
def web_tools() -> None:
    """What building takes. What is missing is an error where everything is promised to be there."""
    if missing := "; ".join(_missing()):
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)


@pytest.fixture(scope="session")
def sound_page(web_tools: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the built page."""
    folder = tmp_path_factory.mktemp("sound") / "page"
    command = (_WEB / "node_modules/.bin/vite", "build", "studio/tests/sound", "--outDir", folder, "--logLevel", "warn")
    done = subprocess.run(command, cwd=_WEB, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder
