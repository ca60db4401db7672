"""Degrees of scales known and unknown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from music.pitch import mask_of
from music.scale_degrees import DEGREES, ScaleDegrees


@pytest.mark.parametrize(
    "scale",
    [
        (0, 2, 4, 5, 7, 9, 11),  # major
        (0, 2, 3, 5, 7, 8, 10),  # minor
        (0, 2, 3, 5, 7, 8, 11),  # harmonic minor
        (0, 1, 3, 5, 7, 8, 10),  # phrygian
        (0, 2, 4, 6, 7, 9, 11),  # lydian
        (0, 1, 3, 5, 6, 8, 10),  # locrian
        (0, 1, 4, 5, 7, 8, 11),  # double harmonic
    ],
)
@pytest.mark.parametrize("tonic", range(12))
def test_seven_notes_fill_seven_degrees(tonic: int, scale: tuple[int, ...]) -> None:
    degrees = ScaleDegrees.of(tonic, mask_of([tonic + above for above in scale]))
    first = 60 + tonic
    positions = [degrees.position(first + above) - degrees.position(first) for above in scale]
    assert positions == list(range(DEGREES))
    assert not any(degrees.is_altered(first + above) for above in scale)
    assert degrees.minor == (3 in scale)


def test_pentatonic_scales_leave_gaps_where_their_names_say() -> None:
    minor = ScaleDegrees.of(0, mask_of([0, 3, 5, 7, 10]))
    assert [minor.position(pitch) for pitch in (0, 3, 5, 7, 10)] == [0, 2, 3, 4, 6]
    hirajoshi = ScaleDegrees.of(0, mask_of([0, 2, 3, 7, 8]))
    assert [hirajoshi.position(pitch) for pitch in (0, 2, 3, 7, 8)] == [0, 1, 2, 4, 5]


def test_foreign_notes_are_altered_degrees() -> None:
    minor = ScaleDegrees.of(7, mask_of([7, 9, 10, 0, 2, 3, 5]))
    assert minor.is_altered(66)  # F# is the raised seventh of G minor
    assert minor.position(66) == minor.position(65)
    assert not minor.is_altered(65)


@given(st.integers(0, 11), st.integers(1, 4095), st.integers(0, 115))
def test_an_octave_is_seven_positions_and_higher_is_never_lower(tonic: int, mask: int, pitch: int) -> None:
    degrees = ScaleDegrees.of(tonic, mask)
    assert degrees.position(pitch + 12) == degrees.position(pitch) + DEGREES
    assert degrees.is_altered(pitch + 12) == degrees.is_altered(pitch)
    assert degrees.position(pitch + 1) >= degrees.position(pitch)
