"""Form: fills and crashes where phrases end and begin, grooves fitted to any metre, hands that can play it all."""

from collections import Counter
from dataclasses import replace

import pytest
from boumbapp.music.v2 import music_pb2 as pb
from boumbapp.music.v2.intent_pb2 import Intent, IntentSection
from boumbapp.music.v2.music_pb2 import Meter
from hypothesis import given
from hypothesis import strategies as st

from music.meter import steps_per_bar
from services.drums.generation.form import fill_beats, seams_of
from services.drums.kit.kit import FEET, HATS, PERCUSSION, PIECES, playable
from services.drums.kit.strokes import BarStrokes, DrumStroke
from services.drums.kit.tab_notation import HitRule
from services.drums.styles.default_style import default_style
from services.drums.styles.loader import load_fills, load_styles
from services.drums.styles.meter_fitting import beat_starts, fit, fit_fill, loop_bars
from tests.unit.drums.grooves import FOUR_FOUR
from tests.unit.drums.pieces import EXACT, brief, made, piece, steps

METERS = [
    Meter(beats=beats, beat_unit=unit)
    for beats, unit in [
        (2, 4),
        (3, 4),
        (5, 4),
        (6, 4),
        (7, 4),
        (6, 8),
        (9, 8),
        (12, 8),
        (3, 8),
        (5, 8),
        (7, 8),
        (7, 16),
    ]
]
SIX_EIGHT, THREE_FOUR = Meter(beats=6, beat_unit=8), Meter(beats=3, beat_unit=4)


def shape(style: str, seed: int, index: int, complexity: float) -> set[tuple[int, int]]:
    bar = piece(style, 16, seed, complexity=complexity, **EXACT)[index]
    return {(hit.step, hit.piece) for hit in bar.hits}


@pytest.mark.parametrize("style", ["rock", "funk", "house", "jazz", "trap", "reggae"])
def test_phrases_end_in_fills_and_sections_in_longer_ones(style: str) -> None:
    def change(index: int) -> float:
        """How far a bar is from the one two before it, over some seeds."""
        differences = [shape(style, seed, index, 0.5) ^ shape(style, seed, index - 2, 0.5) for seed in range(6)]
        return sum(map(len, differences)) / len(differences)

    usual = change(2)
    assert change(3) > usual
    assert change(7) > change(3)


@given(index=st.integers(0, 127), bars=st.integers(1, 128), beats=st.integers(1, 16))
def test_fills_never_shrink_with_complexity_and_never_outgrow_the_bar(index: int, bars: int, beats: int) -> None:
    lengths = [fill_beats(index, bars, amount / 20, beats) for amount in range(21)]
    assert lengths == sorted(lengths)
    assert lengths[-1] <= beats
    assert bool(lengths[-1]) == (index % 4 == 3 or (index == bars - 1 and index >= 4))


def test_a_crash_answers_a_fill_on_the_one_and_nowhere_else() -> None:
    crashes = Counter(
        (bar.index, step)
        for seed in range(12)
        for bar in piece("rock", 17, seed, intensity=1, complexity=0.8, **EXACT)
        for step in steps(bar, "crash")
    )
    assert set(crashes) <= {(4, 0), (8, 0), (12, 0), (16, 0)}
    assert crashes[8, 0] > crashes[4, 0] > 0


def test_soft_playing_crashes_less() -> None:
    def crashes(intensity: float) -> int:
        return sum(
            len(steps(bar, "crash")) for seed in range(10) for bar in piece("rock", 17, seed, intensity=intensity)
        )

    assert crashes(0.1) < crashes(1.0)


def test_some_styles_never_crash() -> None:
    assert not any(steps(bar, "crash") for bar in piece("ambient", 17, intensity=1))


def test_the_feet_go_on_under_a_fill() -> None:
    for seed in range(8):
        bar = piece("samba", 8, seed, complexity=1, **EXACT)[7]
        assert steps(bar, "kick") >= {0, 3, 4, 7, 8, 11, 12, 15}


def test_a_machine_drops_its_kick_for_a_beat() -> None:
    dropped = [12 not in steps(piece("techno", 8, seed, **EXACT)[7], "kick") for seed in range(12)]
    assert any(dropped)
    assert not all(dropped)


@pytest.mark.parametrize("meter", METERS, ids=lambda meter: f"{meter.beats}/{meter.beat_unit}")
def test_grooves_fit_any_metre(meter: Meter) -> None:
    for style in load_styles().values():
        pattern = style.pattern_for(meter)
        for index in range(loop_bars(pattern, meter)):
            skeleton = fit(style, meter, index)
            assert {len(row) for row in skeleton.rows.values()} == {steps_per_bar(meter)}
            assert all(len(row) == steps_per_bar(meter) for rows in skeleton.rolls.values() for row in rows)
        loop = [fit(style, meter, index) for index in range(loop_bars(pattern, meter))]
        hit_positions = [cell for bar in loop for row in bar.rows.values() for cell in row if cell.rule is HitRule.MUST]
        assert len(hit_positions) >= 2, f"{style.slug} falls silent"
        for fill in style.fills:
            rows = fit_fill(fill, meter, style.triplets)
            assert {len(row) for row in rows.values()} == {steps_per_bar(meter)}


