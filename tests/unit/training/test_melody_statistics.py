"""Plain figures of melodies count what they say."""

import numpy as np
import pytest
from boumbapp.music.v2.music_pb2 import Meter
from hypothesis import given
from hypothesis import strategies as st

from services.melody.line_model.history import HOLD, LOWEST, OFF, PITCHES
from training.evaluation.statistics import statistics
from training.scoring.protocol import EventLine

C = 60 - LOWEST


def line(events: list[int], mode: str = "major", beats: int = 4) -> EventLine:
    return EventLine("a", Meter(beats=beats, beat_unit=4), mode, "melody", np.array(events, dtype=np.int64))


def quarters(*pitches: int, mode: str = "major") -> EventLine:
    return line([event for pitch in pitches for event in (pitch, HOLD, HOLD, HOLD)], mode)


def test_notes_of_the_signature_are_in_scale_and_raised_degrees_are_of_minor_alone() -> None:
    scale = quarters(C, C + 2, C + 4, C + 5, C + 7, C + 9, C + 11, C + 8)
    assert statistics([scale])["in_scale"] == statistics([scale])["in_scale_raised"] == 7 / 8
    minor = quarters(C + 9, C + 6, C + 8, C + 10, mode="minor")
    told = statistics([minor])
    assert told["in_scale"] == 1 / 4
    assert told["in_scale_raised"] == 3 / 4


def test_moves_are_sorted_by_their_width() -> None:
    told = statistics([quarters(C, C, C + 2, C - 1, C + 6, C + 14, C + 1)])
    assert told["same_pitch"] == pytest.approx(1 / 6, abs=1e-4)
    assert told["steps"] == pytest.approx(1 / 6, abs=1e-4)
    assert told["skips"] == pytest.approx(2 / 6, abs=1e-4)
    assert told["leaps"] == pytest.approx(2 / 6, abs=1e-4)
    assert told["far_leaps"] == pytest.approx(1 / 6, abs=1e-4)
    assert told["mean_interval"] == pytest.approx((0 + 2 + 3 + 7 + 8 + 13) / 6, abs=1e-4)


def test_a_bar_is_repeated_when_an_earlier_one_is_the_same_and_silence_repeats_nothing() -> None:
    one, other = (C, C + 2, C + 4, C), (C + 7, C + 7, C + 5, C + 4)
    told = statistics([quarters(*one, *other, *one, *one)])
    assert told["repeated_bars"] == pytest.approx(2 / 3, abs=1e-4)
    assert told["repeated_rhythms"] == 1
    silent = [OFF, *[HOLD] * 15]
    assert statistics([line([*quarters(*one).events.tolist(), *silent, *silent])])["repeated_bars"] is None


def test_a_figure_is_repeated_in_any_transposition() -> None:
    told = statistics([quarters(C, C + 2, C + 4, C + 5, C + 12, C + 14, C + 16, C + 17)])
    assert told["repeated_figures"] == pytest.approx(1 / 4)


def test_rests_range_and_endings_are_of_what_sounds() -> None:
    told = statistics([line([HOLD, HOLD, C, HOLD, OFF, HOLD, C + 7, HOLD])])
    assert told["rests"] == 4 / 8
    assert told["range"] == 7
    assert told["ends_on_tonic"] == 0
    assert statistics([quarters(C + 7, C), quarters(C + 9, C)])["ends_on_tonic"] == 1
    assert statistics([quarters(C, C + 9, mode="minor"), quarters(C + 9, C, mode="minor")])["ends_on_tonic"] == 1 / 2
    assert statistics([line([HOLD] * 8)])["rests"] == 1


def test_lines_do_not_repeat_each_other() -> None:
    told = statistics([quarters(C, C + 2, C + 4, C)] * 5)
    assert told["repeated_bars"] is None
    assert told["lines"] == told["bars"] == 5


def test_nothing_is_no_share() -> None:
    told = statistics([line([HOLD] * 32)])
    assert (told["bars"], told["notes"], told["silent"], told["notes_per_bar"]) == (2, 0, 1, 0)
    assert told["in_scale"] is told["steps"] is told["mean_interval"] is told["repeated_figures"] is None
    assert statistics([])["notes_per_bar"] is None


@given(
    st.lists(st.lists(st.integers(OFF - 1, PITCHES - 1), min_size=1, max_size=100).map(line), max_size=5),
    st.sampled_from(["major", "minor"]),
)
def test_moves_are_of_one_width_each_and_shares_are_shares(heard: list[EventLine], mode: str) -> None:
    told = {name: value for name, value in statistics(heard).items() if value is not None}
    assert told["notes"] == sum(len(each.onsets) for each in heard)
    if "steps" in told:
        widths = sum(told[name] for name in ("same_pitch", "steps", "skips", "leaps"))
        assert widths == pytest.approx(1, abs=1e-3)
        assert told["far_leaps"] <= told["leaps"]
    for name in ("in_scale", "in_scale_raised", "repeated_bars", "repeated_rhythms", "repeated_figures"):
        assert 0 <= told.get(name, 0) <= 1
