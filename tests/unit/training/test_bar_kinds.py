"""Which bars are new, and what a segment is: the same for every model."""

import numpy as np
import pytest
from boumbapp.music.v2.music_pb2 import Meter

from services.melody.line_model.history import HOLD, OFF
from training.evaluation.bar_kinds import steps_of_kind
from training.evaluation.metrics import BarKindTally
from training.scoring.protocol import EventLine
from training.scoring.segments import SEGMENT_BARS, cut_out, segments_of

BAR = 16


def bar(*pitches: int) -> list[int]:
    """Four quarters; a negative number is a rest."""
    return [event for pitch in pitches for event in [pitch if pitch >= 0 else OFF, *[HOLD] * 3]]


def line(*bars: list[int], beats: int = 4) -> EventLine:
    return EventLine("a", Meter(beats=beats, beat_unit=4), "major", "melody", np.concatenate(bars))


def kinds(*bars: list[int]) -> list[tuple[bool, bool]]:
    found = steps_of_kind(line(*bars))
    assert all((of.reshape(-1, BAR).all(axis=1) == of.reshape(-1, BAR).any(axis=1)).all() for of in found.values())
    return list(zip(found["not_repeated"][::BAR].tolist(), found["new"][::BAR].tolist(), strict=True))


def test_a_bar_is_new_when_fewer_than_half_of_the_notes_are_those_of_an_earlier_one() -> None:
    first = bar(36, 38, 40, 41)
    like, unlike = bar(36, 38, 40, 43), bar(36, 38, 43, 45)
    # Of the five notes of the first two bars three are the same; of the six of the others, two.
    assert kinds(first, first, like) == [(True, True), (False, False), (True, False)]
    assert kinds(first, unlike) == [(True, True), (True, True)]


def test_a_bar_of_another_ending_is_not_repeated_and_not_new() -> None:
    assert kinds(bar(36, 38, 40, 41), [*bar(36, 38, 40, 41)[:-2], OFF, HOLD]) == [(True, True), (True, False)]


def test_what_comes_back_off_the_bar_lines_is_new_but_not_new_anywhere() -> None:
    tune = [36, 38, 40, 41, 43, 45, 47, 48]
    late = line(bar(*tune[:4]), bar(*tune[4:]), [HOLD] * 8 + bar(*tune[:2]), bar(*tune[2:6]))
    found = steps_of_kind(late)
    assert found["new"][3 * BAR]
    assert not found["new_anywhere"][3 * BAR]
    assert found["new_anywhere"][BAR]


def test_a_bar_without_a_note_is_never_new() -> None:
    silent = [HOLD] * BAR
    assert kinds(silent, bar(36, -1, -1, -1), silent) == [(True, False), (True, True), (False, False)]


def test_bits_of_kinds_are_means_over_their_steps_alone() -> None:
    tally = BarKindTally()
    whole = line(bar(36, 38, 40, 41), bar(36, 38, 40, 41), bar(48, 50, 52, 53))
    tally.add(whole, np.log(2) * np.repeat([3.0, 100.0, 1.0], BAR))
    assert tally.metrics() == {
        "bits_per_step_not_repeated": 2.0,
        "bits_per_step_new": 2.0,
        "steps_not_repeated": 2 * BAR,
        "steps_new": 2 * BAR,
        "bits_per_step_new_anywhere": 2.0,
        "steps_new_anywhere": 2 * BAR,
    }
    # A model that says nothing of the first step is scored on the others.
    short = BarKindTally()
    short.add(whole, np.log(2) * np.repeat([3.0, 100.0, 1.0], BAR)[1:])
    assert short.metrics()["steps_new"] == 2 * BAR - 1
    assert BarKindTally().metrics()["bits_per_step_new"] is None


@pytest.mark.parametrize(("bars", "first", "count"), [(3, 0, 1), (16, 0, 1), (33, 0, 2), (34, 2, 2), (33, 2, 1)])
def test_segments_are_sixteen_bars_from_the_first_note_on(bars: int, first: int, count: int) -> None:
    given = line(*([[HOLD] * BAR] * first), *([bar(36, 38, 40, 41)] * (bars - first)))
    segments = segments_of([given])
    assert len(segments) == count
    assert all(segment.events[0] == 36 for segment in segments)
    assert {len(segment.events) for segment in segments} == {min(bars - first, SEGMENT_BARS) * BAR}


def test_a_note_from_before_a_segment_is_silent_in_it() -> None:
    held = line(bar(36, 38, 40, 41), [HOLD, OFF, HOLD, HOLD, *bar(43, 45, 47)])
    assert cut_out(held, BAR, BAR).events.tolist() == [HOLD] * 4 + bar(43, 45, 47)
    assert held.events[BAR + 1] == OFF
