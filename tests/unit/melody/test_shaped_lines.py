"""The shape that a prompt asks of a line holds in every note, whatever the style and the seed."""

from itertools import pairwise

import pytest
from boumbapp.music.v2.intent_pb2 import (
    CONTOUR_ARCH,
    CONTOUR_ASCENDING,
    CONTOUR_DESCENDING,
    NOTE_VALUE_HALF,
    NOTE_VALUE_QUARTER,
    NOTE_VALUE_SIXTEENTH,
    NOTE_VALUE_SIXTEENTH_TRIPLET,
    Dynamics,
    Shape,
)
from boumbapp.music.v2.music_pb2 import (
    LEVEL_HIGH,
    LEVEL_LOW,
    ROLE_ARPEGGIO,
    ROLE_BASS,
    ROLE_CHORDS,
    ROLE_MELODY,
    ROLE_PAD,
    Note,
    Role,
)

from services.composition.brief import CompositionBrief
from services.melody.shape_notices import not_followed
from tests.unit.melody.pieces import compose, g_minor_piece

SEEDS = (1, 7, 23)
LINES = (ROLE_MELODY, ROLE_BASS, ROLE_ARPEGGIO)


def shaped(role: Role.ValueType, seed: int, shape: Shape) -> CompositionBrief:
    brief = g_minor_piece(role, seed)
    brief.intent.shape.CopyFrom(shape)
    return brief


def notes(brief: CompositionBrief) -> list[Note]:
    return [note for bar in compose(brief) for note in bar.notes]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("role", [*LINES, ROLE_PAD])
def test_notes_have_only_the_values_that_are_asked_for(role: Role.ValueType, seed: int) -> None:
    made = notes(shaped(role, seed, Shape(note_values=[NOTE_VALUE_QUARTER, NOTE_VALUE_HALF])))
    assert {note.duration_steps for note in made} <= {4, 8}
    assert all(note.start_step % 4 == 0 for note in made)


@pytest.mark.parametrize("seed", SEEDS)
def test_sixteenths_alone_fill_the_bar(seed: int) -> None:
    made = notes(shaped(ROLE_BASS, seed, Shape(note_values=[NOTE_VALUE_SIXTEENTH])))
    assert [note.start_step for note in made] == list(range(16)) * 4


@pytest.mark.parametrize("seed", SEEDS)
def test_a_melody_rises_or_falls_through_the_piece(seed: int) -> None:
    rising = [note.pitch for note in notes(shaped(ROLE_MELODY, seed, Shape(contour=CONTOUR_ASCENDING)))]
    falling = [note.pitch for note in notes(shaped(ROLE_MELODY, seed, Shape(contour=CONTOUR_DESCENDING)))]
    assert rising == sorted(rising)
    assert falling == sorted(falling, reverse=True)
    assert rising[-1] - rising[0] >= 7
    arch = [note.pitch for note in notes(shaped(ROLE_MELODY, seed, Shape(contour=CONTOUR_ARCH)))]
    top = arch.index(max(arch))
    assert arch[: top + 1] == sorted(arch[: top + 1])
    assert arch[top:] == sorted(arch[top:], reverse=True)


@pytest.mark.parametrize("seed", SEEDS)
def test_an_arpeggio_falls_in_every_bar(seed: int) -> None:
    for bar in compose(shaped(ROLE_ARPEGGIO, seed, Shape(contour=CONTOUR_DESCENDING))):
        pitches = [note.pitch for note in bar.notes]
        assert pitches == sorted(pitches, reverse=True)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("role", LINES)
def test_avoided_intervals_do_not_occur(role: Role.ValueType, seed: int) -> None:
    made = notes(shaped(role, seed, Shape(avoided_intervals=[3, 4])))
    assert not {abs(after.pitch - before.pitch) for before, after in pairwise(made)} & {3, 4}


@pytest.mark.parametrize("seed", SEEDS)
def test_the_line_begins_and_ends_on_the_notes_that_are_asked_for(seed: int) -> None:
    made = notes(shaped(ROLE_MELODY, seed, Shape(first_note="D", final_note="A")))
    assert (made[0].pitch % 12, made[-1].pitch % 12) == (2, 9)


@pytest.mark.parametrize("seed", SEEDS)
def test_loudness_grows_from_start_to_end(seed: int) -> None:
    plain = notes(g_minor_piece(ROLE_MELODY, seed))
    made = notes(shaped(ROLE_MELODY, seed, Shape(dynamics=Dynamics(start=LEVEL_LOW, end=LEVEL_HIGH))))
    quiet, loud = made[: len(made) // 3], made[-(len(made) // 3) :]
    assert sum(note.velocity for note in quiet) / len(quiet) + 20 < sum(note.velocity for note in loud) / len(loud)
    assert [note.pitch for note in made] == [note.pitch for note in plain]


def test_a_bass_of_roots_alone_plays_no_other_note() -> None:
    brief = shaped(ROLE_BASS, 3, Shape(roots_only=True))
    roots = [plan.chords[0].root for plan in brief.constraints.plans]
    for bar in compose(brief):
        assert {note.pitch % 12 for note in bar.notes} == {roots[bar.index % len(roots)]}


def test_a_spelled_tune_is_played_a_note_a_beat() -> None:
    made = notes(shaped(ROLE_MELODY, 3, Shape(spelled_notes=["G", "G", "A", "G", "C", "Bb"])))
    assert [note.pitch % 12 for note in made][:6] == [7, 7, 9, 7, 0, 10]
    assert {note.duration_steps for note in made} == {4}


def test_what_cannot_be_followed_is_told() -> None:
    sextuplets = shaped(ROLE_MELODY, 1, Shape(note_values=[NOTE_VALUE_SIXTEENTH_TRIPLET]))
    assert list(not_followed(sextuplets, "specialist", "en")) == ["note values of sextuplets or thirty-seconds"]
    foreign = shaped(ROLE_MELODY, 1, Shape(final_note="F#"))
    assert "F#" in next(not_followed(foreign, "specialist", "fr"))
    chords = shaped(ROLE_CHORDS, 1, Shape(contour=CONTOUR_ASCENDING))
    assert list(not_followed(chords, "specialist", "fr")) == ["le contour"]
    other = shaped(ROLE_MELODY, 1, Shape(contour=CONTOUR_ASCENDING))
    assert list(not_followed(other, "hybrid", "en")) == ["the shape of the line"]
    assert not list(not_followed(other, "specialist", "en"))
    assert not list(not_followed(g_minor_piece(ROLE_MELODY, 1), "hybrid", "en"))
