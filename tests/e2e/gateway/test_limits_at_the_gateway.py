"""Sizes, rates and times that callers are held to."""

import json
import time
from collections.abc import AsyncIterator
from pathlib import Path

import grpc
import grpc.aio
import pytest
import pytest_asyncio
from boumbapp.melody.v2 import melody_service_pb2 as melody
from boumbapp.melody.v2.melody_service_pb2_grpc import MelodyServiceStub
from boumbapp.music.v2 import intent_pb2
from boumbapp.theory.v2 import theory_service_pb2 as theory
from boumbapp.theory.v2.theory_service_pb2_grpc import TheoryServiceStub

from gateway.config import Limits, Quota
from tests.e2e.gateway.mesh import ORIGIN, Mesh, running_mesh
from tests.e2e.gateway.scripted import ANALYSE, COMPOSE, EXPLORE, IMPORT, LIST_CATALOGUE, MELODY_INFO

pytestmark = pytest.mark.asyncio(loop_scope="module")
DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED = 4, 8
KIB = 1024


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def strict(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Mesh]:
    limits = Limits(calls=Quota(burst=5, per_minute=1), streams=Quota(burst=2, per_minute=1), stream_s=1, unary_s=1)
    async with running_mesh(tmp_path_factory.mktemp("strict"), limits) as mesh:
        yield mesh


async def test_a_body_over_the_limit_is_refused_readably(mesh: Mesh) -> None:
    request = theory.ListCatalogueRequest(locale="x" * (256 * KIB))
    answer = await mesh.client().call(LIST_CATALOGUE, request, {"origin": ORIGIN})
    assert (answer.http_status, answer.status) == (200, RESOURCE_EXHAUSTED)
    assert answer.headers["access-control-allow-origin"] == ORIGIN


async def test_a_body_under_the_limit_reaches_the_service_which_has_its_own(mesh: Mesh) -> None:
    request = theory.ListCatalogueRequest(locale="x" * (255 * KIB))
    answer = await mesh.client().call(LIST_CATALOGUE, request)
    assert answer.status == 3
    assert "locale" in answer.message


async def test_a_prompt_of_a_megabyte_is_refused_by_the_expert_in_words(mesh: Mesh) -> None:
    prompt = "fais une basse " * 70_000
    requests = {ANALYSE: theory.AnalyseRequest(prompt=prompt), COMPOSE: melody.ComposeRequest(prompt=prompt)}
    for path, request in requests.items():
        answer = await mesh.client().call(path, request)
        assert answer.status == 3
        assert "prompt est trop long" in answer.message


async def test_a_file_of_a_mebibyte_may_be_imported(mesh: Mesh) -> None:
    request = theory.ImportRequest(file=bytes(1024 * KIB))
    response = await mesh.client().unary(IMPORT, request, theory.ImportResponse)
    assert response.bpm == 1024 * KIB


async def test_two_mebibytes_may_not(mesh: Mesh) -> None:
    answer = await mesh.client().call(IMPORT, theory.ImportRequest(file=bytes(2048 * KIB)))
    assert answer.status == RESOURCE_EXHAUSTED


async def test_native_callers_get_the_same_status(mesh: Mesh) -> None:
    async with grpc.aio.insecure_channel(mesh.gateway.address) as channel:
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await TheoryServiceStub(channel).ListCatalogue(
                theory.ListCatalogueRequest(locale="x" * (300 * KIB)),
                metadata=(("authorization", f"Bearer {mesh.token()}"),),
                timeout=5,
            )
        assert caught.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED


@pytest.mark.parametrize("user", ["slow-web", "slow-native"])
async def test_an_answer_that_takes_too_long_is_given_up(strict: Mesh, user: str) -> None:
    if user == "slow-web":
        answer = await strict.client(strict.token(user)).call(EXPLORE, theory.ExploreRequest(prompt="x"))
        assert (answer.http_status, answer.status) == (200, DEADLINE_EXCEEDED)
        return
    async with grpc.aio.insecure_channel(strict.gateway.address) as channel:
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await TheoryServiceStub(channel).Explore(
                theory.ExploreRequest(prompt="x"),
                metadata=(("authorization", f"Bearer {strict.token(user)}"),),
            )
        assert caught.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED


async def test_each_user_has_a_quota_of_their_own(strict: Mesh) -> None:
    greedy, modest = strict.client(strict.token("greedy")), strict.client(strict.token("modest"))
    statuses = [(await greedy.call(MELODY_INFO, melody.InfoRequest())).status for _ in range(7)]
    assert statuses == [0] * 5 + [RESOURCE_EXHAUSTED] * 2
    assert (await modest.call(MELODY_INFO, melody.InfoRequest())).status == 0


