"""Costly calls: they get the same responses, and other callers need not wait for them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import grpc
import grpc.aio
import pytest
from boumbapp.music.v2.music_pb2 import Bar, Track
from boumbapp.theory.v2 import theory_service_pb2 as pb
from boumbapp.theory.v2.theory_service_pb2_grpc import TheoryServiceStub
from google.protobuf.message import Message
from google.rpc import error_details_pb2

from services.chassis.client.channel import open_channel
from services.chassis.errors.catalogue import OUT_OF_RANGE, ErrorCode
from services.chassis.errors.status import read_details
from services.chassis.request_context import CallContext, Identity, enter
from services.chassis.server.interceptor import locale_of
from services.chassis.server.server import RunningServer, running
from services.theory import main as theory
from services.theory.catalogue.catalogue import Catalogue
from services.theory.errors import TOO_COSTLY
from services.theory.request_cost import MAX_INLINE_US, cost_us
from services.theory.servicer import TheoryServicer
from services.theory.validation.bars import validate
from tests.integration.conftest import theory_settings
from tests.integration.loop_watch import MOST_HELD, watched_loop
from tests.integration.processes import is_alive, wait_until_gone
from tests.integration.theory.attacks import (
    ATTACKS,
    FOUR_FOUR,
    GROWING,
    REFUSED,
    constraints,
    right_bar,
    wide_constraints,
    wrong_bar,
)

SERVICE = "/boumbapp.theory.v2.TheoryService/"
STREAMS = 12


def raw(channel: grpc.aio.Channel, method: str) -> Any:
    """A method that takes and gives bytes."""
    return channel.unary_unary(SERVICE + method)


async def call(channel: grpc.aio.Channel, method: str, request: bytes) -> bytes | grpc.StatusCode:
    """The answer in bytes: reading it here would hold the loop that is watched."""
    try:
        answer: bytes = await raw(channel, method)(request, timeout=100)
    except grpc.aio.AioRpcError as error:
        return error.code()
    return answer


class Canaries:
    """Streams of a bar at a time, each with prompts beside, and how many answers they have had."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._stub = TheoryServiceStub(channel)
        self.answers = [0] * STREAMS
        self._answered = asyncio.Condition()
        self._enough = False

    async def sing(self, number: int) -> None:
        bar = Bar(meter=FOUR_FOUR, notes=right_bar().notes[:16])
        stream = self._stub.ValidateStream()
        first = pb.ValidateStreamRequest(constraints=constraints(), bar=bar)
        await stream.write(first)
        while not self._enough:
            assert isinstance(await stream.read(), pb.ValidateStreamResponse)
            await self._stub.Analyse(pb.AnalyseRequest(prompt=f"basse dub en la mineur {60 + number} bpm"))
            async with self._answered:
                self.answers[number] += 1
                self._answered.notify_all()
            await asyncio.sleep(0.02)  # a bar lasts; what is measured is whether others leave room, not the machine
            await stream.write(pb.ValidateStreamRequest(bar=bar))
        await stream.done_writing()

    async def heard(self) -> None:
        """Wait until every stream has had another answer."""
        before = list(self.answers)
        async with self._answered:
            await self._answered.wait_for(
                lambda: all(now > then for now, then in zip(self.answers, before, strict=True))
            )

    def stop(self) -> None:
        self._enough = True


@asynccontextmanager
async def canaries(server: RunningServer) -> AsyncIterator[Canaries]:
    """Twelve streams for the time of a block, none of which may be cut."""
    async with open_channel(server.address) as channel, asyncio.TaskGroup() as group:
        streams = Canaries(channel)
        for number in range(STREAMS):
            group.create_task(streams.sing(number))
        await streams.heard()
        yield streams
        streams.stop()


async def inline(method: str, request: bytes) -> Message:
    """The same call done here."""
    descriptor = pb.DESCRIPTOR.services_by_name["TheoryService"].methods_by_name[method]
    message = getattr(pb, descriptor.input_type.name).FromString(request)
    enter(CallContext("", locale_of(message, ""), "", Identity(), None))
    answer: Message = await getattr(TheoryServicer(Catalogue.load()), method)(message, None)
    return answer


