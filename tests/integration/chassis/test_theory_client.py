"""Bars on their way through theory, over a real channel, while theory comes and goes."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import grpc
import grpc.aio
import pytest
from boumbapp.drums.v1.drums_service_pb2 import RefineRequest
from boumbapp.drums.v1.drums_service_pb2_grpc import DrumsServiceStub
from boumbapp.music.v1.intent_pb2 import BarPlan, Constraints
from boumbapp.music.v1.music_pb2 import DRUM_PIECE_KICK, ROLE_MELODY, Bar, DrumHit, Key, Meter, Note
from boumbapp.theory.v1 import theory_service_pb2 as pb
from boumbapp.theory.v1.theory_service_pb2_grpc import add_TheoryServiceServicer_to_server

from services.chassis.client.channel import open_channel
from services.chassis.errors.catalogue import DEADLINE, ApiError
from services.chassis.errors.status import UpstreamError
from services.chassis.server.server import RunningServer, ServiceDefinition, running
from services.composition.theory_client import TheoryClient
from services.drums import main as drums
from services.theory import main as theory
from services.theory.catalogue.catalogue import Catalogue
from services.theory.servicer import TheoryServicer
from tests.integration.conftest import theory_settings
from tests.integration.drums.conftest import drums_settings

FOUR_FOUR = Meter(beats=4, beat_unit=4)
IN_C = Constraints(
    meter=FOUR_FOUR,
    role=ROLE_MELODY,
    lowest_pitch=60,
    highest_pitch=84,
    max_polyphony=1,
    plans=[BarPlan(key=Key(tonic="C", scale="major"), pitch_classes=0b1010_1011_0101)],
)


def bar(index: int, pitch: int) -> Bar:
    return Bar(index=index, meter=FOUR_FOUR, notes=[Note(pitch=pitch, duration_steps=4, velocity=90)])


async def test_bars_of_a_piece_are_corrected_one_after_the_other(theory_server: RunningServer) -> None:
    async with open_channel(theory_server.address) as channel:
        async with TheoryClient(channel).checking(IN_C, "fr") as check:
            right, wrong = await check(bar(0, 60)), await check(bar(1, 66))
        assert [note.name for note in right.bar.notes] == ["C4"]
        assert not right.corrections
        (correction,) = wrong.corrections
        assert "Do majeur" in correction.explanation
        assert wrong.bar.index == 1


async def test_a_piece_goes_on_when_theory_was_restarted_between_two_bars() -> None:
    async with running(theory_settings().server, [theory.mount()]) as first:
        address = first.address
        channel = open_channel(address)
        checking = TheoryClient(channel).checking(IN_C, "en")
        check = await checking.__aenter__()
        await check(bar(0, 60))
    async with running(theory_settings(address).server, [theory.mount()]):
        corrected = await check(bar(1, 66))
        assert corrected.corrections[0].explanation.endswith(".")
        await checking.__aexit__(None, None, None)
    await channel.close()


async def test_constraints_that_contradict_themselves_are_the_fault_of_the_request(
    theory_server: RunningServer,
) -> None:
    narrow = Constraints()
    narrow.CopyFrom(IN_C)
    narrow.highest_pitch = narrow.lowest_pitch + 1
    async with open_channel(theory_server.address) as channel, TheoryClient(channel).checking(narrow, "en") as check:
        with pytest.raises(UpstreamError) as caught:
            await check(bar(0, 60))
        assert caught.value.status.code == grpc.StatusCode.INVALID_ARGUMENT.value[0]


class Attended(TheoryServicer):
    """Theory that tells when a stream of bars ended, and what it was asked for."""

    def __init__(self) -> None:
        super().__init__(Catalogue.load())
        self.left = asyncio.Event()
        self.streams = 0
        self.calls = 0

    async def Validate(self, request: pb.ValidateRequest, context: Any) -> pb.ValidateResponse:
        self.calls += 1
        return await super().Validate(request, context)

    async def ValidateStream(
        self, request_iterator: AsyncIterator[pb.ValidateStreamRequest], context: Any
    ) -> AsyncIterator[pb.ValidateStreamResponse]:
        self.streams += 1
        try:
            async for response in super().ValidateStream(request_iterator, context):
                yield response
        finally:
            self.left.set()


async def nothing() -> None:
    return


def mounted(servicer: TheoryServicer) -> ServiceDefinition:
    return ServiceDefinition(
        descriptor=pb.DESCRIPTOR.services_by_name["TheoryService"],
        add=partial(add_TheoryServiceServicer_to_server, servicer),
        warm=nothing,
    )


async def test_who_leaves_in_the_middle_of_a_piece_leaves_theory_too() -> None:
    attended = Attended()
    async with (
        running(theory_settings().server, [mounted(attended)]) as server,
        open_channel(server.address) as channel,
    ):
        checking = TheoryClient(channel).checking(IN_C, "en")
        check = await checking.__aenter__()
        await check(bar(0, 60))
        error = ConnectionError("the listener left")
        assert not await checking.__aexit__(ConnectionError, error, None)
        await asyncio.wait_for(attended.left.wait(), 2)
        assert check is not None  # held until here: it is leaving that ends the stream, not the garbage collector


async def test_a_refinement_is_checked_over_one_stream_for_bars_of_one_metre() -> None:
    attended = Attended()
    async with (
        running(theory_settings().server, [mounted(attended)]) as server,
        running(drums_settings(server.address).server, [drums.mount(drums_settings(server.address))]) as drums_server,
        open_channel(drums_server.address) as channel,
    ):
        meters = [FOUR_FOUR, FOUR_FOUR, FOUR_FOUR, Meter(beats=3, beat_unit=4), FOUR_FOUR]
        hit = DrumHit(piece=DRUM_PIECE_KICK, velocity=100)
        bars = [Bar(index=index, meter=meter, hits=[hit]) for index, meter in enumerate(meters)]
        request = RefineRequest(instruction="louder kick", bars=bars, bpm=100, seed=1)
        events = [event async for event in DrumsServiceStub(channel).Refine(request, timeout=10)]
    refined = [event.bar.composed for event in events if event.HasField("bar")]
    assert [each.bar.index for each in refined] == list(range(5))
    assert [each.bar.meter for each in refined] == meters
    assert (attended.streams, attended.calls) == (3, 0)


class Silent(TheoryServicer):
    """Takes bars and never answers."""

    def __init__(self) -> None:
        super().__init__(Catalogue.load())
        self.left = asyncio.Event()

    async def ValidateStream(
        self, request_iterator: AsyncIterator[pb.ValidateStreamRequest], context: Any
    ) -> AsyncIterator[pb.ValidateStreamResponse]:
        try:
            async for _ in request_iterator:
                await asyncio.Event().wait()
                yield pb.ValidateStreamResponse()
        finally:
            self.left.set()


async def test_a_theory_that_hangs_is_waited_for_a_second_and_then_left() -> None:
    silent = Silent()
    async with running(theory_settings().server, [mounted(silent)]) as server, open_channel(server.address) as channel:
        with pytest.raises(ApiError) as caught:
            async with TheoryClient(channel).checking(IN_C, "en") as check:
                await check(bar(0, 60))
        assert caught.value.code is DEADLINE
        await asyncio.wait_for(silent.left.wait(), 2)
