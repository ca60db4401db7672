"""Folk tunes come back from their files as they were."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.data.line_arrays import KEYS, key_shift
from training.data.midi_folder import read_folder
from training.data.midi_tune import read_midi_tune
from training.data.tunes import Tune, TuneNote
from training.folk.files import midi_of, write_files
from training.scoring.protocol import EventLine

SCALE = (0, 2, 4, 5, 7, 9, 11)
METRES = st.sampled_from([(4, 4), (2, 4), (3, 4), (6, 8), (9, 8), (3, 8)])


@st.composite
def tunes(draw: st.DrawFn) -> Tune:
    """Tunes in the notes of any key and mode, all seven of them, with a pickup and rests."""
    beats, unit = draw(METRES)
    bar = beats * 16 // unit
    tonic, mode = draw(st.integers(0, 11)), draw(st.sampled_from(sorted(KEYS)))
    notes, now = [], draw(st.integers(0, bar - 1))
    degrees = [*range(7), *draw(st.lists(st.integers(0, 6), min_size=10, max_size=30))]
    for degree in degrees:
        steps = draw(st.integers(1, 6))
        pitch = 60 + (tonic + KEYS[mode] + SCALE[degree]) % 12
        notes.append(TuneNote(*divmod(now, bar), steps, pitch))
        now += steps + draw(st.sampled_from([0, 0, 0, 2]))
    return Tune("folk/a/1", "A tune", beats, unit, tonic, mode, notes[-1].bar + 1, tuple(notes))


@given(tunes())
def test_a_tune_comes_back_with_its_metre_its_pickup_and_its_signature(tune: Tune) -> None:
    read = read_midi_tune(midi_of(tune), tune.name)
    assert read.notes == tune.notes
    assert (read.beats, read.beat_unit) == (tune.beats, tune.beat_unit)
    assert key_shift(read.tonic, read.mode) == key_shift(tune.tonic, tune.mode)
    assert EventLine.of(read).events.tolist() == EventLine.of(tune).events.tolist()
    assert EventLine.of(read).is_minor == EventLine.of(tune).is_minor


@pytest.mark.parametrize("last", [12, 15])
def test_files_are_named_after_their_tunes(tmp_path: Path, last: int) -> None:
    notes = (TuneNote(0, 12, 4, 62), *(TuneNote(bar, 0, 16, 60) for bar in range(1, 4)), TuneNote(4, last, 5, 60))
    write_files([Tune(f"airs/b/{number}", "", 4, 4, 0, "major", 5, notes) for number in (1, 2)], tmp_path / "out")
    corpus = read_folder(tmp_path / "out")
    assert [tune.name for tune in corpus.tunes] == ["airs-b-1.mid", "airs-b-2.mid"]
    assert corpus.tunes[0].notes == notes
