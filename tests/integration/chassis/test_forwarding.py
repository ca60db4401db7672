"""What one service passes on to the next: who calls, in which language, under which id, and how much time is left."""

import json
import logging
from base64 import b64encode
from functools import partial
from typing import Any

import grpc
import grpc.aio
import pytest
from boumbapp.melody.v2.melody_service_pb2 import ComposeRequest
from boumbapp.melody.v2.melody_service_pb2_grpc import MelodyServiceStub
from boumbapp.music.v2.intent_pb2 import IntentOptions
from boumbapp.theory.v2 import theory_service_pb2 as pb
from boumbapp.theory.v2.theory_service_pb2_grpc import add_TheoryServiceServicer_to_server

from services.chassis.client.channel import open_channel, outgoing
from services.chassis.logs import JsonFormatter
from services.chassis.request_context import CallContext, Identity, current
from services.chassis.server.server import ServiceDefinition, running
from services.melody import main as melody
from services.theory.catalogue.catalogue import Catalogue
from services.theory.servicer import TheoryServicer
from tests.integration.chassis.echo import KINDS, Ask, ask, echoing, nothing
from tests.integration.conftest import melody_settings, theory_settings

NAMES = ["ana", "Zoé", "名前", "a b;c=d", " ana ", "tab\tbed", "u" * 1024, "é" * 1024, "🎹"]
ROLES = ("ROLE_USER", "ROLE_ÉDITEUR")


def as_gateway(name: str, *more: tuple[str, str | bytes]) -> grpc.aio.Metadata:
    """Headers of a call by that user. The gateway sends names as they are, which gRPC's own clients cannot."""
    return grpc.aio.Metadata(
        ("x-user-bin", name.encode()), ("x-roles", b64encode(json.dumps(ROLES).encode()).decode()), *more
    )


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
async def test_the_next_service_knows_the_same_caller(kind: str, name: str) -> None:
    seen: list[CallContext] = []

    async def last(request: Any) -> None:
        seen.append(current())

    async with echoing(last) as (_, onward):

        async def first(request: Any) -> None:
            seen.append(current())
            await ask(onward, "unary_unary", Ask(), **outgoing(1))

        more = [("x-request-id", "r-5"), ("accept-language", "fr-BE, en;q=0.5")]
        async with echoing(first) as (_, channel):
            await ask(channel, kind, Ask(question="lo-fi"), metadata=as_gateway(name, *more))
    assert [call.identity for call in seen] == [Identity(name, ROLES)] * 2
    assert [call.request_id for call in seen] == ["r-5", "r-5"]
    assert [call.accept_language for call in seen] == ["fr-BE, en;q=0.5"] * 2


async def test_a_plain_name_goes_the_way_the_gateway_sends_it() -> None:
    async def act(request: Any) -> None:
        headers = dict(outgoing(1)["metadata"])
        assert headers["x-user"] == "ana"
        assert "x-user-bin" not in headers

    async with echoing(act) as (_, channel):
        await ask(channel, "unary_unary", Ask(), metadata=grpc.aio.Metadata(("x-user", "ana")))


async def test_a_call_from_inside_stays_one() -> None:
    async def act(request: Any) -> None:
        assert current().identity == Identity()
        assert not {"x-user", "x-user-bin", "x-roles"} & set(dict(outgoing(1)["metadata"]))

    async with echoing(act) as (_, channel):
        await ask(channel, "unary_unary", Ask(), metadata=grpc.aio.Metadata(("x-roles", "WyJST0xFX0FETUlOIl0=")))


@pytest.mark.parametrize("roles", ["", "!", "bnVsbA==", "eyJhIjogMX0=", b64encode(b"[" + b'"x",' * 400).decode()])
async def test_roles_that_cannot_be_read_are_none(roles: str) -> None:
    async def act(request: Any) -> None:
        assert current().identity == Identity("ana", ())

    metadata = grpc.aio.Metadata(("x-user", "ana"), ("x-roles", roles))
    async with echoing(act) as (_, channel):
        assert await ask(channel, "unary_unary", Ask(question="in"), metadata=metadata) == ["in"]


