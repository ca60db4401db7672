"""The line model sees nothing of what is to come, knows repetition when it hears it, and knows keys and conditions."""

import math
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelstore.manifest import MANIFEST, WeightsError
from music.pitch import mask_of
from services.melody import line_model
from services.melody.line_model.features import (
    CONDITIONS,
    NO_ROOT,
    VOTES_START,
    Conditions,
    density,
    register,
    step_features,
)
from services.melody.line_model.history import CATEGORIES, HOLD, OFF, PITCHES, History, Metre
from services.melody.line_model.scoring import score
from services.melody.next_note_models.neural import major_with
from tests.unit.melody.pieces import MODELS

MODEL = MODELS / "specialist-line"
FOUR_FOUR = Metre(16, False, (4, 0, 1, 0, 2, 0, 1, 0, 3, 0, 1, 0, 2, 0, 1, 0), 4)
SIX_EIGHT = Metre(12, True, (4, 0, 1, 0, 1, 0, 3, 0, 1, 0, 1, 0), 6)
RARE = Metre(26, False, (4, *[0] * 25), 2)
C_MAJOR_TUNE = [36, HOLD, 38, HOLD, 40, HOLD, HOLD, OFF, 43, HOLD, 40, HOLD, 36, HOLD, HOLD, OFF]

events = st.lists(st.sampled_from([HOLD, HOLD, OFF, 30, 36, 38, 40, 41, 43, 79, 0]), min_size=1, max_size=70)
metres = st.sampled_from([FOUR_FOUR, SIX_EIGHT, RARE])


@cache
def network() -> line_model.LineNetwork:
    return line_model.load(MODEL)[0]


@given(metres, events)
@settings(deadline=None)
def test_features_are_always_inside_their_sizes(metre: Metre, line: list[int]) -> None:
    history = History(metre)
    for event in line:
        categories = history.categories()
        assert len(categories) == len(CATEGORIES)
        assert all(0 <= value < size for value, size in zip(categories, CATEGORIES, strict=True))
        assert np.isfinite(history.votes()).all()
        assert history.pitch_votes().min() >= 0
        ones = step_features(history, Conditions()).ones
        assert len(set(ones)) == len(ones)
        assert 0 <= min(ones) <= max(ones) < VOTES_START
        history.push(event)


@given(metres, events, st.integers(0, 69))
@settings(deadline=None, max_examples=30)
def test_what_is_to_come_changes_nothing(metre: Metre, line: list[int], cut: int) -> None:
    net = network()
    changed = [*line[:cut], *([HOLD] * (len(line) - len(line[:cut])))]
    one, other = score(net, metre, line), score(net, metre, changed)
    same = min(cut, len(line))
    assert np.array_equal(one.nats[:same], other.nats[:same])


@given(metres, events, events)
@settings(deadline=None, max_examples=30)
def test_a_copy_goes_its_own_way(metre: Metre, before: list[int], after: list[int]) -> None:
    line = line_model.LinePredictor(network(), metre)
    for event in before:
        line.push(event)
    kinds, pitches = line.kind_log_probabilities(), line.pitch_log_probabilities()
    twin = line.copy()
    for event in after:
        twin.push(event)
    assert line.kind_log_probabilities() == kinds
    assert np.array_equal(line.pitch_log_probabilities(), pitches)


def test_chances_add_up_to_one() -> None:
    line = line_model.LinePredictor(network(), FOUR_FOUR)
    for event in C_MAJOR_TUNE * 3:
        assert np.exp(line.kind_log_probabilities()).sum() == pytest.approx(1)
        assert np.exp(line.pitch_log_probabilities()).sum() == pytest.approx(1)
        line.push(event)


def test_silence_does_not_end() -> None:
    line = line_model.LinePredictor(network(), FOUR_FOUR)
    assert math.exp(line.kind_log_probabilities()[1]) == 0


def test_what_comes_again_is_expected() -> None:
    costs = score(network(), FOUR_FOUR, C_MAJOR_TUNE * 8).nats.reshape(8, -1).sum(axis=1)
    assert costs[-1] < costs[0] / 4
    assert costs[2:].max() < costs[0]


def test_a_tune_costs_less_than_the_same_notes_in_disorder() -> None:
    tune = [36, HOLD, 38, HOLD, 40, HOLD, 41, HOLD, 43, HOLD, HOLD, HOLD, 43, HOLD, HOLD, HOLD]
    jumble = [43, HOLD, 36, HOLD, HOLD, 41, HOLD, 43, 38, HOLD, HOLD, HOLD, HOLD, 40, HOLD, HOLD]
    assert score(network(), FOUR_FOUR, tune).nats.sum() < score(network(), FOUR_FOUR, jumble).nats.sum()


