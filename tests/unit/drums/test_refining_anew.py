"""Bars composed anew: another bar of the same style, and every other bar byte for byte as it was."""

import pytest
from boumbapp.drums.v1.drums_service_pb2 import BarFeels
from boumbapp.music.v1.intent_pb2 import Constraints, Intent
from boumbapp.music.v1.music_pb2 import ROLE_DRUMS, Bar, Meter
from hypothesis import given, settings
from hypothesis import strategies as st

from services.drums.engine import Brief
from services.drums.refining.applying import Refined, apply
from services.drums.refining.groove import Groove
from services.drums.refining.habits import Habits
from services.drums.refining.reading import read_instruction
from services.drums.skeleton_engine import Groove as Piece
from services.drums.style_files import load_styles
from tests.unit.drums.grooves import FOUR_FOUR, KICK, MODEL, SNARE, backbeat

BPM = 100.0


def composed(style: str, seed: int, meter: Meter = FOUR_FOUR, bars: int = 4) -> Groove:
    """A piece as Compose makes it."""
    brief = Brief(
        constraints=Constraints(meter=meter, role=ROLE_DRUMS),
        intent=Intent(style=style, bars=bars, meter=meter, bpm=BPM),
        bars=bars,
        seed=seed,
    )
    piece, made, feels = Piece(brief, MODEL), list[Bar](), list[BarFeels]()
    for _ in range(bars):
        bar = piece.next_bar(tuple(made))
        made.append(bar.composed.bar)
        feels.append(BarFeels(feels=bar.feels))
    return Groove(tuple(made), tuple(feels), BPM)


def refined(groove: Groove, text: str, style: str, seed: int = 7, **locks: frozenset[int]) -> Refined:
    habits = Habits(load_styles().get(style), seed, MODEL)
    return apply(read_instruction(text).edits, groove, habits=habits, **locks)  # type: ignore[arg-type]  # pieces


def places(bar: Bar, *but: int) -> set[tuple[int, int]]:
    return {(hit.step, hit.piece) for hit in bar.hits if hit.piece not in but}


@pytest.mark.parametrize("style", ["rock", "funk", "trap", "jazz", "samba", "boom_bap", "drum_and_bass", "afrobeat"])
@pytest.mark.parametrize("text", ["change la mesure 2", "change bar 2", "refais la mesure 2"])
def test_the_bar_named_changes_and_no_other(style: str, text: str) -> None:
    groove = composed(style, seed=3)
    result = refined(groove, text, style)
    assert not result.idle
    assert places(result.groove.bars[1]) != places(groove.bars[1])
    for bar in (0, 2, 3):
        assert result.groove.bars[bar].SerializeToString(deterministic=True) == groove.bars[bar].SerializeToString(
            deterministic=True
        )
        assert result.groove.feels[bar] == groove.feels[bar]


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(sorted(load_styles())),
    st.integers(0, 2**32 - 1),
    st.sampled_from([FOUR_FOUR, Meter(beats=7, beat_unit=8)]),
)
def test_the_new_bar_is_of_the_style_and_about_as_busy(style: str, seed: int, meter: Meter) -> None:
    groove = composed(style, seed, meter)
    new = refined(groove, "change la mesure 2", style, seed).groove.bars[1]
    playing = {hit.piece for bar in groove.bars for hit in bar.hits}
    assert {hit.piece for hit in new.hits} <= playing
    assert len(new.hits) == pytest.approx(len(groove.bars[1].hits), abs=8)


def test_locked_pieces_stay_hit_for_hit() -> None:
    groove = composed("funk", seed=3)
    result = refined(groove, "change la mesure 2", "funk", locked_pieces=frozenset({SNARE})).groove
    by_words = refined(groove, "change la mesure 2 mais garde la caisse claire", "funk").groove
    for after in (result, by_words):
        snares = [[hit for hit in each.bars[1].hits if hit.piece == SNARE] for each in (groove, after)]
        assert snares[0] == snares[1]
        assert places(after.bars[1], SNARE) != places(groove.bars[1], SNARE)


def test_what_was_taken_away_does_not_come_back() -> None:
    without_kick = refined(composed("rock", seed=3), "sans kick", "rock").groove
    again = refined(without_kick, "change la mesure 3", "rock").groove
    assert not any(hit.piece == KICK for hit in again.bars[2].hits)


def test_one_part_alone_can_be_played_anew() -> None:
    groove = composed("funk", seed=5)
    result = refined(groove, "change le kick à la mesure 2", "funk").groove
    assert places(result.bars[1], KICK) == places(groove.bars[1], KICK)
    assert places(result.bars[1]) != places(groove.bars[1])


def test_each_seed_has_its_own_idea() -> None:
    ideas = {
        frozenset(places(refined(backbeat(), "change la mesure 2", "", seed).groove.bars[1]))
        for seed in range(1, 60, 10)
    }
    assert len(ideas) > 2
