"""What is known about the call being handled: id, language, caller, time left."""

import base64
import binascii
import json
import time
from collections.abc import Iterable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TypeAlias

REQUEST_ID = "x-request-id"
USER = "x-user"
# The same between services, for names that a text header cannot carry. The gateway lets nobody send it.
USER_BYTES = "x-user-bin"
ROLES = "x-roles"
# Set on calls that a service makes as part of a call that it answers itself. The gateway lets nobody send it.
NESTED = "x-nested"
LANGUAGE = "accept-language"
Metadata: TypeAlias = Iterable[tuple[str, str | bytes]]
_MAX_HEADER = 1024  # characters
_MAX_ROLES = 4096  # characters, in base64; the gateway refuses more


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
        nested: Whether another service makes it as part of a call that it answers itself.
    """

    request_id: str
    locale: str
    accept_language: str
    identity: Identity
    deadline: float | None
    nested: bool = False

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


def read_headers(metadata: Metadata) -> dict[str, str]:
    """Text headers of a call. What could not be passed on is left out: long texts, and those that are not plain."""
    return {
        key: value for key, value in metadata if isinstance(value, str) and len(value) <= _MAX_HEADER and plain(value)
    }


def read_identity(metadata: Metadata) -> Identity | None:
    """Identity from the headers that the gateway sets from verified claims and removes from client requests.

    None when there is one that cannot be read. Who calls must never pass for a call from inside because of that.
    """
    names = [value for key, value in metadata if key in (USER, USER_BYTES)]
    if not names:
        return Identity()
    try:
        name = names[0] if isinstance(names[0], str) else names[0].decode()
    except UnicodeDecodeError:
        return None
    if len(names) > 1 or not name or len(name) > _MAX_HEADER:
        return None
    return Identity(name, _read_roles([value for key, value in metadata if key == ROLES]))


def write_identity(identity: Identity) -> Iterator[tuple[str, str | bytes]]:
    """The headers that tell another service who calls; none for calls that start inside the private network."""
    if identity.user:
        if plain(identity.user) and identity.user == identity.user.strip():
            yield USER, identity.user
        else:
            yield USER_BYTES, identity.user.encode()
        yield ROLES, base64.b64encode(json.dumps(identity.roles).encode()).decode()


def plain(text: str) -> bool:
    """Whether a text header can carry it: printable ASCII."""
    return text.isascii() and text.isprintable()


def _read_roles(headers: list[str | bytes]) -> tuple[str, ...]:
    """Roles as JSON in base64; none where they are there twice, too long or malformed."""
    if len(headers) != 1 or len(headers[0]) > _MAX_ROLES:
        return ()
    try:
        roles = json.loads(base64.b64decode(headers[0], validate=True))
    except (binascii.Error, ValueError):
        return ()
    return tuple(role for role in roles if isinstance(role, str)) if isinstance(roles, list) else ()
