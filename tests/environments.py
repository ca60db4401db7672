"""Environments and programs that some tests need: skipped without, with why, but never under CI."""

import os
from pathlib import Path

import pytest

from cli import tools
from launcher.settings import ROOT


def needs(name: str, root: Path = ROOT) -> pytest.MarkDecorator:
    """Marks what runs in an environment.

    Args:
        name: "training" or "magenta".
        root: Where environments are.
    """
    environment = root / f".venv-{name}"
    lacking = not (environment / f".stamp-{name}").exists()
    told = environment / ".unsupported"  # ./boumb could not set it up on this Python
    reason = told.read_text("utf-8") if told.exists() else f"./boumb test sets up {environment.name}"
    return _unless(lacking, reason)


def needs_tools(*names: str) -> pytest.MarkDecorator:
    """Marks what runs programs from outside.

    Args:
        names: How they are called in `cli.tools.FOR_TESTS`: "node", "grpc_php_plugin".
    """
    known = {tool.name.partition(" (")[0]: tool for tool in tools.FOR_TESTS}
    missing = [f"{name} is missing: {known[name].advice}" for name in names if known[name].found() is None]
    return _unless(bool(missing), "; ".join(missing))


def needs_npm_packages(folder: Path = ROOT / "protos") -> pytest.MarkDecorator:
    """Marks what runs npm packages, which need Node too.

    Args:
        folder: Where their lock file is.
    """
    node = next(tool for tool in tools.FOR_TESTS if tool.name.startswith("node"))
    if node.found() is None:
        return _unless(True, f"node is missing: {node.advice}")
    return _unless(not tools.npm_is_current(folder), f"./boumb test installs the npm packages of {folder.name}")


def _unless(lacking: bool, reason: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(lacking and os.environ.get("CI") != "true", reason=reason)
