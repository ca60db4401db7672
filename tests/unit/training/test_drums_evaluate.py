"""How grooves are scored: any folder of files, against baselines, and by figures that mean what they say."""

import csv
from pathlib import Path
from typing import Any

import mido
import numpy as np
import pytest
from boumbapp.music.v1.music_pb2 import Meter
from hypothesis import given
from hypothesis import strategies as st

from services.drums.neural.hit_history import SETS
from training.data.groove_corpus import Performance
from training.drum_hits.baselines import ORDER, Markov, learn
from training.drum_hits.midi_folder import read_folder
from training.drum_hits.sequences import end_to_end, hit_inputs, take_of, withheld
from training.evaluation.drums import evaluate

KICK, SNARE, TD11_HAT_EDGE, CLAP, COWBELL = 36, 38, 22, 39, 56
FIGURES = {
    "name", "bits_per_step", "bits_per_onset", "bits_per_onset_step", "bits_per_other_step", "steps", "onsets",
    "strokes", "hit_f1", "velocity_mae", "offset_mae_ms", "groove_similarity", "files", "skipped",
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
    assert list(told) == ["unigram", f"markov_{ORDER}", "last_bar", "specialist"]
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


def test_an_empty_folder_scores_nothing_and_none_at_all_is_an_error(tmp_path: Path) -> None:
    assert all(entry["steps"] == 0 and entry["files"] == 0 for entry in evaluate(tmp_path))
    with pytest.raises(FileNotFoundError):
        evaluate(tmp_path / "nowhere")


def test_a_file_tells_its_own_tempo_and_metre(tmp_path: Path) -> None:
    write(tmp_path / "waltz.mid", 4, bpm=150, meter=(3, 4))
    (take,), _ = read_folder(tmp_path)
    assert (take.setting.meter.beats, take.setting.meter.beat_unit) == (3, 4)
    assert take.setting.bpm == pytest.approx(150, abs=0.01)
    assert take.setting.family == "all"
    assert take.step_ms == pytest.approx(100, abs=0.01)


def test_an_index_tells_more_also_of_a_part_of_the_data_set(tmp_path: Path) -> None:
    write(tmp_path / "midi" / "session1" / "1_funk.mid", 2)
    info = tmp_path / "info.csv"
    with info.open("w", newline="") as lines:
        writer = csv.writer(lines)
        writer.writerow(["style", "bpm", "beat_type", "time_signature", "midi_filename"])
        writer.writerow(["funk/groove1", "97", "fill", "4-4", "drummer1/session1/1_funk.mid"])
    (take,), _ = read_folder(tmp_path / "midi", info)
    assert (take.setting.family, take.setting.bpm, take.setting.kind) == ("funk", 97, "fill")


def test_keys_of_the_td11_and_of_general_midi_are_their_classes(tmp_path: Path) -> None:
    track = mido.MidiTrack()
    for key in (KICK, CLAP, TD11_HAT_EDGE, COWBELL, 99):
        track.append(mido.Message("note_on", channel=9, note=key, velocity=90, time=0))
    mido.MidiFile(ticks_per_beat=480, tracks=[track]).save(tmp_path / "kit.mid")
    (take,), _ = read_folder(tmp_path)
    assert take.struck[0].tolist() == [1, 1, 1, 0, 0, 0, 0, 0, 1]


def test_markov_counts_what_followed() -> None:
    take = take_of(performance([0, 1, 2, 4, 5, 6], [1, 2, 1, 1, 2, 1]))
    arrays = learn([take])
    kick, snare = 1, 2
    after_kick = Markov(arrays, 1).chances([kick])
    assert after_kick[snare] > 20 * after_kick[7]  # a set that never came
    assert Markov(arrays, 2).chances([kick, snare]).argmax() == kick
    assert Markov(arrays, 0).chances([kick, snare]).argmax() == kick


@given(st.lists(st.integers(0, SETS - 1), max_size=12), st.integers(0, ORDER))
def test_markov_tells_probabilities_whatever_was_heard(heard: list[int], order: int) -> None:
    arrays = learn([take_of(performance([0, 3, 5, 9, 20], [1, 2, 4, 1, 2]))])
    chances = Markov(arrays, order).chances(heard)
    assert chances.sum() == pytest.approx(1, abs=1e-4)
    assert (chances > 0).all()


def test_what_is_withheld_of_a_take_is_gone_and_the_rest_is_not() -> None:
    take = take_of(performance([0, 4, 8], [1, 2, 1]))
    rows = end_to_end([hit_inputs(take), hit_inputs(take)])
    assert rows.starts.tolist() == [0, 9, 18]
    seen = rows.arrays["seen"].astype(np.float32)
    hidden = withheld(seen, np.array([[False] * 4] * len(seen)), None)
    unknown = hit_inputs(take_of(performance([0, 4, 8], [1, 2, 1]), take.setting.__class__(meter=take.setting.meter)))
    np.testing.assert_array_equal(hidden[:9], unknown["seen"].astype(np.float32))
    np.testing.assert_array_equal(withheld(seen, np.array([[True] * 4] * len(seen)), None), seen)
