"""Lines for the model: keys, events, what is held out, and the file they are kept in."""

from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.melody.line_model.features import NO_ROOT, UNKNOWN
from services.melody.line_model.history import HOLD, LOWEST, OFF, PITCHES, fold
from training.data.line_arrays import KEYS, LineArrays, events_of, key_shift, line_of, read_votes
from training.data.line_corpus import load_lines, save_lines
from training.data.splits import of_split, pop909_split
from training.data.tunes import Tune, TuneChord, TuneNote
from training.melody_line.batches import ONLY_ROLE, conditions, stack


@st.composite
def tunes(draw: st.DrawFn) -> Tune:
    beats, beat_unit = draw(st.sampled_from([(4, 4), (3, 4), (6, 8), (7, 8)]))
    steps = beats * 16 // beat_unit
    onsets = draw(st.lists(st.integers(0, 6 * steps), min_size=1, max_size=30, unique=True).map(sorted))
    notes = []
    for onset, following in zip(onsets, [*onsets[1:], onsets[-1] + 8], strict=True):
        length = draw(st.integers(1, following - onset))
        notes.append(TuneNote(*divmod(onset, steps), length, draw(st.integers(20, 110))))
    return Tune(
        name="pop909/001/melody",
        title="",
        beats=beats,
        beat_unit=beat_unit,
        tonic=draw(st.integers(0, 11)),
        mode=draw(st.sampled_from(sorted(KEYS))),
        bars=notes[-1].bar + 1,
        notes=tuple(notes),
        role=draw(st.sampled_from(["melody", "counter", "bass"])),
        chords=(TuneChord(0, 7, 0b100010000100), TuneChord(8, None, 0)),
    )


@given(tunes())
@settings(deadline=None)
def test_events_tell_every_onset_and_every_silence(tune: Tune) -> None:
    events = events_of(tune)
    steps = tune.beats * 16 // tune.beat_unit
    starts = [note.bar * steps + note.step for note in tune.notes]
    assert np.flatnonzero(events >= 0).tolist() == starts
    for note, start, following in zip(tune.notes, starts, [*starts[1:], len(events)], strict=True):
        end = start + note.steps
        assert end == following or events[end] == OFF
        assert (events[start + 1 : end] == HOLD).all()
        assert (int(events[start]) + LOWEST - note.pitch - key_shift(tune.tonic, tune.mode)) % 12 == 0


@pytest.mark.parametrize(
    ("tonic", "mode", "shift"),
    [(0, "major", 0), (9, "minor", 0), (7, "major", 5), (6, "major", -6), (2, "dorian", 0), (7, "minor", 2)],
)
def test_keys_move_to_the_one_without_accidentals_by_the_nearest_way(tonic: int, mode: str, shift: int) -> None:
    assert key_shift(tonic, mode) == shift


@given(st.integers(-60, 200))
def test_pitches_out_of_range_are_folded_by_octaves(pitch: int) -> None:
    assert 0 <= fold(pitch) < PITCHES
    assert (fold(pitch) - pitch) % 12 == 0


@given(st.lists(tunes(), min_size=1, max_size=3))
@settings(deadline=None, max_examples=20)
def test_lines_are_kept_as_they_are(tmp_path_factory: pytest.TempPathFactory, many: list[Tune]) -> None:
    path: Path = tmp_path_factory.mktemp("lines") / "lines.npz"
    lines = [line_of(tune) for tune in many]
    save_lines(path, lines)
    for before, after in zip(lines, load_lines(path), strict=True):
        for field in fields(LineArrays):
            assert np.array_equal(getattr(before, field.name), getattr(after, field.name))


@given(tunes())
@settings(deadline=None, max_examples=30)
def test_a_crop_holds_what_the_line_has_there(tune: Tune) -> None:
    line = line_of(tune)
    batch = stack([(line, 0, conditions(line, ONLY_ROLE), True)], 128, 40)
    length = min(128, len(line.events))
    assert batch["step_valid"].sum() == length
    assert np.array_equal(batch["categories"][0, :length], line.categories[:length])
    assert np.allclose(batch["votes"][0, :length], read_votes(line.votes[:length]))
    valid = batch["note_valid"][0]
    onsets = line.onsets[line.onsets < length]
    assert batch["onset_steps"][0][valid].tolist() == onsets.tolist()
    assert batch["pitches"][0][valid].tolist() == line.events[onsets].tolist()
    assert batch["previous"][0][valid].tolist() == [-1, *line.events[onsets[:-1]].tolist()][: len(onsets)]
    assert (batch["roots"][0, : min(8, length)] != NO_ROOT).all()
    assert (batch["conditions"][0, :length, 1:] == UNKNOWN[1:]).all()


def test_every_song_is_on_one_side_and_those_withheld_are_on_none() -> None:
    sides = [pop909_split(song) for song in range(1, 910)]
    assert {song for song in range(1, 910) if pop909_split(song) == "withheld"} == set(range(10, 910, 10))
    assert sides.count("train") > 10 * sides.count("validation") > 0
    assert abs(sides.count("validation") - sides.count("test")) <= 1
    named = [Tune(f"pop909/{song:03}/melody", "", 4, 4, 0, "major", 1, ()) for song in range(1, 40)]
    assert [tune.name for tune in of_split(named, "test")] == ["pop909/015/melody", "pop909/035/melody"]
