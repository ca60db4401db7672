"""The melody models that are evaluated, by name: how each is scored, and how it composes."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache, partial
from typing import Any

from services.melody.line_model import load as load_line_model
from training.baselines.bundle import load as load_baselines
from training.common.progress import track
from training.data.tunes import PROCESSES
from training.evaluation.attention_rnn_scorer import UnavailableModel, magenta_metrics, magenta_samples
from training.evaluation.engine_samples import engine_samples
from training.evaluation.gates import MIXED, MIXER, load_baseline_mixer, load_mixed_specialist
from training.evaluation.line_sampler import LineSampler
from training.evaluation.line_scorer import LineScorer
from training.evaluation.metrics import MetricTally, expected
from training.evaluation.sampler import GruSampler, MarkovSampler, Sample, StepSampler, sample_continuation
from training.melody_line.config import FOLDER
from training.scoring.continuation_requests import requests_of
from training.scoring.continuation_tasks import ContinuationTask, rounds
from training.scoring.protocol import EventLine, FloatArray, Prediction, Scorer

# Scores lines; gives their metrics.
LineScoring = Callable[[Sequence[EventLine]], dict[str, Any]]
# Goes on from tasks so many times; fewer where nobody could ask for some.
Generator = Callable[[Sequence[ContinuationTask], int], list[Sample]]


def _stepwise(name: str, load: Callable[[], Scorer]) -> LineScoring:
    def score(lines: Sequence[EventLine]) -> dict[str, Any]:
        tally = MetricTally()
        with ProcessPoolExecutor(PROCESSES) as pool:
            expected_of = pool.map(partial(_expected, load), lines)
            for line, expectations in zip(lines, track(expected_of, f"Scoring {name}", len(lines)), strict=True):
                tally.add(line, expectations)
        return tally.metrics()

    return score


def _expected(load: Callable[[], Scorer], line: EventLine) -> Prediction | FloatArray:
    return expected(_loaded(load), line)


@cache
def _loaded(load: Callable[[], Scorer]) -> Scorer:
    """The model, loaded once in each process."""
    return load()


def _unigram() -> Scorer:
    return load_baselines()[0]


def _markov() -> Scorer:
    return load_baselines()[1]


def _gru() -> Scorer:
    return load_baselines()[2]


def _only_predicts(tasks: Sequence[ContinuationTask], count: int) -> list[Sample]:
    raise UnavailableModel(f"a mixer only predicts: it composes none of {count} melodies of {len(tasks)} songs")


def _alone(name: str, load: Callable[[], Callable[[ContinuationTask], StepSampler]]) -> Generator:
    def compose(tasks: Sequence[ContinuationTask], count: int) -> list[Sample]:
        begin = load()
        turns = track(rounds(tasks, count), f"Composing with {name}", count)
        return [sample_continuation(begin(task), task, seed) for seed, task in turns]

    return compose


def _conditioned(tasks: Sequence[ContinuationTask], count: int) -> list[Sample]:
    network, _ = load_line_model(FOLDER)
    asked = track(requests_of(tasks, count), "Composing with specialist, chords given", count)
    return [
        sample_continuation(LineSampler(network, each.task, each.harmony), each.task, each.brief.seed, each.harmony)
        for each in asked
    ]


def _masked(tasks: Sequence[ContinuationTask], count: int) -> list[Sample]:
    return engine_samples(track(requests_of(tasks, count), "Composing with specialist, masked", count))


# In the order of the table.
SCORERS: Mapping[str, LineScoring] = {
    "unigram": _stepwise("unigram", _unigram),
    "markov_5": _stepwise("markov_5", _markov),
    "attention_rnn": magenta_metrics,
    "gru": _stepwise("gru", _gru),
    MIXER: _stepwise(MIXER, load_baseline_mixer),
    "specialist": _stepwise("specialist", LineScorer.load),
    MIXED: _stepwise(MIXED, load_mixed_specialist),
}
# By the names that the metrics of their melodies have.
GENERATORS: Mapping[str, Mapping[str, Generator]] = {
    "unigram": {"generated": _alone("unigram", lambda: partial(MarkovSampler, load_baselines()[0]))},
    "markov_5": {"generated": _alone("markov_5", lambda: partial(MarkovSampler, load_baselines()[1]))},
    "attention_rnn": {"generated": magenta_samples},
    "gru": {"generated": _alone("gru", lambda: partial(GruSampler, load_baselines()[2]))},
    MIXER: {"generated": _only_predicts},
    "specialist": {
        "generated": _alone("specialist", lambda: partial(LineSampler, load_line_model(FOLDER)[0])),
        "generated_told": _conditioned,
        "generated_masked": _masked,
    },
    MIXED: {"generated": _only_predicts},
}
