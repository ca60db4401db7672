"""Gaps between given bars, and rhythms without pitches."""

from dataclasses import replace

import pytest
from boumbapp.music.v2.music_pb2 import ROLE_ARPEGGIO, ROLE_BASS, ROLE_CHORDS, ROLE_MELODY, ROLE_PAD, Bar, Note, Role
from hypothesis import given, settings
from hypothesis import strategies as st

from services.composition.brief import CompositionBrief
from services.melody.parts.colour import NO_PITCH
from tests.unit.melody.pieces import FUNK, G_MINOR, PITCHED, briefs, compose, fill, g_minor_piece

BARS = 8
SEEDS = range(6)


def piece(role: Role.ValueType, seed: int) -> list[Bar]:
    return compose(g_minor_piece(role, seed, bars=BARS, rhythm=FUNK))


def filled(role: Role.ValueType, seed: int, whole: list[Bar], gap: range) -> list[Bar]:
    """What another seed makes of a gap."""
    brief = g_minor_piece(role, seed + 1000, bars=BARS, rhythm=FUNK)
    return fill(replace(brief, given_bars=tuple(bar for bar in whole if bar.index not in gap)))


def line(bar: Bar) -> list[int]:
    return [note.pitch for note in sorted(bar.notes, key=lambda note: note.start_step)]


@pytest.mark.parametrize("role", [ROLE_MELODY, ROLE_BASS, ROLE_ARPEGGIO])
@pytest.mark.parametrize("gap", [range(2), range(3, 5), range(6, 8), range(2, 3)])
def test_a_gap_is_filled_in_key_and_joins_both_sides(role: Role.ValueType, gap: range) -> None:
    for seed in SEEDS:
        whole = piece(role, seed)
        made = filled(role, seed, whole, gap)
        assert [bar.index for bar in made] == list(gap)
        assert {note.pitch % 12 for bar in made for note in bar.notes} <= set(G_MINOR)
        around = [line(bar) for bar in (*whole[: gap.start], *made, *whole[gap.stop :])]
        for place in (gap.start, gap.stop):
            if 0 < place < BARS and around[place - 1] and around[place]:
                assert abs(around[place - 1][-1] - around[place][0]) <= 12


@pytest.mark.parametrize("role", [ROLE_MELODY, ROLE_BASS])
def test_what_comes_after_a_gap_counts(role: Role.ValueType) -> None:
    """The same gap before other bars is filled in another way, for some seed at least."""
    different = 0
    for seed in range(24):
        whole, other = piece(role, seed), piece(role, seed + 50)
        ends = [whole[:2] + end[3:] for end in (whole, other)]
        brief = g_minor_piece(role, seed + 1000, bars=BARS, rhythm=FUNK)
        first, second = (fill(replace(brief, given_bars=tuple(end))) for end in ends)
        different += first != second
    assert different


@pytest.mark.parametrize("role", [ROLE_BASS, ROLE_CHORDS])
def test_a_riff_that_is_stated_after_a_gap_is_played_in_it(role: Role.ValueType) -> None:
    shared, alone = 0.0, 0.0
    for seed in SEEDS:
        whole = piece(role, seed)
        made = filled(role, seed, whole, range(1))[0]
        free = compose(g_minor_piece(role, seed + 1000, bars=BARS, rhythm=FUNK))[0]
        riff, filling, other = ({note.start_step for note in bar.notes} for bar in (whole[1], made, free))
        shared += len(riff & filling) / len(riff)
        alone += len(riff & other) / len(riff)
    assert shared > alone
    assert shared / len(SEEDS) > 0.75


@pytest.mark.parametrize("role", PITCHED)
def test_a_beginning_that_goes_on_is_what_it_was(role: Role.ValueType) -> None:
    whole = piece(role, 3)
    for came in range(BARS):
        brief = g_minor_piece(role, 3, bars=BARS, rhythm=FUNK)
        assert fill(replace(brief, given_bars=tuple(whole[:came]))) == whole[came:]


def rhythm_of(bar: Bar) -> Bar:
    plain = Bar(index=bar.index, meter=bar.meter)
    for note in bar.notes:
        plain.notes.add().CopyFrom(note)
        plain.notes[-1].pitch = NO_PITCH
    return plain


def times(notes: list[Note]) -> list[tuple[int, int, int, int, int]]:
    return sorted((n.start_step, n.duration_steps, n.velocity, n.offset_ticks, n.release_ticks) for n in notes)


@pytest.mark.parametrize("role", [ROLE_MELODY, ROLE_BASS, ROLE_CHORDS, ROLE_ARPEGGIO, ROLE_PAD])
def test_a_coloured_bar_keeps_its_rhythm_and_gets_pitches_of_the_key(role: Role.ValueType) -> None:
    for seed in SEEDS:
        whole = piece(role, seed)
        brief = g_minor_piece(role, seed + 1000, bars=BARS, rhythm=FUNK)
        given_bars = tuple(bar for bar in whole if bar.index != 2)
        (made,) = fill(replace(brief, given_bars=given_bars, rhythms=(rhythm_of(whole[2]),)))
        assert times(list(made.notes)) == times(list(whole[2].notes))
        assert {note.pitch % 12 for note in made.notes} <= set(G_MINOR)


def test_notes_with_a_pitch_stay_when_the_others_are_coloured() -> None:
    whole = piece(ROLE_MELODY, 2)
    rhythm = rhythm_of(whole[1])
    rhythm.notes[0].pitch = 66
    brief = g_minor_piece(ROLE_MELODY, 9, bars=BARS, rhythm=FUNK)
    (made,) = fill(replace(brief, given_bars=tuple(b for b in whole if b.index != 1), rhythms=(rhythm,)))
    assert made.notes[0].pitch == 66
    assert all(note.pitch != NO_PITCH for note in made.notes)


@given(briefs(most_bars=4), st.data())
@settings(max_examples=40)
def test_any_gap_in_any_piece_is_filled(brief: CompositionBrief, data: st.DataObject) -> None:
    whole = compose(brief)
    kept = data.draw(st.sets(st.sampled_from(range(len(whole)))))
    made = fill(replace(brief, given_bars=tuple(whole[index] for index in sorted(kept))))
    assert [bar.index for bar in made] == [bar.index for bar in whole if bar.index not in kept]
