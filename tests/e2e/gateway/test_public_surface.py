"""What can be reached from outside, and that nothing else can, over gRPC-Web and native gRPC alike."""

import re

import grpc
import grpc.aio
import httpx
import pytest
from boumbapp.melody.v2 import melody_service_pb2 as melody
from boumbapp.melody.v2.melody_service_pb2_grpc import MelodyServiceStub
from boumbapp.theory.v2 import theory_service_pb2 as theory

from gateway.methods import public_services
from tests.e2e.gateway.grpc_web import TEXT, frame
from tests.e2e.gateway.mesh import ORIGIN, Mesh
from tests.e2e.gateway.scripted import ANALYSE, COMPOSE, MELODY_INFO, THEORY_INFO, VALIDATE_STREAM

pytestmark = pytest.mark.asyncio(loop_scope="module")
PERMISSION_DENIED, UNIMPLEMENTED = 7, 12
OUTDATED = "boumbapp.*.v1 is no longer served; call boumbapp.*.v2. CHANGELOG.md says how to move."

REFUSED = [
    VALIDATE_STREAM,
    "/boumbapp.melody.v2.MelodyService/Improvise",
    "/boumbapp.melody.v2.melodyservice/info",
    "/boumbapp.journal.v2.JournalService/Record",
    "/grpc.health.v1.Health/Check",
    "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
    "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
    MELODY_INFO + "/",
    "/",
]


@pytest.mark.parametrize("path", REFUSED)
async def test_whatever_is_not_listed_is_refused_readably(mesh: Mesh, path: str) -> None:
    answer = await mesh.client().call(path, melody.InfoRequest(), {"origin": ORIGIN})
    assert (answer.http_status, answer.status) == (200, PERMISSION_DENIED)
    assert answer.headers["access-control-allow-origin"] == ORIGIN


@pytest.mark.parametrize("origin", [{}, {"origin": ORIGIN}])
async def test_a_client_of_the_contract_before_is_told_that_it_has_moved(mesh: Mesh, origin: dict[str, str]) -> None:
    path = COMPOSE.replace(".v2.", ".v1.")
    answer = await mesh.client().call(path, melody.InfoRequest(), origin)
    assert (answer.http_status, answer.status) == (200, UNIMPLEMENTED)
    assert answer.message == OUTDATED
    assert answer.headers.get("access-control-allow-origin", "") == origin.get("origin", "")
    headers = {"content-type": "application/json", "authorization": f"Bearer {mesh.token()}"}
    refused = await mesh.client("").http.post(path, content="{}", headers=headers)
    assert refused.status_code == 501
    assert refused.json() == {"code": UNIMPLEMENTED, "message": OUTDATED, "details": []}
    del headers["authorization"]
    assert (await mesh.client("").http.post(path, content="{}", headers=headers)).status_code == 401
    async with grpc.aio.insecure_channel(mesh.gateway.address) as channel:
        call: grpc.aio.UnaryStreamMultiCallable[bytes, bytes] = channel.unary_stream(path)
        with pytest.raises(grpc.aio.AioRpcError, match=re.escape(OUTDATED)):
            await call(b"", metadata=(("authorization", f"Bearer {mesh.token()}"),), timeout=5).read()


async def test_an_escaped_slash_does_not_lead_around_the_list(mesh: Mesh) -> None:
    path = VALIDATE_STREAM.replace("/Validate", "%2FValidate")
    assert (await mesh.client().call(path, melody.InfoRequest())).http_status == 400


async def test_every_listed_method_reaches_its_service(mesh: Mesh) -> None:
    client = mesh.client()
    for service in public_services():
        for method in service.methods:
            answer = await client.call(method.path, melody.InfoRequest())
            # It may well refuse the empty request, or not be scripted; what counts is that it was asked.
            assert "x-envoy-upstream-service-time" in answer.headers, f"{method.path}: {answer.message}"


async def test_native_grpc_works_through_the_same_door(mesh: Mesh) -> None:
    async with grpc.aio.insecure_channel(mesh.gateway.address) as channel:
        info = await MelodyServiceStub(channel).Info(
            melody.InfoRequest(), metadata=(("authorization", f"Bearer {mesh.token('nia')}"),), timeout=5
        )
        assert info.version == "nia"


