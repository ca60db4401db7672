"""How grooves are scored: any folder of files, against baselines, and by figures that mean what they say."""

import csv
import sys
from pathlib import Path
from typing import Any

import mido
import numpy as np
import pytest
from boumbapp.music.v2.music_pb2 import Meter
from hypothesis import given
from hypothesis import strategies as st

from services.drums.neural.hit_history import SETS
from training.data.groove_corpus import Performance
from training.data.midi_tune import MOST_STEPS
from training.data.skipping import EmptyFolder
from training.drum_hits.baselines import ORDER, DrumMarkovModel, learn
from training.drum_hits.midi_folder import read_folder
from training.drum_hits.sequences import concatenate, hit_inputs, sequence_of, withheld
from training.evaluation import drums
from training.evaluation.drums import evaluate

KICK, SNARE, TD11_HAT_EDGE, CLAP, COWBELL = 36, 38, 22, 39, 56
FIGURES = {
    "name", "bits_per_step", "bits_per_onset", "bits_per_onset_step", "bits_per_other_step", "steps", "onsets",
    "strokes", "hit_f1", "velocity_mae", "offset_mae_ms", "groove_similarity", "files", "skipped",
    "bits_per_step_not_repeated", "steps_not_repeated",
}  # fmt: skip


def write(path: Path, bars: int, *, bpm: float = 100, meter: tuple[int, int] = (4, 4), channel: int = 9) -> None:
    """A backbeat of bars of quarters, with a crooked offset."""
    track = mido.MidiTrack()
    track.append(mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(bpm)))
    track.append(mido.MetaMessage("time_signature", numerator=meter[0], denominator=meter[1]))
    now = 0
    for bar in range(bars):
        for beat in range(meter[0]):
            for eighth, keys in enumerate(((SNARE if beat % 2 else KICK, TD11_HAT_EDGE), (TD11_HAT_EDGE,))):
                tick = (bar * meter[0] + beat) * 480 + eighth * 240 + (6 if eighth else 0)
                for key in keys:
                    track.append(mido.Message("note_on", channel=channel, note=key, velocity=90, time=tick - now))
                    now = tick
    path.parent.mkdir(parents=True, exist_ok=True)
    mido.MidiFile(ticks_per_beat=480, tracks=[track]).save(path)


def scores(folder: Path, info: Path | None = None) -> dict[str, dict[str, Any]]:
    return {entry["name"]: entry for entry in evaluate(folder, info)}


def performance(steps: list[int], pieces: list[int], meter: Meter | None = None) -> Performance:
    hits = sorted(set(zip(steps, pieces, strict=True)))
    return Performance(
        name="p",
        style="rock",
        drummer="",
        fill=False,
        bpm=120,
        meter=meter or Meter(beats=4, beat_unit=4),
        steps=np.array([step for step, _ in hits]),
        pieces=np.array([piece for _, piece in hits]),
        velocities=np.full(len(hits), 80),
        offsets=np.zeros(len(hits)),
    )


def test_a_plain_groove_is_foretold_and_better_than_by_any_baseline(tmp_path: Path) -> None:
    write(tmp_path / "a" / "groove.mid", 24)
    told = scores(tmp_path)
    assert list(told) == ["unigram", f"markov_{ORDER}", "last_bar", "mixer", "specialist"]
    assert all(set(entry) == FIGURES for entry in told.values())
    ours = told["specialist"]
    assert ours["steps"] == 24 * 16 - 1  # up to the last stroke
    assert ours["strokes"] == 24 * 12
    assert ours["onsets"] == 24 * 8
    assert ours["bits_per_step"] < 0.5
    assert ours["bits_per_step"] < min(told[name]["bits_per_step"] for name in told if name != "specialist")
    assert ours["hit_f1"] > 0.95
    assert ours["groove_similarity"] > 0.95
    assert told["last_bar"]["groove_similarity"] == 1
    assert told["last_bar"]["velocity_mae"] < 5  # the first bar is all that it can be wrong about
    assert ours["offset_mae_ms"] < 10


