"""Tokens for development, as LexikJWTAuthenticationBundle issues them."""

import time
from collections.abc import Sequence

import jwt

from gateway.keys import KeyProblem, Keys, load_private


def mint(keys: Keys, username: str, roles: Sequence[str] = ("ROLE_USER",), ttl_s: int = 3600) -> str:
    """Sign a token.

    Args:
        keys: Must hold a private key.
        username: Whom the token stands for; not empty.
        roles: As Symfony names them.
        ttl_s: Seconds until it expires, from now. Negative for one that has expired already.

    Raises:
        KeyProblem: Only somebody else can sign tokens that this gateway believes.
        ValueError: The user name is empty; the gateway refuses tokens that name nobody.
    """
    if not username:
        raise ValueError("a token needs a user name")
    if keys.private is None:
        raise KeyProblem(
            f"no private key in {keys.jwks.parent} belongs to its public keys: ask the application that issues tokens"
        )
    now = int(time.time())
    # Names and order as in the bundle; it writes no issuer, no audience and no key id.
    claims = {"iat": now, "exp": now + ttl_s, "roles": list(roles), "username": username}
    return jwt.encode(claims, load_private(keys.private), algorithm="RS256")
