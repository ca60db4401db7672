"""JSON over plain HTTP: every public method, streams line by line, and nothing that gRPC would not get."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from boumbapp.melody.v2 import melody_service_pb2 as melody
from google.protobuf import json_format
from google.rpc import error_details_pb2

from gateway.config import Limits, Quota
from gateway.methods import public_services
from tests.e2e.gateway.grpc_web import Answer
from tests.e2e.gateway.mesh import GENEROUS, ORIGIN, Mesh, running_mesh
from tests.e2e.gateway.scripted import COMPOSE, EXPLORE, IMPORT, MELODY_INFO, THEORY_INFO, VALIDATE_STREAM

pytestmark = pytest.mark.asyncio(loop_scope="module")
METHODS = [method.path for service in public_services() for method in service.methods]
PIECE = {"prompt": "basse funky", "hints": {"bars": 2}, "seed": 7}
TYPE = "type.googleapis.com/google.rpc."


async def post(
    mesh: Mesh, path: str, body: object = None, headers: Mapping[str, str] | None = None, token: str | None = None
) -> httpx.Response:
    """A call as anybody would make it; `body` is sent as it is when it is text, else as JSON."""
    content = body if isinstance(body, str) else json.dumps({} if body is None else body)
    usual = {"content-type": "application/json"}
    token = mesh.token() if token is None else token
    if token:
        usual["authorization"] = f"Bearer {token}"
    return await mesh.client("").http.post(path, content=content, headers=usual | dict(headers or {}))


def error(answer: httpx.Response) -> dict[str, Any]:
    """The body of a refusal, which is google.rpc.Status in every case."""
    assert answer.headers["content-type"] == "application/json"
    body: dict[str, Any] = answer.json()
    assert set(body) == {"code", "message", "details"}
    return body


def violations(answer: Answer) -> set[str]:
    found = error_details_pb2.BadRequest()
    for detail in answer.details.details:
        if detail.Unpack(found):
            return {violation.field for violation in found.field_violations}
    return set()


@pytest.mark.parametrize("path", METHODS)
async def test_every_public_method_answers_as_it_does_over_grpc(mesh: Mesh, path: str) -> None:
    grpc = await mesh.client().call(path, b"\0\0\0\0\0")
    answer = await post(mesh, path)
    assert "x-envoy-upstream-service-time" in answer.headers
    if grpc.status == 0:
        assert answer.status_code == 200
        return
    body = error(answer)
    assert (body["code"], answer.status_code >= 400) == (grpc.status, True)
    told = {field["field"] for detail in body["details"] for field in detail.get("fieldViolations", [])}
    assert told == violations(grpc)
    assert {detail["@type"] for detail in body["details"]} >= {TYPE + "ErrorInfo", TYPE + "LocalizedMessage"}


async def test_a_stream_is_one_line_per_message_and_the_same_as_over_grpc(mesh: Mesh) -> None:
    mesh.melody.reset()
    for _ in range(4):
        mesh.melody.let.release()
    request = json_format.ParseDict(PIECE, melody.ComposeRequest())
    grpc = await mesh.client().call(COMPOSE, request)
    answer = await post(mesh, COMPOSE, PIECE)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    lines = answer.text.splitlines()
    assert [json_format.Parse(line, melody.ComposeResponse()) for line in lines] == [
        melody.ComposeResponse.FromString(message) for message in grpc.messages
    ]
    assert '"index":0' in lines[1]  # what is zero is told


async def test_each_line_arrives_before_the_next_is_computed(mesh: Mesh) -> None:
    mesh.melody.reset()
    headers = {"authorization": f"Bearer {mesh.token()}"}
    async with mesh.client("").http.stream("POST", COMPOSE, json=PIECE, headers=headers) as answer:
        lines = answer.aiter_lines()
        assert "started" in json.loads(await anext(lines))["event"]
        for index in range(2):
            assert mesh.melody.computed == list(range(index))
            mesh.melody.let.release()
            await anext(lines)
        assert "completed" in json.loads(await anext(lines))["event"]


async def test_a_caller_who_leaves_stops_the_work(mesh: Mesh) -> None:
    mesh.melody.reset()
    headers = {"authorization": f"Bearer {mesh.token()}"}
    async with mesh.client("").http.stream("POST", COMPOSE, json=PIECE, headers=headers) as answer:
        await anext(answer.aiter_lines())
    await mesh.melody.ended.wait()


async def test_a_stream_that_fails_half_way_has_no_last_event(mesh: Mesh) -> None:
    """HTTP has no place for an error behind a body that began: as over gRPC-Web, `completed` alone says it is whole."""
    mesh.melody.reset()
    mesh.melody.padding = "\ud800"  # cannot be sent, so the stream ends with INTERNAL
    mesh.melody.let.release()
    answer = await post(mesh, COMPOSE, PIECE)
    [line] = answer.text.splitlines()
    assert "started" in json.loads(line)["event"]


BAD_JSON = [
    "{",
    '{"prompt": }',
    "[]",
    '"text"',
    "prompt=x",
    '{"prompt": "a" "b"}',
    '{"prompt": "x"}}',
    "\0",
    "{'a': 1}",
]


@pytest.mark.parametrize("body", BAD_JSON)
async def test_what_is_no_json_is_a_clear_400(mesh: Mesh, body: str) -> None:
    mesh.melody.reset()
    answer = await post(mesh, COMPOSE, body)
    assert (answer.status_code, error(answer)["code"]) == (400, 3)
    assert error(answer)["message"]
    assert mesh.melody.computed == []


@pytest.mark.parametrize(
    "body", [{"prompt": 1}, {"seed": -1}, {"seed": "x"}, {"hints": {"bars": "many"}}, {"hints": 3}]
)
async def test_a_value_of_another_type_is_told_by_its_field(mesh: Mesh, body: dict[str, Any]) -> None:
    answer = await post(mesh, COMPOSE, body)
    assert (answer.status_code, error(answer)["code"]) == (400, 3)
    [(field, _)] = body.items()
    assert field in error(answer)["message"]


async def test_a_field_of_a_newer_contract_is_left_out(mesh: Mesh) -> None:
    mesh.melody.reset()
    for _ in range(2):
        mesh.melody.let.release()
    answer = await post(mesh, COMPOSE, {**PIECE, "mood_of_tomorrow": {"a": [1]}})
    assert answer.status_code == 200
    assert len(answer.text.splitlines()) == 4


async def test_names_may_be_written_as_in_the_contract_too(mesh: Mesh) -> None:
    for name in ("givenBars", "given_bars"):
        answer = await post(mesh, COMPOSE, {"prompt": "x", name: [{"index": 5000, "meter": {}}]})
        fields = {field["field"] for field in error(answer)["details"][1]["fieldViolations"]}
        assert "given_bars[0].index" in fields


async def test_no_body_is_an_empty_request(mesh: Mesh) -> None:
    assert (await post(mesh, THEORY_INFO, "")).json()["version"] == "theory"


@pytest.mark.parametrize("token", ["", "nonsense"])
async def test_no_token_no_answer(mesh: Mesh, token: str) -> None:
    answer = await post(mesh, MELODY_INFO, token=token)
    assert (answer.status_code, error(answer)["code"]) == (401, 16)


async def test_the_user_is_the_tokens(mesh: Mesh) -> None:
    answer = await post(mesh, MELODY_INFO, headers={"x-user": "eve"}, token=mesh.token("nia"))
    assert answer.json()["version"] == "nia"


@pytest.mark.parametrize(
    "path",
    [
        VALIDATE_STREAM,
        "/boumbapp.melody.v2.MelodyService/Improvise",
        "/boumbapp.journal.v2.JournalService/Record",
        "/grpc.health.v1.Health/Check",
        "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
        MELODY_INFO + "/",
        MELODY_INFO + "?x=1",
        COMPOSE + "?prompt=x",  # would be another way to give fields, and a path of its own for the quota
        "/",
    ],
)
async def test_whatever_is_not_listed_is_refused(mesh: Mesh, path: str) -> None:
    mesh.melody.reset()
    answer = await post(mesh, path)
    assert (answer.status_code, error(answer)["code"]) == (403, 7)
    assert mesh.melody.headers == {}


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "application/xml", "application/jsonp", "multipart/form-data"],
)
async def test_other_types_say_which_are_taken(mesh: Mesh, content_type: str) -> None:
    mesh.melody.reset()
    answer = await post(mesh, MELODY_INFO, headers={"content-type": content_type})
    assert answer.status_code == 415
    assert "application/json" in answer.text
    assert mesh.melody.headers == {}


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
async def test_a_call_is_a_post(mesh: Mesh, method: str) -> None:
    mesh.melody.reset()
    headers = {"content-type": "application/json", "authorization": f"Bearer {mesh.token()}"}
    answer = await mesh.client("").http.request(method, MELODY_INFO, headers=headers)
    assert answer.status_code == 404
    assert mesh.melody.headers == {}


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "application/json"])
async def test_a_charset_may_be_told(mesh: Mesh, content_type: str) -> None:
    answer = await post(mesh, THEORY_INFO, headers={"content-type": content_type})
    assert answer.status_code == 200


async def test_headers_are_checked_and_told_in_json(mesh: Mesh) -> None:
    answer = await post(mesh, MELODY_INFO, headers={"grpc-timeout": "abc"})
    assert answer.status_code == 400
    assert error(answer)["message"] == "grpc-timeout is malformed: abc."


async def test_the_gateway_passes_no_header_that_it_does_not_pass_for_grpc(mesh: Mesh) -> None:
    await post(mesh, MELODY_INFO, headers={"x-secret": "1", "accept-language": "fr", "cookie": "a=b"})
    sent = mesh.melody.headers
    assert sent["accept-language"] == "fr"
    assert not {"x-secret", "cookie", "authorization"} & set(sent)
    assert not [name for name in sent if name.startswith("x-envoy-original")]


async def test_a_deadline_holds(mesh: Mesh) -> None:
    answer = await post(mesh, EXPLORE, {"prompt": "x"}, headers={"grpc-timeout": "50m"})
    assert (answer.status_code, error(answer)["code"]) == (504, 4)


async def test_a_service_that_never_answers_is_told_in_json(tmp_path: Path) -> None:
    async with running_mesh(tmp_path, replace(GENEROUS, unary_s=1)) as mesh:
        answer = await post(mesh, EXPLORE, {"prompt": "x"})
        assert (answer.status_code, error(answer)["code"]) == (504, 4)


async def test_a_file_of_a_megabyte_passes_and_a_larger_body_does_not(mesh: Mesh) -> None:
    passed = await post(mesh, IMPORT, {"file": "QUFB" * 340_000})
    assert passed.json()["bpm"] == 3 * 340_000
    answer = await post(mesh, IMPORT, {"file": "QUFB" * 400_000})
    assert (answer.status_code, error(answer)["code"]) == (413, 8)
    answer = await post(mesh, MELODY_INFO, {"x": "y" * 300_000})
    assert (answer.status_code, error(answer)["code"]) == (413, 8)


async def test_a_large_body_without_a_length_is_cut_off_too(mesh: Mesh) -> None:
    async def endless() -> Any:
        for _ in range(40):
            yield b" " * 65536

    headers = {"content-type": "application/json", "authorization": f"Bearer {mesh.token()}"}
    answer = await mesh.client("").http.post(MELODY_INFO, content=endless(), headers=headers)
    assert answer.status_code == 413


class TestCors:
    """What a page of another origin may do."""

    async def test_a_preflight_for_json_needs_no_token(self, mesh: Mesh) -> None:
        asked = {
            "access-control-request-method": "POST",
            "access-control-request-headers": "authorization,content-type",
        }
        answer = await mesh.client("").http.options(MELODY_INFO, headers={"origin": ORIGIN, **asked})
        assert answer.status_code == 200
        assert answer.headers["access-control-allow-origin"] == ORIGIN
        assert {"authorization", "content-type"} <= set(answer.headers["access-control-allow-headers"].split(","))

    async def test_a_preflight_from_elsewhere_is_not_let_in(self, mesh: Mesh) -> None:
        asked = {"origin": "https://evil.example", "access-control-request-method": "POST"}
        answer = await mesh.client("").http.options(MELODY_INFO, headers=asked)
        assert "access-control-allow-origin" not in answer.headers

    @pytest.mark.parametrize(
        ("path", "body", "token"),
        [(MELODY_INFO, "{}", None), (MELODY_INFO, "{", None), (MELODY_INFO, "{}", ""), (VALIDATE_STREAM, "{}", None)],
        ids=["answer", "bad JSON", "no token", "not listed"],
    )
    async def test_answers_and_refusals_can_be_read(self, mesh: Mesh, path: str, body: str, token: str | None) -> None:
        answer = await post(mesh, path, body, headers={"origin": ORIGIN}, token=token)
        assert answer.headers["access-control-allow-origin"] == ORIGIN


async def test_one_quota_for_both_forms(tmp_path: Path) -> None:
    limits = Limits(calls=Quota(burst=50, per_minute=1), streams=Quota(burst=2, per_minute=1))
    async with running_mesh(tmp_path, limits) as mesh:
        for _ in range(2):  # an empty request is refused by the service, and counts
            assert error(await post(mesh, COMPOSE))["code"] == 3
        assert (await mesh.client().call(COMPOSE, melody.ComposeRequest())).status == 8
        answer = await post(mesh, COMPOSE)
        assert (answer.status_code, error(answer)["code"]) == (429, 8)
        assert int(answer.headers["retry-after"]) > 0
        assert error(await post(mesh, COMPOSE, token=mesh.token("bob")))["code"] == 3


async def test_a_service_that_is_away_is_told_in_json(tmp_path: Path) -> None:
    async with running_mesh(tmp_path, GENEROUS, with_melody=False) as mesh:
        answer = await post(mesh, MELODY_INFO)
        assert answer.status_code == 503
        retry = {"@type": TYPE + "RetryInfo", "retryDelay": "1s"}
        assert error(answer) == {"code": 14, "message": "no healthy upstream", "details": [retry]}
