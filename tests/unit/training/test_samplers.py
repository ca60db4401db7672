"""Models compose from just the probabilities that they are scored by, and the engine keeps to what was asked."""

from dataclasses import replace

import numpy as np
import pytest
from boumbapp.music.v2.music_pb2 import Meter
from hypothesis import given, settings
from hypothesis import strategies as st

from services.melody.line_model import load as load_line_model
from services.melody.line_model.history import HOLD, LOWEST, OFF
from training.baselines.bundle import load
from training.evaluation import line_sampler as line_improviser
from training.evaluation import sampler
from training.evaluation.engine_samples import engine_samples
from training.evaluation.generation_metrics import generation_metrics_of, reference_metrics
from training.evaluation.line_sampler import LineSampler
from training.evaluation.line_scorer import LineScorer
from training.evaluation.sampler import GruSampler, MarkovSampler, StepSampler, pick, sample_continuation
from training.melody_line.config import FOLDER
from training.scoring.continuation_requests import requests_of
from training.scoring.continuation_tasks import ContinuationTask, continuation_tasks
from training.scoring.protocol import EventLine, FloatArray, Predictor

UNIGRAM, MARKOV, GRU = load()
NETWORK, _ = load_line_model(FOLDER)
PHRASE = [(60, 4), (60, 4), (60, 4), (62, 4), (64, 8), (62, 8), (60, 4), (64, 4), (62, 4), (62, 4), (60, 12)]


def task(beats: int = 4, unit: int = 4, times: int = 2) -> ContinuationTask:
    """Au clair de la lune, over and over."""
    events = [e for pitch, steps in PHRASE * times for e in [pitch - LOWEST, *[HOLD] * (steps - 1)]]
    line = EventLine("a", Meter(beats=beats, beat_unit=unit), "major", "melody", np.array(events))
    return continuation_tasks([line])[0]


MODELS: dict[str, tuple[Predictor, type]] = {
    "unigram": (UNIGRAM, MarkovSampler),
    "markov": (MARKOV, MarkovSampler),
    "gru": (GRU, GruSampler),
    "specialist": (LineScorer(NETWORK, doubt=0), LineSampler),
}


def begin(name: str, where: ContinuationTask) -> StepSampler:
    model, kind = MODELS[name]
    improviser: StepSampler = kind(NETWORK if name == "specialist" else model, where)
    return improviser


@pytest.mark.parametrize("name", list(MODELS))
@pytest.mark.parametrize("metre", [(4, 4), (6, 8), (3, 4)])
def test_a_melody_is_drawn_from_the_chances_that_its_model_is_scored_by(
    name: str, metre: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    where = task(*metre)
    asked: list[FloatArray] = []

    def remembered(log_probabilities: FloatArray, random: np.random.Generator) -> int:
        asked.append(np.asarray(log_probabilities))
        return pick(log_probabilities, random)

    monkeypatch.setattr(sampler, "pick", remembered)
    monkeypatch.setattr(line_improviser, "pick", remembered)
    sample = sample_continuation(begin(name, where), where, 3)
    whole = replace(where.primer, events=np.concatenate([where.primer.events, sample.line.events]))
    expected = MODELS[name][0].predict(whole)
    # Of each step the kind; what the specialist is asked of pitches comes apart.
    kinds = [_kinds(probabilities) for probabilities in asked if len(probabilities) != 80]
    np.testing.assert_allclose(kinds, np.exp(expected.kinds[len(where.primer.events) :]), atol=1e-5)
    if name == "specialist":
        pitches = expected.pitches[len(where.primer.onsets) :]
        np.testing.assert_allclose([each for each in asked if len(each) == 80], pitches, atol=1e-5)


def _kinds(log_probabilities: FloatArray) -> FloatArray:
    probabilities = np.exp(log_probabilities)
    return np.array([*probabilities[:2], probabilities[2:].sum()])


@pytest.mark.parametrize("name", list(MODELS))
def test_the_same_seed_is_the_same_melody_and_another_is_not(name: str) -> None:
    where = task()
    first, again, other = (
        sample_continuation(begin(name, where), where, seed).line.events.tolist() for seed in (1, 1, 2)
    )
    assert first == again != other
    assert len(first) == len(where.continuation.events)
    assert all(HOLD <= event < 80 for event in first)
    assert any(event >= 0 for event in first)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20).filter(any), st.integers(0, 1000))
@settings(max_examples=50)
def test_what_cannot_be_is_never_picked(probabilities: list[float], seed: int) -> None:
    with np.errstate(divide="ignore"):
        logs = np.log(np.array(probabilities) / sum(probabilities))
    random = np.random.default_rng(seed)
    assert all(probabilities[pick(logs, random)] > 0 for _ in range(20))


def test_picks_are_as_frequent_as_they_are_likely() -> None:
    random = np.random.default_rng(1)
    counts = np.bincount([pick(np.log([0.1, 0.6, 0.3]), random) for _ in range(5000)], minlength=3) / 5000
    assert counts.tolist() == pytest.approx([0.1, 0.6, 0.3], abs=0.025)


def test_the_engine_goes_on_under_its_masks_and_the_model_alone_hardly_leaves_them() -> None:
    tasks = [task(4, 4), task(3, 4)]
    asked = list(requests_of(tasks, 4))
    masked = engine_samples(asked)
    assert [len(sample.line.events) for sample in masked] == [len(each.task.continuation.events) for each in asked]
    human = [each.continuation for each in tasks]
    figures = generation_metrics_of(masked, human)
    assert figures["in_mask"] == figures["in_scale"] == 1
    assert 0.4 < figures["in_chord"] < 1
    assert figures["ms_per_bar"] > 0
    assert figures["notes_per_second"] > 0
    alone = [sample_continuation(LineSampler(NETWORK, each.task, each.harmony), each.task, 1) for each in asked]
    assert generation_metrics_of(alone, human)["in_scale"] > 0.9
    again = engine_samples(asked[:1])
    assert again[0].line.events.tolist() == masked[0].line.events.tolist()


def test_chords_that_are_told_are_heard() -> None:
    (asked,) = requests_of([task()], 1)
    figures = []
    for harmony in (asked.harmony, None):
        samples = [
            replace(
                sample_continuation(LineSampler(NETWORK, asked.task, harmony), asked.task, seed),
                harmony=asked.harmony.after(len(asked.task.primer.events)),
            )
            for seed in range(6)
        ]
        figures.append(generation_metrics_of(samples, [])["in_chord"])
    assert figures[0] > figures[1]


def test_where_nothing_is_planned_or_alike_there_is_no_figure() -> None:
    where = task()
    sample = sample_continuation(MarkovSampler(UNIGRAM, where), where, 1)
    told = generation_metrics_of([sample], [where.continuation])
    assert told["in_chord"] is told["in_mask"] is told["overlap_mean"] is None
    assert set(told["overlap"].values()) == {None}
    assert reference_metrics([where.continuation], [where.continuation])["overlap_mean"] is None


def test_silence_is_counted_and_no_more() -> None:
    where = task()
    quiet = replace(where.continuation, events=np.array([OFF, *[HOLD] * 15]))
    told = generation_metrics_of([sampler.Sample(quiet, 0.0)] * 5, [where.continuation] * 5)
    assert (told["silent"], told["notes"]) == (5, 0)
    assert told["in_scale"] is told["notes_per_second"] is told["overlap_mean"] is None
    assert told["ms_per_bar"] == 0
