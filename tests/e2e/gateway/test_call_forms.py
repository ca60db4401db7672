"""Calls whose form is wrong: refused at once, for good, where a page can read it; and nobody else notices."""

import base64
import gzip
import struct
import time

import httpx
import pytest
from boumbapp.melody.v2 import melody_service_pb2 as melody

from tests.e2e.gateway.grpc_web import BINARY, TEXT, frame
from tests.e2e.gateway.mesh import ORIGIN, Mesh
from tests.e2e.gateway.raw_http2 import raw_http2
from tests.e2e.gateway.scripted import MELODY_INFO
from tests.e2e.gateway.victim import Victim

pytestmark = pytest.mark.asyncio(loop_scope="module")
OK, INVALID_ARGUMENT, RESOURCE_EXHAUSTED, UNIMPLEMENTED = 0, 3, 8, 12
WHOLE = frame(melody.InfoRequest())
AT_ONCE_S = 5.0  # where a service would have been waited for until the limit of 30
BODIES = {
    "empty": b"",
    "one byte": b"\0",
    "no length": b"\0\0\0\0",
    "no message": b"\0\0\0\0\5",
    "cut message": b"\0\0\0\0\5ab",
    "longest length": b"\0\xff\xff\xff\xff",
    "two messages": WHOLE + WHOLE,
    "more behind": WHOLE + b"x",
    "trailers alone": b"\x80\0\0\0\0",
    "unknown flag": b"\2\0\0\0\0",
    "compressed without an encoding": b"\1\0\0\0\0",
    "json": b"{}",
}


async def send(mesh: Mesh, method: str, content_type: str, body: bytes, **headers: str) -> httpx.Response:
    usual = {"authorization": f"Bearer {mesh.token('attacker')}", "origin": ORIGIN, "content-type": content_type}
    started = time.monotonic()
    answer = await mesh.client("").http.request(method, MELODY_INFO, content=body, headers=usual | headers)
    assert time.monotonic() - started < AT_ONCE_S
    return answer


def refused(answer: httpx.Response, status: int) -> None:
    """It says so in a form that a page of ours can read."""
    assert answer.status_code == 200
    assert answer.headers["grpc-status"] == str(status), answer.headers.get("grpc-message")
    assert answer.headers["grpc-message"]
    assert answer.headers["access-control-allow-origin"] == ORIGIN


@pytest.mark.parametrize("content_type", [BINARY, TEXT])
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
async def test_a_pages_body_that_is_not_one_message(mesh: Mesh, victim: Victim, body: bytes, content_type: str) -> None:
    mesh.melody.reset()
    for _ in range(2):
        sent = base64.b64encode(body) if content_type == TEXT else body
        refused(await send(mesh, "POST", content_type, sent), INVALID_ARGUMENT)
    assert mesh.melody.headers == {}
    await victim.calls()


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
async def test_a_native_body_that_is_not_one_message(mesh: Mesh, victim: Victim, body: bytes) -> None:
    headers = [("content-type", "application/grpc"), ("authorization", f"Bearer {mesh.token('attacker')}")]
    async with raw_http2(mesh.gateway.address) as attacker:
        answer = await attacker.call(MELODY_INFO, body, headers)
        assert answer.status == INVALID_ARGUMENT
        assert answer.message.startswith("body is malformed: ")
        assert (await attacker.call(MELODY_INFO, WHOLE, headers)).status == OK
    await victim.calls()


@pytest.mark.parametrize("body", [b"!!!!", b"A", b"AAAAAAA", b"AAAAAAA=AA"], ids=ascii)
async def test_text_that_is_no_base64(mesh: Mesh, victim: Victim, body: bytes) -> None:
    refused(await send(mesh, "POST", TEXT, body), INVALID_ARGUMENT)
    await victim.calls()


@pytest.mark.parametrize(
    "content_type",
    [BINARY + "; charset=utf-8", "application/grpc-web;charset=x", "Application/gRPC-Web+Proto", TEXT + "; a=b"],
)
async def test_parameters_of_a_content_type_change_nothing(mesh: Mesh, content_type: str) -> None:
    body = base64.b64encode(WHOLE) if "text" in content_type else WHOLE
    answer = await send(mesh, "POST", content_type, body)
    assert answer.status_code == 200
    assert "grpc-status" not in answer.headers, answer.headers.get("grpc-message")
    assert answer.content


@pytest.mark.parametrize(
    "content_type",
    [
        *("application/grpc-web+json", "application/grpc-webx", "application/grpc-web-text+json", "application/grpcx"),
        *("application/grpc+json; charset=utf-8", "application/grpc-", "application/grpc;", "application/grpc"),
    ],
)
async def test_a_content_type_that_cannot_be_answered(mesh: Mesh, victim: Victim, content_type: str) -> None:
    """The last two are native gRPC over HTTP/1.1, which has no place for a status."""
    answer = await send(mesh, "POST", content_type, WHOLE)
    refused(answer, INVALID_ARGUMENT)
    assert answer.headers["grpc-message"].startswith("content-type is malformed: ")
    await victim.calls()


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "HEAD"])
@pytest.mark.parametrize("content_type", [BINARY, TEXT])
async def test_a_method_other_than_post(mesh: Mesh, victim: Victim, method: str, content_type: str) -> None:
    refused(await send(mesh, method, content_type, b""), UNIMPLEMENTED)
    await victim.calls()


async def test_what_grows_when_it_is_unpacked(mesh: Mesh, victim: Victim) -> None:
    bomb = gzip.compress(bytes(100_000_000))
    body = b"\1" + struct.pack(">I", len(bomb)) + bomb
    refused(await send(mesh, "POST", BINARY, body, **{"grpc-encoding": "gzip"}), RESOURCE_EXHAUSTED)
    await victim.calls()


async def test_a_refusal_for_a_lack_of_a_token_comes_first_and_is_readable(mesh: Mesh) -> None:
    for content_type in (BINARY + "; charset=utf-8", "application/grpc-web+json"):
        answer = await send(mesh, "POST", content_type, b"", authorization="")
        refused(answer, 16)