@pytest.mark.parametrize("path", ["/grpc.health.v1.Health/Check", VALIDATE_STREAM])
async def test_native_callers_are_held_to_the_list_too(mesh: Mesh, path: str) -> None:
    expected = {"": grpc.StatusCode.UNAUTHENTICATED, mesh.token(): grpc.StatusCode.PERMISSION_DENIED}
    async with grpc.aio.insecure_channel(mesh.gateway.address) as channel:
        call: grpc.aio.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(
            path
        )  # raw bytes; an empty message is fit for every method
        for token, code in expected.items():
            with pytest.raises(grpc.aio.AioRpcError) as caught:
                await call(b"", metadata=(("authorization", f"Bearer {token}"),) if token else (), timeout=5)
            assert caught.value.code() is code


async def test_a_call_that_is_neither_grpc_nor_json_gets_nothing(mesh: Mesh) -> None:
    client = mesh.client()
    headers = {"content-type": "text/plain", "authorization": f"Bearer {mesh.token()}"}
    assert (await client.http.post(MELODY_INFO, content="{}", headers=headers)).status_code == 415
    assert (await client.http.get("/", headers=headers)).status_code == 403
    assert (await client.http.get("/")).status_code == 401


async def test_health_pages_need_no_token(mesh: Mesh) -> None:
    client = mesh.client("")
    assert (await client.http.get("/healthz")).status_code == 200
    assert (await client.http.get("/readyz")).status_code == 200


async def test_text_mode_works_as_well_as_binary(mesh: Mesh) -> None:
    info = await mesh.client(content_type=TEXT).unary(THEORY_INFO, theory.InfoRequest(), theory.InfoResponse)
    assert info.version == "theory"


async def test_the_callers_language_reaches_the_service(mesh: Mesh) -> None:
    answer = await mesh.client().call(
        ANALYSE, theory.AnalyseRequest(prompt="x"), {"accept-language": "fr-CH, en;q=0.5"}
    )
    response = theory.AnalyseResponse.FromString(answer.messages[0])
    assert response.explanation == "fr-CH, en;q=0.5"


class TestCors:
    """What a page of another origin may do."""

    async def preflight(self, mesh: Mesh, origin: str, path: str = MELODY_INFO) -> httpx.Response:
        headers = {
            "origin": origin,
            "access-control-request-method": "POST",
            "access-control-request-headers": "accept-language,authorization,content-type,grpc-timeout,x-grpc-web",
        }
        return await mesh.client("").http.options(path, headers=headers)

    async def test_a_preflight_needs_no_token(self, mesh: Mesh) -> None:
        answer = await self.preflight(mesh, ORIGIN)
        assert answer.status_code == 200
        assert answer.headers["access-control-allow-origin"] == ORIGIN
        assert "POST" in answer.headers["access-control-allow-methods"]
        allowed = set(answer.headers["access-control-allow-headers"].split(","))
        assert {"accept-language", "authorization", "content-type", "grpc-timeout", "x-grpc-web"} <= allowed

    async def test_a_preflight_of_an_unlisted_method_passes_so_that_the_refusal_can_be_read(self, mesh: Mesh) -> None:
        assert (await self.preflight(mesh, ORIGIN, VALIDATE_STREAM)).headers["access-control-allow-origin"] == ORIGIN

    @pytest.mark.parametrize("origin", ["https://evil.example", ORIGIN + ".evil.example", "null"])
    async def test_other_origins_are_not_let_in(self, mesh: Mesh, origin: str) -> None:
        mesh.melody.reset()
        answer = await self.preflight(mesh, origin)
        assert "access-control-allow-origin" not in answer.headers
        assert mesh.melody.headers == {}

    async def test_what_a_client_needs_to_read_is_exposed(self, mesh: Mesh) -> None:
        answer = await mesh.client().call(MELODY_INFO, melody.InfoRequest(), {"origin": ORIGIN})
        exposed = set(answer.headers["access-control-expose-headers"].split(","))
        assert {"grpc-status", "grpc-message", "grpc-status-details-bin", "retry-after", "x-request-id"} <= exposed

    async def test_without_an_origin_nothing_is_said_about_it(self, mesh: Mesh) -> None:
        answer = await mesh.client().call(MELODY_INFO, frame(melody.InfoRequest()))
        assert "access-control-allow-origin" not in answer.headers
