"""Parts with tracks beside them: kick and bass, lead and chords, and bars that know nothing of each other."""

from dataclasses import replace

import pytest
from boumbapp.music.v2.events_pb2 import BarAccents
from boumbapp.music.v2.intent_pb2 import Intent
from boumbapp.music.v2.music_pb2 import (
    DRUM_PIECE_KICK,
    DRUM_PIECE_SNARE,
    ROLE_BASS,
    ROLE_CHORDS,
    ROLE_DRUMS,
    ROLE_MELODY,
    ROLE_PAD,
    Bar,
    DrumHit,
    Note,
    Role,
    Track,
)
from hypothesis import given
from hypothesis import strategies as st

from music.meter import BEAT, step_weights
from services.composition.brief import CompositionBrief
from services.melody.beside.room import lock_to_kick, made_room
from services.melody.plan.bar_constraints import bar_constraints_of
from services.melody.plan.rhythm import skeleton_odds
from tests.unit.melody.pieces import FOUR_FOUR, FUNK, PITCHED, briefs, compose, g_minor_piece

BARS = 4


def drums(*kicks: int, role: Role.ValueType = ROLE_DRUMS, bars: range = range(BARS)) -> Track:
    hits = [DrumHit(piece=DRUM_PIECE_KICK, step=step, velocity=110) for step in kicks]
    hits.append(DrumHit(piece=DRUM_PIECE_SNARE, step=4, velocity=100))
    return Track(role=role, bars=[Bar(index=index, meter=FOUR_FOUR, hits=hits) for index in bars])


def held(role: Role.ValueType, *pitches: int, steps: tuple[int, ...] = (0,)) -> Track:
    notes = [Note(pitch=pitch, start_step=step, duration_steps=4, velocity=80) for step in steps for pitch in pitches]
    return Track(role=role, bars=[Bar(index=index, meter=FOUR_FOUR, notes=notes) for index in range(BARS)])


def beside(brief: CompositionBrief, *tracks: Track) -> list[Bar]:
    return compose(replace(brief, context=tracks))


def onsets(bars: list[Bar]) -> list[int]:
    return [note.start_step for bar in bars for note in bar.notes if not note.tied]


@pytest.mark.parametrize("style", ["house", "disco", "trap", "funk", ""])
@pytest.mark.parametrize("kicks", [(0, 4, 8, 12), (0, 6, 10), (0, 3, 7, 10, 14)])
def test_two_in_three_notes_of_a_bass_are_strokes_of_the_kick(style: str, kicks: tuple[int, ...]) -> None:
    for seed in range(4):
        brief = g_minor_piece(ROLE_BASS, seed, rhythm=FUNK, onsets=(3, 8))
        brief = replace(brief, intent=Intent(role=ROLE_BASS, style=style, bpm=120))
        steps = onsets(beside(brief, drums(*kicks)))
        assert sum(step in kicks for step in steps) >= 0.66 * len(steps)


def test_a_walking_bass_walks_on() -> None:
    brief = replace(g_minor_piece(ROLE_BASS, 3), intent=Intent(role=ROLE_BASS, style="jazz", bpm=140))
    assert onsets(beside(brief, drums(0, 10))) == onsets(compose(brief))


def test_accents_are_as_good_as_the_drums_that_made_them() -> None:
    brief = g_minor_piece(ROLE_BASS, 5, rhythm=FUNK)
    accents = [100 if step in (0, 6, 10) else 30 if step == 4 else 0 for step in range(16)]
    accented = replace(brief, accents=tuple(BarAccents(index=index, accents=accents) for index in range(BARS)))
    assert compose(accented) == beside(brief, drums(0, 6, 10))
    assert compose(accented) != compose(brief)


