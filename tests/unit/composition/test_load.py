"""Who is taken in while others listen."""

from contextlib import ExitStack
from contextvars import copy_context

import pytest
from boumbapp.music.v2.music_pb2 import Meter
from boumbapp.music.v2.playback_pb2 import PACE_AS_FAST_AS_POSSIBLE, PACE_UNSPECIFIED, Pace, Playback

from services.chassis.errors.catalogue import ApiError, ErrorCode
from services.chassis.request_context import CallContext, Identity, enter
from services.composition.scheduling.errors import BUSY, BUSY_SHARE
from services.composition.scheduling.load import RETRY_S, Load
from services.composition.scheduling.playhead import Playhead

MANY = 30  # listeners, more than a few and fewer than there is time for
COST_S = 0.02  # a place makes fifty bars a second, enough for a hundred listeners at 120 quarters a minute


class Hall:
    """Listeners who come and stay."""

    def __init__(self, places: int = 1) -> None:
        self.now = 100.0
        self.load = Load(lambda: places, lambda: self.now)
        for _ in range(2000):
            self.load.took(COST_S)
        self._stay = ExitStack()

    def enter(
        self,
        user: str,
        pace: Pace.ValueType = PACE_UNSPECIFIED,
        due_in_ms: int = 0,
        *,
        nested: bool = False,
        first: bool = True,
    ) -> ErrorCode | None:
        """Why a listener is refused; None where one is not, and has the first bar."""

        def ask() -> Playhead:
            enter(CallContext("r-1", "en", "", Identity(user), None, nested))
            return self.load.admitted(Playback(pace=pace, due_in_ms=due_in_ms))

        try:
            head = copy_context().run(ask)
        except ApiError as refused:
            return refused.code
        head.follow(Meter(beats=4, beat_unit=4), 120, 0)
        self.last = self._stay.enter_context(self.load.listening(head)), head
        if first:
            self.load.made(head, 0, COST_S)
        return None

    def many(self, number: int, user: str = "") -> list[ErrorCode | None]:
        return [self.enter(user or f"user-{at}") for at in range(number)]


def test_as_many_are_taken_in_as_can_be_served_in_time_and_others_refused() -> None:
    refused = [code for code in Hall().many(200) if code]
    assert set(refused) == {BUSY}
    assert 135 <= len(refused) <= 145


def test_a_refusal_says_when_to_come_again() -> None:
    hall = Hall()
    hall.many(200)
    with pytest.raises(ApiError) as caught:
        hall.load.admitted(Playback())
    assert caught.value.retry_s == RETRY_S
    assert caught.value.status == "RESOURCE_EXHAUSTED"


def test_twice_the_places_serve_twice_as_many() -> None:
    one, two = (sum(code is None for code in Hall(places).many(400)) for places in (1, 2))
    assert two == pytest.approx(2 * one, abs=2)


def test_one_user_gets_half_at_most_and_others_the_rest() -> None:
    hall = Hall()
    greedy = hall.many(200, "greedy")
    assert 45 <= sum(code is None for code in greedy) <= 50
    assert greedy[-1] is BUSY_SHARE
    assert hall.enter("other") is None


def test_when_little_is_left_it_is_for_those_who_have_nothing() -> None:
    hall = Hall()
    hall.many(55)
    assert hall.enter("user-3") is BUSY_SHARE
    assert hall.enter("newcomer") is None


def test_files_are_never_refused_and_take_nothing_from_those_who_listen() -> None:
    hall = Hall()
    assert {hall.enter("files", PACE_AS_FAST_AS_POSSIBLE) for _ in range(500)} == {None}
    assert hall.load.part == 0
    assert hall.enter("files") is None


def test_a_piece_that_another_service_has_begun_goes_on() -> None:
    hall = Hall()
    hall.many(300)
    assert hall.enter("band") is BUSY
    assert hall.enter("band", due_in_ms=4000, nested=True) is None
    assert hall.enter("forger", due_in_ms=4000) is BUSY