def test_an_onset_costs_its_share_of_all_steps_as_in_melodies(tmp_path: Path) -> None:
    write(tmp_path / "groove.mid", 8)
    for told in scores(tmp_path).values():
        silent = told["steps"] - told["onsets"]
        spent = told["bits_per_onset_step"] * told["onsets"] + told["bits_per_other_step"] * silent
        assert told["bits_per_onset"] * told["onsets"] == pytest.approx(spent, abs=0.1)
        assert told["bits_per_step"] * told["steps"] == pytest.approx(spent, abs=0.1)


def test_files_that_cannot_be_scored_are_counted_with_their_reasons(tmp_path: Path) -> None:
    write(tmp_path / "good.mid", 2)
    write(tmp_path / "melody.MIDI", 2, channel=0)  # nothing on channel ten: all of it counts
    (tmp_path / "noise.mid").write_bytes(b"no music at all")
    mido.MidiFile(tracks=[mido.MidiTrack()]).save(tmp_path / "silent.mid")
    (tmp_path / "notes.txt").write_text("not a MIDI file, and not counted")
    (ours,) = [entry for entry in evaluate(tmp_path) if entry["name"] == "specialist"]
    assert ours["files"] == 2
    assert ours["skipped"] == {
        "has no drum hits": 1,
        "is no usable MIDI file: it does not begin as MIDI files do": 1,
    }


def test_a_folder_with_nothing_to_score_is_an_error_that_says_why(tmp_path: Path) -> None:
    with pytest.raises(EmptyFolder, match="holds no file"):
        evaluate(tmp_path)
    with pytest.raises(EmptyFolder, match="is no folder"):
        evaluate(tmp_path / "nowhere")
    (tmp_path / "noise.mid").write_bytes(b"no music at all")
    with pytest.raises(EmptyFolder, match="does not begin as MIDI files do"):
        evaluate(tmp_path)
    write(tmp_path / "good.mid", 2)
    with pytest.raises(EmptyFolder, match=r"nowhere\.csv is no file"):
        evaluate(tmp_path, tmp_path / "nowhere.csv")


@pytest.mark.parametrize("folder", ["", "nowhere"])
def test_the_command_ends_with_a_message_and_no_figures(
    folder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["drums", "--midi", str(tmp_path / folder)])
    with pytest.raises(SystemExit) as end:
        drums.main()
    assert end.value.code == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("boumb: ")
    assert str(tmp_path) in printed.err


def odd_midi(path: Path, *events: bytes, late: int = 0) -> None:
    """A file of one kick after whatever meta events: raw ones as their type and data."""
    body = b"".join(b"\x00\xff" + event[:1] + bytes([len(event) - 1]) + event[1:] for event in events)
    delta = b"".join(bytes([0x80 | (late >> shift & 0x7F)]) for shift in (21, 14, 7)) + bytes([late & 0x7F])
    body += delta + bytes([0x99, KICK, 90, 0x00, 0xFF, 0x2F, 0x00])
    path.write_bytes(b"MThd\x00\x00\x00\x06\x00\x00\x00\x01\x00\x04MTrk" + len(body).to_bytes(4) + body)


@pytest.mark.parametrize(
    ("events", "late"),
    [
        ([b"\x58"], 0),  # a time signature without figures
        ([b"\x58\x04"], 0),
        ([b"\x58\x00\x02\x18\x08"], 0),
        ([b"\x58\x04\xff\x18\x08"], 0),
        ([b"\x51"], 0),
        ([b"\x51\x00\x00\x00"], 0),
        ([], 0x0FFFFFFF),  # years of silence
    ],
)
def test_one_odd_file_costs_no_other(events: list[bytes], late: int, tmp_path: Path) -> None:
    odd_midi(tmp_path / "odd.mid", *events, late=late)
    write(tmp_path / "good.mid", 2)
    sequences, skipped = read_folder(tmp_path)
    assert "good.mid" in [sequence.name for sequence in sequences]
    assert len(sequences) + sum(skipped.values()) == 2
    assert not late or list(skipped) == [f"longer than {MOST_STEPS} sixteenths"]
    assert all(np.isfinite(sequence.step_ms) and sequence.step_ms > 0 for sequence in sequences)


