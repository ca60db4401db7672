"""Each style is what those who know it expect, at any seed, complexity and intensity, in every bar without a fill."""

import pytest
from boumbapp.music.v2.music_pb2 import Bar, Meter

from services.drums.styles.loader import load_styles
from tests.unit.drums.pieces import EXACT, piece, steps

EVERY_BEAT, OFF_BEATS, BACKBEAT = {0, 4, 8, 12}, {2, 6, 10, 14}, {4, 12}
SETTINGS = [
    (seed, complexity, intensity) for seed in (1, 2) for complexity in (0.0, 0.5, 1.0) for intensity in (0.1, 0.9)
]


def unfilled(style: str, meter: Meter | None = None) -> list[Bar]:
    """Bars that end no phrase, of several pieces; even indices are the first bar of the loop."""
    in_meter = {} if meter is None else {"meter": meter}
    return [
        bar
        for seed, complexity, intensity in SETTINGS
        for bar in piece(style, 8, seed, **in_meter, complexity=complexity, intensity=intensity, **EXACT)
        if bar.index % 4 != 3
    ]


FOUR_ON_THE_FLOOR = (
    "house deep_house tech_house french_house techno acid trance edm hardstyle disco afro_house amapiano moombahton "
    "indie synthpop reggaeton"
).split()
STRAIGHT_BACKBEAT = (
    "rock pop funk hiphop boom_bap soul gospel blues indie disco house drum_and_bass uk_garage breakbeat synthwave "
    "punk metal grunge lofi trip_hop"
).split()
HALF_TIME = ["trap", "dubstep", "future_bass"]


@pytest.mark.parametrize("style", FOUR_ON_THE_FLOOR)
def test_four_on_the_floor_has_a_kick_on_every_beat(style: str) -> None:
    assert all(steps(bar, "kick") >= EVERY_BEAT for bar in unfilled(style))


@pytest.mark.parametrize("style", ["house", "techno", "trance", "edm", "acid"])
def test_a_house_kick_stays_on_the_beat(style: str) -> None:
    assert all(steps(bar, "kick") == EVERY_BEAT for bar in unfilled(style))


@pytest.mark.parametrize("style", ["house", "techno", "trance", "edm", "disco", "french_house", "hardstyle"])
def test_an_open_hat_sounds_on_every_off_beat(style: str) -> None:
    assert all(steps(bar, "open_hat") >= OFF_BEATS for bar in unfilled(style))


@pytest.mark.parametrize("style", STRAIGHT_BACKBEAT)
def test_the_backbeat_falls_on_two_and_four(style: str) -> None:
    assert all(steps(bar, "snare", "clap", "rim") >= BACKBEAT for bar in unfilled(style))


@pytest.mark.parametrize("style", HALF_TIME)
def test_half_time_has_its_backbeat_on_three_alone(style: str) -> None:
    for bar in unfilled(style):
        loud = {hit.step for hit in bar.hits if hit.step in steps(bar, "snare", "clap") and hit.velocity > 60}
        assert 8 in steps(bar, "snare")
        assert not BACKBEAT & steps(bar, "snare", "clap") & loud


def test_trap_rolls_its_hats() -> None:
    assert any(hit.roll.strokes > 1 for bar in unfilled("trap") for hit in bar.hits)
    assert all(steps(bar, "closed_hat", "open_hat") >= {0, 2, 4, 6} for bar in unfilled("trap"))


def test_drill_skips_in_three_three_two_and_displaces_the_snare() -> None:
    for bar in unfilled("drill"):
        assert steps(bar, "closed_hat", "open_hat") >= {0, 3, 6, 8, 11, 14}
        assert (8 if bar.index % 2 == 0 else 12) in steps(bar, "snare")
        assert (12 if bar.index % 2 == 0 else 8) not in steps(bar, "snare")


def test_dembow_is_three_three_two() -> None:
    for style in ("reggaeton", "moombahton"):
        assert all(steps(bar, "snare") >= {3, 6, 11, 14} for bar in unfilled(style))
        assert not any({0, 4, 8, 12} & steps(bar, "snare") for bar in unfilled(style))


