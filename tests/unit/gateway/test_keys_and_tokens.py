import base64
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from gateway.keys import KeyProblem, ensure_keys
from gateway.tokens import mint


def public_pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


@pytest.fixture(scope="module")
def symfony_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def test_the_first_run_makes_keys_that_only_their_owner_can_read(tmp_path: Path) -> None:
    keys = ensure_keys(tmp_path / "keys")
    assert keys.private is not None
    assert keys.private.stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o700
    assert sorted(path.name for path in (tmp_path / "keys").iterdir()) == ["jwks.json", "private.pem", "public.pem"]


def test_later_runs_leave_every_file_as_it_is(tmp_path: Path) -> None:
    ensure_keys(tmp_path)
    before = {path.name: (path.stat().st_ino, path.read_bytes()) for path in tmp_path.iterdir()}
    ensure_keys(tmp_path)
    assert {path.name: (path.stat().st_ino, path.read_bytes()) for path in tmp_path.iterdir()} == before


def test_processes_that_start_together_agree_on_one_key(tmp_path: Path) -> None:
    code = "import sys, pathlib; from gateway.keys import ensure_keys; ensure_keys(pathlib.Path(sys.argv[1]))"

    def make(_: int) -> bytes:
        subprocess.run([sys.executable, "-c", code, tmp_path], check=True, env={**os.environ, "PYTHONPATH": "."})
        return (tmp_path / "private.pem").read_bytes()

    with ThreadPoolExecutor(3) as pool:
        assert len(set(pool.map(make, range(3)))) == 1


def test_a_lost_public_key_comes_back_from_the_private_one(tmp_path: Path) -> None:
    keys = ensure_keys(tmp_path)
    before = keys.public[0].read_bytes()
    keys.public[0].unlink()
    assert ensure_keys(tmp_path).public[0].read_bytes() == before


def test_the_key_set_pins_the_algorithm_and_holds_the_key(tmp_path: Path) -> None:
    keys = ensure_keys(tmp_path)
    [entry] = json.loads(keys.jwks.read_text())["keys"]
    assert (entry["kty"], entry["use"], entry["alg"]) == ("RSA", "sig", "RS256")
    token = mint(keys, "ana")
    key = jwt.PyJWK(entry).key
    assert jwt.decode(token, key, algorithms=["RS256"])["username"] == "ana"


def test_a_token_looks_as_the_bundle_writes_it(tmp_path: Path) -> None:
    token = mint(ensure_keys(tmp_path), "zoé", ["ROLE_USER", "ROLE_ADMIN"], 90)
    header, payload = (json.loads(base64.urlsafe_b64decode(part + "==")) for part in token.split(".")[:2])
    assert header == {"typ": "JWT", "alg": "RS256"}
    assert list(payload) == ["iat", "exp", "roles", "username"]
    assert payload["exp"] - payload["iat"] == 90
    assert payload["roles"] == ["ROLE_USER", "ROLE_ADMIN"]
    assert payload["username"] == "zoé"


def test_a_token_must_name_somebody(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="user name"):
        mint(ensure_keys(tmp_path), "")


def test_a_public_key_alone_is_enough_to_check_but_not_to_sign(tmp_path: Path, symfony_key: rsa.RSAPrivateKey) -> None:
    (tmp_path / "public.pem").write_bytes(public_pem(symfony_key))
    keys = ensure_keys(tmp_path)
    assert keys.private is None
    assert not (tmp_path / "private.pem").exists()
    with pytest.raises(KeyProblem, match="ask the application"):
        mint(keys, "ana")


def test_beside_another_key_that_of_development_is_not_believed(tmp_path: Path, symfony_key: rsa.RSAPrivateKey) -> None:
    ensure_keys(tmp_path)
    (tmp_path / "public-symfony.pem").write_bytes(public_pem(symfony_key))
    keys = ensure_keys(tmp_path)
    assert [path.name for path in keys.public] == ["public-symfony.pem"]
    assert len(json.loads(keys.jwks.read_text())["keys"]) == 1
    assert keys.private is None


def test_several_public_keys_are_all_believed(tmp_path: Path, symfony_key: rsa.RSAPrivateKey) -> None:
    ensure_keys(tmp_path)
    (tmp_path / "public.pem").rename(tmp_path / "public-development.pem")
    (tmp_path / "public-symfony.pem").write_bytes(public_pem(symfony_key))
    keys = ensure_keys(tmp_path)
    entries = json.loads(keys.jwks.read_text())["keys"]
    assert len(entries) == 2
    assert len({entry["n"] for entry in entries}) == 2
    assert keys.private is not None


def test_a_private_key_that_no_longer_fits_signs_nothing(tmp_path: Path, symfony_key: rsa.RSAPrivateKey) -> None:
    ensure_keys(tmp_path)
    (tmp_path / "public.pem").write_bytes(public_pem(symfony_key))
    assert ensure_keys(tmp_path).private is None


def test_the_bundles_own_private_key_with_its_passphrase_does_no_harm(
    tmp_path: Path, symfony_key: rsa.RSAPrivateKey
) -> None:
    locked = symfony_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret"))
    (tmp_path / "private.pem").write_bytes(locked)
    (tmp_path / "public.pem").write_bytes(public_pem(symfony_key))
    assert ensure_keys(tmp_path).private is None


def test_unusable_key_files_are_named(tmp_path: Path) -> None:
    small = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    private = small.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    cases = {
        "has 1024 bits": public_pem(small),
        "not an RSA key": public_pem(ec.generate_private_key(ec.SECP256R1())),
        "not a public key": private,
        "not a public key in PEM": b"hello",
    }
    for complaint, content in cases.items():
        (tmp_path / "public.pem").write_bytes(content)
        with pytest.raises(KeyProblem, match=f"public.pem.*{complaint}"):
            ensure_keys(tmp_path)
