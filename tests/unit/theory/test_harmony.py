"""Harmony that nobody named: what musicians of a style expect of it."""

import pytest
from boumbapp.music.v2.intent_pb2 import ENDING_CLOSE, ENDING_LOOP, BarPlan, Intent
from boumbapp.music.v2.music_pb2 import ROLE_CHORDS, ROLE_MELODY, Key, Meter
from hypothesis import given
from hypothesis import strategies as st

from music.pitch import PitchName
from services.theory.catalogue.catalogue import Catalogue
from services.theory.harmony.chord_symbols import parse_numeral, parse_symbol
from services.theory.harmony.constraints import constrain
from services.theory.harmony.progressions import scale_mask, typical_harmony

CATALOGUE = Catalogue.load()
TONICS = [letter + sign for letter in "CDEFGAB" for sign in ("", "#", "b")]
SEEDS = range(30)
MINOR_DOMINANTS = (
    "jazz gypsy_jazz tango salsa cumbia klezmer baroque classical waltz bossa_nova merengue bachata folk".split()
)
# Styles whose home is often a scale of five notes or none of the West's: one vamp shows it.
EXOTIC = ("arabic", "chinese", "indian", "japanese")


def plans(
    tonic: str,
    scale: str,
    style: str = "",
    bars: int = 8,
    *,
    seed: int | None = None,
    ending: int = 0,
    meter: tuple[int, int] = (4, 4),
) -> list[BarPlan]:
    intent = Intent(
        key=Key(tonic=tonic, scale=scale),
        role=ROLE_CHORDS,
        style=style,
        bars=bars,
        bpm=100,
        meter=Meter(beats=meter[0], beat_unit=meter[1]),
    )
    intent.ending = ending  # type: ignore[assignment]  # enum values are ints
    return list(constrain(intent, CATALOGUE, seed).plans)


def symbols(
    tonic: str, scale: str, style: str = "", bars: int = 8, *, seed: int | None = None, ending: int = 0
) -> list[str]:
    found = plans(tonic, scale, style, bars, seed=seed, ending=ending)
    return [" ".join(chord.symbol for chord in plan.chords) for plan in found]


def test_a_blues_has_twelve_bars_of_dominant_sevenths() -> None:
    for seed in SEEDS:
        chords = symbols("C", "major", "blues", bars=12, seed=seed, ending=ENDING_LOOP)
        assert chords[0] == "C7"
        assert chords[4] == "F7"
        assert chords[6] == "C7"
        assert {chord[-1] for bar in chords for chord in bar.split()} == {"7"}
        assert {"G7", "Dm7"} & set(chords[8:10])
    minor = symbols("A", "minor", "blues", bars=12)
    assert minor[:5] == ["Am7", "Am7", "Am7", "Am7", "Dm7"]
    assert "E7" in minor


def test_two_five_one_comes_round_every_four_bars() -> None:
    assert symbols("C", "major", "jazz", bars=4) == ["Dm7", "G7", "Cmaj7", "Cmaj7"]
    intent = Intent(key=Key(tonic="C", scale="major"), role=ROLE_CHORDS, bars=8, bpm=100)
    intent.meter.CopyFrom(Meter(beats=4, beat_unit=4))
    for numeral in ("ii7", "V7", "Imaj7"):
        chord = parse_numeral(numeral, intent.key, CATALOGUE)
        assert chord is not None
        intent.progression.append(chord)
    asked = [plan.chords[0].symbol for plan in constrain(intent, CATALOGUE).plans]
    assert asked == ["Dm7", "G7", "Cmaj7", "Cmaj7"] * 2


@pytest.mark.parametrize("style", MINOR_DOMINANTS)
def test_minor_keys_of_functional_styles_have_a_major_dominant(style: str) -> None:
    chords = [chord for seed in SEEDS for bar in symbols("A", "minor", style, seed=seed) for chord in bar.split()]
    assert not [chord for chord in chords if chord in ("Em", "Em7")]
    assert any(chord.startswith("E") and "m" not in chord for chord in chords)


def test_funk_and_flamenco_have_their_own_tonic_chords() -> None:
    assert symbols("C", "major", "funk", bars=4) == ["C9", "C9", "F9", "C9"]
    assert symbols("E", "phrygian", "flamenco", bars=4) == ["Am", "G", "F", "E"]
    assert symbols("A", "minor", "flamenco", bars=4) == ["Am", "G", "F", "E7"]


@pytest.mark.parametrize("style", sorted(set(CATALOGUE.styles) - set(EXOTIC)))
def test_seeds_draw_among_at_least_four_progressions(style: str) -> None:
    for scale in ("major", "minor"):
        drawn = {tuple(symbols("C", scale, style, bars=4, seed=seed)) for seed in range(60)}
        assert len(drawn) >= 4, (scale, drawn)
    assert symbols("C", "minor", style, seed=7) == symbols("C", "minor", style, seed=7)


