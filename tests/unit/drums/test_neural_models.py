"""Features of the specialist's models, and how they are run."""

from pathlib import Path

import numpy as np
import pytest
from boumbapp.music.v2.music_pb2 import Meter
from hypothesis import given, settings
from hypothesis import strategies as st

from modelstore.manifest import WeightsError, save_files
from services.drums.kit.kit import CLASSES
from services.drums.neural.features import FAMILY, KIND, PIECE_FEATURES, TEMPO, FloatArray, PieceFeatures
from services.drums.neural.hit_history import CLASSES_OF_SET, COPIES, HIT_FEATURES, NO_SET, SETS, HitHistory
from services.drums.neural.onnx_models import NAME, SpecialistModel
from services.drums.neural.touch_history import GRID, TOUCH_FEATURES, TouchHistory
from services.drums.performance.deviation_model import PROBABILITIES
from services.drums.styles.style import FAMILIES
from tests.unit.drums.grooves import FOUR_FOUR, MODELS

MODEL, _ = SpecialistModel.load(MODELS / NAME)
PIECE = PieceFeatures(meter=FOUR_FOUR, family="funk", bpm=100, kind="beat")
METERS = [FOUR_FOUR, Meter(beats=3, beat_unit=4), Meter(beats=7, beat_unit=8), Meter(beats=1, beat_unit=16)]
BEAT, SNARE, HAT = 0b101, 0b110, 0b100
BAR = [BEAT, 0, HAT, 0, SNARE, 0, HAT, 0, BEAT, 0, BEAT, 0, SNARE, 0, HAT, 0]
sets = st.lists(st.integers(0, SETS - 1), max_size=80)
meters = st.sampled_from(METERS)


def classes_of(hit_set: int) -> list[float]:
    classes: list[float] = CLASSES_OF_SET[hit_set].tolist()
    return classes


def times(values: list[float], amount: float) -> list[float]:
    return [value * amount for value in values]


@given(sets, meters)
def test_features_are_finite_and_have_their_place(played: list[int], meter: Meter) -> None:
    history, touch = HitHistory(PieceFeatures(meter=meter)), TouchHistory(PieceFeatures(meter=meter))
    for hit_set in played:
        classes = classes_of(hit_set)
        assert len(history.features()) == HIT_FEATURES
        assert len(touch.features(classes)) == TOUCH_FEATURES
        assert np.isfinite(history.features()).all()
        assert np.isfinite(touch.features(classes)).all()
        assert len(history.copies()) == COPIES
        history.append(hit_set)
        touch.append(classes, times(classes, 127), times(classes, 0.5))


@given(sets)
def test_copies_are_the_sets_of_one_two_four_and_eight_bars_ago(played: list[int]) -> None:
    short = PieceFeatures(meter=Meter(beats=1, beat_unit=4))  # four steps, so that eight bars are not long
    history = HitHistory(short)
    for now, hit_set in enumerate(played):
        expected = [played[now - 4 * bars] if now >= 4 * bars else NO_SET for bars in (1, 2, 4, 8)]
        assert history.copies()[:4] == expected
        history.append(hit_set)


@given(st.lists(st.integers(0, 2), min_size=2, max_size=60))
def test_a_copy_is_what_followed_the_longest_passage_like_the_last_one(played: list[int]) -> None:
    history = HitHistory(PIECE)
    for hit_set in played:
        history.append(hit_set)

    def alike(end: int) -> int:
        length = 0
        while length < end and played[end - 1 - length] == played[len(played) - 1 - length]:
            length += 1
        return length

    lengths = {end: alike(end) for end in range(1, len(played))}
    longest = max(lengths.values(), default=0)
    found = history.copies()[4]
    if longest == 0:
        assert found == NO_SET
    else:
        assert found == played[max(end for end, length in lengths.items() if length == longest)]


def test_what_is_not_known_of_a_piece_says_so() -> None:
    known, unknown = PIECE.vector(), PieceFeatures(meter=FOUR_FOUR).vector()
    assert len(known) == PIECE_FEATURES
    assert known[FAMILY].argmax() == FAMILIES.index("funk")
    assert unknown[FAMILY].argmax() == 0
    assert unknown[KIND].argmax() == 0
    assert not unknown[TEMPO].any()
    assert known[TEMPO][-1] == 1
    silent = classes_of(0)
    assert not any(TouchHistory(PIECE).features(silent)[GRID])
    assert TouchHistory(PIECE, (0.0, 0.3, 0.0, 0.3)).features(silent)[GRID] == pytest.approx([0, 1.5, 0, 1.5, 1])


@settings(max_examples=15, deadline=None)
@given(sets, meters)
def test_probabilities_sum_to_one_and_are_repeatable(played: list[int], meter: Meter) -> None:
    piece = PieceFeatures(meter=meter)
    first, second = MODEL.hit_predictor(piece), MODEL.hit_predictor(piece)
    for hit_set in played:
        probabilities = first.probabilities()
        assert probabilities.sum() == pytest.approx(1, abs=1e-5)
        assert (probabilities >= 0).all()
        assert (second.probabilities() == probabilities).all()
        first.append(hit_set)
        second.append(hit_set)


