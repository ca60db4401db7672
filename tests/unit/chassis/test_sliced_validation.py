"""Large messages are checked in slices, with the same findings."""

import asyncio

import pytest
from boumbapp.music.v2.music_pb2 import Bar, Meter, Note, Track
from boumbapp.theory.v2.theory_service_pb2 import ExportRequest
from google.protobuf.message import DecodeError
from google.protobuf.message_factory import GetMessageClass

from services.chassis.errors.catalogue import MOST_SHOWN, ApiError
from services.chassis.server import sliced_validation, validation
from tests.chaos.fuzzing import Fuzzer

REQUESTS = 2000


def found(errors: list[ApiError]) -> list[tuple[str, str, dict[str, str]]]:
    return [(error.code.name, error.field, error.facts()) for error in errors]


async def test_what_is_found_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sliced_validation, "_SMALL_BYTES", -1)
    wrong = 0
    for method, content, _ in Fuzzer(5).requests(REQUESTS):
        message = GetMessageClass(method.input_type)()
        try:
            message.ParseFromString(content)
        except DecodeError:
            continue
        expected = found(validation.check(message))
        assert found(await sliced_validation.check(message)) == expected
        wrong += bool(expected)
    assert wrong > REQUESTS / 4


def large(pitch: int) -> ExportRequest:
    bars = [Bar(index=i, meter=Meter(beats=4, beat_unit=4)) for i in range(64)]
    for bar in bars:
        bar.notes.extend(Note(pitch=pitch, duration_steps=1, velocity=1) for _ in range(512))
    return ExportRequest(bpm=100, tracks=[Track(bars=bars)])


async def test_others_go_on_while_a_large_message_is_checked() -> None:
    steps = 0

    async def others() -> None:
        nonlocal steps
        while True:
            steps += 1
            await asyncio.sleep(0)

    task = asyncio.create_task(others())
    assert await sliced_validation.check(large(60)) == []
    task.cancel()
    assert steps > 3


async def test_no_more_is_found_than_is_shown() -> None:
    assert found(await sliced_validation.check(large(200))) == found(validation.check(large(200)))
    assert len(await sliced_validation.check(large(200))) == MOST_SHOWN
