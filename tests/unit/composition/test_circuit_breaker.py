"""The breaker against arbitrary histories, with a clock that the test winds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.composition.circuit_breaker import CircuitBreaker, State


class Clock:
    """Stands still until it is wound."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


PAUSE_S = 10.0
# What may happen, and how often the clock moves: below, up to and beyond the pause.
events = st.lists(
    st.one_of(
        st.sampled_from(["succeed", "fail", "give_up", "ask"]),
        st.sampled_from([0.5, PAUSE_S / 2, PAUSE_S, 3 * PAUSE_S]),
    ),
    max_size=60,
)


def opened(failures: int, clock: Clock) -> CircuitBreaker:
    breaker = CircuitBreaker(failures, PAUSE_S, clock)
    for _ in range(failures):
        assert breaker.admit()
        breaker.fail()
    return breaker


@given(events, st.integers(1, 5))
def test_it_opens_after_so_many_failures_in_a_row_and_never_before(history: list[str | float], most: int) -> None:
    """Callers report only what they were admitted for, one after the other."""
    clock = Clock()
    breaker = CircuitBreaker(most, PAUSE_S, clock)
    in_a_row, opened_at = 0, None
    for event in history:
        if isinstance(event, float):
            clock.now += event
            continue
        expected = opened_at is None or clock.now - opened_at >= PAUSE_S
        assert breaker.admit() == expected
        if not expected:
            continue
        match event:
            case "succeed":
                breaker.succeed()
                in_a_row, opened_at = 0, None
            case "fail":
                breaker.fail()
                in_a_row += 1
                if in_a_row >= most:
                    opened_at = clock.now
            case _:
                breaker.give_up()
    waited = opened_at is not None and clock.now - opened_at >= PAUSE_S
    assert breaker.state is (State.CLOSED if opened_at is None else State.HALF_OPEN if waited else State.OPEN)


@given(st.integers(1, 5), st.floats(0, PAUSE_S, exclude_max=True))
def test_while_it_is_open_nobody_may_try(most: int, later: float) -> None:
    clock = Clock()
    breaker = opened(most, clock)
    clock.now += later
    if clock.now - 100.0 < PAUSE_S:
        assert breaker.state is State.OPEN
        assert not breaker.admit()


@given(st.integers(1, 5), st.integers(2, 8), st.sampled_from(["succeed", "fail", "give_up"]))
def test_half_open_lets_one_try_whatever_becomes_of_it(most: int, callers: int, end: str) -> None:
    clock = Clock()
    breaker = opened(most, clock)
    clock.now += PAUSE_S
    assert breaker.state is State.HALF_OPEN
    assert [breaker.admit() for _ in range(callers)] == [True, *[False] * (callers - 1)]
    getattr(breaker, end)()
    assert breaker.state is {"succeed": State.CLOSED, "fail": State.OPEN, "give_up": State.HALF_OPEN}[end]
    assert breaker.admit() == (end != "fail")


@given(st.integers(0, 9))
def test_failures_that_come_late_do_not_prolong_the_pause(later: int) -> None:
    clock = Clock()
    breaker = opened(2, clock)
    clock.now += later
    breaker.fail()
    clock.now = 100.0 + PAUSE_S
    assert breaker.state is State.HALF_OPEN


def test_a_breaker_that_opens_after_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="one failure"):
        CircuitBreaker(0)