def test_who_reads_nothing_leaves_room_for_others() -> None:
    hall = Hall()
    for at in range(70):
        assert hall.enter(f"silent-{at}") is None
        hall.load.rests(hall.last[0])
    assert hall.load.part == 0
    assert sum(code is None for code in hall.many(100)) == sum(code is None for code in Hall().many(100))


def test_nobody_is_taken_in_for_a_while_after_a_bar_was_held_up() -> None:
    hall = Hall()
    assert hall.enter("ana") is None
    _, head = hall.last
    hall.now = head.due(9) - head.lead_s + 0.1
    hall.load.made(head, 9, 0.01)  # as soon as it may be
    hall.many(MANY)
    assert hall.enter("bob") is None
    hall.now += 4
    hall.load.made(head, 9, 4.0)  # its engine is slow
    assert hall.enter("eve") is None
    hall.load.made(head, 9, 0.01)
    assert hall.enter("joe") is BUSY
    hall.now += 5
    assert hall.enter("joe") is None


def test_bars_that_are_held_up_while_more_are_made_than_are_played_close_no_door() -> None:
    hall = Hall()
    assert hall.enter("ana") is None
    _, head = hall.last
    hall.many(MANY)
    hall.now = head.due(9) - head.lead_s + 4
    for _ in range(100):  # six times as many as are played
        hall.load.made(head, 9, 0.01)
        hall.now += 0.01
    assert hall.enter("eve") is None
    hall.now += 2.0
    hall.load.made(head, 9, 0.01)
    assert head.left_s(9) < head.bar_s  # it is nearly late, whatever else is made
    assert hall.enter("joe") is BUSY


def test_an_accident_while_few_listen_closes_no_door() -> None:
    hall = Hall()
    assert hall.enter("ana") is None
    _, head = hall.last
    hall.now += 60
    hall.load.made(head, 9, 0.01)
    assert hall.enter("bob") is None


def test_a_newcomer_does_not_pay_for_the_crowd_of_one_user() -> None:
    hall = Hall()
    assert hall.enter("ana") is None
    _, head = hall.last
    hall.many(MANY, "eve")
    hall.now += 60
    hall.load.made(head, 9, 0.01)
    assert hall.enter("eve") is BUSY
    assert hall.enter("bob") is None


def test_a_stream_that_is_young_or_rested_is_not_held_up() -> None:
    hall = Hall()
    assert hall.enter("ana") is None
    _, head = hall.last
    hall.now += 1
    hall.load.made(head, 1, 0.01)
    hall.now += 60
    head.take(1)
    hall.load.made(head, 2, 0.01)
    assert hall.enter("bob") is None
    hall.many(MANY)
    hall.now += 10
    hall.load.made(head, 2, 0.01)  # and yet it is late
    assert hall.enter("eve") is BUSY


def test_those_who_come_are_counted_before_they_listen() -> None:
    now = [100.0]
    load = Load(clock=lambda: now[0])

    def come(user: str) -> bool:
        enter(CallContext("r-1", "en", "", Identity(user), None, False))
        try:
            return load.admitted(Playback()) is not None
        except ApiError:
            return False

    def many() -> int:
        return sum(copy_context().run(come, f"user-{at}") for at in range(1000))

    at_once = many()
    assert 90 <= at_once <= 110  # their first bars take half a second
    assert many() == 0
    now[0] += 10  # all have left without a word
    assert many() == at_once


def test_when_all_have_left_nothing_is_promised() -> None:
    hall = Hall()
    hall.many(50)
    hall._stay.close()
    assert hall.load.part == 0
    assert hall.load.idle


def test_one_bar_that_took_long_by_accident_refuses_none_and_many_do() -> None:
    hall = Hall()
    hall.many(MANY)
    for _ in range(200):  # at five bars a second, so that each counts for a twentieth
        hall.now += 0.2
        hall.load.took(COST_S)
    hall.load.took(2.0)
    assert hall.enter("somebody") is None
    for _ in range(5):
        hall.load.took(2.0)
    assert hall.enter("somebody else") == BUSY
