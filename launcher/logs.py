"""Log files that do not grow without end.

Processes append to their files themselves: no line waits for the launcher, and none is lost when it dies. The
launcher only looks after the size, by copying a file that grew too long to `NAME.log.1` and emptying it in place,
which writers that append do not notice.
"""

import asyncio
import os
import shutil
from pathlib import Path
from typing import IO

MOST_BYTES = 4 * 1024 * 1024
_CHECK_S = 5.0


def log_path(folder: Path, name: str) -> Path:
    """Path of the log of a process.

    Args:
        folder: Folder of the logs.
        name: Name of the process.
    """
    return folder / f"{name}.log"


def open_log(folder: Path, name: str) -> IO[bytes]:
    """Open the log of a process for appending. It names users, so only its owner may read it.

    Args:
        folder: Folder of the logs. It is made when it is missing.
        name: Name of the process.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = log_path(folder, name)
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    os.fchmod(descriptor, 0o600)  # also one of before
    return os.fdopen(descriptor, "ab", buffering=0)


def trim(folder: Path, most_bytes: int = MOST_BYTES) -> None:
    """Move the content of logs that grew too long aside, over what was moved before.

    Args:
        folder: Folder of the logs.
        most_bytes: Length from which a log is moved.
    """
    for path in folder.glob("*.log"):
        if path.stat().st_size > most_bytes:
            shutil.copy(path, path.with_name(f"{path.name}.1"))  # with its permissions
            os.truncate(path, 0)


async def keep_bounded(folder: Path) -> None:
    """Trim the logs of a folder again and again, until cancelled."""
    while True:
        await asyncio.to_thread(trim, folder)
        await asyncio.sleep(_CHECK_S)


def tail(path: Path, start: int = 0, lines: int = 15) -> str:
    """Last lines of a log.

    Args:
        path: The log.
        start: Byte from which lines count.
        lines: How many lines at most.
    """
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(min(start, size), size - 64 * 1024))
            text = file.read().decode("utf-8", "replace")
    except FileNotFoundError:
        return ""
    return "\n".join(text.splitlines()[-lines:])
