"""Recording: every stream once, in order, whatever the journal does; the stream itself never waits."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Iterator, Sequence
from pathlib import Path

import pytest
from boumbapp.journal.v2.interaction_pb2 import (
    INTERACTION_KIND_COMPOSE,
    OUTCOME_COMPLETED,
    OUTCOME_FAILED,
    OUTCOME_LEFT,
    Interaction,
)
from boumbapp.journal.v2.journal_service_pb2 import RecordResponse
from boumbapp.music.v2.events_pb2 import ComposingEvent, Progress, Started

from services.chassis import request_context as contexts
from services.chassis.errors.catalogue import DEADLINE, ApiError
from services.composition.recording.entry import Entry
from services.composition.recording.journal_client import JournalClient, NotDeliveredError
from services.composition.recording.recorder import NoRecorder, SpoolingRecorder
from services.composition.recording.spool import Spool

MIB = 1024 * 1024


class Shelf:
    """A journal that can be away.

    Attributes:
        taken: What it has stored.
    """

    def __init__(self, away: int = 0, pause_s: float = 0) -> None:
        self.taken: list[Interaction] = []
        self._away = away
        self._pause_s = pause_s

    async def send(self, entries: Sequence[bytes]) -> None:
        if self._pause_s:
            await asyncio.sleep(self._pause_s)
        if self._away:
            self._away -= 1
            raise ConnectionError("away")
        self.taken += map(Interaction.FromString, entries)


async def stream(name: str, error: Exception | None = None) -> AsyncGenerator[ComposingEvent, None]:
    yield ComposingEvent(started=Started(request_id=name))
    yield ComposingEvent(progress=Progress(stage="composing"))
    if error:
        raise error
    yield ComposingEvent(sequence=2)


def entry(name: str) -> Entry:
    return Entry(kind=INTERACTION_KIND_COMPOSE, request_id=name, locale="fr", prompt="basse")


def as_caller(user: str, *, nested: bool = False) -> None:
    contexts.enter(contexts.CallContext("", "en", "", contexts.Identity(user), None, nested))


async def compose(recorder: SpoolingRecorder, name: str, error: Exception | None = None) -> int:
    return len([event async for event in recorder.recorded(entry(name), stream(name, error))])


async def test_streams_are_recorded_with_how_they_ended(tmp_path: Path) -> None:
    shelf = Shelf()
    as_caller("ana")
    async with SpoolingRecorder("melody", Spool(tmp_path, MIB), shelf).running() as recorder:
        assert await compose(recorder, "whole") == 3
        with pytest.raises(ApiError):
            await compose(recorder, "failed", ApiError(DEADLINE))
        left = recorder.recorded(entry("left"), stream("left"))
        await anext(left)
        await left.aclose()
    assert [(each.request_id, each.outcome, each.error) for each in shelf.taken] == [
        ("whole", OUTCOME_COMPLETED, ""),
        ("failed", OUTCOME_FAILED, "DEADLINE"),
        ("left", OUTCOME_LEFT, ""),
    ]
    whole = shelf.taken[0]
    assert (whole.user, whole.service, whole.prompt, len(whole.events)) == ("ana", "melody", "basse", 2)
    assert whole.began.seconds > 0


async def test_what_the_journal_did_not_take_comes_later_once_and_in_order(tmp_path: Path) -> None:
    shelf = Shelf(away=3)
    async with SpoolingRecorder("melody", Spool(tmp_path, MIB), shelf).running() as recorder:
        for number in range(50):
            await compose(recorder, f"r{number}")
        while len(shelf.taken) < 50:  # noqa: ASYNC110  the recorder tells no test how far it is
            await asyncio.sleep(0.01)
    assert [each.request_id for each in shelf.taken] == [f"r{number}" for number in range(50)]
    assert Spool(tmp_path, MIB).waiting_bytes == 0


async def test_what_is_not_taken_before_the_end_is_there_for_the_next_process(tmp_path: Path) -> None:
    async with SpoolingRecorder("melody", Spool(tmp_path, MIB), Shelf(away=10**6)).running() as recorder:
        for number in range(5):
            await compose(recorder, f"r{number}")
    shelf = Shelf()
    async with SpoolingRecorder("melody", Spool(tmp_path, MIB), shelf).running():
        pass
    assert [each.request_id for each in shelf.taken] == [f"r{number}" for number in range(5)]


async def test_a_part_of_a_larger_request_is_recorded_by_who_asks_for_it(tmp_path: Path) -> None:
    shelf = Shelf()
    as_caller("ana", nested=True)
    async with SpoolingRecorder("melody", Spool(tmp_path, MIB), shelf).running() as recorder:
        assert await compose(recorder, "part") == 3
    assert not shelf.taken


@pytest.mark.parametrize("disk", [False, True])
async def test_without_room_music_goes_on_and_it_is_said_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, disk: bool
) -> None:
    spool = Spool(tmp_path, 1) if disk else None
    with caplog.at_level(logging.ERROR):
        async with SpoolingRecorder("melody", spool, Shelf()).running() as recorder:
            for number in range(5):
                assert await compose(recorder, f"r{number}") == 3
            await asyncio.sleep(0.1)
            assert [notice.code for notice in recorder.notices("fr")] == ["NOT_RECORDED"]
            assert await compose(recorder, "more") == 3
            await asyncio.sleep(0.1)
            assert not recorder.notices("fr")
    assert len([record for record in caplog.records if record.name == "recording"]) == 1


async def test_streams_do_not_wait_for_a_slow_journal(tmp_path: Path) -> None:
    """A hundred streams end while the journal has not answered once."""
    shelf = Shelf(pause_s=3600)
    recorder = SpoolingRecorder("melody", Spool(tmp_path, MIB), shelf)
    async with recorder.running():
        for number in range(100):
            assert await compose(recorder, f"r{number}") == 3
        assert not shelf.taken


async def test_without_a_journal_the_stream_is_handed_through() -> None:
    events = stream("r")
    assert NoRecorder().recorded(entry("r"), events) is events
    await events.aclose()


async def test_a_call_that_ends_as_cancelled_is_tried_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """gRPC ends a call so when the journal dies while a batch is being written."""
    client = JournalClient(f"unix:{tmp_path}/nobody.sock")
    answers: Iterator[BaseException | RecordResponse] = iter([asyncio.CancelledError(), RecordResponse(stored=1)])

    async def lost(*_: object, **__: object) -> RecordResponse:
        answer = next(answers)
        if isinstance(answer, BaseException):
            raise answer
        return answer

    monkeypatch.setattr(client._stub, "Record", lost)
    with pytest.raises(NotDeliveredError):
        await client.send([b"x"])
    await client.send([b"x"])
    await client.close()
