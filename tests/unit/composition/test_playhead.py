"""When the bars of a stream are due."""

from math import inf

import pytest
from boumbapp.music.v2.music_pb2 import Meter
from boumbapp.music.v2.playback_pb2 import PACE_AS_FAST_AS_POSSIBLE, PACE_PLAYBACK, Playback
from hypothesis import given
from hypothesis import strategies as st

from services.composition.scheduling.playhead import LEAD, Playhead, bar_seconds

FOUR_FOUR = Meter(beats=4, beat_unit=4)


class Clock:
    """Tells the time that the test sets."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def playhead(clock: Clock, first: int = 0, **playback: int) -> Playhead:
    head = Playhead(Playback(**playback), "ana", clock)  # type: ignore[arg-type]
    head.follow(FOUR_FOUR, 120, first)
    return head


@pytest.mark.parametrize(
    ("meter", "bpm", "seconds"),
    [
        (FOUR_FOUR, 120, 2.0),
        (Meter(beats=6, beat_unit=8), 60, 3.0),
        (Meter(beats=7, beat_unit=8), 210, 1.0),
        (FOUR_FOUR, 0, 2.0),
    ],
)
def test_a_bar_lasts_as_long_as_its_metre_and_tempo_say(meter: Meter, bpm: float, seconds: float) -> None:
    assert bar_seconds(meter, bpm) == pytest.approx(seconds)


def test_bar_k_is_due_k_bars_after_the_first_that_is_asked_for() -> None:
    head = playhead(Clock(), first=3)
    assert [head.due(index) for index in (0, 3, 4, 7)] == [100, 100, 102, 108]


def test_who_goes_on_says_what_is_left_to_play() -> None:
    clock = Clock()
    head = playhead(clock, first=8, due_in_ms=3_500)
    assert head.due(8) == pytest.approx(103.5)
    clock.now += 1
    left = head.left(9)
    assert left.due_in_ms == 4_500
    assert playhead(clock, first=9, due_in_ms=left.due_in_ms).due(9) == pytest.approx(head.due(9))


def test_while_many_listen_a_stream_gets_its_lead_little_by_little() -> None:
    clock = Clock()
    head = playhead(clock)
    assert head.early_s(2, busy=True) <= 0
    assert [head.least_lead_s(index) for index in (0, 8, 16, 32, 99)] == [4, 5, 6, 8, 8]
    assert head.early_s(3, busy=True) > head.early_s(3)
    clock.now = head.due(40) + 1
    head.take(40)
    assert head.least_lead_s(40) == 4
    assert playhead(clock, due_in_ms=10).least_lead_s(0) == head.lead_s


def test_a_bar_of_a_piece_that_has_begun_says_so_even_when_it_is_late() -> None:
    clock = Clock()
    head = playhead(clock)
    assert head.left(0).due_in_ms == 0
    clock.now += 60
    assert head.left(4).due_in_ms == 1


def test_no_bar_is_due_where_nobody_listens() -> None:
    head = playhead(Clock(), pace=PACE_AS_FAST_AS_POSSIBLE)
    assert head.due(0) == head.due(50) == inf
    assert head.early_s(50) == 0


def test_a_bar_is_early_until_it_is_a_few_bars_away() -> None:
    clock = Clock()
    head = playhead(clock, pace=PACE_PLAYBACK)
    assert head.keeps_to_lead
    assert head.early_s(LEAD) == 0
    assert head.early_s(LEAD + 1) == 2.0
    clock.now += 2.0
    assert head.early_s(LEAD + 1) == 0


@given(st.lists(st.floats(0, 20), min_size=1, max_size=20))
def test_who_rests_is_not_owed_the_bars_of_that_time(rests: list[float]) -> None:
    clock = Clock()
    head = playhead(clock)
    for index, rest in enumerate(rests):
        clock.now += rest
        head.take(index)
        assert head.due(index + 1) >= clock.now + head.bar_s - 1e-6
        assert head.due(index + 1) - head.due(index) == pytest.approx(head.bar_s)
