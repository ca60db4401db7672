"""Spelling on the line of fifths agrees with music21."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from music.pitch import PitchName, interval_semitones, mask_of, parse_scientific, pitch_classes_of

NAMES = [letter + sign for letter in "CDEFGAB" for sign in ("", "#", "b", "##", "bb")]
INTERVALS = (
    "P1 m2 M2 A2 d3 m3 M3 A3 d4 P4 A4 d5 P5 A5 m6 M6 A6 d7 m7 M7 P8 m9 M9 m10 M10 P11 A11 P12 m13 M13 P15".split()
)


def music21_name(name: str) -> str:
    return name.replace("b", "-")


@pytest.mark.parametrize("name", NAMES)
def test_names_are_the_pitches_that_music21_knows(name: str) -> None:
    from music21 import pitch

    spelled, expected = PitchName.parse(name), pitch.Pitch(music21_name(name))
    assert str(spelled) == name
    assert spelled.pitch_class == expected.pitchClass
    assert (spelled.letter, spelled.alteration) == (expected.step, int(expected.alter))


@pytest.mark.parametrize("interval", INTERVALS)
@pytest.mark.parametrize("name", ["C", "F#", "Bb", "E", "Ab", "B", "D"])
def test_intervals_lead_where_music21_says(name: str, interval: str) -> None:
    from music21 import pitch

    expected = pitch.Pitch(music21_name(name) + "4").transpose(interval)
    assert str(PitchName.parse(name) + interval) == expected.name.replace("-", "b")
    assert interval_semitones(interval) == (expected.midi - pitch.Pitch(music21_name(name) + "4").midi) % 12


@given(st.integers(0, 127), st.sampled_from(NAMES))
def test_names_with_octave_are_read_back(pitch: int, name: str) -> None:
    spelled = PitchName.parse(name)
    nearest = pitch - (pitch - spelled.pitch_class) % 12
    if nearest >= 0:
        assert parse_scientific(spelled.at(nearest)) == nearest


@pytest.mark.parametrize(
    ("name", "pitch"),
    [("C4", 60), ("B#3", 60), ("Cb4", 59), ("Eb3", 51), ("C-1", 0), ("G9", 127), ("F##2", 43)],
)
def test_middle_c_is_c4(name: str, pitch: int) -> None:
    assert parse_scientific(name) == pitch
    assert PitchName.parse(name.rstrip("-0123456789")).at(pitch) == name


@pytest.mark.parametrize("text", ["", "H", "C####", "C#b", "CC", "4", "Cis", "C 4"])
def test_what_is_no_name_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a pitch name"):
        PitchName.parse(text)


@pytest.mark.parametrize("interval", ["", "P2", "M4", "m5", "X3", "M16", "AAA4", "ddd5", "3"])
def test_what_is_no_interval_is_refused(interval: str) -> None:
    with pytest.raises(ValueError, match="not an interval"):
        interval_semitones(interval)


@given(st.integers(-60, 60))
def test_readable_names_sound_the_same_with_at_most_two_accidentals(fifths: int) -> None:
    name = PitchName(fifths)
    readable = name.readable()
    assert readable.pitch_class == name.pitch_class
    assert abs(readable.alteration) <= 2
    if abs(name.alteration) <= 2:
        assert readable == name


@given(st.sets(st.integers(0, 11)))
def test_masks_hold_exactly_their_pitch_classes(pitch_classes: set[int]) -> None:
    assert set(pitch_classes_of(mask_of(pitch_classes))) == pitch_classes
