"""What the chassis does around a call holds for each of the four kinds, over a real channel."""

import asyncio
import logging
from typing import Any

import grpc
import grpc.aio
import pytest
from google.rpc import error_details_pb2

from services.chassis.errors.catalogue import NOT_ALLOWED, ApiError
from services.chassis.errors.status import read_details
from services.chassis.measures import ANSWERED
from services.chassis.request_context import CallContext, current
from telemetry.conventions import METHOD, STATUS
from tests.integration.chassis.echo import KINDS, SERVICE, Ask, answers, ask, begin, echoing

MANY = [kind for kind in KINDS if kind.startswith("stream")]
ROLES = ("x-roles", "WyJST0xFX1VTRVIiXQ==")  # ["ROLE_USER"]


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def ended(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """Methods and statuses of the calls that were measured."""
    seen: list[tuple[str, str]] = []

    def record(_: object, seconds: float, labels: dict[str, str]) -> None:
        assert seconds >= 0
        seen.append((labels[METHOD].rpartition("/")[2], labels[STATUS]))

    monkeypatch.setattr(type(ANSWERED), "record", record)
    return seen


def info_of(error: grpc.aio.AioRpcError) -> error_details_pb2.ErrorInfo:
    status, info = read_details(error), error_details_pb2.ErrorInfo()
    assert status is not None
    assert any(detail.Unpack(info) for detail in status.details)
    return info


async def refused(call: Any) -> grpc.aio.AioRpcError:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await answers(call)
    error: grpc.aio.AioRpcError = caught.value
    return error


async def test_the_call_knows_its_caller_its_language_and_its_time(kind: str, ended: list[tuple[str, str]]) -> None:
    seen: list[CallContext] = []

    async def act(request: Any) -> None:
        seen.append(current())

    metadata = grpc.aio.Metadata(("x-request-id", "r-1"), ("x-user", "ana"), ROLES, ("accept-language", "fr-CA, en"))
    async with echoing(act) as (_, channel):
        assert await ask(channel, kind, Ask(question="?"), metadata=metadata, timeout=5) == ["?"]
    (call,) = seen
    assert (call.request_id, call.locale, call.accept_language) == ("r-1", "fr", "fr-CA, en")
    assert (call.identity.user, call.identity.roles) == ("ana", ("ROLE_USER",))
    assert 0 < (call.remaining_s() or 0) < 6  # gRPC rounds up
    assert ended == [(kind, "OK")]


@pytest.mark.parametrize(
    ("request_", "language"),
    [
        (Ask(question="Fais une basse funky"), "fr"),
        (Ask(question="Fais une basse funky", locale="en-US"), "en"),
        (Ask(question="make a bass", locale="fr_CA"), "fr"),
        (Ask(question="Fais une basse funky", locale="de"), "en"),
        (Ask(question="lo-fi"), "fr"),
    ],
)
async def test_a_request_tells_its_language(kind: str, request_: Any, language: str) -> None:
    async def act(request: Any) -> None:
        assert current().locale == language
        raise ApiError(NOT_ALLOWED, field="question", value="x", allowed="y")

    async with echoing(act) as (_, channel):
        sent = begin(
            channel, kind, [request_.SerializeToString()], metadata=grpc.aio.Metadata(("accept-language", "fr"))
        )
        error = await refused(sent)
    assert error.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert ("valeurs possibles" in (error.details() or "")) is (language == "fr")
    assert (info_of(error).reason, info_of(error).metadata["field"]) == ("NOT_ALLOWED", "question")


@pytest.mark.parametrize("kind", MANY)
async def test_a_later_message_that_says_nothing_keeps_the_language(kind: str) -> None:
    seen: list[str] = []

    async def act(request: Any) -> None:
        seen.append(current().locale)

    async with echoing(act) as (_, channel):
        await ask(channel, kind, Ask(locale="fr"), Ask(), Ask(question="lo-fi"), Ask(locale="en"), Ask())
    assert seen == ["fr", "fr", "fr", "en", "en"]


async def test_a_full_server_refuses_and_a_finished_call_makes_room(kind: str) -> None:
    inside, release = asyncio.Event(), asyncio.Event()

    async def act(request: Any) -> None:
        inside.set()
        await release.wait()

    async with echoing(act, BOUMB_ECHO_MAX_IN_FLIGHT="1") as (server, channel):
        first = asyncio.create_task(ask(channel, kind, Ask(question="first")))
        await inside.wait()
        assert server.in_flight() == 1
        error = await refused(begin(channel, kind, [b""]))
        assert error.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        assert info_of(error).reason == "OVERLOADED"
        release.set()
        assert await first == ["first"]
        assert await ask(channel, kind, Ask(question="second")) == ["second"]
        assert server.in_flight() == 0


async def test_a_user_is_held_to_a_share(kind: str) -> None:
    inside, release = asyncio.Semaphore(0), asyncio.Event()

    async def act(request: Any) -> None:
        inside.release()
        await release.wait()

    metadata = grpc.aio.Metadata(("x-user", "greedy"))
    async with echoing(act, BOUMB_ECHO_MAX_IN_FLIGHT="8", BOUMB_ECHO_USER_SHARE="0.25") as (_, channel):
        held = [asyncio.create_task(ask(channel, kind, Ask(), metadata=metadata)) for _ in range(2)]
        for _ in held:
            await inside.acquire()
        assert info_of(await refused(begin(channel, kind, [b""], metadata=metadata))).reason == "USER_SHARE"
        release.set()
        await asyncio.gather(*held)


async def test_a_broken_rule_is_refused_before_the_servicer_runs(kind: str, ended: list[tuple[str, str]]) -> None:
    ran: list[Any] = []

    async def act(request: Any) -> None:
        ran.append(request)

    async with echoing(act) as (_, channel):
        error = await refused(begin(channel, kind, [Ask(question="une basse", count=11).SerializeToString()]))
    assert error.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert "count vaut 11" in (error.details() or "")
    assert (info_of(error).reason, info_of(error).metadata["field"]) == ("OUT_OF_RANGE", "count")
    assert not ran
    assert ended == [(kind, "INVALID_ARGUMENT")]


@pytest.mark.parametrize("bad", [Ask(count=11).SerializeToString(), b"\xff"], ids=["rule", "bytes"])
@pytest.mark.parametrize("kind", MANY)
async def test_each_message_of_a_request_stream_is_checked(kind: str, bad: bytes) -> None:
    ran: list[str] = []

    async def act(request: Any) -> None:
        ran.append(request.question)

    async with echoing(act) as (server, channel):
        good = [Ask(question=str(number)).SerializeToString() for number in range(3)]
        error = await refused(begin(channel, kind, [*good, bad, *good]))
        assert error.code() is grpc.StatusCode.INVALID_ARGUMENT
        assert ran == ["0", "1", "2"]
        assert server.in_flight() == 0


@pytest.mark.parametrize("data", [b"\xff", b"\x08", b"\x0a\x05ab", b"\x0a\x02\xff\xfe", b"\x00", b"\x0f" * 99])
async def test_bytes_that_are_no_request_are_the_callers_error(
    kind: str, data: bytes, ended: list[tuple[str, str]], caplog: pytest.LogCaptureFixture
) -> None:
    async def act(request: Any) -> None:
        raise AssertionError("the servicer must not run")

    metadata = grpc.aio.Metadata(("accept-language", "fr"), ("x-request-id", "r-3"))
    with caplog.at_level(logging.WARNING):
        async with echoing(act) as (_, channel):
            error = await refused(begin(channel, kind, [data], metadata=metadata))
    assert error.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert (info_of(error).reason, info_of(error).metadata["request_id"]) == ("MALFORMED", "r-3")
    assert "Le message est mal formé" in (error.details() or "")
    assert ended == [(kind, "INVALID_ARGUMENT")]
    assert not caplog.records


async def test_an_unforeseen_failure_shows_no_private_text(kind: str, ended: list[tuple[str, str]]) -> None:
    async def act(request: Any) -> None:
        raise ZeroDivisionError("a secret detail")

    async with echoing(act) as (_, channel):
        error = await refused(begin(channel, kind, [b""], metadata=grpc.aio.Metadata(("x-request-id", "r-9"))))
    assert error.code() is grpc.StatusCode.INTERNAL
    assert "r-9" in (error.details() or "")
    assert "secret" not in str(error.details()) + str(read_details(error))
    assert ended == [(kind, "INTERNAL")]


async def test_a_client_that_leaves_stops_the_servicer(kind: str, ended: list[tuple[str, str]]) -> None:
    inside, stopped = asyncio.Event(), asyncio.Event()

    async def act(request: Any) -> None:
        inside.set()
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()

    async with echoing(act, BOUMB_ECHO_MAX_IN_FLIGHT="1") as (server, channel):
        call = begin(channel, kind, [b""])
        reading = asyncio.create_task(answers(call))
        await inside.wait()
        call.cancel()
        await asyncio.wait_for(stopped.wait(), 5)
        with pytest.raises(asyncio.CancelledError):
            await reading
        while server.in_flight():  # noqa: ASYNC110 - the server has no event for it
            await asyncio.sleep(0.01)
        while not ended:  # noqa: ASYNC110 - likewise
            await asyncio.sleep(0.01)
    assert ended == [(kind, "CANCELLED")]


@pytest.mark.parametrize(
    "headers",
    [
        [("x-user", "u" * 1025)],
        [("x-user", "")],
        [("x-user-bin", b"\xff\xfe")],
        [("x-user-bin", b"")],
        [("x-user-bin", ("é" * 1025).encode())],
        [("x-user", "ana"), ("x-user", "root")],
        [("x-user", "ana"), ("x-user-bin", b"root")],
    ],
    ids=["long", "empty", "not UTF-8", "empty bytes", "long bytes", "two", "one of each"],
)
async def test_a_caller_that_cannot_be_told_is_nobody(
    kind: str, headers: list[tuple[str, str | bytes]], ended: list[tuple[str, str]]
) -> None:
    async def act(request: Any) -> None:
        raise AssertionError("the servicer must not run")

    async with echoing(act) as (_, channel):
        error = await refused(begin(channel, kind, [b""], metadata=grpc.aio.Metadata(*headers, ROLES)))
    assert error.code() is grpc.StatusCode.UNAUTHENTICATED
    assert info_of(error).reason == "UNAUTHENTICATED"
    assert ended == [(kind, "UNAUTHENTICATED")]


def test_the_service_has_every_kind() -> None:
    kinds = {(method.client_streaming, method.server_streaming) for method in SERVICE.methods}
    assert len(kinds) == len(KINDS) == 4
