"""Locking: the kick follows a line's accents and the style keeps its signature; a bass finds what to lock to."""

import random

import pytest
from boumbapp.music.v2 import music_pb2 as pb
from boumbapp.music.v2.music_pb2 import Bar, Meter, Note
from hypothesis import given, settings
from hypothesis import strategies as st

from services.drums.generation.accents import drum_accents, line_accents
from tests.unit.drums.grooves import FOUR_FOUR, bar_of
from tests.unit.drums.pieces import EXACT, brief, made, steps

LINES = st.lists(
    st.tuples(st.integers(0, 15), st.integers(1, 4), st.integers(30, 127)),
    min_size=1,
    max_size=8,
    unique_by=lambda n: n[0],
)


def line(notes: list[tuple[int, int, int]], index: int = 0, meter: Meter = FOUR_FOUR) -> Bar:
    """A bar of notes by onset, length and velocity."""
    return Bar(
        index=index,
        meter=meter,
        notes=[
            Note(pitch=40, start_step=start, duration_steps=length, velocity=velocity)
            for start, length, velocity in sorted(notes)
        ],
    )


def locked(style: str, notes: list[tuple[int, int, int]], bars: int = 2, seed: int = 7, **feel: float) -> list[Bar]:
    lines = [line(notes, index) for index in range(bars)]
    return [each.bar for each in made(brief(style, bars, seed, line=lines, **{**EXACT, **feel}))]


@pytest.mark.parametrize("style", ["rock", "funk", "hiphop", "soul", "pop", "rnb", "neo_soul"])
def test_the_kick_follows_the_accents_of_a_bass(style: str) -> None:
    for seed in range(10):
        draws = random.Random(seed)
        onsets = [0, *draws.sample([2, 3, 6, 7, 8, 10, 11, 14], 3)]
        for bar in locked(style, [(step, 2, 110) for step in onsets], seed=seed):
            kicks = steps(bar, "kick")
            strong = {step for step in onsets if step in (0, 8)}
            assert kicks >= strong
            assert len(kicks & set(onsets)) / len(onsets) >= 0.7
            assert len(kicks & set(onsets)) / len(kicks) >= 0.7


def test_locking_brings_the_kick_closer_to_the_line_than_it_was() -> None:
    onsets = {0, 3, 6, 11, 14}
    for style in ("rock", "funk", "hiphop", "breakbeat"):
        free = [each.bar for each in made(brief(style, 2, **EXACT))]
        for bar, before in zip(locked(style, [(step, 2, 110) for step in onsets]), free, strict=True):

            def agreement(kicks: set[int]) -> float:
                return len(kicks & onsets) / len(kicks | onsets)

            assert agreement(steps(bar, "kick")) > agreement(steps(before, "kick"))


@settings(max_examples=40, deadline=None)
@given(notes=LINES, seed=st.integers(0, 1000))
def test_no_line_takes_a_style_its_signature(notes: list[tuple[int, int, int]], seed: int) -> None:
    for bar in locked("house", notes, seed=seed):
        assert steps(bar, "kick") == {0, 4, 8, 12}
    for bar in locked("reggae", notes, seed=seed):
        assert 0 not in steps(bar, "kick")
        assert 8 in steps(bar, "kick")
    for bar in locked("trap", notes, seed=seed):
        assert 8 in steps(bar, "snare")
        assert 8 not in steps(bar, "kick")


@settings(max_examples=40, deadline=None)
@given(notes=LINES, seed=st.integers(0, 1000))
def test_only_the_kick_is_locked(notes: list[tuple[int, int, int]], seed: int) -> None:
    free = made(brief("rock", 1, seed, complexity=0, **EXACT))[0].bar
    bound = locked("rock", notes, 1, seed, complexity=0)[0]
    for piece in ("snare", "closed_hat", "ride"):
        assert steps(free, piece) == steps(bound, piece)


def test_bars_beyond_the_line_and_silent_ones_are_free() -> None:
    free = [each.bar for each in made(brief("funk", 3, **EXACT))]
    lines = [line([(3, 1, 120), (9, 1, 120)]), line([], 1)]
    bound = [each.bar for each in made(brief("funk", 3, line=lines, **EXACT))]
    assert bound[0] != free[0]
    assert bound[1:] == free[1:]


def test_a_swung_line_is_followed_where_it_falls() -> None:
    for bar in locked("jazz", [(0, 2, 100), (7, 1, 127), (15, 1, 127)], 1, complexity=0, swing=0.33):
        assert {7, 15} <= steps(bar, "kick")


def test_long_loud_notes_on_strong_steps_are_the_accents() -> None:
    accents = line_accents(line([(0, 4, 120), (3, 1, 120), (6, 4, 60), (8, 4, 120)]))
    assert accents[0] > accents[8] > accents[3] > accents[6] > accents[1] == 0
    held = Bar(meter=FOUR_FOUR, notes=[Note(pitch=40, duration_steps=4, velocity=100, tied=True)])
    assert not any(line_accents(held)), "a tied note is not struck"


def test_accents_for_a_bass_are_strongest_on_the_kick() -> None:
    bar = bar_of(0, FOUR_FOUR, kick="X... ..g. ....", snare=".... X... ....", closed_hat="x.x. x.x. x.x.")
    accents = drum_accents(bar)
    assert len(accents) == 16
    assert accents[0] > accents[4] > accents[2] > accents[1] == 0
    assert 0 < accents[6] < accents[0]
    assert all(0 <= accent <= 100 for accent in accents)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), style=st.sampled_from(["funk", "samba", "trap", "waltz", "metal"]))
def test_accents_are_silent_exactly_where_the_drums_are(seed: int, style: str) -> None:
    for each in made(brief(style, 2, seed)):
        hit_positions = {hit.step for hit in each.bar.hits}
        assert {step for step, accent in enumerate(each.accents) if accent} == hit_positions
        assert max(each.accents) <= 100


def test_a_melody_in_another_metre_does_no_harm() -> None:
    waltz = Meter(beats=3, beat_unit=4)
    long_line = line([(15, 1, 120)], meter=FOUR_FOUR)
    bar = made(brief("waltz", 1, meter=waltz, line=[long_line], **EXACT))[0].bar
    assert all(hit.step < 12 for hit in bar.hits)
    assert pb.DRUM_PIECE_KICK in {hit.piece for hit in bar.hits}
