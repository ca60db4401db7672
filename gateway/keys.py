"""The keys that sign and check tokens.

A folder holds them: `private.pem` signs development tokens, every `public*.pem` is believed, and `jwks.json` is the
form of the latter that Envoy reads. All are made on first run. The key made here is believed as long as it is the
only one. To take tokens from a Symfony application instead, the
folder holds nothing but the `public.pem` of its LexikJWTAuthenticationBundle, or several while keys are being changed.
"""

import base64
import json
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from gateway.private_files import locked, write

# 2048 bits are safe beyond the life of a development key, are made in a tenth of a second where 4096 take up to
# several, and are checked faster. Larger keys that somebody puts here work as well.
_NEW_KEY_BITS = 2048
_MINIMUM_BITS = 2048  # RFC 7518, section 3.3


class KeyProblem(Exception):
    """A key file cannot be used; the text names the file and what to do."""


@dataclass(frozen=True, slots=True)
class Keys:
    """Where the keys are.

    Attributes:
        private: Signs tokens that are believed; None where only somebody else can.
        public: Keys that are believed.
        jwks: The same for Envoy.
    """

    private: Path | None
    public: tuple[Path, ...]
    jwks: Path


def ensure_keys(folder: Path) -> Keys:
    """Find the keys of a folder, or make them where it holds none. Several processes may do so at once.

    Args:
        folder: Made, for its owner only, when it does not exist.

    Raises:
        KeyProblem: A file is no RSA key of the expected kind and at least 2048 bits.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with locked(folder):
        private = folder / "private.pem"
        if not any(folder.glob("public*.pem")):
            if not private.exists():
                _make_private(private)
            write(folder / "public.pem", _public_of(private), mode=0o644)
        public = _public_keys(folder, private)
        jwks = folder / "jwks.json"
        content = json.dumps({"keys": [_jwk(path) for path in public]}, indent=2).encode()
        if not jwks.exists() or jwks.read_bytes() != content:
            write(jwks, content, mode=0o644)
        return Keys(private=private if _is_believed(private, public) else None, public=public, jwks=jwks)


def load_private(path: Path) -> RSAPrivateKey:
    """Read a private key that has no passphrase.

    Raises:
        KeyProblem: The file is no such key.
    """
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except TypeError as error:
        raise KeyProblem(f"{path} has a passphrase; remove it here, the gateway only needs the public key") from error
    except ValueError as error:
        raise KeyProblem(f"{path} is not a private key in PEM format") from error
    if not isinstance(key, RSAPrivateKey):
        raise KeyProblem(f"{path} is not an RSA key; tokens are signed with RS256")
    return key


def _public_keys(folder: Path, private: Path) -> tuple[Path, ...]:
    """Keys that are believed. That of development only alone: its private half lies beside it, unprotected.

    Under a name of its own choice (`public-development.pem`) it is believed beside others.
    """
    found = tuple(sorted(folder.glob("public*.pem")))
    usual = folder / "public.pem"
    if len(found) > 1 and usual in found and _is_believed(private, (usual,)):
        return tuple(path for path in found if path != usual)
    return found


def _make_private(path: Path) -> None:
    key = generate_private_key(public_exponent=65537, key_size=_NEW_KEY_BITS)
    write(path, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), mode=0o600)


def _public_of(private: Path) -> bytes:
    key = load_private(private).public_key()
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def _is_believed(private: Path, public: tuple[Path, ...]) -> bool:
    """Whether a private key is there and usable, and belongs to one of the public keys."""
    if not private.exists():
        return False
    try:
        own = load_private(private).public_key().public_numbers()
    except KeyProblem:  # such as the bundle's own, which has a passphrase: it is not needed here
        return False
    return any(_load_public(path).public_numbers() == own for path in public)


def _load_public(path: Path) -> RSAPublicKey:
    try:
        key = load_pem_public_key(path.read_bytes())
    except ValueError as error:
        raise KeyProblem(f"{path} is not a public key in PEM format") from error
    if not isinstance(key, RSAPublicKey):
        raise KeyProblem(f"{path} is not an RSA key; tokens are signed with RS256")
    if key.key_size < _MINIMUM_BITS:
        raise KeyProblem(f"{path} has {key.key_size} bits; RS256 needs at least {_MINIMUM_BITS}")
    return key


def _jwk(path: Path) -> dict[str, str]:
    """A public key as RFC 7517 writes it. It names RS256, so that no other algorithm passes with it."""
    numbers = _load_public(path).public_numbers()
    return {"kty": "RSA", "use": "sig", "alg": "RS256", "n": _base64url(numbers.n), "e": _base64url(numbers.e)}


def _base64url(number: int) -> str:
    content = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