def test_dancehall_is_kick_kick_snare_in_three_three_two() -> None:
    for bar in unfilled("dancehall"):
        assert steps(bar, "kick") >= {0, 3, 8, 11}
        assert steps(bar, "snare") >= {6, 14}


@pytest.mark.parametrize("style", ["reggae", "dub"])
def test_the_one_drop_leaves_out_one_and_falls_on_three(style: str) -> None:
    for bar in unfilled(style):
        assert 0 not in steps(bar, "kick", "snare", "rim")
        assert 8 in steps(bar, "kick") & steps(bar, "rim")


def test_drum_and_bass_is_a_two_step() -> None:
    for bar in unfilled("drum_and_bass"):
        assert steps(bar, "kick") >= {0, 10}
        assert not {4, 8, 12} & steps(bar, "kick")


def test_garage_has_no_kick_on_three() -> None:
    assert all(0 in steps(bar, "kick") and not {4, 8, 12} & steps(bar, "kick") for bar in unfilled("uk_garage"))


def test_jungle_plays_the_amen_break() -> None:
    for bar in unfilled("jungle"):
        assert steps(bar, "kick") >= {0, 2, 10}
        assert steps(bar, "snare") >= ({4, 7, 9, 12, 15} if bar.index % 2 == 0 else {4, 7, 9, 14})


def test_jersey_club_has_its_five_kicks() -> None:
    assert all(steps(bar, "kick") == {0, 4, 8, 11, 14} for bar in unfilled("jersey_club"))


@pytest.mark.parametrize(
    ("style", "first", "second"),
    [
        pytest.param("bossa_nova", {0, 6, 12}, {4, 10}, id="bossa clave"),
        pytest.param("salsa", {0, 6, 12}, {4, 8}, id="son clave"),
    ],
)
def test_the_rim_plays_the_clave(style: str, first: set[int], second: set[int]) -> None:
    for bar in unfilled(style):
        assert steps(bar, "rim") == (first if bar.index % 2 == 0 else second)


def test_samba_answers_with_the_surdo_on_two_and_four() -> None:
    for bar in unfilled("samba"):
        assert steps(bar, "low_tom") >= BACKBEAT
        assert steps(bar, "kick") >= {0, 3, 4, 7, 8, 11, 12, 15}


def test_maqsum_is_dum_tek_tek_dum_tek() -> None:
    for bar in unfilled("arabic"):
        assert steps(bar, "kick") == {0, 8}
        assert steps(bar, "rim") >= {2, 6, 12}


def test_jazz_rides_and_closes_the_hat_on_two_and_four() -> None:
    for bar in unfilled("jazz"):
        assert steps(bar, "ride", "crash") >= {0, 4, 6, 8, 12, 14}
        assert steps(bar, "pedal_hat") == BACKBEAT


def test_a_waltz_is_low_light_light() -> None:
    for bar in unfilled("waltz", Meter(beats=3, beat_unit=4)):
        assert 0 in steps(bar, "kick")
        assert steps(bar, "snare") >= {4, 8}
        assert 0 not in steps(bar, "snare")


def test_funk_whispers_around_its_backbeat() -> None:
    for bar in unfilled("funk"):
        velocities = {hit.step: hit.velocity for hit in bar.hits if hit.piece == 2}
        assert velocities[4] - velocities[9] > 30


def test_every_style_can_be_told_from_every_other_by_two_plain_bars() -> None:
    seen: dict[frozenset[tuple[int, int, int]], str] = {}
    for style, found in load_styles().items():
        bars = piece(style, 2, seed=3, meter=found.pattern.meter, complexity=0.0, intensity=0.5, **EXACT)
        shape = frozenset((bar.index, hit.step, hit.piece) for bar in bars for hit in bar.hits)
        assert shape not in seen, f"{style} is {seen[shape]}"
        seen[shape] = style