@pytest.mark.parametrize("bpm", ["", "0", "-90", "nan", "inf", "fast"])
def test_an_index_without_a_usable_tempo_leaves_the_files_own(bpm: str, tmp_path: Path) -> None:
    write(tmp_path / "a.mid", 2, bpm=150)
    info = tmp_path / "info.csv"
    info.write_text(f"style,bpm,beat_type,time_signature,midi_filename\nrock,{bpm},beat,4-4,a.mid\nshort\n")
    (sequence,), _ = read_folder(tmp_path, info)
    assert sequence.step_ms == pytest.approx(100, abs=0.01)


def test_a_file_tells_its_own_tempo_and_metre(tmp_path: Path) -> None:
    write(tmp_path / "waltz.mid", 4, bpm=150, meter=(3, 4))
    (sequence,), _ = read_folder(tmp_path)
    assert (sequence.setting.meter.beats, sequence.setting.meter.beat_unit) == (3, 4)
    assert sequence.setting.bpm == pytest.approx(150, abs=0.01)
    assert sequence.setting.family == "all"
    assert sequence.step_ms == pytest.approx(100, abs=0.01)


def test_an_index_tells_more_also_of_a_part_of_the_data_set(tmp_path: Path) -> None:
    write(tmp_path / "midi" / "session1" / "1_funk.mid", 2)
    info = tmp_path / "info.csv"
    with info.open("w", newline="") as lines:
        writer = csv.writer(lines)
        writer.writerow(["style", "bpm", "beat_type", "time_signature", "midi_filename"])
        writer.writerow(["funk/groove1", "97", "fill", "4-4", "drummer1/session1/1_funk.mid"])
    (sequence,), _ = read_folder(tmp_path / "midi", info)
    assert (sequence.setting.family, sequence.setting.bpm, sequence.setting.kind) == ("funk", 97, "fill")


def test_keys_of_the_td11_and_of_general_midi_are_their_classes(tmp_path: Path) -> None:
    track = mido.MidiTrack()
    for key in (KICK, CLAP, TD11_HAT_EDGE, COWBELL, 99):
        track.append(mido.Message("note_on", channel=9, note=key, velocity=90, time=0))
    mido.MidiFile(ticks_per_beat=480, tracks=[track]).save(tmp_path / "kit.mid")
    (sequence,), _ = read_folder(tmp_path)
    assert sequence.struck[0].tolist() == [1, 1, 1, 0, 0, 0, 0, 0, 1]


def test_markov_counts_what_followed() -> None:
    sequence = sequence_of(performance([0, 1, 2, 4, 5, 6], [1, 2, 1, 1, 2, 1]))
    arrays = learn([sequence])
    kick, snare = 1, 2
    after_kick = DrumMarkovModel(arrays, 1).probabilities([kick])
    assert after_kick[snare] > 20 * after_kick[7]  # a set that never came
    assert DrumMarkovModel(arrays, 2).probabilities([kick, snare]).argmax() == kick
    assert DrumMarkovModel(arrays, 0).probabilities([kick, snare]).argmax() == kick


@given(st.lists(st.integers(0, SETS - 1), max_size=12), st.integers(0, ORDER))
def test_markov_tells_probabilities_whatever_was_heard(history: list[int], order: int) -> None:
    arrays = learn([sequence_of(performance([0, 3, 5, 9, 20], [1, 2, 4, 1, 2]))])
    probabilities = DrumMarkovModel(arrays, order).probabilities(history)
    assert probabilities.sum() == pytest.approx(1, abs=1e-4)
    assert (probabilities > 0).all()


def test_what_is_withheld_of_a_take_is_gone_and_the_rest_is_not() -> None:
    sequence = sequence_of(performance([0, 4, 8], [1, 2, 1]))
    rows = concatenate([hit_inputs(sequence), hit_inputs(sequence)])
    assert rows.starts.tolist() == [0, 9, 18]
    seen = rows.arrays["seen"].astype(np.float32)
    hidden = withheld(seen, np.array([[False] * 4] * len(seen)), None)
    unknown = hit_inputs(
        sequence_of(performance([0, 4, 8], [1, 2, 1]), sequence.setting.__class__(meter=sequence.setting.meter))
    )
    np.testing.assert_array_equal(hidden[:9], unknown["seen"].astype(np.float32))
    np.testing.assert_array_equal(withheld(seen, np.array([[True] * 4] * len(seen)), None), seen)
