"""Chords of music beside a piece: found by their notes, and never instead of those that a person named."""

import pytest
from boumbapp.music.v2.intent_pb2 import BarPlan, Constraints, Intent
from boumbapp.music.v2.music_pb2 import (
    ROLE_CHORDS,
    ROLE_DRUMS,
    ROLE_MELODY,
    ROLE_UNSPECIFIED,
    Bar,
    Chord,
    Key,
    Meter,
    Note,
    Role,
    Track,
)
from hypothesis import given
from hypothesis import strategies as st

from services.composition.context_harmony import follow_context

METER = Meter(beats=4, beat_unit=4)


def track(*bars: tuple[int, ...], role: Role.ValueType = ROLE_UNSPECIFIED) -> Track:
    return Track(
        role=role,
        bars=[
            Bar(index=i, meter=METER, notes=[Note(pitch=p, duration_steps=16, velocity=80) for p in pitches])
            for i, pitches in enumerate(bars)
        ],
    )


def symbols(*tracks: Track, tonic: str = "C", bars: int = 4, progression: tuple[Chord, ...] = ()) -> list[str]:
    intent = Intent(key=Key(tonic=tonic, scale="minor"), bars=bars, progression=progression)
    plans = [BarPlan(chords=[Chord(symbol="planned", root=0, pitch_classes=1)])]
    follow_context(intent, Constraints(plans=plans), tracks)
    return [chord.symbol for chord in intent.progression]


def test_chords_are_found_in_any_voicing() -> None:
    played = track((48, 55, 60, 63), (53, 56, 60, 65), (55, 59, 62, 65), (51, 55, 58, 62))
    assert symbols(played) == ["Cm", "Fm", "G7", "D#maj7"]
    assert symbols(played, tonic="Eb")[3] == "Ebmaj7"


def test_what_says_too_little_keeps_the_plan() -> None:
    assert symbols(track((48, 55), (48, 52, 55))) == ["planned", "C", "planned", "planned"]
    assert symbols(track((60,), (62,), role=ROLE_MELODY)) == []
    assert symbols(Track(role=ROLE_DRUMS)) == []
    assert symbols() == []


def test_chords_that_a_person_named_stay() -> None:
    named = (Chord(symbol="Am", root=9, pitch_classes=0b1000010001),)
    assert symbols(track((48, 52, 55), role=ROLE_CHORDS), progression=named) == ["Am"]


@given(st.integers(0, 11), st.sampled_from([(0, 4, 7), (0, 3, 7), (0, 4, 7, 10)]), st.integers(36, 60))
def test_a_chord_is_the_same_in_every_key(root: int, tones: tuple[int, ...], low: int) -> None:
    base = low - low % 12 + root
    intent = Intent(key=Key(tonic="C", scale="major"), bars=1)
    assert follow_context(intent, Constraints(plans=[BarPlan()]), [track(tuple(base + t for t in tones))])
    assert intent.progression[0].root == root
    assert {p for p in range(12) if intent.progression[0].pitch_classes >> p & 1} == {(root + t) % 12 for t in tones}


@pytest.mark.parametrize("index", [3, 700])
def test_bars_beyond_the_piece_do_not_count(index: int) -> None:
    far = track((48, 52, 55))
    far.bars[0].index = index
    assert symbols(far, bars=2) == []
