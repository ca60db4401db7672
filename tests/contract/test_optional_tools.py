"""Without a program that only some tests need, these are skipped with the reason; under CI they fail."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cli import tools
from tests.environments import needs_npm_packages, needs_tools

ROOT = Path(__file__).parents[2]
# Tests of the contract that run programs from outside.
CONCERNED = ("test_contract.py", "test_playback.py", "test_adding_a_service.py")
USUAL = ("bash", "sh", "env", "git", "cat", "cp", "id", "uname", "readlink", "sha256sum", "sed", "sort", "xargs")


@pytest.fixture
def bare(tmp_path: Path) -> str:
    """A PATH with nothing but what every system has."""
    for name in USUAL:
        if found := shutil.which(name):
            (tmp_path / name).symlink_to(found)
    return str(tmp_path)


def test_the_contracts_tests_pass_or_are_skipped_with_the_reason(bare: str) -> None:
    files = [str(ROOT / "tests/contract" / name) for name in CONCERNED]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", "buf or breaks or noticed or generated "
         "or release or typescript or doctor or launcher", *files],
        cwd=ROOT, env=os.environ | {"PATH": bare, "CI": ""}, capture_output=True, text=True, timeout=110, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:]
    assert "node is missing: sudo apt install nodejs" in done.stdout
    assert "skipped" in done.stdout.splitlines()[-1]


@needs_npm_packages()
def test_a_plugin_that_is_missing_beside_all_else_is_skipped_with_its_package(bare: str) -> None:
    """Node is there: what is skipped without it says nothing about the plugin."""
    for name in ("node", "npm"):
        (Path(bare) / name).symlink_to(shutil.which(name) or "")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider", "-k", "generated_stubs",
         str(ROOT / "tests/contract/test_contract.py")],
        cwd=ROOT, env=os.environ | {"PATH": bare, "CI": ""}, capture_output=True, text=True, timeout=110, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:]
    assert "grpc_php_plugin is missing: sudo apt install protobuf-compiler-grpc" in done.stdout
    assert "1 skipped" in done.stdout.splitlines()[-1]


@pytest.mark.parametrize("tool", tools.FOR_TESTS, ids=lambda tool: tool.package)
def test_every_tool_has_its_reason(tool: tools.Tool, bare: str, monkeypatch: pytest.MonkeyPatch) -> None:
    name = tool.name.partition(" (")[0]
    monkeypatch.setattr(tools, "FOR_TESTS", (tools.Tool(tool.name, tool.purpose, lambda: None, tool.package),))
    monkeypatch.delenv("CI", raising=False)
    mark = needs_tools(name)
    assert mark.args == (True,)
    assert mark.kwargs["reason"] == f"{name} is missing: sudo apt install {tool.package}"
    monkeypatch.setenv("CI", "true")
    assert needs_tools(name).args == (False,)


def test_packages_that_are_not_installed_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    assert needs_npm_packages(tmp_path).args == (True,)
