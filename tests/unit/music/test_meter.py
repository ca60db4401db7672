"""Bars are as long and as accented as their time signature says."""

from typing import Any

import pytest
from boumbapp.music.v2.music_pb2 import Meter
from hypothesis import given
from hypothesis import strategies as st

from music.meter import DOWNBEAT, GROUP, SIXTEENTH, is_compound, step_weights, steps_per_bar, steps_per_beat

METERS = st.builds(Meter, beats=st.integers(1, 32), beat_unit=st.sampled_from([2, 4, 8, 16]))


@pytest.mark.parametrize(
    ("beats", "unit", "steps", "beat", "groups"),
    [
        (4, 4, 16, 4, [0, 8]),
        (3, 4, 12, 4, [0]),
        (2, 4, 8, 4, [0]),
        (5, 4, 20, 4, [0, 12]),
        (6, 8, 12, 6, [0, 6]),
        (9, 8, 18, 6, [0, 6, 12]),
        (12, 8, 24, 6, [0, 6, 12, 18]),
        (7, 8, 14, 2, [0, 4, 8]),
        (2, 2, 16, 8, [0]),
    ],
)
def test_usual_metres(beats: int, unit: int, steps: int, beat: int, groups: list[int]) -> None:
    meter = Meter(beats=beats, beat_unit=unit)
    assert steps_per_bar(meter) == steps
    assert steps_per_beat(meter) == beat
    assert [step for step, weight in enumerate(step_weights(meter)) if weight >= GROUP] == groups


@pytest.mark.parametrize(("beats", "unit"), [(2, 4), (3, 4), (4, 4), (6, 8), (9, 8), (12, 8)])
def test_no_step_is_accented_that_music21_finds_weaker(beats: int, unit: int) -> None:
    from music21 import meter

    weights = step_weights(Meter(beats=beats, beat_unit=unit))
    signature: Any = meter.TimeSignature(f"{beats}/{unit}")
    strengths = [signature.getAccentWeight(step / 4, forcePositionMatch=True) for step in range(len(weights))]
    for one in range(len(weights)):
        for other in range(len(weights)):
            if strengths[one] > strengths[other]:
                assert weights[one] >= weights[other], (one, other)


@given(METERS)
def test_every_bar_has_one_downbeat_and_a_weight_for_each_step(meter: Meter) -> None:
    weights = step_weights(meter)
    assert len(weights) == steps_per_bar(meter)
    assert weights[0] == DOWNBEAT
    assert weights.count(DOWNBEAT) == 1
    assert all(SIXTEENTH <= weight <= DOWNBEAT for weight in weights)
    assert steps_per_bar(meter) % steps_per_beat(meter) == 0


@given(METERS)
def test_compound_beats_are_dotted(meter: Meter) -> None:
    assert steps_per_beat(meter) * meter.beat_unit == (48 if is_compound(meter) else 16)
