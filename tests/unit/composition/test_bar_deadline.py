"""The time for a bar: a share of what it plays, within bounds, at any tempo and in any metre."""

import pytest
from boumbapp.music.v2.intent_pb2 import Constraints, Intent
from boumbapp.music.v2.music_pb2 import Meter
from hypothesis import given
from hypothesis import strategies as st

from services.composition.bar_deadline import BarDeadline
from services.composition.brief import CompositionBrief


def brief(bpm: float, beats: int = 4, beat_unit: int = 4) -> CompositionBrief:
    meter = Meter(beats=beats, beat_unit=beat_unit)
    return CompositionBrief(constraints=Constraints(meter=meter), intent=Intent(bpm=bpm), bars=4, seed=1)


@given(st.floats(0, 400), st.integers(1, 16), st.sampled_from([2, 4, 8, 16]))
def test_it_stays_within_its_bounds(bpm: float, beats: int, beat_unit: int) -> None:
    assert 0.2 <= BarDeadline().of(brief(bpm, beats, beat_unit)) <= 1.0


def test_it_is_a_share_of_the_time_that_a_bar_plays() -> None:
    assert BarDeadline().of(brief(200)) == pytest.approx(0.6)
    assert BarDeadline(share=0.25).of(brief(200)) == pytest.approx(0.3)
    assert BarDeadline().of(brief(200, 2, 4)) == pytest.approx(0.3)
