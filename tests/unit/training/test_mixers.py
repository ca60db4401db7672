"""Mixers are made of experts that see nothing of the future, and give probabilities."""

import numpy as np
import pytest
from boumbapp.music.v2.music_pb2 import Meter
from hypothesis import given, settings
from hypothesis import strategies as st

from services.drums.neural.hit_history import SETS
from training.baselines.bundle import load as load_baselines
from training.baselines.matches import matches_of
from training.baselines.mixer import Gate, MixedModel, views_of
from training.common.expert_mixing import fit_weights, mix
from training.drum_hits.baselines import ORDER, DrumMarkovModel, learn_sets
from training.drum_hits.mixer import EXPERTS, ROWS, DrumExperts, count_places
from training.evaluation.gates import load_baseline_mixer
from training.scoring.protocol import EventLine

MIXER = load_baseline_mixer()
EVENTS = st.lists(st.integers(-2, 79), min_size=2, max_size=60)


def line(events: list[int], beats: int = 4) -> EventLine:
    return EventLine("a", Meter(beats=beats, beat_unit=4), "major", "melody", np.array(events, dtype=np.int64))


@settings(max_examples=25)
@given(events=EVENTS, beats=st.sampled_from([3, 4]))
def test_a_mixer_gives_probabilities_and_sees_nothing_of_the_future(events: list[int], beats: int) -> None:
    whole = line([*events, 36], beats)
    prediction = MIXER.predict(whole)
    assert np.exp(prediction.kinds).sum(axis=1) == pytest.approx(1)
    assert np.exp(prediction.pitches).sum(axis=1) == pytest.approx(1)
    for end in (1, len(events) // 2 + 1):
        beginning = MIXER.predict(line(whole.events[:end].tolist(), beats))
        assert beginning.kinds == pytest.approx(prediction.kinds[:end], abs=1e-4)
        assert beginning.pitches == pytest.approx(prediction.pitches[: len(beginning.pitches)], abs=1e-4)


def test_a_passage_that_comes_back_at_any_lag_is_expected() -> None:
    random = np.random.default_rng(1)
    passage = [event for pitch in random.integers(20, 50, 24).tolist() for event in (pitch, -2)]
    whole = line([*passage, *[-2] * 5, *passage])  # five sixteenths too late
    bits = MIXER.nats(whole) / np.log(2)
    assert bits[-len(passage) // 2 :].mean() < 0.2 * bits[: len(passage)].mean()


def test_transposed_passages_vote_for_the_moved_pitch() -> None:
    tune = [36, 38, 40, 36, 43, 41]
    found = matches_of(line([*tune, *(pitch + 5 for pitch in tune)]))
    transposed = found.pitches[:, 2].argmax(axis=-1)
    assert transposed[9:].tolist() == [41, 48, 46]


def test_fitting_finds_the_expert_that_is_right_in_each_context() -> None:
    random = np.random.default_rng(1)
    happened = random.integers(0, 3, 600)
    rows = np.stack([np.arange(600) % 2, np.full(600, 2)], axis=1)
    right, other = np.full((600, 3), 0.05), np.full((600, 3), 0.05)
    right[np.arange(600), happened] = 0.9
    other[np.arange(600), (happened + 1) % 3] = 0.9
    views = np.log(np.where((rows[:, :1] == 0)[:, None], np.stack([right, other], 1), np.stack([other, right], 1)))
    weights = fit_weights(rows, views.astype(np.float32), happened, 3)
    assert np.exp(mix(weights, rows, views)[np.arange(600), happened]).min() > 0.95
    assert weights[0, 0] > weights[0, 1]
    assert weights[1, 1] > weights[1, 0]


def test_a_gate_that_trusts_one_model_alone_is_that_model() -> None:
    _, markov, gru = load_baselines()
    whole = line([36, -2, 38, -2, 36, -2, 38, -2, 40])
    views = views_of(whole, [markov.predict(whole), gru.predict(whole)])
    kinds, pitches = (np.zeros((14, count)) for count in (views.kinds.shape[1], views.pitches.shape[1]))
    kinds[:8, -1] = pitches[:8, -1] = 1
    assert MixedModel("gru", [markov, gru], Gate(kinds, pitches)).nats(whole) == pytest.approx(gru.nats(whole))


SETS_PLAYED = st.lists(st.sampled_from([0, 0, 1, 2, 3, 5, 260]), min_size=1, max_size=70)


@settings(max_examples=20)
@given(played=SETS_PLAYED, bar=st.sampled_from([12, 16]))
def test_drum_experts_give_probabilities_and_a_copy_goes_its_own_way(played: list[int], bar: int) -> None:
    learned = [np.array([1, 0, 2, 0] * 8, dtype=np.int32)]
    experts = DrumExperts(DrumMarkovModel(learn_sets(learned), ORDER), count_places(learned), bar)
    for struck in played:
        views = experts.views()
        assert np.exp(views).sum(axis=1) == pytest.approx(1, abs=1e-3)
        assert views.shape == (EXPERTS, SETS)
        assert (experts.rows() < ROWS).all()
        experts.append(struck)
    before = experts.views()
    twin = experts.copy()
    for struck in (1, 1, 0, 2):
        twin.append(struck)
    assert (experts.views() == before).all()


def test_drum_matches_name_what_followed() -> None:
    learned = [np.array([1, 0, 2, 0] * 8, dtype=np.int32)]
    experts = DrumExperts(DrumMarkovModel(learn_sets(learned), ORDER), count_places(learned), 16)
    for struck in (1, 0, 4, 0, 2, 6, 1, 0, 4, 0):
        experts.append(struck)
    assert experts.views()[4:6].argmax(axis=1).tolist() == [2, 2]