def test_the_scale_is_known_without_masks() -> None:
    line = line_model.LinePredictor(network(), FOUR_FOUR)
    scale = np.array([(pitch + 24) % 12 in (0, 2, 4, 5, 7, 9, 11) for pitch in range(PITCHES)])
    for event in C_MAJOR_TUNE * 2:
        assert np.exp(line.pitch_log_probabilities())[scale].sum() > 0.8
        line.push(event)


def test_what_is_told_matters() -> None:
    few, many = (
        line_model.LinePredictor(network(), FOUR_FOUR),
        line_model.LinePredictor(network(), FOUR_FOUR),
    )
    few.condition_on(Conditions((0, 0, 0, density(1), 6)))
    many.condition_on(Conditions((0, 0, 0, density(13), 6)))
    assert many.kind_log_probabilities()[2] > few.kind_log_probabilities()[2]
    low, high = few.copy(), few.copy()
    low.condition_on(Conditions((0, 0, 0, density(5), register(28.0))))
    high.condition_on(Conditions((0, 0, 0, density(5), register(55.0))))
    middle = np.arange(PITCHES)
    assert np.exp(high.pitch_log_probabilities()) @ middle > np.exp(low.pitch_log_probabilities()) @ middle


def test_more_notes_are_never_a_lower_density() -> None:
    assert all(density(one) <= density(other) for one, other in pairwise(range(20)))
    assert density(100) < CONDITIONS[3] - 1  # the last value means that it is not told
    assert NO_ROOT == 12


@pytest.mark.parametrize(
    ("tonic", "scale", "major"),
    [
        (0, (0, 2, 4, 5, 7, 9, 11), 0),  # C major
        (9, (9, 11, 0, 2, 4, 5, 7), 0),  # A minor
        (9, (9, 11, 0, 2, 4, 5, 8), 0),  # A harmonic minor
        (2, (2, 4, 5, 7, 9, 11, 0), 0),  # D dorian
        (7, (7, 9, 11, 0, 2, 4, 5), 0),  # G mixolydian
        (9, (9, 0, 2, 4, 7), 0),  # A minor pentatonic
        (0, (0, 3, 5, 6, 7, 10), 3),  # C blues, as C minor
        (7, (7, 9, 10, 0, 2, 3, 5), 10),  # G minor
    ],
)
def test_every_scale_is_heard_as_the_major_scale_it_is_nearest_to(
    tonic: int, scale: tuple[int, ...], major: int
) -> None:
    assert major_with(tonic, mask_of(scale)) == major


def test_weights_are_small_and_refused_when_they_changed(tmp_path: Path) -> None:
    assert sum(path.stat().st_size for path in MODEL.iterdir()) < 20_000_000
    for path in MODEL.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    line_model.load(tmp_path)
    graph = tmp_path / "kinds.onnx"
    graph.write_bytes(graph.read_bytes()[:-1] + b"\0")
    with pytest.raises(WeightsError, match=r"kinds\.onnx has digest"):
        line_model.load(tmp_path)
    graph.unlink()
    with pytest.raises(WeightsError, match="no usable weights"):
        line_model.load(tmp_path)
    (tmp_path / MANIFEST).write_text("[]", encoding="utf-8")
    with pytest.raises(WeightsError, match="no usable weights"):
        line_model.load(tmp_path)


def test_graphs_that_are_no_graphs_are_refused() -> None:
    with pytest.raises(WeightsError, match="onnxruntime cannot use"):
        line_model.LineNetwork(dict.fromkeys(("advance.onnx", "kinds.onnx", "pitches.onnx"), b"nothing"))


def test_in_a_long_song_what_comes_back_half_a_bar_late_is_found() -> None:
    metre = Metre(16, False, (4, *(0,) * 15), 4)
    passage = [event for pitch in (36, 41, 38, 45, 43, 40, 47, 36) for event in (pitch, HOLD)]
    for filler, is_found in ((3, False), (18, True)):
        history = History(metre)
        for event in [*passage, *[HOLD] * (filler * 16 + 8), *passage[:10]]:
            history.push(event)
        votes = history.pitch_votes()[0]
        assert (votes.argmax() == 40) == is_found


def test_lags_of_short_pieces_are_whole_bars_and_odd_metres_have_no_halves() -> None:
    assert Metre(16, False, (), 4).half == 8
    assert Metre(12, True, (), 6).half == 6
    assert Metre(12, False, (), 4).half == 12
    assert Metre(14, False, (), 4).half == 14