def test_extending_predicts_the_same_as_appending_step_by_step() -> None:
    played = BAR * 3
    one, other = MODEL.hit_predictor(PIECE), MODEL.hit_predictor(PIECE)
    at_once = one.extend(played)
    for step, hit_set in enumerate(played):
        np.testing.assert_allclose(other.probabilities(), at_once[step], atol=1e-5)
        other.append(hit_set)
    np.testing.assert_allclose(one.probabilities(), other.probabilities(), atol=1e-5)


def test_what_comes_later_changes_nothing() -> None:
    one, other = MODEL.hit_predictor(PIECE), MODEL.hit_predictor(PIECE)
    first, second = one.extend(BAR + [BEAT] * 16), other.extend(BAR + [0] * 16)
    np.testing.assert_allclose(first[:17], second[:17], atol=1e-6)


def test_a_copy_of_a_predictor_leaves_the_first_as_it_was() -> None:
    predictor = MODEL.hit_predictor(PIECE)
    predictor.extend(BAR)
    before = predictor.probabilities().copy()
    alone = predictor.copy()
    alone.extend([SETS - 1] * 20)
    assert (predictor.probabilities() == before).all()


def test_bits_are_the_negative_log_likelihood_and_leave_the_history_as_it_was() -> None:
    predictor, other = MODEL.hit_predictor(PIECE), MODEL.hit_predictor(PIECE)
    predictor.extend(BAR)
    bits = predictor.bits(BAR)
    probabilities = predictor.extend(BAR)
    assert bits == pytest.approx(float(-np.log2(probabilities[np.arange(len(BAR)), BAR]).sum()))
    assert bits < other.bits(BAR), "a repeated bar costs less"


def test_a_repeated_groove_is_predicted_to_continue() -> None:
    predictor = MODEL.hit_predictor(PIECE)
    predictor.extend(BAR * 6)
    probabilities = predictor.extend(BAR)
    likely = probabilities.argmax(axis=1).tolist()
    assert sum(ours == theirs for ours, theirs in zip(likely, BAR, strict=True)) >= 13
    assert float(-np.log2(probabilities[np.arange(16), BAR]).mean()) < 1.5


@settings(max_examples=15, deadline=None)
@given(sets, st.integers(1, 127), st.floats(-0.5, 0.5))
def test_quantiles_are_in_order_and_can_be_played(played: list[int], velocity: int, offset: float) -> None:
    predictor = MODEL.touch_predictor(PIECE)
    for hit_set in played:
        classes = classes_of(hit_set)
        if hit_set:
            quantiles = predictor.quantiles(classes)
            assert quantiles.shape == (sum(classes), 2, len(PROBABILITIES))
            assert (np.diff(quantiles, axis=-1) >= 0).all()
            assert (quantiles[:, 0] >= 1).all()
            assert (quantiles[:, 0] <= 127).all()
            assert (np.abs(quantiles[:, 1]) <= 0.5).all()
        predictor.append(classes, times(classes, velocity), times(classes, offset))


def test_a_drummer_who_plays_softly_and_late_is_expected_to_go_on_so() -> None:
    def expected(velocity: int, offset: float) -> tuple[float, float]:
        predictor = MODEL.touch_predictor(PIECE)
        for hit_set in BAR * 4:
            classes = classes_of(hit_set)
            predictor.append(classes, times(classes, velocity), times(classes, offset))
        quantiles = predictor.quantiles(classes_of(BEAT))[0, :, PROBABILITIES.index(0.5)]
        return float(quantiles[0]), float(quantiles[1])

    soft, loud = expected(45, 0.15), expected(110, -0.15)
    assert soft[0] < loud[0] - 20
    assert soft[1] > loud[1] + 0.1


def test_steps_count_whether_or_not_anybody_asks_about_them() -> None:
    asked, unasked = MODEL.touch_predictor(PIECE), MODEL.touch_predictor(PIECE)
    for step, hit_set in enumerate(BAR * 2):
        classes = classes_of(hit_set)
        if hit_set:
            first = asked.quantiles(classes)
            if step % 5 == 0:
                np.testing.assert_allclose(unasked.quantiles(classes), first, atol=1e-3)
        asked.append(classes, times(classes, 80), classes_of(0))
        unasked.append(classes, times(classes, 80), classes_of(0))


def test_each_class_is_predicted_the_same_whichever_others_are_requested() -> None:
    def predicted(*classes: int) -> FloatArray:
        return MODEL.touch.run([[0.0] * TOUCH_FEATURES], classes, MODEL.touch.initial_state())[0]

    everything = predicted(*range(CLASSES))
    for of_class in range(CLASSES):
        np.testing.assert_allclose(predicted(of_class)[0], everything[of_class], atol=1e-6)


def test_predictions_of_a_graph_are_not_overwritten_by_its_next_run() -> None:
    graph, blank = MODEL.touch, MODEL.touch.initial_state()
    first, after = graph.run([[0.0] * TOUCH_FEATURES], [0], blank)
    kept = first.copy(), after.copy()
    second, _ = graph.run([[1.0] * TOUCH_FEATURES], [0], after)
    assert not np.array_equal(first, second)
    assert all(np.array_equal(now, before) for now, before in zip((first, after), kept, strict=True))


def test_models_that_are_not_what_they_should_be_are_refused(tmp_path: Path) -> None:
    save_files(tmp_path, NAME, "1", {"hits.onnx": b"half of it"})
    with pytest.raises(WeightsError, match=r"touch\.onnx"):
        SpecialistModel.load(tmp_path)
