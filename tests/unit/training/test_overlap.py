"""Sets of melodies are as alike as they are: Yang and Lerch's features, distances, areas and divergences."""

import numpy as np
import pytest
from boumbapp.music.v2.music_pb2 import Meter
from hypothesis import given
from hypothesis import strategies as st

from services.melody.line_model.history import HOLD, OFF
from training.evaluation.overlap import FEATURES, FEWEST, compared, inter_set, intra_set, likeness
from training.scoring.protocol import EventLine, FloatArray

PITCH_FREE = ("note_count", "inter_onset_interval", "note_length_histogram", "note_length_transitions")
UNMOVED = (*PITCH_FREE, "pitch_count", "pitch_class_count", "pitch_range", "pitch_interval")


def line(events: list[int]) -> EventLine:
    return EventLine("a", Meter(beats=4, beat_unit=4), "major", "melody", np.array(events, dtype=np.int64))


@st.composite
def lines(draw: st.DrawFn) -> EventLine:
    """Lines of at least two notes, an octave and a half wide at most, with rests."""
    events = [20]
    for pitch, steps, rest in draw(
        st.lists(st.tuples(st.integers(20, 38), st.integers(1, 16), st.integers(0, 4)), min_size=1, max_size=20)
    ):
        events += [pitch, *[HOLD] * (steps - 1), *[OFF, *[HOLD] * rest][: rest + 1]]
    return line(events)


def random_lines(count: int, seed: int, low: int = 30, high: int = 50) -> list[EventLine]:
    random = np.random.default_rng(seed)
    return [line(random.integers(low, high, 40).tolist()) for _ in range(count)]


@given(lines(), st.integers(-12, 12))
def test_transposing_changes_only_which_pitch_classes_there_are(heard: EventLine, semitones: int) -> None:
    moved = line([event + semitones if event >= 0 else event for event in heard.events.tolist()])
    for name in UNMOVED:
        np.testing.assert_allclose(FEATURES[name](moved), FEATURES[name](heard))
    np.testing.assert_allclose(
        FEATURES["pitch_class_histogram"](moved), np.roll(FEATURES["pitch_class_histogram"](heard), semitones)
    )
    matrix = FEATURES["pitch_class_transitions"](heard).reshape(12, 12)
    np.testing.assert_allclose(
        FEATURES["pitch_class_transitions"](moved).reshape(12, 12), np.roll(matrix, (semitones, semitones), (0, 1))
    )


@given(lines())
def test_histograms_and_matrices_are_shares_and_the_rest_is_one_number(heard: EventLine) -> None:
    for name, feature in FEATURES.items():
        told = feature(heard)
        if name.endswith(("histogram", "transitions")):
            assert told.sum() == pytest.approx(1)
            assert (told >= 0).all()
        else:
            assert told.shape == (1,)


def test_features_of_a_known_line() -> None:
    # C4 quarter, E4 eighth, a rest of an eighth, C4 half, G4 sixteenth.
    heard = line([36, HOLD, HOLD, HOLD, 40, HOLD, OFF, HOLD, 36, *[HOLD] * 7, 43])
    told = {name: feature(heard) for name, feature in FEATURES.items()}
    assert told["pitch_count"] == told["pitch_class_count"] == 3
    assert told["pitch_range"] == 7
    assert told["pitch_interval"] == pytest.approx((4 + 4 + 7) / 3)
    assert told["note_count"] == 4
    assert told["inter_onset_interval"] == pytest.approx(16 / 3)
    assert told["pitch_class_histogram"][[0, 4, 7]].tolist() == [0.5, 0.25, 0.25]
    assert told["note_length_histogram"].tolist() == [0.25, 0.25, 0, 0.25, 0, 0.25, 0, 0]
    matrix = told["pitch_class_transitions"].reshape(12, 12)
    assert matrix[0, 4] == matrix[4, 0] == matrix[0, 7] == pytest.approx(1 / 3)


def test_every_vector_is_held_against_all_others_but_not_against_itself() -> None:
    vectors = np.array([[0.0], [3.0], [7.0]])
    assert sorted(intra_set(vectors)) == [3, 3, 4, 4, 7, 7]
    assert sorted(inter_set(vectors, np.array([[1.0]]))) == [1, 2, 6]


DISTANCES = st.lists(st.floats(0, 100), min_size=8, max_size=60).map(np.array).filter(lambda each: np.ptp(each) > 1)


@given(DISTANCES, DISTANCES)
def test_areas_are_symmetric_shares_and_divergences_are_not_negative(first: FloatArray, second: FloatArray) -> None:
    there, back = compared(first, second), compared(second, first)
    assert there is not None
    assert back is not None
    assert there.area == pytest.approx(back.area)
    assert 0 <= there.area <= 1
    assert there.divergence >= 0


@given(DISTANCES)
def test_equal_distances_overlap_wholly_and_diverge_by_nothing(distances: FloatArray) -> None:
    same = compared(distances, distances)
    assert same is not None
    assert same.area == pytest.approx(1, abs=0.01)
    assert same.divergence == pytest.approx(0, abs=1e-6)


def test_distances_far_apart_share_nothing() -> None:
    random = np.random.default_rng(1)
    apart = compared(random.normal(1, 0.1, 50), random.normal(90, 0.1, 50))
    assert apart is not None
    assert apart.area < 0.001
    assert apart.divergence > 10


def test_two_normal_densities_overlap_as_they_must() -> None:
    random = np.random.default_rng(2)
    told = compared(random.normal(10, 1, 20_000), random.normal(12, 1, 20_000))
    assert told is not None
    assert told.area == pytest.approx(0.3173, abs=0.03)  # 2 * Phi(-1)
    assert told.divergence == pytest.approx(2 / np.log(2), rel=0.1)


def test_sets_of_one_kind_are_more_alike_than_sets_of_two() -> None:
    human = random_lines(30, 1)
    alike, unlike = likeness(human, random_lines(30, 2)), likeness(human, random_lines(30, 3, 10, 70))
    for name in ("pitch_count", "pitch_range", "pitch_interval", "pitch_class_transitions"):
        first, second = alike[name], unlike[name]
        assert first is not None
        assert first.area > 0.85
        assert second is None or second.area < first.area
        assert second is None or second.divergence > first.divergence


def test_what_too_few_or_equal_lines_say_is_nothing() -> None:
    assert set(likeness(random_lines(FEWEST - 1, 1), random_lines(30, 2)).values()) == {None}
    assert set(likeness(random_lines(30, 1), []).values()) == {None}
    equal = [line([36, 38, 40])] * 6
    assert set(likeness(equal, equal).values()) == {None}
