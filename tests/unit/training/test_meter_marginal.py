"""Where the bar lines of a line are is heard from its notes."""

from dataclasses import replace

import numpy as np
import pytest
from boumbapp.music.v2.music_pb2 import Meter

from services.melody.line_model import load
from services.melody.line_model.history import HOLD, LOWEST, OFF
from training.evaluation.line_scorer import LineScorer
from training.evaluation.meter_marginal import MeterMarginal
from training.melody_line.config import FOLDER
from training.scoring.protocol import EventLine, nats_of

NETWORK, _ = load(FOLDER)
COMMON, WALTZ = Meter(beats=4, beat_unit=4), Meter(beats=3, beat_unit=4)
# "Happy birthday" in sixteenths: a pickup of a beat, then bars of three.
HAPPY_BIRTHDAY = [
    *((67, 3), (67, 1), (69, 4), (67, 4), (72, 4), (71, 8), (67, 3), (67, 1), (69, 4), (67, 4), (74, 4), (72, 8)),
    *(
        (67, 3),
        (67, 1),
        (79, 4),
        (76, 4),
        (72, 4),
        (71, 4),
        (69, 4),
        (77, 3),
        (77, 1),
        (76, 4),
        (72, 4),
        (74, 4),
        (72, 8),
    ),
]


def line_of(notes: list[tuple[int, int]], meter: Meter, silence: int = 0) -> EventLine:
    events = [e for pitch, steps in notes for e in (pitch - LOWEST, *[HOLD] * (steps - 1))]
    return EventLine("a", meter, "major", "melody", np.array([HOLD] * silence + events))


def heard(line: EventLine) -> MeterMarginal:
    marginal = MeterMarginal(NETWORK, line.role, line.meter)
    for event in line.events.tolist():
        marginal.push(event)
    return marginal


@pytest.mark.parametrize("named", [COMMON, Meter(beats=2, beat_unit=4), Meter(beats=6, beat_unit=8)])
def test_the_metre_and_the_pickup_are_heard(named: Meter) -> None:
    assert heard(line_of(HAPPY_BIRTHDAY * 2, named)).likeliest == (WALTZ, 8)


def test_a_file_that_is_right_is_believed() -> None:
    assert heard(line_of(HAPPY_BIRTHDAY * 2, WALTZ, silence=8)).likeliest == (WALTZ, 0)


def test_wrong_bar_lines_cost_little_and_right_ones_next_to_nothing() -> None:
    named, free = LineScorer(NETWORK, doubt=0), LineScorer(NETWORK)
    wrong, right = line_of(HAPPY_BIRTHDAY * 2, COMMON), line_of(HAPPY_BIRTHDAY * 2, WALTZ, silence=8)
    assert free.nats(wrong).sum() < 0.9 * named.nats(wrong).sum()
    assert free.nats(right).sum() < named.nats(right).sum() + 0.5  # the doubt itself is log(1 / 0.8)


def test_chances_add_up_to_one_and_know_nothing_of_what_comes() -> None:
    line = line_of(HAPPY_BIRTHDAY, COMMON)
    prediction = LineScorer(NETWORK).predict(line)
    np.testing.assert_allclose(np.exp(prediction.kinds).sum(axis=1), 1, atol=1e-9)
    np.testing.assert_allclose(np.exp(prediction.pitches).sum(axis=1), 1, atol=1e-9)
    other = replace(line, events=np.append(line.events[:40], [OFF] * (len(line.events) - 40)))
    cut = LineScorer(NETWORK).predict(other)
    np.testing.assert_array_equal(cut.kinds[:41], prediction.kinds[:41])


def test_the_mixture_is_that_of_bayes() -> None:
    """What the whole line costs is the mean of its probabilities under all hypotheses, as long as none is given up."""
    line = line_of(HAPPY_BIRTHDAY[:3], WALTZ)
    total = -nats_of(LineScorer(NETWORK).predict(line), line).sum()
    marginal = MeterMarginal(NETWORK, line.role, line.meter)
    for event in line.events.tolist():
        marginal.push(event)
    joint = [hypothesis.weight for hypothesis in marginal._hypotheses]
    assert np.logaddexp.reduce(joint) == pytest.approx(total, abs=0.05)
