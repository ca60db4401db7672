"""Bars on their way through theory, over a real channel, while theory comes and goes."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import grpc
import grpc.aio
import pytest
from boumbapp.music.v2.intent_pb2 import BarPlan, Constraints
from boumbapp.music.v2.music_pb2 import ROLE_MELODY, Bar, Key, Meter, Note
from boumbapp.theory.v2 import theory_service_pb2 as pb
from boumbapp.theory.v2.theory_service_pb2_grpc import add_TheoryServiceServicer_to_server

from services.chassis.client.channel import open_channel
from services.chassis.errors.catalogue import DEPENDENCY_DOWN, ApiError
from services.chassis.errors.status import UpstreamError
from services.chassis.server.server import RunningServer, ServiceDefinition, running
from services.composition.theory_client import Check, TheoryClient
from services.theory import main as theory
from services.theory.catalogue.catalogue import Catalogue
from services.theory.servicer import TheoryServicer
from tests.integration.conftest import theory_settings

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


@contextmanager
def theory_process(path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Theory in a process of its own, which can be killed without a farewell."""
    environment = {**os.environ, "BOUMB_THEORY_ADDRESS": f"unix:{path}", "BOUMB_LOG_LEVEL": "ERROR"}
    with subprocess.Popen([sys.executable, "-m", "services.theory.main"], env=environment) as process:
        try:
            yield process
        finally:
            process.kill()


async def first_bar(channel: grpc.aio.Channel, check: Check) -> None:
    """Wait for theory, and have it correct a bar."""
    await asyncio.wait_for(channel.channel_ready(), 30)
    await check(bar(0, 60))


def kill_unseen(process: subprocess.Popen[bytes]) -> None:
    """Kill a process while the event loop is busy, so that the next write meets a stream whose end was not yet read."""
    process.kill()
    process.wait()
    time.sleep(0.2)


async def test_a_bar_written_to_a_theory_that_has_just_died_says_that_theory_is_away(tmp_path: Path) -> None:
    path = tmp_path / "theory"
    with theory_process(path) as process:
        async with open_channel(f"unix:{path}") as channel, TheoryClient(channel).checking(IN_C, "en") as check:
            await first_bar(channel, check)
            kill_unseen(process)
            with pytest.raises(ApiError) as caught:
                await check(bar(1, 66))
    assert caught.value.code is DEPENDENCY_DOWN


async def test_a_bar_written_to_a_theory_that_has_just_died_is_corrected_by_the_next(tmp_path: Path) -> None:
    path = tmp_path / "theory"
    with theory_process(path) as dying:
        async with open_channel(f"unix:{path}") as channel, TheoryClient(channel).checking(IN_C, "en") as check:
            await first_bar(channel, check)
            async with running(theory_settings(f"unix:{path}").server, [theory.mount()]):
                kill_unseen(dying)
                assert (await check(bar(1, 66))).corrections


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


async def test_a_theory_that_hangs_is_left_and_asked_again_and_then_counts_as_away() -> None:
    silent = Silent()

    async def nothing() -> None:
        return

    mount = ServiceDefinition(
        descriptor=pb.DESCRIPTOR.services_by_name["TheoryService"],
        add=partial(add_TheoryServiceServicer_to_server, silent),
        warm=nothing,
    )
    async with running(theory_settings().server, [mount]) as server, open_channel(server.address) as channel:
        with pytest.raises(ApiError) as caught:
            async with TheoryClient(channel).checking(IN_C, "en") as check:
                await check(bar(0, 60))
        assert caught.value.code is DEPENDENCY_DOWN
        assert caught.value.retry_s
        await asyncio.wait_for(silent.left.wait(), 2)