async def test_a_crowd_of_users_does_not_reset_a_quota_that_is_used_up(strict: Mesh) -> None:
    greedy = strict.client(strict.token("greediest"))
    for _ in range(5):
        assert (await greedy.call(MELODY_INFO, melody.InfoRequest())).status == 0
    for number in range(30):  # more than Envoy remembers unless told to
        client = strict.client(strict.token(f"one of many {number}"))
        assert (await client.call(MELODY_INFO, melody.InfoRequest())).status == 0
    assert (await greedy.call(MELODY_INFO, melody.InfoRequest())).status == RESOURCE_EXHAUSTED


async def test_a_refusal_for_quota_says_when_to_come_back(strict: Mesh) -> None:
    client = strict.client(strict.token("hasty"))
    answers = [await client.call(MELODY_INFO, melody.InfoRequest(), {"origin": ORIGIN}) for _ in range(6)]
    assert answers[-1].status == RESOURCE_EXHAUSTED
    assert answers[-1].http_status == 200
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 60
    assert answers[-1].headers["access-control-allow-origin"] == ORIGIN


async def test_a_new_token_does_not_buy_a_new_quota(strict: Mesh) -> None:
    statuses = []
    for ttl_s in range(100, 106):
        client = strict.client(strict.token("twofold", ttl_s=ttl_s))
        statuses.append((await client.call(MELODY_INFO, melody.InfoRequest())).status)
    assert statuses[-1] == RESOURCE_EXHAUSTED


async def test_streams_have_a_tighter_quota_that_leaves_other_calls_alone(strict: Mesh) -> None:
    client = strict.client(strict.token("composer"))
    request = melody.ComposeRequest(prompt="x", hints=intent_pb2.IntentOptions(bars=1))
    strict.melody.reset()
    for _ in range(2):
        strict.melody.let.release()
        assert (await client.call(COMPOSE, request)).status == 0
    assert (await client.call(COMPOSE, request)).status == RESOURCE_EXHAUSTED
    assert (await client.call(MELODY_INFO, melody.InfoRequest())).status == 0


async def test_native_callers_over_quota_get_the_same_status(strict: Mesh) -> None:
    async with grpc.aio.insecure_channel(strict.gateway.address) as channel:
        metadata = (("authorization", f"Bearer {strict.token('native')}"),)
        stub = MelodyServiceStub(channel)
        for _ in range(5):
            await stub.Info(melody.InfoRequest(), metadata=metadata, timeout=5)
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await stub.Info(melody.InfoRequest(), metadata=metadata, timeout=5)
        assert caught.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED


async def test_a_stream_that_never_ends_is_ended(strict: Mesh) -> None:
    import httpx

    strict.melody.reset()
    started = time.monotonic()
    request = melody.ComposeRequest(prompt="x", hints=intent_pb2.IntentOptions(bars=2))
    async with strict.client(strict.token("patient")).stream(COMPOSE, request) as stream:
        with pytest.raises(httpx.RemoteProtocolError):
            async for _ in stream.messages():
                pass
    assert 0.9 < time.monotonic() - started < 3
    await strict.melody.ended.wait()
    assert stream.answer.status is None


async def test_quotas_are_filled_up_evenly(tmp_path_factory: pytest.TempPathFactory) -> None:
    limits = Limits(calls=Quota(burst=1, per_minute=120))
    async with running_mesh(tmp_path_factory.mktemp("even"), limits) as mesh:
        client = mesh.client()
        assert (await client.call(MELODY_INFO, melody.InfoRequest())).status == 0
        refused_at = time.monotonic()
        assert (await client.call(MELODY_INFO, melody.InfoRequest())).status == RESOURCE_EXHAUSTED
        while (await client.call(MELODY_INFO, melody.InfoRequest())).status != 0:
            assert time.monotonic() - refused_at < 3
        assert time.monotonic() - refused_at > 0.2


async def test_the_access_log_tells_who_did_what_with_the_right_status(tmp_path: Path) -> None:
    async with running_mesh(tmp_path) as mesh:
        client = mesh.client(mesh.token("ana"))
        await client.call(MELODY_INFO, melody.InfoRequest())
        await client.call(ANALYSE, theory.AnalyseRequest())
        await mesh.client("").call(MELODY_INFO, melody.InfoRequest())
        token = mesh.token("ana")
    text = mesh.log.read_text("utf-8")
    lines = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    assert [(line["user"], line["path"], line["grpc_status"]) for line in lines] == [
        ("ana", MELODY_INFO, "0"),
        ("ana", ANALYSE, "3"),
        (None, MELODY_INFO, "16"),
    ]
    assert all(line["request_id"] for line in lines)
    assert token.split(".")[2] not in text