@pytest.mark.parametrize("name", ATTACKS)
async def test_a_costly_call_is_answered_like_a_cheap_one_and_does_not_block_the_loop(
    name: str, theory_server: RunningServer, unit_s: float
) -> None:
    method, build = ATTACKS[name]
    request = build()
    async with open_channel(theory_server.address) as channel:
        with watched_loop() as watch:
            answer = await call(channel, method, request)
    assert watch.steps
    assert watch.longest_s < MOST_HELD * unit_s
    assert isinstance(answer, bytes)
    expected = await inline(method, request)
    assert type(expected).FromString(answer) == expected


@pytest.mark.parametrize("name", GROWING)
async def test_the_costliest_inline_call_blocks_the_loop_no_longer_than_a_cheap_one(
    name: str, theory_server: RunningServer, unit_s: float
) -> None:
    method, build = GROWING[name]
    inline = [size for size in range(1, 400) if cost_us(build(size)) <= MAX_INLINE_US]
    assert 1 < len(inline) < 399
    request = build(inline[-1]).SerializeToString()
    before = children()
    async with open_channel(theory_server.address) as channel:
        with watched_loop() as watch:
            answer = await call(channel, method, request)
    assert isinstance(answer, bytes)
    assert children() == before
    assert watch.longest_s < MOST_HELD * unit_s


@pytest.mark.parametrize(
    ("name", "code", "text"),
    [
        ("break every rule", OUT_OF_RANGE, "bars[0].notes[0].pitch vaut 999"),
        ("notes that say nothing", OUT_OF_RANGE, "bars[0].notes[0]"),
        ("validate 128 wrong bars", TOO_COSTLY, "4 Mio"),
    ],
)
async def test_what_breaks_rules_or_is_too_much_is_refused_clearly(
    name: str, code: ErrorCode, text: str, theory_server: RunningServer, unit_s: float
) -> None:
    method, build = REFUSED[name]
    request = build()
    async with open_channel(theory_server.address) as channel:
        with watched_loop() as watch, pytest.raises(grpc.aio.AioRpcError) as caught:
            await raw(channel, method)(request, metadata=[("accept-language", "fr")])
    assert watch.longest_s < MOST_HELD * unit_s
    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert text in (caught.value.details() or "")
    status = read_details(caught.value)
    assert status is not None
    reason = error_details_pb2.ErrorInfo()
    assert status.details[0].Unpack(reason)
    assert reason.reason == code.name


LIGHT_NOTES = wrong_bar().notes[:20]
HEAVY_BARS = [
    pb.ValidateStreamRequest(bar=wrong_bar(1)),
    pb.ValidateStreamRequest(bar=Bar(index=2, meter=FOUR_FOUR, notes=LIGHT_NOTES)),
    pb.ValidateStreamRequest(bar=wrong_bar(3), locale="fr"),
    pb.ValidateStreamRequest(bar=Bar(index=4, meter=FOUR_FOUR, notes=LIGHT_NOTES)),
    pb.ValidateStreamRequest(bar=wrong_bar(5), constraints=constraints("accords en la majeur")),
    pb.ValidateStreamRequest(bar=wrong_bar(6), constraints=wide_constraints()),
    pb.ValidateStreamRequest(bar=Bar(index=7, meter=FOUR_FOUR, notes=LIGHT_NOTES)),
    pb.ValidateStreamRequest(bar=Bar(index=8, meter=FOUR_FOUR, notes=LIGHT_NOTES), constraints=constraints()),
    pb.ValidateStreamRequest(bar=Bar(index=9, meter=FOUR_FOUR, notes=LIGHT_NOTES)),
]


async def test_costly_and_cheap_bars_of_a_stream_keep_to_the_same_constraints_and_language(
    theory_server: RunningServer, unit_s: float
) -> None:
    requests = [pb.ValidateStreamRequest(bar=wrong_bar(), constraints=constraints(), locale="en"), *HEAVY_BARS]
    async with open_channel(theory_server.address) as channel:
        method: Any = channel.stream_stream(SERVICE + "ValidateStream")
        stream = method(request.SerializeToString() for request in requests)
        with watched_loop() as watch:
            answers = [answer async for answer in stream]
    assert watch.longest_s < MOST_HELD * unit_s

    told, locale, expected = constraints(), "en", []
    for request in requests:
        told = request.constraints if request.HasField("constraints") else told
        locale = request.locale or locale
        result = validate(told, request.bar, locale)
        expected.append(pb.ValidateStreamResponse(result=result).SerializeToString())
    assert answers == expected


