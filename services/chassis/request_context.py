"""What is known about the call being handled: id, language, caller, time left."""

import base64
import binascii
import json
import time
from collections.abc import Iterable
from contextvars import ContextVar
from dataclasses import dataclass

REQUEST_ID = "x-request-id"
USER = "x-user"
ROLES = "x-roles"
LANGUAGE = "accept-language"
_MAX_HEADER = 1024


@dataclass(frozen=True, slots=True)
class Identity:
    """A caller as the gateway verified it. Empty for calls that start inside the private network."""

    user: str = ""
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CallContext:
    """One call.

    Attributes:
        request_id: The same id from the gateway to the journal.
        locale: Language of public texts, "fr" or "en".
        accept_language: As the caller sent it, passed on to other services.
        identity: Who calls.
        deadline: time.monotonic() at which the caller stops waiting; None when it waits for ever.
    """

    request_id: str
    locale: str
    accept_language: str
    identity: Identity
    deadline: float | None

    def remaining_s(self) -> float | None:
        """Seconds until the caller stops waiting, 0 or more; None when it waits for ever."""
        return None if self.deadline is None else max(0.0, self.deadline - time.monotonic())


_current: ContextVar[CallContext] = ContextVar("call_context")


_OUTSIDE = CallContext("", "en", "", Identity(), None)


def current() -> CallContext:
    """The call being handled. Outside a call: no id, English, nobody, no deadline."""
    return _current.get(_OUTSIDE)


def enter(call: CallContext) -> None:
    """Make `call` the current one for the rest of this task."""
    _current.set(call)


def read_headers(metadata: Iterable[tuple[str, str | bytes]]) -> dict[str, str]:
    """Text headers of a call; binary and oversized ones are left out."""
    return {key: value for key, value in metadata if isinstance(value, str) and len(value) <= _MAX_HEADER}


def read_identity(headers: dict[str, str]) -> Identity:
    """Identity from the headers that the gateway sets from verified claims and removes from client requests."""
    user = headers.get(USER, "")
    if not user:
        return Identity()
    try:
        roles = json.loads(base64.b64decode(headers.get(ROLES, ""), validate=True))
    except (binascii.Error, ValueError):
        roles = []
    return Identity(user, tuple(role for role in roles if isinstance(role, str)) if isinstance(roles, list) else ())
