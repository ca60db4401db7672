"""The folder of keys, logs and the record of what runs: the checkout's own, or the user's where that is not theirs."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from services.chassis.settings import SettingsError

VARIABLE = "BOUMB_STATE_DIR"


def state_folder(named: Path, environment: Mapping[str, str]) -> Path:
    """The folder to use.

    A checkout may be read-only, or another user's: then state goes where programs of this user keep theirs
    (XDG_STATE_HOME). A folder that the environment names is meant, and taken or refused.

    Args:
        named: What the settings say, absolute.
        environment: Variables of this process.

    Raises:
        SettingsError: The user may not write there; the text tells what to set.
    """
    if is_usable(named):
        return named
    if environment.get(VARIABLE):
        raise SettingsError(f"{VARIABLE} is {named}, where you may not write: name another folder in it")
    own = _own_folder(environment)
    if own is not None and is_usable(own):
        return own
    places = " nor ".join(str(folder) for folder in (named, own) if folder)
    raise SettingsError(f"neither {places} can be written: name a folder that can in {VARIABLE}")


def is_usable(folder: Path) -> bool:
    """Whether this user may write into a folder and what is in it, or make it."""
    try:
        return all(_may_write(path) for path in _concerned(folder))
    except OSError:
        return False


def _concerned(folder: Path) -> Iterator[Path]:
    """The folder and what is in it, or the one that it would be made in."""
    if not folder.exists():
        yield next(parent for parent in folder.parents if parent.exists())
        return
    yield folder
    yield from folder.iterdir()


def _may_write(path: Path) -> bool:
    return os.access(path, os.R_OK | os.W_OK | (os.X_OK if path.is_dir() else 0))


def _own_folder(environment: Mapping[str, str]) -> Path | None:
    """Where the user's programs keep their state; None for a user without a home."""
    base = Path(environment.get("XDG_STATE_HOME", ""))
    if not base.is_absolute():  # so says the specification
        try:
            base = Path.home() / ".local/state"
        except RuntimeError:
            return None
    return base / "boumbapp"
