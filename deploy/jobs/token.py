"""Prints a token that the gateway believes: `python -m deploy.jobs.token [USER [ROLE]...]`."""

import sys
from pathlib import Path

from gateway.keys import ensure_keys
from gateway.tokens import mint
from services.chassis.settings import Environment

_USER, _ROLE = "ana", "ROLE_USER"


def main(arguments: list[str]) -> None:
    """Sign and print it."""
    user, *roles = arguments or [_USER]
    keys = ensure_keys(Path(Environment().text("BOUMB_PRIVATE_KEYS_DIR")))
    print(mint(keys, user, roles or [_ROLE]))


if __name__ == "__main__":
    main(sys.argv[1:])
