"""Where music goes that was given no place, or whose place cannot take it."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path


def folders() -> Iterator[Path]:
    """The current folder, the home folder, the one for temporary files: those of them that there are."""
    for find in (Path.cwd, Path.home, lambda: Path(tempfile.gettempdir())):
        with suppress(OSError, RuntimeError):  # it was removed; there is none
            yield find()


def usual_folder() -> Path:
    """The first of these that takes new files; the current folder where none does."""
    return next((folder for folder in folders() if os.access(folder, os.W_OK | os.X_OK)), Path())
