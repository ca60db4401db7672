"""The environments beside the product's own that some tests need: skipped without, with why, but never under CI."""

import os
from pathlib import Path

import pytest

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
    return pytest.mark.skipif(lacking and os.environ.get("CI") != "true", reason=reason)
