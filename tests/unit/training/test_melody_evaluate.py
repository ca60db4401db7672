"""What `./boumb evaluate melody` prints: an object per model, whatever the folder holds."""

import json
import sys
from pathlib import Path

import mido
import pytest

from training.evaluation import melody as melody_evaluate
from training.evaluation.attention_rnn_scorer import UnavailableModel, magenta_metrics
from training.evaluation.melody import evaluate
from training.evaluation.models import GENERATORS, SCORERS
from training.evaluation.table import show

SCORED = {
    "name", "bits_per_step", "bits_per_onset", "bits_per_onset_step", "bits_per_other_step", "pitch_perplexity",
    "pitch_accuracy", "duration_perplexity", "duration_accuracy", "steps", "onsets", "files", "skipped", "notices",
    "moved", "bits_per_step_by_quarter", "bits_per_step_not_repeated", "bits_per_step_new", "steps_not_repeated",
    "steps_new", "bits_per_step_new_anywhere", "steps_new_anywhere", "bits_per_step_segments", "segments",
}  # fmt: skip
COMPOSED = {"generated", "human"}
QUICK = ["unigram", "gru"]


def write(path: Path, bars: int, beats: int = 4, transposed: int = 0) -> None:
    track = mido.MidiTrack([mido.MetaMessage("time_signature", numerator=beats, denominator=4)])
    for beat in range(bars * beats):
        note = 60 + transposed + (0, 4, 7, 5, 2)[beat % 5]
        track.append(mido.Message("note_on", note=note, velocity=80, time=0))
        track.append(mido.Message("note_off", note=note, time=480))
    mido.MidiFile(ticks_per_beat=480, tracks=[track]).save(path)


def test_models_are_the_same_wherever_they_are_named() -> None:
    assert list(SCORERS) == ["unigram", "markov_5", "attention_rnn", "gru", "mixer", "specialist", "specialist_mixed"]
    assert set(GENERATORS) == set(SCORERS)
    assert all("generated" in composers for composers in GENERATORS.values())


def test_without_samples_nothing_is_composed(tmp_path: Path) -> None:
    write(tmp_path / "a.mid", 8)
    for row in evaluate(tmp_path, QUICK):
        assert set(row) == SCORED


def test_a_model_is_scored_and_heard_beside_the_files(tmp_path: Path) -> None:
    for index in range(5):
        write(tmp_path / f"{index}.mid", 8 + index, 3 + index % 2, index)
    (tmp_path / "broken.mid").write_text("no music")
    unigram, gru = evaluate(tmp_path, QUICK, samples=6)
    for row in (unigram, gru):
        assert set(row) == SCORED | COMPOSED
        assert row["files"] == 5
        assert sum(row["skipped"].values()) == 1
        assert row["generated"]["lines"] == 6
        assert row["human"]["lines"] == 5
        assert row["generated"]["overlap_mean"] is not None
    assert unigram["generated"]["bars"] == 6 + 7 + 8 + 9 + 10 + 6
    assert unigram["human"]["in_scale"] == 1
    assert unigram["generated"]["leaps"] > gru["generated"]["leaps"]
    json.dumps([unigram, gru], allow_nan=False)


def test_one_file_is_a_folder(tmp_path: Path) -> None:
    write(tmp_path / "only.mid", 6)
    (row,) = evaluate(tmp_path, ["unigram"], samples=3)
    assert row["generated"]["lines"] == 3
    assert row["generated"]["overlap_mean"] is None
    assert row["human"]["overlap_mean"] is None
    assert row["bits_per_step"] > 0


def test_files_too_short_to_go_on_from_are_scored_all_the_same(tmp_path: Path) -> None:
    write(tmp_path / "short.mid", 2)
    (row,) = evaluate(tmp_path, ["gru"], samples=3)
    assert row["generated"] is row["human"] is None
    assert row["steps"] == 32


def test_a_mixer_is_scored_and_says_that_it_only_predicts(tmp_path: Path) -> None:
    write(tmp_path / "a.mid", 4)
    (row,) = evaluate(tmp_path, ["mixer"], samples=2)
    assert 0 < row["bits_per_step"] < 2
    assert row["segments"] == 1
    assert row["bits_per_step_segments"] == row["bits_per_step"]
    assert row["generated"] is None
    assert "only predicts" in row["not_generated"]


def test_the_specialist_composes_alone_told_and_masked(tmp_path: Path) -> None:
    write(tmp_path / "a.mid", 4)
    (row,) = evaluate(tmp_path, ["specialist"], samples=2)
    assert row["generated"]["in_chord"] is None
    assert row["generated_told"]["in_chord"] > 0
    assert row["generated_masked"]["in_mask"] == 1
    assert {row[name]["bars"] for name in GENERATORS["specialist"]} == {4}


def test_output_is_json_and_the_table_has_a_column_for_each(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path / "a.mid", 4)
    arguments = ["melody_evaluate", "--midi", str(tmp_path), "--model", "unigram", "--model", "gru", "--samples", "2"]
    monkeypatch.setattr(sys, "argv", arguments)
    melody_evaluate.main()
    printed = capsys.readouterr()
    assert [row["name"] for row in json.loads(printed.out)] == QUICK
    head = next(line for line in printed.err.splitlines() if "unigram" in line and "gru" in line)
    assert head.split() == ["human", "unigram", "gru"]
    assert "ms per bar" in printed.err


def test_the_table_says_why_figures_are_missing(capsys: pytest.CaptureFixture[str]) -> None:
    lost = {
        "bits_per_step": None,
        "unavailable": "no [TensorFlow] here",
        "generated": None,
        "not_generated": "nor there",
    }
    show([{"name": "unigram", "bits_per_step": 2.5, "steps": 1234}, {"name": "attention_rnn", **lost}])
    told = capsys.readouterr().err
    assert "2.500" in told
    assert "1,234" in told
    assert "attention_rnn: no [TensorFlow] here" in told
    assert "attention_rnn: nor there" in told


@pytest.mark.parametrize("broken", ["nowhere", "", "broken.mid"])
def test_a_folder_with_nothing_to_score_ends_with_a_message(
    broken: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "nowhere" if broken == "nowhere" else tmp_path
    if broken.endswith(".mid"):
        (tmp_path / broken).write_text("no music")
    monkeypatch.setattr(sys, "argv", ["melody_evaluate", "--midi", str(folder)])
    with pytest.raises(SystemExit) as end:
        melody_evaluate.main()
    assert end.value.code == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert str(folder) in printed.err


def test_a_line_too_short_for_a_model_leaves_it_without_figures() -> None:
    with pytest.raises(UnavailableModel, match="no line"):
        magenta_metrics([])
