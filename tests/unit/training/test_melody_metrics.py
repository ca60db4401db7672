"""Figures mean what their names say."""

import math

import numpy as np
import pytest
from boumbapp.music.v2.music_pb2 import Meter

from services.melody.line_model.history import HOLD, OFF, PITCHES
from training.evaluation.metrics import duration_nats, tally
from training.scoring.protocol import EventLine, FloatArray, Prediction, nats_of


def line(*events: int) -> EventLine:
    return EventLine("a", Meter(beats=4, beat_unit=4), "major", "melody", np.array(events, dtype=np.int64))


class Indifferent:
    """Thinks a hold, an end and an onset of any pitch equally likely."""

    name = "indifferent"

    def predict(self, line: EventLine) -> Prediction:
        kinds = np.full((len(line.events), 3), -math.log(3))
        return Prediction(kinds, np.full((len(line.onsets), PITCHES), -math.log(PITCHES)))

    def nats(self, line: EventLine) -> FloatArray:
        return nats_of(self.predict(line), line)


def test_bits_are_counted_over_all_steps_and_over_onsets() -> None:
    told = tally(Indifferent(), [line(HOLD, 36, HOLD, OFF), line(40, HOLD)]).metrics()
    onset = math.log2(3) + math.log2(PITCHES)
    assert told["steps"] == 6
    assert told["onsets"] == 2
    assert told["bits_per_step"] == pytest.approx((4 * math.log2(3) + 2 * onset) / 6, abs=1e-4)
    assert told["bits_per_onset_step"] == pytest.approx(onset, abs=1e-4)
    assert told["bits_per_other_step"] == pytest.approx(math.log2(3), abs=1e-4)
    assert told["bits_per_onset"] == pytest.approx(6 * told["bits_per_step"] / 2, abs=1e-3)
    assert told["pitch_perplexity"] == pytest.approx(PITCHES, abs=1e-3)


def test_the_parts_of_lines_are_told_apart() -> None:
    told = tally(
        Indifferent(), [line(36, HOLD, HOLD, HOLD, OFF, HOLD, HOLD, HOLD), line(36, HOLD, HOLD, HOLD)]
    ).metrics()
    first, *others = told["bits_per_step_by_quarter"]
    assert first == pytest.approx(math.log2(3) + 2 * math.log2(PITCHES) / 3, abs=1e-4)
    assert others == pytest.approx([math.log2(3)] * 3, abs=1e-4)


def test_a_length_costs_every_hold_and_its_end() -> None:
    heard = line(36, HOLD, HOLD, OFF, HOLD, 38, 40)
    holds = np.array([0.5, 0.9, 0.8, 0.3, 0.9, 0.2, 0.6])
    kinds = np.log(np.stack([holds, (1 - holds) / 2, (1 - holds) / 2], axis=1))
    nats, right = duration_nats(kinds, heard)
    assert nats == pytest.approx([-math.log(0.9 * 0.8 * 0.7), -math.log(0.4), 0.0])
    assert right.tolist() == [True, False, True]


class OnlyNats:
    """Says no more than it must."""

    name = "plain"

    def nats(self, line: EventLine) -> FloatArray:
        return np.full(len(line.events), math.log(2))


def test_a_model_that_tells_no_expectations_has_bits_alone() -> None:
    told = tally(OnlyNats(), [line(36, HOLD)]).metrics()
    assert told["bits_per_step"] == 1.0
    assert "pitch_accuracy" not in told


def test_nothing_scored_is_no_figure() -> None:
    with pytest.raises(ValueError, match="nothing"):
        tally(OnlyNats(), []).metrics()
