"""Swing of pitched parts: what is written does not depend on it, and what is heard does."""

import pytest
from boumbapp.music.v2.intent_pb2 import RhythmSkeleton
from boumbapp.music.v2.music_pb2 import (
    ROLE_ARPEGGIO,
    ROLE_BASS,
    ROLE_CHORDS,
    ROLE_MELODY,
    ROLE_PAD,
    SWING_UNIT_EIGHTH,
    SWING_UNIT_SIXTEENTH,
    Bar,
    Role,
    Swing,
    SwingUnit,
)

from music.swing import straighten
from services.composition.brief import CompositionBrief
from tests.unit.melody.pieces import compose, g_minor_piece

EIGHTHS = RhythmSkeleton(onset_weights=[90, 0, 80, 0] * 4, gate=0.9)
ROLES = (ROLE_MELODY, ROLE_BASS, ROLE_CHORDS, ROLE_ARPEGGIO, ROLE_PAD)


def piece(role: Role.ValueType, seed: int, swing: Swing) -> CompositionBrief:
    brief = g_minor_piece(role, seed, bars=6, onsets=(6, 8), rhythm=EIGHTHS)
    brief.constraints.swing.CopyFrom(swing)
    return brief


def written(bar: Bar, swing: Swing) -> list[tuple[int, int, int, int]]:
    return [(n.pitch, n.start_step, n.duration_steps, n.velocity) for n in straighten(bar, swing).notes]


@pytest.mark.parametrize("unit", [SWING_UNIT_EIGHTH, SWING_UNIT_SIXTEENTH], ids=["eighths", "sixteenths"])
@pytest.mark.parametrize("role", ROLES, ids=Role.Name)
def test_models_write_the_same_notes_whatever_swings(role: Role.ValueType, unit: SwingUnit.ValueType) -> None:
    for engine in ("specialist", "statistical"):
        for seed in range(3):
            swing, straight = Swing(amount=1 / 3, unit=unit), Swing()
            swung_bars = compose(piece(role, seed, swing), engine)
            straight_bars = compose(piece(role, seed, straight), engine)
            for swung_bar, straight_bar in zip(swung_bars, straight_bars, strict=True):
                assert written(swung_bar, swing) == written(straight_bar, straight)


@pytest.mark.parametrize("role", ROLES, ids=Role.Name)
def test_off_beat_eighths_of_every_part_are_the_third_part_of_a_triplet(role: Role.ValueType) -> None:
    for seed in range(4):
        for bar in compose(piece(role, seed, Swing(amount=1 / 3, unit=SWING_UNIT_EIGHTH))):
            for note in bar.notes:
                place = (note.start_step + note.offset_ticks / 120) % 4
                assert not 1.7 < place < 2.4, "left on the straight off-beat"


def test_a_resumed_piece_goes_on_the_same() -> None:
    for role in ROLES:
        brief = piece(role, 3, Swing(amount=0.28, unit=SWING_UNIT_EIGHTH))
        whole = compose(brief)
        for kept in (1, 2, 5):
            again = piece(role, 3, brief.constraints.swing)
            resumed = CompositionBrief(
                constraints=again.constraints,
                intent=again.intent,
                bars=again.bars,
                seed=3,
                given_bars=tuple(whole[:kept]),
            )
            assert compose(resumed) == whole[kept:]
