"""Who users are, without knowing who they are: keyed hashes of verified subjects, with keys that can be rotated."""

import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

_BYTES = 32


class KeysError(Exception):
    """The keys cannot be read; the text says where and why."""


@dataclass(frozen=True, slots=True)
class UserHash:
    """A user under one key.

    Attributes:
        key_id: Which key.
        digest: HMAC-SHA-256 of the subject, hexadecimal.
    """

    key_id: str
    digest: str


@dataclass(frozen=True, slots=True)
class KeyRing:
    """Keys, the current one first. Those before it only find users who have not been seen since it came.

    Attributes:
        keys: Key by id.
    """

    keys: tuple[tuple[str, bytes], ...]

    def hashes(self, subject: str) -> tuple[UserHash, ...]:
        """A user under every key, under the current one first."""
        return tuple(
            UserHash(key_id, hmac.new(key, subject.encode(), hashlib.sha256).hexdigest()) for key_id, key in self.keys
        )

    @property
    def current(self) -> str:
        """Id of the current key."""
        return self.keys[0][0]

    def text(self) -> str:
        """The keys as they are written: a line for each, "id:hexadecimal"."""
        return "".join(f"{key_id}:{key.hex()}\n" for key_id, key in self.keys)

    def rotated(self) -> "KeyRing":
        """The same with a new current key."""
        number = max(int(key_id) for key_id, _ in self.keys) + 1
        return KeyRing(((str(number), secrets.token_bytes(_BYTES)), *self.keys))


def parse_keys(text: str, where: str) -> KeyRing:
    """Read keys: "number:hexadecimal", separated by white space or commas, the current one first.

    Args:
        text: The keys.
        where: What the error names.

    Raises:
        KeysError: There is none, or one is malformed.
    """
    keys = []
    for each in text.replace(",", " ").split():
        key_id, _, value = each.partition(":")
        try:
            key = bytes.fromhex(value)
        except ValueError:
            key = b""
        if not key_id.isdecimal() or len(key) < _BYTES:
            raise KeysError(f"{where}: write number:key, the key being at least {_BYTES} bytes in hexadecimal")
        keys.append((key_id, key))
    if not keys or len(dict(keys)) < len(keys):
        raise KeysError(f"{where}: there is no key, or a number is there twice")
    return KeyRing(tuple(keys))


def load_keys(path: Path) -> KeyRing:
    """Read the keys of a file; makes it, with a new key, where it is missing.

    Raises:
        KeysError: It cannot be read or written, or its content is malformed.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not path.exists():
            save_keys(path, KeyRing((("1", secrets.token_bytes(_BYTES)),)), replace=False)
        return parse_keys(path.read_text("utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise KeysError(f"{path}: {error}") from error


def save_keys(path: Path, ring: KeyRing, *, replace: bool = True) -> None:
    """Write the keys of a file, readable by its owner only.

    Args:
        path: Of the file.
        ring: The keys.
        replace: Whether a file that is there gives way; otherwise it stays as it is.

    Raises:
        OSError: It cannot be written.
    """
    beside = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(ring.text())
        file.flush()
        os.fsync(file.fileno())
    try:
        if replace:
            beside.replace(path)
        else:
            os.link(beside, path)
    except FileExistsError:
        pass  # another process was first
    finally:
        beside.unlink(missing_ok=True)
