"""The web workspace checks itself: strict types, lint, and the tests of store, geometry, texts, mapping and sound."""

import subprocess

import pytest

from launcher.settings import ROOT
from tests.environments import needs_npm_packages, needs_tools

pytestmark = [needs_tools("node", "npm"), needs_npm_packages(ROOT / "clients/web")]


@pytest.mark.parametrize("script", ["types", "lint", "test"])
def test_its_own_checks_pass(script: str) -> None:
    done = subprocess.run(
        ["npm", "run", "--silent", script], cwd=ROOT / "clients/web", check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
