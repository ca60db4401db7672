"""Where the program `ollama` is on this machine."""

import os
import shutil
from pathlib import Path
from typing import Final

# The version that is built where none is installed.
VERSION: Final = "v0.6.5"
HOW_TO_GET_IT: Final = (
    "https://ollama.com/download, or with Go: ./boumb models pull ollama; then ./boumb models pull qwen2.5:3b"
)


def cache() -> Path:
    """Folder of what was built or downloaded once, for all checkouts of this user."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "boumbapp"


def built() -> Path:
    """Where a server that was built here is."""
    return cache() / f"ollama-{VERSION}" / "ollama"


def find_ollama() -> str | None:
    """Path of the program: one that is installed, else one that was built here; None where there is neither."""
    return shutil.which("ollama") or (str(built()) if built().exists() else None)
