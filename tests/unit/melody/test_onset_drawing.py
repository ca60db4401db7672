"""Onset patterns are drawn exactly as likely as their odds, and always as many as asked."""

import random
from collections import Counter
from itertools import combinations

import pytest
from boumbapp.music.v2.music_pb2 import ROLE_MELODY, Meter
from hypothesis import given
from hypothesis import strategies as st

from services.melody.plan.bar_constraints import BarConstraints, bar_constraints_of
from services.melody.plan.rhythm import LONGEST, draw_onsets, fit_onsets, vary_onsets
from services.melody.plan.sampling import between, pick
from tests.unit.melody.pieces import g_minor_piece


def constraints(beats: int = 4, beat_unit: int = 4, onsets: tuple[int, int] = (4, 8)) -> BarConstraints:
    brief = g_minor_piece(ROLE_MELODY, 1, meter=Meter(beats=beats, beat_unit=beat_unit), onsets=onsets)
    return bar_constraints_of(brief.constraints, 0)


def odds(step: int, since: int) -> float:
    return (1 + step % 3) * (0.3 if since == 1 else 2.0 if since == 2 else 1.0)


def weight(pattern: tuple[int, ...], since: int) -> float:
    """Product of the odds of a pattern's onsets."""
    product, last = 1.0, -since
    for step in pattern:
        product *= odds(step, min(step - last, LONGEST))
        last = step
    return product


def test_patterns_are_as_likely_as_the_product_of_their_odds() -> None:
    short = constraints(2, 4)  # 8 steps, 56 patterns of 3
    draws = 20_000
    drawn = Counter(draw_onsets(short, 3, odds, random.Random(seed), since=4) for seed in range(draws))
    weights = {pattern: weight(pattern, 4) for pattern in combinations(range(8), 3)}
    total = sum(weights.values())
    assert set(drawn) <= set(weights)
    for pattern, value in weights.items():
        expected = draws * value / total
        assert abs(drawn[pattern] - expected) < 5 * expected**0.5 + 5


@given(st.sampled_from([(2, 4), (4, 4), (7, 8), (5, 16), (32, 2)]), st.data())
def test_as_many_onsets_as_asked_forced_ones_among_them(meter: tuple[int, int], data: st.DataObject) -> None:
    bar = constraints(*meter)
    count = data.draw(st.integers(1, min(bar.steps, 40)))
    forced = data.draw(st.sets(st.integers(0, bar.steps - 1), max_size=count))
    onsets = draw_onsets(bar, count, odds, random.Random(data.draw(st.integers(0, 999))), forced=forced)
    assert len(onsets) == count
    assert list(onsets) == sorted(set(onsets))
    assert forced <= set(onsets) <= set(range(bar.steps))


@given(st.sets(st.integers(0, 15), min_size=1), st.integers(0, 999))
def test_varying_moves_at_most_one_onset_and_never_the_first(onsets: set[int], seed: int) -> None:
    before = tuple(sorted(onsets))
    after = vary_onsets(constraints(), before, odds, random.Random(seed))
    assert len(after) == len(before)
    assert len(set(before) - set(after)) <= 1
    assert before[0] in after


@given(st.sets(st.integers(0, 20)), st.integers(1, 16), st.integers(0, 8))
def test_a_recalled_rhythm_is_brought_inside_what_is_wanted(onsets: set[int], fewest: int, more: int) -> None:
    bar = constraints(onsets=(fewest, min(fewest + more, 16)))
    fitted = fit_onsets(bar, onsets, odds)
    assert bar.fewest <= len(fitted) <= bar.most
    inside = {step for step in onsets if step < 16}
    assert set(fitted) <= inside or inside <= set(fitted)


def test_picking_follows_the_weights_and_never_picks_the_impossible() -> None:
    draw = random.Random(5)
    picked = Counter(pick(draw, "abc", (1.0, 0.0, 3.0)) for _ in range(4000))
    assert picked["b"] == 0
    assert picked["c"] / picked["a"] == pytest.approx(3, rel=0.15)


@given(st.integers(-5, 5), st.integers(0, 9), st.integers(0, 10**6))
def test_a_number_between_lies_between(low: int, width: int, seed: int) -> None:
    assert low <= between(random.Random(seed), low, low + width) <= low + width
