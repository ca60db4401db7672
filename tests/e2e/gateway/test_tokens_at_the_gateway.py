"""Who gets in: every way in which a token can be wrong is refused in a form that a page can read."""

import base64
import json
import time
from collections.abc import Callable

import jwt
import pytest
from boumbapp.melody.v2 import melody_service_pb2 as melody
from cryptography.hazmat.primitives.asymmetric import rsa

from gateway.keys import load_private
from services.chassis.request_context import read_identity
from tests.e2e.gateway.grpc_web import BINARY, TEXT
from tests.e2e.gateway.mesh import ORIGIN, Mesh
from tests.e2e.gateway.raw_http2 import raw_http2
from tests.e2e.gateway.scripted import MELODY_INFO
from tests.e2e.gateway.victim import Victim

pytestmark = pytest.mark.asyncio(loop_scope="module")
UNAUTHENTICATED, PERMISSION_DENIED = 16, 7


def segment(content: dict[str, object]) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()


def claims(**changes: object) -> dict[str, object]:
    now = int(time.time())
    content = {"iat": now, "exp": now + 600, "roles": ["ROLE_USER"], "username": "ana", **changes}
    return {name: value for name, value in content.items() if value is not None}


def signed(mesh: Mesh, content: dict[str, object], algorithm: str = "RS256") -> str:
    assert mesh.keys.private is not None
    return jwt.encode(content, load_private(mesh.keys.private), algorithm=algorithm)


def tampered_payload(mesh: Mesh) -> str:
    header, _, signature = mesh.token("ana").split(".")
    return f"{header}.{segment(claims(username='root'))}.{signature}"


def tampered_signature(mesh: Mesh) -> str:
    header, payload, signature = mesh.token("ana").split(".")
    return f"{header}.{payload}.{'A' if signature[0] != 'A' else 'B'}{signature[1:]}"


def unsigned(mesh: Mesh) -> str:
    return f"{segment({'typ': 'JWT', 'alg': 'none'})}.{segment(claims())}."


def unsigned_with_a_real_signature(mesh: Mesh) -> str:
    return f"{segment({'typ': 'JWT', 'alg': 'none'})}.{segment(claims())}.{mesh.token().split('.')[2]}"


def hmac_with_the_public_key(mesh: Mesh) -> str:
    """The classic confusion: the public key, which anybody may know, as the secret of a symmetric algorithm."""
    import hashlib
    import hmac

    content = f"{segment({'typ': 'JWT', 'alg': 'HS256'})}.{segment(claims())}"
    digest = hmac.new(mesh.keys.public[0].read_bytes(), content.encode(), hashlib.sha256).digest()
    return f"{content}.{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"


def by_somebody_else(mesh: Mesh) -> str:
    return jwt.encode(claims(), rsa.generate_private_key(public_exponent=65537, key_size=2048), algorithm="RS256")


WRONG: dict[str, Callable[[Mesh], str]] = {
    "none": lambda _: "",
    "garbage": lambda _: "abc",
    "expired": lambda mesh: mesh.token(ttl_s=-60),
    "tampered payload": tampered_payload,
    "tampered signature": tampered_signature,
    "alg none": unsigned,
    "alg none with a signature": unsigned_with_a_real_signature,
    "HS256 with the public key": hmac_with_the_public_key,
    "RS512 by the right key": lambda mesh: signed(mesh, claims(), "RS512"),
    "PS256 by the right key": lambda mesh: signed(mesh, claims(), "PS256"),
    "by another key": by_somebody_else,
    "without expiry": lambda mesh: signed(mesh, claims(exp=None)),
    "valid for a year": lambda mesh: mesh.token(ttl_s=365 * 24 * 3600),
    "not valid yet": lambda mesh: signed(mesh, claims(nbf=int(time.time()) + 300)),
}


@pytest.mark.parametrize("make", WRONG.values(), ids=WRONG.keys())
async def test_a_wrong_token_is_refused_readably(mesh: Mesh, make: Callable[[Mesh], str]) -> None:
    mesh.melody.reset()
    answer = await mesh.client(make(mesh)).call(MELODY_INFO, melody.InfoRequest(), {"origin": ORIGIN})
    assert (answer.http_status, answer.status) == (200, UNAUTHENTICATED)
    assert answer.message
    assert answer.headers["content-type"].startswith(BINARY)
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert "grpc-status" in answer.headers["access-control-expose-headers"].split(",")
    assert mesh.melody.headers == {}  # the service saw nothing


async def test_a_text_mode_client_reads_the_refusal_too(mesh: Mesh) -> None:
    answer = await mesh.client("", TEXT).call(MELODY_INFO, melody.InfoRequest(), {"origin": ORIGIN})
    assert (answer.http_status, answer.status) == (200, UNAUTHENTICATED)


@pytest.mark.parametrize("username", [None, ""], ids=["missing", "empty"])
async def test_a_token_that_names_nobody_is_denied(mesh: Mesh, username: str | None) -> None:
    mesh.melody.reset()
    client = mesh.client(signed(mesh, claims(username=username)))
    answer = await client.call(MELODY_INFO, melody.InfoRequest(), {"origin": ORIGIN})
    assert (answer.http_status, answer.status) == (200, PERMISSION_DENIED)
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert mesh.melody.headers == {}


