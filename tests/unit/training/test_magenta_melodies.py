"""What Magenta may learn from: whole 4/4 melodies of training songs, an event per sixteenth."""

import json
from pathlib import Path

from training.data.splits import pop909_split
from training.data.tunes import Tune, TuneNote
from training.magenta.melodies import NO_EVENT, NOTE_OFF, events_of, write_melodies


def tune(song: int = 1, role: str = "melody", beats: int = 4, notes: tuple[TuneNote, ...] = ()) -> Tune:
    return Tune(
        name=f"pop909/{song:03}/{role}",
        title="",
        beats=beats,
        beat_unit=4,
        tonic=0,
        mode="major",
        bars=2,
        notes=notes or (TuneNote(0, 0, 4, 40 + song % 40),),
        role=role,
    )


def test_notes_begin_sound_and_end() -> None:
    notes = (TuneNote(0, 2, 2, 60), TuneNote(0, 4, 1, 62), TuneNote(1, 0, 3, 64))
    before = [NO_EVENT, NO_EVENT, 60, NO_EVENT, 62, NOTE_OFF, *[NO_EVENT] * 10]
    assert events_of(tune(notes=notes)) == [*before, 64, NO_EVENT, NO_EVENT]


def test_a_note_that_lasts_into_the_next_gives_way() -> None:
    assert events_of(tune(notes=(TuneNote(0, 0, 9, 60), TuneNote(0, 1, 2, 61)))) == [60, 61, NO_EVENT]


def test_every_song_is_in_its_own_split_and_the_withheld_ones_in_none(tmp_path: Path) -> None:
    songs = [tune(song) for song in range(1, 101)]
    counts = write_melodies([*songs, tune(1, role="bass"), tune(2, beats=3)], tmp_path)
    expected = {
        split: [events_of(song) for number, song in enumerate(songs, start=1) if pop909_split(number) == split]
        for split in ("train", "validation", "test")
    }
    for split, melodies in expected.items():
        assert [json.loads(line) for line in (tmp_path / f"{split}.jsonl").read_text().splitlines()] == melodies
        assert counts[split] == len(melodies) > 0
    assert sum(counts.values()) == 90