def test_a_metre_of_its_own_is_played_as_it_is_written() -> None:
    waltz = load_styles()["waltz"]
    rows = fit(waltz, THREE_FOUR, 0).rows
    assert all(rows[piece] == bars[0] for piece, bars in waltz.pattern.rows.items())


def test_six_eight_keeps_the_backbeat_on_its_second_beat() -> None:
    for style in ("funk", "pop", "soul", "house"):
        bars = piece(style, 2, meter=SIX_EIGHT, **EXACT)
        assert all(6 in steps(bar, "snare", "clap") for bar in bars)
        assert 0 in steps(bars[0], "kick")


def test_three_four_is_kick_snare_snare() -> None:
    for bar in piece("funk", 2, meter=THREE_FOUR, **EXACT):
        assert 0 in steps(bar, "kick")
        assert steps(bar, "snare") >= {4, 8}


def test_two_four_takes_turns_with_the_halves_of_the_bar() -> None:
    two_four, funk = Meter(beats=2, beat_unit=4), load_styles()["funk"]
    halves = [fit(funk, two_four, index).rows[pb.DRUM_PIECE_KICK] for index in range(4)]
    whole = funk.pattern.rows[pb.DRUM_PIECE_KICK]
    assert (*halves[0], *halves[1]) == whole[0]
    assert (*halves[2], *halves[3]) == whole[1]


def test_shuffles_are_already_shuffled_in_twelve_eight() -> None:
    bar = piece("jazz", 1, meter=Meter(beats=12, beat_unit=8), complexity=0, humanise=0)[0]
    assert all(hit.offset_ticks == 0 for hit in bar.hits)
    assert steps(bar, "ride") == {0, 6, 10, 12, 18, 22}


@pytest.mark.parametrize(
    ("beats", "unit", "starts"),
    [
        pytest.param(4, 4, (0, 4, 8, 12), id="quarters"),
        pytest.param(6, 8, (0, 6), id="dotted quarters"),
        pytest.param(7, 8, (0, 4, 8, 12), id="a short last beat"),
        pytest.param(3, 8, (0,), id="one dotted quarter"),
        pytest.param(12, 16, (0, 3, 6, 9), id="dotted eighths"),
        pytest.param(2, 2, (0, 4, 8, 12), id="halves are two quarters"),
    ],
)
def test_beats_are_those_a_groove_goes_by(beats: int, unit: int, starts: tuple[int, ...]) -> None:
    assert beat_starts(Meter(beats=beats, beat_unit=unit)) == starts


@pytest.mark.parametrize("meter", METERS, ids=lambda meter: f"{meter.beats}/{meter.beat_unit}")
def test_the_basic_groove_marks_the_one_in_any_metre(meter: Meter) -> None:
    rows = {piece: row for piece, (row,) in default_style(meter).pattern.rows.items()}
    kick = rows[pb.DRUM_PIECE_KICK]
    assert kick[0].rule is HitRule.MUST
    assert kick[0].level == max(cell.level for cell in kick)


def test_no_step_needs_three_hands() -> None:
    snare, hat, ride, clap = (PIECES[name] for name in ("snare", "closed_hat", "ride", "clap"))
    assert playable(ride, [snare], percussionist=False)
    assert not playable(ride, [snare, hat], percussionist=False)
    assert not playable(clap, [snare, hat], percussionist=False)
    assert playable(clap, [snare, hat], percussionist=True)
    assert playable(PIECES["kick"], [snare, hat, clap], percussionist=False)
    for one in HATS:
        assert not any(playable(other, [one], percussionist=True) for other in HATS)


@given(pieces=st.lists(st.sampled_from(list(PIECES.values())), max_size=12), percussionist=st.booleans())
def test_strokes_are_always_playable(pieces: list[pb.DrumPiece.ValueType], percussionist: bool) -> None:
    strokes = BarStrokes(percussionist)
    for hit_positions in pieces:
        strokes.add(hit_positions, 0, DrumStroke(90))
    hands = [hit_positions for hit_positions in strokes.at(0) if hit_positions not in FEET]
    assert len(HATS & set(strokes.at(0))) <= 1
    assert len(hands) <= (4 if percussionist else 2)
    if percussionist:
        assert sum(hit_positions in PERCUSSION for hit_positions in hands) <= 2


def test_every_fill_has_something_to_play_in_its_last_beat() -> None:
    for fill in load_fills().values():
        assert any(cell.rule is HitRule.MUST for row in fill.rows.values() for cell in row[12:]), fill.name


def test_sections_that_a_request_names_end_with_a_fill() -> None:
    sections = [IntentSection(kind="intro", bars=3), IntentSection(kind="verse", bars=3)]
    plain = brief("rock", bars=6, complexity=0.5)
    named = replace(plain, intent=Intent(style="rock", bars=6, meter=FOUR_FOUR, sections=sections))
    assert seams_of(sections) == {2}
    assert seams_of([]) == frozenset()
    bars, as_named = ([ready.bar for ready in made(asked)] for asked in (plain, named))
    assert as_named[:2] == bars[:2]
    assert as_named[2] != bars[2]
    assert fill_beats(2, 6, 0.5, 4, {2}) == fill_beats(7, 9, 0.5, 4) > fill_beats(2, 6, 0.5, 4) == 0