@given(
    st.sampled_from(TONICS),
    st.sampled_from(sorted(CATALOGUE.scales)),
    st.sampled_from(["", *sorted(CATALOGUE.styles)]),
    st.integers(1, 40),
    st.none() | st.integers(0, 2**32 - 1),
    st.sampled_from([(4, 4), (3, 4), (6, 8), (7, 8), (1, 16)]),
)
def test_chords_have_symbols_and_numerals_that_mean_them(
    tonic: str, scale: str, style: str, bars: int, seed: int | None, meter: tuple[int, int]
) -> None:
    key = Key(tonic=tonic, scale=scale)
    for plan in plans(tonic, scale, style, bars, seed=seed, meter=meter):
        for chord in plan.chords:
            read = parse_symbol(chord.symbol)
            assert read is not None
            assert read.pitch_classes == chord.pitch_classes
            numeral = parse_numeral(chord.numeral, key, CATALOGUE) if chord.numeral else None
            assert numeral is None or numeral.pitch_classes == chord.pitch_classes
            assert not chord.pitch_classes & ~plan.pitch_classes
        # What a chord adds takes the place of a degree: no bar has all twelve pitch classes to choose from.
        assert plan.pitch_classes.bit_count() <= scale_mask(key, CATALOGUE).bit_count() + 4


@given(
    st.sampled_from(TONICS),
    st.sampled_from(["", *sorted(CATALOGUE.styles)]),
    st.integers(2, 40),
    st.sampled_from(SEEDS),
)
def test_a_piece_that_closes_ends_on_its_tonic(tonic: str, style: str, bars: int, seed: int) -> None:
    for scale in ("major", "minor"):
        found = plans(tonic, scale, style, bars, seed=seed, ending=ENDING_CLOSE)
        assert found[-1].chords[-1].root == PitchName.parse(tonic).pitch_class
        assert [plan.final for plan in found] == [False] * (bars - 1) + [True]
        assert not any(plan.final for plan in plans(tonic, scale, style, bars, seed=seed, ending=ENDING_LOOP))


def test_styles_close_or_loop_by_habit() -> None:
    assert plans("C", "minor", "ballad")[-1].final
    assert plans("C", "minor")[-1].final
    assert not plans("C", "minor", "techno")[-1].final


def test_chords_that_share_a_bar_start_on_its_beats() -> None:
    for meter, starts in (((4, 4), [0, 8]), ((3, 4), [0, 4]), ((6, 8), [0, 6]), ((1, 4), [0])):
        intent_plans = plans("C", "major", "gypsy_jazz", 4, meter=meter, seed=1)
        shared = [
            [chord.start_step for chord in plan.chords]
            for seed in SEEDS
            for plan in plans("C", "major", "jazz", 2, meter=meter, seed=seed, ending=ENDING_LOOP)
            if len(plan.chords) > 1
        ]
        assert intent_plans
        assert all(found == starts for found in shared)
        assert shared or len(starts) == 1


def test_the_mask_of_a_bar_follows_its_chord() -> None:
    bars = plans("A", "minor", "classical", 4)
    assert [plan.chords[0].symbol for plan in bars] == ["Am", "Dm", "E7", "Am"]
    g, g_sharp = 1 << 7, 1 << 8
    assert [bool(plan.pitch_classes & g) for plan in bars] == [True, True, False, True]
    assert [bool(plan.pitch_classes & g_sharp) for plan in bars] == [False, False, True, False]
    for plan in plans("C", "major", "blues", 12):
        b, b_flat = plan.pitch_classes & 1 << 11, plan.pitch_classes & 1 << 10
        assert bool(b) == (plan.chords[0].symbol == "G7")
        assert bool(b_flat) == (plan.chords[0].symbol != "G7")


def test_a_lead_may_follow_the_harmony_of_its_style() -> None:
    intent = Intent(key=Key(tonic="A", scale="minor"), role=ROLE_MELODY, style="tango", bars=4, bpm=120)
    intent.meter.CopyFrom(Meter(beats=4, beat_unit=4))
    assert [plan.chords[0].symbol for plan in constrain(intent, CATALOGUE).plans] == ["Am", "E7", "E7", "Am"]


def test_pieces_of_other_seeds_share_what_was_derived() -> None:
    for seed in SEEDS:
        plans("C", "minor", "funk", seed=seed)
    derived = typical_harmony.cache_info().misses
    for seed in range(1000, 1200):
        plans("C", "minor", "funk", seed=seed)
    assert typical_harmony.cache_info().misses <= derived + 2
