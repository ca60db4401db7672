"""Makes what the containers keep secret, where it is not there yet: `python -m deploy.jobs.keys`.

Each folder is a volume that only those containers have who need it: the private key that signs tokens, the public keys
that the gateway believes, and the password of the database.
"""

import os
import secrets
import shutil
from pathlib import Path

from gateway.keys import ensure_keys
from services.chassis.settings import Environment

_PASSWORD_BYTES = 24
_OWNER_ONLY = 0o600
_ALL_OF_THE_VOLUME = 0o644  # PostgreSQL reads it as another user; the volume is only its and the journal's


def make(private: Path, public: Path, database: Path) -> None:
    """Make the keys and the password; what is there stays.

    Args:
        private: Folder of the key that signs tokens.
        public: Folder of the keys that are believed. One that somebody put there is believed too.
        database: Folder of the password, and of the file in which PostgreSQL's clients look for it.
    """
    keys = ensure_keys(private)
    for key in keys.public:
        shutil.copyfile(key, public / key.name)
    ensure_keys(public)  # writes the JWKS of all that are there
    password = database / "password"
    if not password.exists():
        text = secrets.token_urlsafe(_PASSWORD_BYTES)
        _write(password, text, _ALL_OF_THE_VOLUME)
        _write(database / "pgpass", f"*:*:*:*:{text}\n", _OWNER_ONLY)


def _write(path: Path, text: str, mode: int) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        os.fchmod(descriptor, mode)
        file.write(text)


def main() -> None:
    """Make them where the environment says."""
    environment = Environment()
    folders = [Path(environment.text(f"BOUMB_{name}_DIR")) for name in ("PRIVATE_KEYS", "PUBLIC_KEYS", "DATABASE_KEYS")]
    make(*folders)
    print("keys: ready", flush=True)


if __name__ == "__main__":
    main()
