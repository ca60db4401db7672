"""Tokens of the pages of a history: where to go on, and of which list."""

import base64
import binascii

from services.chassis.errors.catalogue import MALFORMED, ApiError
from services.journal.domain.repository import Cursor

_FIELD = "page_token"
_SHOWN = 60


def token_of(following: Cursor | None, style: str) -> str:
    """The token of the page that follows; empty when there is none.

    Args:
        following: Where it begins.
        style: Of which pieces the list is.
    """
    if following is None:
        return ""
    return base64.urlsafe_b64encode(f"{style}/{following.began_us}/{following.row}".encode()).decode()


def cursor_of(token: str, style: str) -> Cursor | None:
    """Where a page begins; None for the first.

    Args:
        token: Of the page before; empty for the first page.
        style: Of which pieces the list is.

    Raises:
        ApiError: The token is none of this list.
    """
    if not token:
        return None
    try:
        said, began, row = base64.b64decode(token, altchars=b"-_", validate=True).decode().split("/")
        cursor = Cursor(int(began), int(row))
    except (binascii.Error, UnicodeError, ValueError):
        said, cursor = "/", Cursor(0, 0)
    if said != style or not 0 <= cursor.began_us < 2**63 or not 0 <= cursor.row < 2**63:
        raise ApiError(MALFORMED, field=_FIELD, value=repr(token[:_SHOWN]))
    return cursor
