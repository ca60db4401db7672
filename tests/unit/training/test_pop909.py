"""POP909: notes go to the sixteenth that was played, whatever the nominal tempo of the file says."""

from pathlib import Path

import mido
import pytest

from training.data.pop909 import read_pop909
from training.data.tunes import Tune

BEAT = 0.7  # seconds; the file says 120 bpm all along, as nominal tempos do
TICKS_PER_SECOND = 960


def write_song(folder: Path, *, beats_per_bar: int = 4, upbeats: int = 0) -> None:
    folder.mkdir(parents=True)
    file = mido.MidiFile(ticks_per_beat=480)
    file.tracks.append(mido.MidiTrack())
    tracks: dict[str, list[tuple[float, float, int]]] = {
        "MELODY": [(4 + step / 4, 4 + (step + 1) / 4, 62 + step % 5) for step in range(0, 64, 2)],
        "BRIDGE": [(4 + beat, 4.5 + beat, pitch) for beat in range(20) for pitch in (60, 67)],
        "PIANO": [(4 + beat, 5 + beat, pitch) for beat in range(20) for pitch in (40, 52, 72)],
    }
    for name, notes in tracks.items():
        track = mido.MidiTrack([mido.MetaMessage("track_name", name=name)])
        events = sorted(
            [(round(start * BEAT * TICKS_PER_SECOND) + 7, "note_on", pitch) for start, _, pitch in notes]
            + [(round(end * BEAT * TICKS_PER_SECOND), "note_off", pitch) for _, end, pitch in notes],
            key=lambda event: (event[0], event[1] == "note_on"),
        )
        now = 0
        for tick, kind, pitch in events:
            track.append(mido.Message(kind, note=pitch, velocity=80, time=tick - now))
            now = tick
        file.tracks.append(track)
    file.save(folder / f"{folder.name}.mid")
    lines = []
    for beat in range(40):
        bar_line = (beat - upbeats) % beats_per_bar == 0
        half = (beat - upbeats) % (3 if beats_per_bar == 3 else 2) == 0
        lines.append(f"{beat * BEAT} {1.0 * half} {1.0 * bar_line}")
    (folder / "beat_midi.txt").write_text("\n".join(lines), encoding="utf-8")
    (folder / "key_audio.txt").write_text("0.0\t3.0\tC:maj\n3.0\t30.0\tE:min\n", encoding="utf-8")
    (folder / "chord_midi.txt").write_text("0.0\t2.8\tN\n2.8\t28.0\tE:min7/b3\n", encoding="utf-8")


def read(folder: Path) -> dict[str, Tune]:
    corpus = read_pop909(folder)
    assert corpus.skipped == {}
    return {tune.role: tune for tune in corpus.tunes}


def test_beats_not_ticks_are_the_grid(tmp_path: Path) -> None:
    write_song(tmp_path / "003")
    tune = read(tmp_path)["melody"]
    assert [(note.bar, note.step, note.steps) for note in tune.notes[:3]] == [(1, 0, 1), (1, 2, 1), (1, 4, 1)]
    assert (tune.name, tune.beats, tune.tonic, tune.mode) == ("pop909/003/melody", 4, 4, "minor")


def test_an_upbeat_belongs_to_the_bar_before(tmp_path: Path) -> None:
    write_song(tmp_path / "003", upbeats=1)
    assert read(tmp_path)["melody"].notes[0].step == 12


def test_three_four_is_heard(tmp_path: Path) -> None:
    write_song(tmp_path / "003", beats_per_bar=3)
    assert read(tmp_path)["melody"].beats == 3


def test_lines_are_what_is_highest_and_what_is_lowest(tmp_path: Path) -> None:
    write_song(tmp_path / "003")
    lines = read(tmp_path)
    assert {note.pitch for note in lines["counter"].notes} == {67}
    assert {note.pitch for note in lines["bass"].notes} == {40}


def test_chords_have_their_place_and_their_tones(tmp_path: Path) -> None:
    write_song(tmp_path / "003")
    silent, chord = read(tmp_path)["melody"].chords
    assert (silent.step, silent.root) == (0, None)
    assert (chord.step, chord.root, chord.mask) == (16, 4, sum(1 << tone for tone in (4, 7, 11, 2)))


@pytest.mark.parametrize(
    ("file", "text", "reason"),
    [
        ("chord_midi.txt", "0 9 C:strange", "unknown chord C:strange"),
        ("key_audio.txt", "", "no key"),
        ("beat_midi.txt", "0.0 1 1\n0.5 0 0", "no beats"),
        ("beat_midi.txt", "\n".join(f"{beat} 0 0" for beat in range(20)), "no bar lines"),
    ],
)
def test_a_song_that_cannot_be_used_is_counted(tmp_path: Path, file: str, text: str, reason: str) -> None:
    write_song(tmp_path / "003")
    (tmp_path / "003" / file).write_text(text, encoding="utf-8")
    corpus = read_pop909(tmp_path)
    assert corpus.tunes == ()
    assert corpus.skipped == {reason: 1}


def test_a_damaged_file_is_counted_too(tmp_path: Path) -> None:
    write_song(tmp_path / "003")
    (tmp_path / "003" / "003.mid").write_bytes(b"RIFF")
    assert sum(read_pop909(tmp_path).skipped.values()) == 1