async def test_headers_that_could_not_be_passed_on_are_left_out() -> None:
    seen: list[CallContext] = []

    async def act(request: Any) -> None:
        seen.append(current())

    limit, beyond = "x" * 1024, "x" * 1025
    async with echoing(act) as (_, channel):
        for value in (limit, beyond):
            metadata = grpc.aio.Metadata(("x-request-id", value), ("accept-language", value))
            await ask(channel, "unary_unary", Ask(), metadata=metadata)
    assert (seen[0].request_id, seen[0].accept_language) == (limit, limit)
    assert (len(seen[1].request_id), seen[1].accept_language) == (32, "")


async def test_the_next_service_gets_less_time_than_there_is_left() -> None:
    left: list[float] = []
    margin_s = 0.02  # to turn a late answer into a clear error

    async def last(request: Any) -> None:
        left.append(current().remaining_s() or 0)

    async with echoing(last) as (_, onward):

        async def first(request: Any) -> None:
            before = current().remaining_s()
            assert before is not None
            options = outgoing(3600)
            assert 10 < options["timeout"] <= before - margin_s
            await ask(onward, "unary_unary", Ask(), **options)
            assert outgoing(10)["timeout"] == 10
            await ask(onward, "unary_unary", Ask(), **outgoing(10))

        async with echoing(first) as (_, channel):
            await ask(channel, "unary_unary", Ask(), timeout=30)
    assert 10 < left[0] < 31  # gRPC rounds up
    assert 0 < left[1] < 11


async def test_a_caller_that_waits_for_ever_leaves_the_bound_of_the_call() -> None:
    async def act(request: Any) -> None:
        assert current().remaining_s() is None
        assert outgoing(2)["timeout"] == 2

    async with echoing(act) as (_, channel):
        await ask(channel, "unary_unary", Ask())


async def test_every_line_that_a_call_logs_has_its_id(caplog: pytest.LogCaptureFixture) -> None:
    async def act(request: Any) -> None:
        logging.getLogger("domain").warning("about %s", request.question)
        raise ZeroDivisionError

    async with echoing(act) as (_, channel):
        caplog.handler.setFormatter(JsonFormatter("echo"))
        for number in (1, 2):
            metadata = grpc.aio.Metadata(("x-request-id", f"r-{number}"))
            with pytest.raises(grpc.aio.AioRpcError):
                await ask(channel, "unary_unary", Ask(question=str(number)), metadata=metadata)
    lines = [json.loads(line) for line in caplog.text.splitlines()]
    assert [(line["logger"], line["request_id"]) for line in lines] == [
        ("domain", "r-1"),
        ("rpc", "r-1"),
        ("domain", "r-2"),
        ("rpc", "r-2"),
    ]
    assert "ZeroDivisionError" in lines[1]["exception"]


class Witness(TheoryServicer):
    """Theory that remembers who called."""

    def __init__(self) -> None:
        super().__init__(Catalogue.load())
        self.callers: list[Identity] = []

    async def Analyse(self, request: pb.AnalyseRequest, context: Any) -> pb.AnalyseResponse:
        self.callers.append(current().identity)
        return await super().Analyse(request, context)


@pytest.mark.parametrize("name", ["ana", "Zoé", "名前"])
async def test_theory_learns_who_asked_melody(name: str) -> None:
    witness = Witness()
    definition = ServiceDefinition(
        descriptor=pb.DESCRIPTOR.services_by_name["TheoryService"],
        add=partial(add_TheoryServiceServicer_to_server, witness),
        warm=nothing,
    )
    async with running(theory_settings().server, [definition]) as theory_server:
        settings = melody_settings(theory_server.address)
        async with (
            running(settings.server, [melody.mount(settings)]) as server,
            open_channel(server.address) as channel,
        ):
            request = ComposeRequest(prompt="Fais une basse funky en Sol mineur", hints=IntentOptions(bars=1))
            call = MelodyServiceStub(channel).Compose(request, metadata=as_gateway(name))
            assert [response async for response in call][-1].event.HasField("completed")
    assert witness.callers == [Identity(name, ROLES)]