ODD_CLAIMS: dict[str, dict[str, object]] = {
    "a name that is too long": {"username": "x" * 1025},
    "a name of ten thousand": {"username": "x" * 10_000},
    "a long name of other letters": {"username": "é" * 1025},
    "a line in a name": {"username": "ana\r\nx-roles: root"},
    "a zero in a name": {"username": "ana\0"},
    "an escape in a name": {"username": "ana\x1b[2J"},
    "a number": {"username": 7},
    "true": {"username": True},
    "a list": {"username": ["ana"]},
    "an object": {"username": {"name": "ana"}},
    "a thousand roles": {"roles": [f"ROLE_{number}" for number in range(1000)]},
}


@pytest.mark.parametrize("odd", ODD_CLAIMS.values(), ids=ODD_CLAIMS.keys())
@pytest.mark.parametrize("native", [False, True])
async def test_claims_that_no_service_could_read_are_refused_here(
    mesh: Mesh, victim: Victim, odd: dict[str, object], native: bool
) -> None:
    mesh.melody.reset()
    token = signed(mesh, claims(**odd))
    if native:
        async with raw_http2(mesh.gateway.address) as attacker:
            headers = [("content-type", "application/grpc"), ("authorization", f"Bearer {token}")]
            assert (await attacker.call(MELODY_INFO, melody.InfoRequest(), headers)).status == PERMISSION_DENIED
    else:
        answer = await mesh.client(token).call(MELODY_INFO, melody.InfoRequest(), {"origin": ORIGIN})
        assert (answer.http_status, answer.status) == (200, PERMISSION_DENIED), answer.message
        assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert mesh.melody.headers == {}
    await victim.calls()


@pytest.mark.parametrize("user", ["x" * 1024, "é" * 1024, "名" * 1024])
async def test_the_longest_name_still_arrives(mesh: Mesh, user: str) -> None:
    info = await mesh.client(mesh.token(user)).unary(MELODY_INFO, melody.InfoRequest(), melody.InfoResponse)
    assert info.version == user


@pytest.mark.parametrize("roles", ["ROLE_ADMIN", {"0": "ROLE_ADMIN"}, [7], 7, True], ids=str)
async def test_roles_of_another_form_are_none(mesh: Mesh, roles: object) -> None:
    mesh.melody.reset()
    answer = await mesh.client(signed(mesh, claims(roles=roles))).call(MELODY_INFO, melody.InfoRequest())
    assert answer.status == 0
    received = read_identity(list(mesh.melody.headers.items()))
    assert received is not None
    assert received.user == "ana"
    assert received.roles == ()


async def test_a_token_in_the_url_is_not_taken(mesh: Mesh) -> None:
    answer = await mesh.client("").call(f"{MELODY_INFO}?access_token={mesh.token()}", melody.InfoRequest())
    assert answer.status == UNAUTHENTICATED


@pytest.mark.parametrize("user", ["ana", "zoé@exemple.fr", "名前", "a b;c=d"])
async def test_the_service_learns_the_user_from_the_token(mesh: Mesh, user: str) -> None:
    client = mesh.client(mesh.token(user))
    info = await client.unary(MELODY_INFO, melody.InfoRequest(), melody.InfoResponse)
    assert info.version == user  # as the chassis reads it
    assert json.loads(base64.b64decode(mesh.melody.headers["x-roles"])) == ["ROLE_USER"]


async def test_identity_headers_of_the_caller_never_reach_a_service(mesh: Mesh) -> None:
    forged = base64.b64encode(b'["ROLE_ADMIN"]').decode()
    answer = await mesh.client().call(MELODY_INFO, melody.InfoRequest(), {"x-user": "root", "X-Roles": forged})
    assert answer.status == 0
    assert mesh.melody.headers["x-user"] == "ana"
    assert json.loads(base64.b64decode(mesh.melody.headers["x-roles"])) == ["ROLE_USER"]
    assert "authorization" not in mesh.melody.headers


async def test_roles_that_a_token_lacks_cannot_be_added(mesh: Mesh) -> None:
    forged = base64.b64encode(b'["ROLE_ADMIN"]').decode()
    client = mesh.client(signed(mesh, claims(roles=None)))
    answer = await client.call(MELODY_INFO, melody.InfoRequest(), {"x-roles": forged})
    assert answer.status == 0
    assert "x-roles" not in mesh.melody.headers


async def test_headers_that_imitate_others_with_underscores_are_refused(mesh: Mesh) -> None:
    mesh.melody.reset()
    answer = await mesh.client().call(MELODY_INFO, melody.InfoRequest(), {"x_user": "root"})
    assert answer.http_status == 400
    assert mesh.melody.headers == {}


async def test_the_request_id_is_the_gateways_own_and_goes_both_ways(mesh: Mesh) -> None:
    client = mesh.client()
    answer = await client.call(MELODY_INFO, melody.InfoRequest(), {"x-request-id": "chosen-by-the-caller"})
    assert answer.headers["x-request-id"] == mesh.melody.headers["x-request-id"] != "chosen-by-the-caller"
