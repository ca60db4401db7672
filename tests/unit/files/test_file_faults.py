"""Files that are wrong give bars as the contract allows, or a reason; never anything else."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks._file_faults import any_midi, any_score, mutated, read_or_refused, seeds
from music.files import read_file
from music.reading.text_encoding import decoded, encoding_of

MIDI, SCORE = seeds()


@pytest.mark.parametrize("seed", [MIDI, SCORE], ids=["MIDI", "MusicXML"])
def test_the_seeds_are_right(seed: bytes) -> None:
    assert read_or_refused(seed) == "read"
    assert any(bar.notes or bar.hits for track in read_file(seed).tracks for bar in track.bars)


@given(st.integers())
@settings(max_examples=400)
def test_changed_bytes(seed: int) -> None:
    chance = Random(seed)
    assert read_or_refused(mutated(chance.choice((MIDI, SCORE)), chance)) in ("read", "refused")


@given(st.integers())
@settings(max_examples=200)
def test_any_structure(seed: int) -> None:
    chance = Random(seed)
    assert read_or_refused(chance.choice((any_midi, any_score))(chance)) in ("read", "refused")


@given(st.binary(max_size=200))
def test_noise_behind_any_beginning(noise: bytes) -> None:
    for beginning in (
        b"MThd",
        b"RIFF....RMID",
        b"PK\x03\x04",
        b"<?xml",
        b"\xff\xfe<\0",
        b"<score-partwise>",
        MIDI[:22],
    ):
        assert read_or_refused(beginning + noise) in ("read", "refused")


@given(st.lists(st.binary(max_size=30), max_size=5))
def test_any_name_has_an_encoding(samples: list[bytes]) -> None:
    encoding = encoding_of(samples)
    assert all(decoded(sample, encoding).isprintable() for sample in samples)


@pytest.mark.parametrize(
    "score",
    [
        b"<note><pitch><step>C</step><octave>4</octave></pitch><duration>999999999</duration></note>",
        b"<attributes><time><senza-misura/></time></attributes><forward><duration>999999999</duration></forward>"
        b"<note><pitch><step>C</step><octave>4</octave></pitch><duration>999999999</duration></note>",
        b"<forward><duration>999999999</duration></forward>" * 1000,
    ],
    ids=["a note without end", "music without metre or end", "silence without end"],
)
def test_what_lasts_for_ever_takes_no_room(score: bytes) -> None:
    part = b'<score-partwise><part-list/><part id="P"><measure>' + score + b"</measure></part></score-partwise>"
    assert read_or_refused(part) in ("read", "refused")
