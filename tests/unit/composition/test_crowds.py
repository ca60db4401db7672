"""Crowds in simulated time: no listener who was taken in waits for a bar, and none is refused while there is time."""

import random
from typing import Any

import pytest

from tests.unit.composition.crowd import Costs, Heard, come, simulated

COSTS = Costs()
FULL = COSTS.listeners  # as many as two processors can play to
COME_PER_S = FULL / 40


def heard(arrivals: list[float], costs: Costs = COSTS, **how: Any) -> Heard:
    return simulated(lambda: come(arrivals, costs, **how))


def one_after_the_other(part: float) -> list[float]:
    """So many that this part of what the machine can do is needed."""
    return [at / COME_PER_S for at in range(int(part * FULL))]


@pytest.mark.parametrize("services", [1, 2])
def test_nobody_is_refused_or_late_at_two_thirds_of_what_can_be_done(services: int) -> None:
    result = heard(one_after_the_other(2 / 3), services=services)
    assert not result.refused_at
    assert not result.late_s


@pytest.mark.parametrize("part", [1.3, 2.0])
def test_of_too_many_none_who_was_taken_in_is_late(part: float) -> None:
    result = heard(one_after_the_other(part), stays_after_s=60)
    assert not result.late_s
    assert 0.8 * FULL < len(result.first_s) < FULL


def test_who_comes_and_goes_is_served_like_who_stays() -> None:
    rng = random.Random(5)
    arrivals = sorted(rng.uniform(0, 60) for _ in range(int(FULL * 1.5 * 3)))
    result = heard(arrivals, stay_s=20)
    assert not result.late_s
    assert len(result.first_s) > 0.6 * FULL * 3


def test_half_of_all_at_once_wait_for_their_first_bars_and_for_no_other() -> None:
    result = heard([0.0] * int(FULL / 2))
    assert len(result.first_s) + len(result.refused_at) == int(FULL / 2)
    assert len(result.first_s) > FULL / 3
    assert not result.late_s


def test_bars_that_differ_in_their_cost_beside_their_place_are_in_time_too() -> None:
    for costs in (Costs(bar=0.006, beside=0.026), Costs(bar=0.028, beside=0.004, call=0.1)):
        result = heard(one_after_the_other(1.5), costs, stays_after_s=40)
        assert not result.late_s
        assert len(result.first_s) > 0.6 * FULL
