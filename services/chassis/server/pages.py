"""Lists in pages, after AIP-158."""

import base64
import binascii
from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import TypeVar

from services.chassis.errors.catalogue import MALFORMED, ApiError

DEFAULT_SIZE, MAX_SIZE = 100, 1000
_FIELD = "page_token"
_SHOWN = 60

Entry = TypeVar("Entry")


def page_of(
    entries: Sequence[Entry], name_of: Callable[[Entry], str], *, of: str, size: int, token: str
) -> tuple[Sequence[Entry], str]:
    """One page of a list, and the token of the next one; empty when there is none.

    A token says after which entry to go on, so a list that changes between two pages neither repeats entries nor ends.

    Args:
        entries: All of them, ordered by name.
        name_of: The name of an entry.
        of: What is listed; a token of another list is refused.
        size: Most entries wanted; 0 for the default.
        token: Of the page before; empty for the first page.

    Raises:
        ApiError: The token is none of this list.
    """
    start = bisect_right(entries, _after(token, of), key=name_of) if token else 0
    end = start + min(size or DEFAULT_SIZE, MAX_SIZE)
    page = entries[start:end]
    return page, _token(of, name_of(page[-1])) if end < len(entries) else ""


def _token(of: str, name: str) -> str:
    return base64.urlsafe_b64encode(f"{of}/{name}".encode()).decode()


def _after(token: str, of: str) -> str:
    try:
        said, _, name = base64.b64decode(token, altchars=b"-_", validate=True).decode().partition("/")
    except (binascii.Error, UnicodeError, ValueError):
        said, name = "", ""
    if said != of or not name:
        raise ApiError(MALFORMED, field=_FIELD, value=repr(token[:_SHOWN]))
    return name
