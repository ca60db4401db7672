"""Humanisation: accents follow the metre, machines stay on the grid, and every note can still be heard."""

import random
from statistics import fmean

import pytest
from boumbapp.music.v2.music_pb2 import ROLE_BASS, ROLE_CHORDS, ROLE_MELODY, ROLE_PAD, Meter, Note
from hypothesis import given
from hypothesis import strategies as st

from music.meter import step_weights
from music.performance.dynamics import ACCENTS, VELOCITY, lead_with_top_voice, velocities
from music.performance.timing import STACCATO, TimedNote, delays, release, staccato, strum

WEIGHTS = step_weights(Meter(beats=4, beat_unit=4))
ALL = range(len(WEIGHTS))
seeds = st.integers(0, 2**32 - 1)
roles = st.sampled_from(list(VELOCITY))
bars = st.lists(st.sampled_from(list(ALL)), unique=True).map(sorted)


def mean_velocity(step: int, onsets: list[int], **options: bool) -> float:
    return fmean(
        velocities(onsets, ROLE_MELODY, WEIGHTS, random.Random(seed), **options)[step]  # type: ignore[arg-type]
        for seed in range(200)
    )


def test_accents_follow_the_metrical_weight() -> None:
    means = [mean_velocity(step, list(ALL)) for step in (1, 2, 4, 8, 0)]  # sixteenth to downbeat
    assert means == sorted(means)
    assert [round(mean - VELOCITY[ROLE_MELODY]) for mean in means] == pytest.approx(ACCENTS, abs=1)


def test_a_note_before_a_silent_beat_takes_its_accent() -> None:
    assert mean_velocity(3, [0, 3, 8]) > mean_velocity(3, [0, 3, 4, 8]) + 10


def test_a_pad_has_no_syncopation() -> None:
    pad = [
        fmean(velocities(onsets, ROLE_PAD, WEIGHTS, random.Random(seed))[3] for seed in range(50))
        for onsets in ([0, 3, 8], [0, 3, 4, 8])
    ]
    assert pad[0] == pad[1]


def test_a_phrase_swells_to_its_climax() -> None:
    def at(distance: float) -> int:
        return velocities([0], ROLE_MELODY, WEIGHTS, random.Random(1), away_from_climax=lambda _: distance)[0]

    assert at(0) == at(0.5) + 4 == at(1) + 8


@given(onsets=bars, role=roles, seed=seeds, machine=st.booleans(), data=st.data())
def test_velocities_are_midi_and_ghosts_are_soft(
    onsets: list[int], role: int, seed: int, *, machine: bool, data: st.DataObject
) -> None:
    ghosts = data.draw(st.sets(st.sampled_from(onsets))) if onsets else set()
    found = velocities(onsets, role, WEIGHTS, random.Random(seed), ghosts=ghosts, machine=machine)  # type: ignore[arg-type]
    assert list(found) == onsets
    assert all(20 <= velocity <= 120 for velocity in found.values())
    assert all(found[ghost] <= 38 for ghost in ghosts)


@given(onsets=bars, role=roles, seed=seeds)
def test_a_machine_is_exact_and_a_hand_strays_little(onsets: list[int], role: int, seed: int) -> None:
    machine = delays(onsets, role, random.Random(seed), machine=True)  # type: ignore[arg-type]
    hand = delays(onsets, role, random.Random(seed))  # type: ignore[arg-type]
    assert machine == dict.fromkeys(onsets, 0.0)
    assert all(abs(hand[onset] - machine[onset]) <= 0.05 for onset in onsets)
    assert hand.get(0, 0.0) >= 0


@given(
    steps=st.integers(1, 64),
    gate=st.floats(0.1, 1),
    gap=st.integers(1, 64),
    late=st.floats(-0.5, 0.5),
    settled=st.booleans(),
)
def test_a_note_ends_early_but_can_be_heard(steps: int, gate: float, gap: int, late: float, *, settled: bool) -> None:
    length = staccato(gate, steps, gap, settled=settled)
    assert 1 <= length <= steps
    assert length == steps or (gate < STACCATO and not settled)
    timed = TimedNote(Note(duration_steps=length), late)
    release(timed, gate, gap, settled=settled)
    timed.settle()
    assert -120 <= timed.note.release_ticks <= 0
    assert 120 * length + timed.note.release_ticks - timed.note.offset_ticks >= 35


def test_a_chord_is_struck_from_below_and_its_top_leads() -> None:
    voices = [Note(pitch=pitch, duration_steps=4, velocity=70) for pitch in (48, 52, 55, 60)]
    lead_with_top_voice(voices)
    timed = [TimedNote(note) for note in voices]
    strum(timed)
    for voice in timed:
        voice.settle()
    assert [note.velocity for note in voices] == [70, 67, 67, 73]
    assert [note.offset_ticks for note in voices] == [0, 3, 6, 9]


def test_the_same_stream_gives_the_same_performance() -> None:
    first, second = (
        (velocities(list(ALL), role, WEIGHTS, draw), delays(list(ALL), role, draw))
        for role, draw in ((ROLE_BASS, random.Random(3)), (ROLE_BASS, random.Random(3)))
    )
    assert first == second
    assert first != (velocities(list(ALL), ROLE_CHORDS, WEIGHTS, random.Random(3)), first[1])
