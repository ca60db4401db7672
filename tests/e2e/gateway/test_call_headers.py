"""Headers that are wrong or meant for nobody: one call suffers at most, and never another caller's."""

import pytest
from boumbapp.melody.v2 import melody_service_pb2 as melody

from tests.e2e.gateway.grpc_web import BINARY, TEXT
from tests.e2e.gateway.mesh import ORIGIN, Mesh
from tests.e2e.gateway.raw_http2 import Headers, raw_http2
from tests.e2e.gateway.scripted import MELODY_INFO
from tests.e2e.gateway.victim import Victim

pytestmark = pytest.mark.asyncio(loop_scope="module")
OK, INVALID_ARGUMENT, DEADLINE_EXCEEDED, UNIMPLEMENTED = 0, 3, 4, 12

MALFORMED_TIMEOUTS = (
    *("abc", "", "5000", "5", "S", "5s", "5h", "-1S", "+1S", "1.5S", "5 S", "5S x", "123456789S", "5SS", "0x5S"),
    *("5S,5S", "1e3m", "\xe9S", "٥S".encode().decode("latin-1"), "9" * 5000 + "S"),
)
REFUSED: list[tuple[str, int, Headers]] = [
    *((f"timeout {value[:12]!r}", INVALID_ARGUMENT, [("grpc-timeout", value)]) for value in MALFORMED_TIMEOUTS),
    ("two timeouts", INVALID_ARGUMENT, [("grpc-timeout", "5S"), ("grpc-timeout", "6S")]),
    *(
        (f"encoding {value[:12]!r}", UNIMPLEMENTED, [("grpc-encoding", value)])
        for value in ("br", "", "GZIP", "gzip,gzip", "zstd", "\xff", "x" * 3000)
    ),
    ("two encodings", UNIMPLEMENTED, [("grpc-encoding", "gzip"), ("grpc-encoding", "identity")]),
]
# For nobody behind the gateway, whatever they say: the call is answered as if they were not there.
LEFT_OUT: list[Headers] = [
    [("grpc-accept-encoding", value)] for value in ("nonsense", "", "identity,,gzip", "\xff", "gzip")
]
LEFT_OUT += [[("grpc-previous-rpc-attempts", value)] for value in ("abc", "", "-1", "99999999999999999999", "3")]
LEFT_OUT += [
    [(name, value)]
    for name in ("grpc-tags-bin", "grpc-trace-bin", "x-something-bin", "grpc-status-details-bin", "lb-cost-bin")
    for value in ("!!! not base64 !!!", "", "AAA", "=", "AA==AA", "\xff")
]
LEFT_OUT += [
    [("grpc-status", "abc")],
    [("grpc-message", "%zz")],
    [("grpc-retry-pushback-ms", "soon")],
    [("grpc-internal-encoding-request", "nonsense")],
    [("grpc-encoding", "gzip"), ("grpc-accept-encoding", "nonsense")],
    [("grpc-encoding", "identity")],
    [("grpc-encoding", "deflate")],
    [("x-envoy-retry-on", "5xx"), ("x-envoy-upstream-rq-timeout-ms", "1")],
    [("accept-language", "\xff\xfe")],
    [("accept-language", "fr" * 2000)],
    [("user-agent", "\xff")],
    [("traceparent", "nonsense"), ("tracestate", "\xff")],
    [("x-unread", "x" * 8000)],
]
NATIVE_ONLY: list[tuple[str, int, Headers]] = [
    *(
        (f"content type {value}", INVALID_ARGUMENT, [("content-type", value)])
        for value in ("application/grpcfoo", "application/grpc+json", "application/grpc+")
    ),
]


def native(mesh: Mesh, headers: Headers) -> Headers:
    """All headers of a native call by somebody who means no good."""
    usual = {"content-type": "application/grpc", "te": "trailers", "authorization": f"Bearer {mesh.token('attacker')}"}
    named = {name for name, _ in headers}
    return [*((name, value) for name, value in usual.items() if name not in named), *headers]