def test_a_lead_answers_in_the_gaps_of_chords() -> None:
    stabs = (0, 3, 6, 10)
    free, answering = [], []
    for seed in range(8):
        brief = g_minor_piece(ROLE_MELODY, seed)
        free += onsets(compose(brief))
        answering += onsets(beside(brief, held(ROLE_CHORDS, 55, 58, 62, steps=stabs)))
    assert sum(step in stabs for step in answering) / len(answering) < len(stabs) / 16
    assert sum(step in stabs for step in answering) < sum(step in stabs for step in free)


def test_a_lead_meets_no_semitone_on_a_beat() -> None:
    """A held F sharp is foreign to G minor: the lead leaves its neighbours alone as long as it sounds."""
    for seed in range(8):
        notes = [Note(pitch=66, start_step=0, duration_steps=16, velocity=80)]
        track = Track(role=ROLE_PAD, bars=[Bar(index=i, meter=FOUR_FOUR, notes=notes) for i in range(BARS - 1)])
        made = beside(g_minor_piece(ROLE_MELODY, seed), track)[: BARS - 1]
        strong = [step for step, weight in enumerate(step_weights(FOUR_FOUR)) if weight >= BEAT]
        begun = [note for bar in made for note in bar.notes if note.start_step in strong]
        assert begun
        assert not [note for note in begun if abs(note.pitch - 66) == 1]


def test_chords_leave_a_lead_its_onsets_and_its_register() -> None:
    lead = held(ROLE_MELODY, 67, steps=(0, 4, 8, 12))
    for seed in range(6):
        brief = g_minor_piece(ROLE_CHORDS, seed)
        made = beside(brief, lead)
        assert max(note.pitch for bar in made for note in bar.notes) < 67
        together = [step in (0, 4, 8, 12) for step in onsets(made)]
        assert sum(together) / len(together) < 0.5


@given(st.integers(0, BARS - 1), st.sampled_from(PITCHED))
def test_a_bar_follows_its_own_index_and_nothing_after_it(index: int, role: Role.ValueType) -> None:
    brief = g_minor_piece(role, 11)
    early = [drums(0, 6, 10, bars=range(index + 1)), held(ROLE_CHORDS, 55, 58)]
    late = [drums(0, 6, 10), held(ROLE_CHORDS, 55, 58)]
    assert beside(brief, *early)[: index + 1] == beside(brief, *late)[: index + 1]


@given(briefs(), st.integers(0, 99))
def test_what_says_nothing_changes_nothing(brief: CompositionBrief, role: int) -> None:
    silent = Track(role=role if role not in Role.values() else ROLE_DRUMS)  # type: ignore[arg-type]  # of a newer version
    outside = Bar(index=500, meter=brief.constraints.meter, notes=[Note(pitch=60, duration_steps=1, velocity=9)])
    assert beside(brief, silent, Track(role=ROLE_BASS, bars=[outside])) == compose(brief)


@given(st.sets(st.integers(0, 15), min_size=1), st.dictionaries(st.integers(0, 20), st.floats(0.1, 1)))
def test_any_rhythm_can_be_locked(steps: set[int], kicks: dict[int, float]) -> None:
    frame = bar_constraints_of(g_minor_piece(ROLE_BASS, 1, rhythm=FUNK).constraints, 0)

    def odds(step: int, _since: int) -> float:
        return skeleton_odds(frame, step)

    locked = lock_to_kick(frame, steps, kicks, odds)
    assert locked == tuple(sorted(set(locked)))
    assert locked
    assert all(0 <= step < 16 for step in locked)
    assert len(locked) <= max(len(steps), frame.most)
    if not [step for step in kicks if step < 16]:
        assert set(locked) == steps


@given(st.sets(st.integers(0, 15)), st.sets(st.integers(0, 15)))
def test_notes_give_way_and_none_is_lost(steps: set[int], others: set[int]) -> None:
    frame = bar_constraints_of(g_minor_piece(ROLE_MELODY, 1).constraints, 0)
    moved = made_room(frame, steps, others, lambda _step, _since: 1.0)
    assert len(moved) == len(steps)
    assert len(set(moved) & others) <= len(steps & others)
