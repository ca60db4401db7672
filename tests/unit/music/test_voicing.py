"""Voicings stay in range, sound the chord, and lead from one to the next."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from music.pitch import mask_of, pitch_classes_of
from music.voicing import voice_chord

C_MAJOR, F_MAJOR, G_SEVENTH, A_MINOR = (
    mask_of([0, 4, 7]),
    mask_of([5, 9, 0]),
    mask_of([7, 11, 2, 5]),
    mask_of([9, 0, 4]),
)


@st.composite
def ranges(draw: st.DrawFn) -> tuple[int, int]:
    lowest = draw(st.integers(0, 115))
    return lowest, draw(st.integers(lowest + 11, 127))


@given(st.integers(1, 4095), st.integers(0, 11), st.integers(1, 6), ranges(), st.lists(st.integers(0, 127), max_size=5))
def test_a_voicing_is_made_of_the_chord_inside_the_range(
    mask: int, bass: int, voices: int, limits: tuple[int, int], previous: list[int]
) -> None:
    voicing = voice_chord(mask, bass, voices, *limits, sorted(previous))
    assert 1 <= len(voicing) <= voices
    assert list(voicing) == sorted(set(voicing))
    assert limits[0] <= voicing[0]
    assert voicing[-1] <= limits[1]
    assert all(mask >> pitch % 12 & 1 for pitch in voicing)


@given(st.integers(1, 4095).filter(lambda mask: len(pitch_classes_of(mask)) <= 4), st.integers(0, 11))
def test_every_tone_sounds_when_there_are_voices_and_room(mask: int, bass: int) -> None:
    voicing = voice_chord(mask, bass, 4, 48, 84)
    assert mask_of([pitch % 12 for pitch in voicing]) == mask


def test_a_full_chord_loses_its_fifth_before_its_third_or_seventh() -> None:
    three = voice_chord(mask_of([7, 11, 2, 5]), 7, 3, 48, 72)
    assert {pitch % 12 for pitch in three} == {7, 11, 5}


def test_the_first_chord_stands_on_its_bass() -> None:
    assert voice_chord(C_MAJOR, 0, 3, 48, 72)[0] % 12 == 0
    assert voice_chord(C_MAJOR, 4, 3, 48, 72)[0] % 12 == 4


def test_low_voicings_are_open_enough_to_be_clear() -> None:
    voicing = voice_chord(G_SEVENTH, 7, 4, 36, 60)
    assert all(above - below >= 5 for below, above in pairwise(voicing) if below < 48)


def test_voices_move_by_little_and_keep_common_tones() -> None:
    previous: tuple[int, ...] = ()
    chain = []
    for mask, bass in ((C_MAJOR, 0), (A_MINOR, 9), (F_MAJOR, 5), (G_SEVENTH, 7), (C_MAJOR, 0)):
        previous = voice_chord(mask, bass, 4, 50, 72, previous)
        chain.append(previous)
    for before, after in pairwise(chain):
        assert abs(after[-1] - before[-1]) <= 4
        assert sum(min(abs(pitch - earlier) for earlier in before) for pitch in after) <= 10
    assert set(chain[0]) & set(chain[1])  # C and Am share two tones


def test_a_chord_without_tones_in_range_is_refused() -> None:
    with pytest.raises(ValueError, match="no tone"):
        voice_chord(C_MAJOR, 0, 3, 61, 63)


def test_a_triad_of_four_voices_is_open_below_and_doubles_its_root() -> None:
    # The third of D minor, so low, would blur with its root; the tenth does not.
    assert voice_chord(mask_of([2, 5, 9]), 2, 4, 48, 72) == (50, 57, 62, 65)
    # In the inversions that are left of C major in this range another tone than the root would be doubled.
    assert len(voice_chord(C_MAJOR, 0, 4, 52, 71)) == 3


@given(st.integers(0, 11), st.sampled_from([(0, 4, 7, 10, 2), (0, 3, 7, 10, 2), (0, 4, 7, 11, 2), (0, 4, 10, 9)]))
def test_ninths_and_thirteenths_are_no_clusters(root: int, intervals: tuple[int, ...]) -> None:
    mask = sum(1 << (root + interval) % 12 for interval in intervals)
    voicing = voice_chord(mask, root, 4, 48, 79)
    assert all(third - first > 4 for first, third in zip(voicing, voicing[2:], strict=False))
    assert voicing[0] % 12 == root
