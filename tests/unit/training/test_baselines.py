"""The baselines are the models that they say they are."""

import math

import numpy as np
import pytest
from boumbapp.music.v2.music_pb2 import Meter
from hypothesis import given
from hypothesis import strategies as st

from training.baselines.bundle import load
from training.baselines.gru import INPUTS, inputs_of
from training.baselines.markov import MelodyMarkovModel, count
from training.scoring.protocol import SYMBOLS, EventLine, Predictor, nats_of

MODELS = {model.name: model for model in load()}
EVENTS = st.lists(st.integers(-2, 79), min_size=1, max_size=60)


def line(events: list[int], beats: int = 4, unit: int = 4) -> EventLine:
    return EventLine("a", Meter(beats=beats, beat_unit=unit), "major", "melody", np.array(events, dtype=np.int64))


def test_the_unigram_is_the_frequency_of_each_event_mixed_with_all_alike() -> None:
    learned = line([36] * 3 + [-2] * 5)
    model = MelodyMarkovModel(count([learned], 0), order=0)
    probabilities = model.probabilities(line([36, -2, 40]))
    # Witten and Bell: two different events after eight, so all alike counts two of ten.
    assert probabilities[0, 36 + 2] == pytest.approx((3 + 2 / SYMBOLS) / 10)
    assert probabilities[0, 0] == pytest.approx((5 + 2 / SYMBOLS) / 10)
    assert probabilities[0, 42] == pytest.approx(2 / SYMBOLS / 10)


def test_longer_contexts_are_mixed_with_shorter_ones_as_witten_and_bell_say() -> None:
    learned = line([36, 38, 36, 38, 36, 40])
    model = MelodyMarkovModel(count([learned], 1), order=1)
    unigram = MelodyMarkovModel(count([learned], 0), order=0)
    before = unigram.probabilities(line([36]))[0]
    after_c = model.probabilities(line([36, 38]))[1]
    # After 36 came 38 twice and 40 once: two different events after three.
    assert after_c[38 + 2] == pytest.approx((2 + 2 * before[38 + 2]) / 5)
    assert after_c[50] == pytest.approx(2 * before[50] / 5)


@given(events=EVENTS, order=st.integers(0, 5))
def test_chances_of_all_events_sum_to_one(events: list[int], order: int) -> None:
    model = MelodyMarkovModel(count([line([36, -2, 38, -1, -2, 36, -2, 38, -1, 41])], 5), order)
    assert model.probabilities(line(events)).sum(axis=1) == pytest.approx(1)


@pytest.mark.parametrize("name", ["unigram", "markov_5", "gru"])
@given(events=EVENTS, meter=st.sampled_from([(4, 4), (3, 4), (6, 8), (7, 8), (1, 16), (12, 4)]))
def test_predictions_are_probabilities_and_see_nothing_of_the_future(
    name: str, events: list[int], meter: tuple[int, int]
) -> None:
    model = MODELS[name]
    whole = line([*events, 36], *meter)
    prediction = model.predict(whole)
    assert np.exp(prediction.kinds).sum(axis=1) == pytest.approx(1)
    assert np.exp(prediction.pitches).sum(axis=1) == pytest.approx(1)
    beginning = line(events[: len(events) // 2 + 1], *meter)
    length = len(beginning.events)
    assert model.predict(beginning).kinds == pytest.approx(prediction.kinds[:length], abs=1e-5)
    assert model.nats(beginning) == pytest.approx(model.nats(whole)[:length], abs=1e-4)
    assert nats_of(prediction, whole) == pytest.approx(model.nats(whole))


def test_the_gru_is_told_what_happened_one_two_and_four_bars_before() -> None:
    events = list(range(70))
    told = inputs_of(line(events, 3, 4))
    assert told.shape == (70, len(INPUTS))
    assert (told < np.array(INPUTS)).all()
    assert told[60].tolist()[:4] == [59 + 2, 48 + 2, 36 + 2, 12 + 2]
    assert told[5].tolist()[:4] == [4 + 2, SYMBOLS, SYMBOLS, SYMBOLS]
    assert told[60, 4] == 0


def test_the_shipped_gru_knows_how_melodies_go_on_better_than_counts_do() -> None:
    # Au clair de la lune, twice: two bars of quarters and a half, over eight bars.
    phrase = [(60, 4), (60, 4), (60, 4), (62, 4), (64, 8), (62, 8), (60, 4), (64, 4), (62, 4), (62, 4), (60, 16)]
    events = [event for pitch, steps in phrase * 2 for event in [pitch - 24, *[-2] * (steps - 1)]]
    bits = {name: model.nats(line(events)).mean() / math.log(2) for name, model in MODELS.items()}
    assert bits["gru"] < 0.6 * min(bits["markov_5"], bits["unigram"])
    assert all(isinstance(model, Predictor) for model in MODELS.values())
