"""Magenta's figures are means over all steps and notes, whichever lines they are of."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
from boumbapp.music.v2.music_pb2 import Meter

from training.evaluation import attention_rnn_scorer as magenta_row
from training.evaluation import melody as melody_evaluate
from training.evaluation.attention_rnn_scorer import UnavailableModel, magenta_metrics, magenta_samples, metrics_of
from training.scoring.continuation_tasks import ContinuationTask
from training.scoring.protocol import EventLine

BIT = math.log(2)
EXAMPLES = Path(__file__).parents[3] / "training/examples"


def test_long_lines_weigh_more_than_short_ones() -> None:
    short = {"nats_per_step": BIT, "nats_per_onset": 2 * BIT, "steps": 10, "onsets": 5, "folded": 1}
    long = {"nats_per_step": 2 * BIT, "nats_per_onset": 3 * BIT, "steps": 30, "onsets": 15, "folded": 0}
    meter = Meter(beats=4, beat_unit=4)
    lines = [EventLine("a", meter, "major", "melody", np.array([36, *[-2] * steps])) for steps in (10, 30)]
    told = metrics_of(lines, [short | {"nats": [BIT] * 10}, long | {"nats": [2 * BIT] * 30}])
    # All of the short line and the first bar of the long one are new; the first step of each is not predicted.
    assert told["bits_per_step_new"] == pytest.approx((10 + 2 * 15) / 25)
    assert told["bits_per_step_not_repeated"] == pytest.approx((10 + 2 * 30) / 40)
    assert told["bits_per_step"] == pytest.approx(70 / 40)
    assert told["bits_per_onset"] == pytest.approx(70 / 20)
    assert told["bits_per_onset_step"] == pytest.approx(55 / 20)
    assert told["bits_per_other_step"] == pytest.approx(15 / 20)
    assert (told["steps"], told["onsets"], told["folded"]) == (40, 20, 1)


def test_without_its_environment_it_has_a_reason_and_no_figures(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(magenta_row, "_PYTHON", tmp_path / ".venv-magenta/bin/python")
    line = EventLine("a", Meter(beats=4, beat_unit=4), "major", "melody", np.array([36, -2]))
    with pytest.raises(UnavailableModel, match="venv-magenta is not there"):
        magenta_metrics([line])
    (row,) = melody_evaluate.evaluate(EXAMPLES, ["attention_rnn"])
    assert row["bits_per_step"] is None
    assert "venv-magenta" in row["unavailable"]
    assert row["files"] == 12


def test_a_library_that_fails_is_quoted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    failing = tmp_path / ".venv-magenta/bin/python"
    failing.parent.mkdir(parents=True)
    failing.write_text("#!/bin/sh\necho 'no module named magenta' >&2\nexit 1\n")
    failing.chmod(0o755)
    monkeypatch.setattr(magenta_row, "_PYTHON", failing)
    line = EventLine("a", Meter(beats=4, beat_unit=4), "major", "melody", np.array([36, -2]))
    with pytest.raises(UnavailableModel, match="no module named magenta"):
        magenta_metrics([line])


def test_what_the_library_composes_is_a_line_like_any_other(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    answering = tmp_path / ".venv-magenta/bin/python"
    answering.parent.mkdir(parents=True)
    told = {"melodies": [{"events": [-2, 62, -1, 120], "seconds": 0.5}, {"events": [64, -2, -2, -2], "seconds": 0.25}]}
    asked = tmp_path / "asked"
    answering.write_text(f"#!/bin/sh\necho $@ > {asked}\ncat >> {asked}\necho '{json.dumps(told)}'\n")
    answering.chmod(0o755)
    monkeypatch.setattr(magenta_row, "_PYTHON", answering)
    line = EventLine("a", Meter(beats=1, beat_unit=4), "minor", "melody", np.array([36, -2, -1, -2]))
    first, second = magenta_samples([ContinuationTask(line, line)], 2)
    assert first.line.events.tolist() == [-2, 38, -1, 72]  # its highest octave is not among ours
    assert second.line.pitches.tolist() == [64]
    assert (first.line.mode, first.seconds, first.harmony) == ("minor", 0.5, None)
    command, *requests = asked.read_text().splitlines()
    assert "training.magenta.samples" in command
    assert [json.loads(request) for request in requests] == [
        {"primer": [60, -2, -1, -2], "steps": 4, "seed": seed} for seed in (0, 1)
    ]