@pytest.mark.parametrize(
    ("status", "headers"), [case[1:] for case in REFUSED + NATIVE_ONLY], ids=[case[0] for case in REFUSED + NATIVE_ONLY]
)
async def test_a_native_call_with_a_malformed_header_fails_alone(
    mesh: Mesh, victim: Victim, status: int, headers: Headers
) -> None:
    async with raw_http2(mesh.gateway.address) as attacker:
        for _ in range(3):
            answer = await attacker.call(MELODY_INFO, melody.InfoRequest(), native(mesh, headers))
            assert (answer.headers[":status"], answer.status) == ("200", status)
            assert answer.headers.get("content-type", "application/grpc") == "application/grpc"
            assert answer.message.startswith(f"{headers[0][0]} is malformed: ")
        await victim.calls()
        answer = await attacker.call(MELODY_INFO, melody.InfoRequest(), native(mesh, [("grpc-timeout", "9S")]))
        assert answer.status == OK, "the attacker's own connection is as good as before"
    await victim.calls()


@pytest.mark.parametrize("content_type", [BINARY, TEXT])
@pytest.mark.parametrize(("status", "headers"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
async def test_a_pages_call_with_a_malformed_header_fails_alone(
    mesh: Mesh, victim: Victim, status: int, headers: Headers, content_type: str
) -> None:
    attacker = mesh.client(mesh.token("attacker"), content_type)
    for _ in range(3):
        answer = await attacker.raw(MELODY_INFO, melody.InfoRequest(), [*headers, ("origin", ORIGIN)])
        assert (answer.http_status, answer.status) == (200, status)
        assert answer.headers["content-type"].startswith("application/grpc-web")
        assert answer.headers["access-control-allow-origin"] == ORIGIN
        assert answer.message.startswith(f"{headers[0][0]} is malformed: ")
        await victim.calls()


@pytest.mark.parametrize("headers", LEFT_OUT, ids=lambda headers: f"{headers[0][0]} {headers[0][1][:12]!r}")
async def test_a_header_for_nobody_does_nothing(mesh: Mesh, victim: Victim, headers: Headers) -> None:
    page = mesh.client(mesh.token("attacker"))
    async with raw_http2(mesh.gateway.address) as attacker:
        answer = await attacker.call(MELODY_INFO, melody.InfoRequest(), native(mesh, headers))
        assert answer.status == OK, answer.message
        told = await page.raw(MELODY_INFO, melody.InfoRequest(), headers)
        assert told.status == OK, told.message
        await victim.calls()


async def test_a_service_gets_what_it_reads_and_nothing_else(mesh: Mesh) -> None:
    headers = [
        *(("x-mine", "1"), ("x-mine-bin", "AAAA"), ("cookie", "a=b"), ("baggage", "a=b"), ("grpc-trace-bin", "AAAA")),
        *(
            ("x-forwarded-for", "10.0.0.1"),
            ("x-envoy-max-retries", "9"),
            ("accept-language", "fr"),
            ("user-agent", "me"),
        ),
        ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
    ]
    async with raw_http2(mesh.gateway.address) as caller:
        assert (await caller.call(MELODY_INFO, melody.InfoRequest(), native(mesh, headers))).status == OK
    received = mesh.melody.headers
    read = {"accept-language", "traceparent", "user-agent", "x-request-id", "x-roles", "x-user"}
    assert set(received) - read <= {"x-envoy-expected-rq-timeout-ms"}  # the router's own
    assert (received["x-user"], received["accept-language"], received["user-agent"]) == ("attacker", "fr", "me")


@pytest.mark.parametrize("deadline", ["0S", "0n", "00000000u"])
async def test_a_deadline_that_has_passed_is_only_that(mesh: Mesh, victim: Victim, deadline: str) -> None:
    async with raw_http2(mesh.gateway.address) as caller:
        answer = await caller.call(MELODY_INFO, melody.InfoRequest(), native(mesh, [("grpc-timeout", deadline)]))
        assert answer.status in (OK, DEADLINE_EXCEEDED)  # whichever comes first
    await victim.calls()


@pytest.mark.parametrize("deadline", ["1H", "5M", "10S", "9999m", "99999999u", "99999999H"])
async def test_every_unit_of_time_is_understood(mesh: Mesh, deadline: str) -> None:
    async with raw_http2(mesh.gateway.address) as caller:
        answer = await caller.call(MELODY_INFO, melody.InfoRequest(), native(mesh, [("grpc-timeout", deadline)]))
        assert answer.status == OK, answer.message