async def test_a_costly_stream_without_constraints_is_refused(theory_server: RunningServer) -> None:
    async with open_channel(theory_server.address) as channel:
        stream = TheoryServiceStub(channel).ValidateStream(iter([pb.ValidateStreamRequest(bar=wrong_bar())]))
        with pytest.raises(grpc.aio.AioRpcError, match="constraints"):
            await stream.read()


@pytest.mark.parametrize(
    "name", ["detect 230 bars of 512 notes", "validate 128 valid bars", "import 60000 events", "prompt of 'C('"]
)
async def test_no_stream_is_cut_while_three_callers_attack(
    name: str, theory_server: RunningServer, unit_s: float
) -> None:
    method, build = ATTACKS[name]
    request = build()
    async with canaries(theory_server) as streams, AsyncExitStack() as stack:
        channels = [await stack.enter_async_context(open_channel(theory_server.address)) for _ in range(3)]
        with watched_loop() as watch:
            attacks = asyncio.gather(*(call(channel, method, request) for channel in channels))
            # Every stream is answered before the attackers are, and on and on.
            heard_during = 0
            while not attacks.done():
                await streams.heard()
                heard_during += not attacks.done()
        assert heard_during or name.startswith("prompt")
        assert all(isinstance(answer, bytes) for answer in await attacks)
        assert watch.longest_s < MOST_HELD * unit_s
        await streams.heard()


async def test_one_caller_can_queue_only_so_much_and_others_are_served(theory_server: RunningServer) -> None:
    method, build = ATTACKS["detect 230 bars of 512 notes"]
    request = build()

    async def as_user(channel: grpc.aio.Channel, user: str) -> grpc.StatusCode:
        try:
            await raw(channel, method)(request, metadata=[("x-user", user)])
        except grpc.aio.AioRpcError as error:
            return error.code()
        return grpc.StatusCode.OK

    async with open_channel(theory_server.address) as channel:
        greedy = [asyncio.create_task(as_user(channel, "greedy")) for _ in range(8)]
        await asyncio.wait(greedy, return_when=asyncio.FIRST_COMPLETED)  # those beyond the bound are told at once
        other = await as_user(channel, "other")
        codes = [await task for task in greedy]
    assert other is grpc.StatusCode.OK
    assert codes.count(grpc.StatusCode.OK) == 4
    assert codes.count(grpc.StatusCode.RESOURCE_EXHAUSTED) == 4


async def test_cheap_calls_start_no_process(theory_stub: TheoryServiceStub) -> None:
    before = children()
    analysed = await theory_stub.Analyse(pb.AnalyseRequest(prompt="une basse dub en la mineur, 90 bpm, 8 mesures " * 4))
    bar = Bar(meter=FOUR_FOUR, notes=wrong_bar().notes[:64])
    await theory_stub.Validate(pb.ValidateRequest(constraints=analysed.constraints, bars=[bar]))
    await theory_stub.Constrain(pb.ConstrainRequest(intent=analysed.intent))
    await theory_stub.Detect(
        pb.DetectRequest(bars=[Bar(index=i, meter=FOUR_FOUR, notes=bar.notes[:8]) for i in range(16)])
    )
    await theory_stub.Export(pb.ExportRequest(tracks=[Track(bars=[bar])], bpm=100))
    await theory_stub.ListCatalogue(pb.ListCatalogueRequest(kind=pb.CATALOGUE_KIND_SCALE))
    assert children() == before


async def test_the_processes_end_with_the_server() -> None:
    before = children()
    async with running(theory_settings().server, [theory.mount()]) as server, open_channel(server.address) as channel:
        await TheoryServiceStub(channel).Validate(pb.ValidateRequest(constraints=constraints(), bars=[wrong_bar()]))
        (worker,) = children() - before
        assert is_alive(worker)
    wait_until_gone(worker)


def children() -> set[int]:
    """Processes that this one has started."""
    return {int(pid) for task in Path("/proc/self/task").iterdir() for pid in (task / "children").read_text().split()}
