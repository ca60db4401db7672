"""Progress bars for stages that take long."""

from collections.abc import Iterable
from typing import TypeVar

from rich.console import Console
from rich.progress import track as _track

_Item = TypeVar("_Item")


def track(items: Iterable[_Item], label: str, total: int) -> Iterable[_Item]:
    """Pass items through, with a progress bar on standard error.

    Args:
        items: To pass through.
        label: Of the bar.
        total: How many items there are.
    """
    return _track(items, label, total, console=Console(stderr=True))
