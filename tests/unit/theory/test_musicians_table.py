"""The default chords of every style, read as a musician reads them: function, dominants, cadences, length and form."""

from collections.abc import Iterator
from functools import cache

import pytest
from boumbapp.music.v2.intent_pb2 import ENDING_CLOSE, ENDING_LOOP, BarPlan, Intent, IntentOptions
from boumbapp.music.v2.music_pb2 import ROLE_CHORDS, Chord, Key, Meter

from music.pitch import PitchName
from services.theory.catalogue.catalogue import Catalogue
from services.theory.harmony.constraints import constrain
from services.theory.prompt.understanding import understand

CATALOGUE = Catalogue.load()
KEYS = (("C", "major"), ("A", "minor"), ("Eb", "major"), ("F#", "minor"))
SEEDS = range(30)
STYLES = sorted(CATALOGUE.styles)
# Styles that say V7 in minor, by their families.
FUNCTIONAL = {
    "jazz", "gypsy_jazz", "tango", "latin", "klezmer", "baroque", "classical", "bossa", "bolero", "gospel", "flamenco",
    "blues",
}  # fmt: skip
ROOT, FIFTH, SEVENTH, MAJOR_SEVENTH = 0, 7, 10, 11


@cache
def plans(tonic: str, scale: str, style: str, bars: int, seed: int, ending: int = 0) -> tuple[BarPlan, ...]:
    intent = Intent(
        key=Key(tonic=tonic, scale=scale),
        role=ROLE_CHORDS,
        style=style,
        bars=bars,
        bpm=100,
        meter=Meter(beats=4, beat_unit=4),
        ending=ending,  # type: ignore[arg-type]  # enum values are ints
    )
    return tuple(constrain(intent, CATALOGUE, seed).plans)


def degree(chord: Chord, tonic: str) -> int:
    return (chord.root - PitchName.parse(tonic).pitch_class) % 12


def has(chord: Chord, interval: int) -> bool:
    return bool(chord.pitch_classes >> (chord.root + interval) % 12 & 1)


def all_pieces(style: str, bars: int = 8, ending: int = 0) -> Iterator[tuple[str, str, tuple[BarPlan, ...]]]:
    for tonic, scale in KEYS:
        for seed in SEEDS:
            yield tonic, scale, plans(tonic, scale, style, bars, seed, ending)


@pytest.mark.parametrize("style", STYLES)
def test_seeds_give_four_progressions_and_each_seed_the_same(style: str) -> None:
    for tonic, scale in KEYS:
        drawn = [tuple(c.symbol for p in plans(tonic, scale, style, 8, seed) for c in p.chords) for seed in SEEDS]
        assert len(set(drawn)) >= 4
        plans.cache_clear()
        assert drawn[7] == tuple(c.symbol for p in plans(tonic, scale, style, 8, 7) for c in p.chords)


@pytest.mark.parametrize("scale", sorted(CATALOGUE.scales))
def test_every_scale_has_pieces_that_differ_and_close(scale: str) -> None:
    for style in ("", "cinematic", "japanese"):
        pieces = [plans("D", scale, style, 8, seed, ENDING_CLOSE) for seed in SEEDS]
        assert len({tuple(c.symbol for plan in piece for c in plan.chords) for piece in pieces}) >= 3
        for piece in pieces:
            assert degree(piece[-1].chords[-1], "D") == ROOT
            assert not any(chord.pitch_classes & ~plan.pitch_classes for plan in piece for chord in plan.chords)


@pytest.mark.parametrize("style", STYLES)
def test_pieces_close_on_a_tonic_that_something_led_to(style: str) -> None:
    for tonic, scale, found in all_pieces(style, ending=ENDING_CLOSE):
        last = [chord for plan in found for chord in plan.chords][-2:]
        assert degree(last[-1], tonic) == ROOT
        assert has(last[-1], 3 if scale == "minor" else 4) or not has(last[-1], 4)
    # Most pieces come to it from another chord; some stay where they are.
    moved = [
        found
        for tonic, _, found in all_pieces(style, ending=ENDING_CLOSE)
        if any(degree(chord, tonic) for plan in found[-3:] for chord in plan.chords)
    ]
    assert len(moved) >= len(KEYS) * len(SEEDS) // 2


@pytest.mark.parametrize("style", [style for style in STYLES if CATALOGUE.styles[style].harmony in FUNCTIONAL])
def test_minor_keys_of_functional_styles_have_major_dominants_alone(style: str) -> None:
    for tonic in ("A", "F#"):
        dominants = [
            chord
            for seed in SEEDS
            for plan in plans(tonic, "minor", style, 8, seed)
            for chord in plan.chords
            if degree(chord, tonic) == FIFTH
        ]
        assert dominants
        # A passing v6 in a descending bass is the one minor chord on the fifth degree.
        assert all(has(chord, 4) for chord in dominants if chord.bass == chord.root)


@pytest.mark.parametrize("style", [style for style in STYLES if CATALOGUE.styles[style].harmony == "medieval"])
def test_medieval_styles_have_no_dominant_sevenths(style: str) -> None:
    for scale in ("dorian", "mixolydian", "minor", "phrygian"):
        for seed in SEEDS:
            for plan in plans("D", scale, style, 8, seed):
                assert not any(has(chord, 4) and has(chord, SEVENTH) for chord in plan.chords)
                assert not any(degree(chord, "D") == FIFTH and has(chord, 4) for chord in plan.chords)


def test_a_blues_is_twelve_bars_of_dominant_sevenths_in_every_key() -> None:
    for tonic, scale, found in all_pieces("blues", bars=12):
        roots = [degree(plan.chords[0], tonic) for plan in found]
        assert [roots[bar] for bar in (0, 4, 6)] == [0, 5, 0]
        assert roots[9] in (FIFTH, 5) or roots[8] == FIFTH
        chords = [chord for plan in found for chord in plan.chords]
        assert all(has(chord, SEVENTH) and not has(chord, MAJOR_SEVENTH) for chord in chords)
        assert scale == "minor" or all(has(chord, 4) for chord in chords if degree(chord, tonic) == ROOT)


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("bars", [8, 12, 16])
def test_progressions_come_out_even(style: str, bars: int) -> None:
    for seed in SEEDS[:10]:
        found = plans("C", "major", style, bars, seed, ENDING_LOOP)
        bar_by_bar = [" ".join(chord.symbol for chord in plan.chords) for plan in found]
        turns = [length for length in (1, 2, 4, 8, 12, 16) if bars % length == 0]
        assert any(bar_by_bar == bar_by_bar[:length] * (bars // length) for length in turns)


def test_two_five_one_never_turns_in_three_bars() -> None:
    for style in STYLES:
        for seed in SEEDS:
            found = plans("C", "major", style, 12, seed, ENDING_LOOP)
            roots = [degree(plan.chords[0], "C") for plan in found if len(plan.chords) == 1]
            assert roots != [2, 7, 0] * 4


WORDS = [
    ("blues chords in C major", "C7 C7 C7 C7 F7 F7 C7 C7 G7 F7 C7 C7"),
    ("slow 12/8 blues in G", "G7 G7 G7 G7 C7 C7 G7 G7 D7 C7 G7 G7"),
    ("12 bar blues in A", "A7 A7 A7 A7 D7 D7 A7 A7 E7 D7 A7 A7"),
    ("12 bar blues loop in A", "A7 A7 A7 A7 D7 D7 A7 A7 E7 D7 A7 E7"),
    ("blues en boucle en la", "A7 A7 A7 A7 D7 D7 A7 A7 E7 D7 A7 E7"),
    ("flamenco in E phrygian", "Am G F E"),
    ("flamenco en mi phrygien", "Am G F E"),
    ("jazz in A minor", "Bm7b5 E7 Am7 Am7"),
    ("tango en ré mineur", "Dm A7 A7 Dm"),
    ("neapolitan sixth chords in C minor", "Cm Db/F G7 Cm"),
    ("sixte napolitaine en do mineur", "Cm Db/F G7 Cm"),
    ("dominantes secondaires en fa", "F D7 G7 C7"),
    ("medieval dance in D dorian", "Dm C Dm Dm"),
]


@pytest.mark.parametrize(("prompt", "chords"), WORDS)
def test_words_bring_the_chords_of_their_style(prompt: str, chords: str) -> None:
    intent = understand(prompt, IntentOptions(), "en", CATALOGUE)
    found = constrain(intent, CATALOGUE).plans
    assert " ".join(chord.symbol for plan in found for chord in plan.chords) == chords


@pytest.mark.parametrize(
    "prompt",
    ["chords in D minor with a Picardy third", "baroque en ré mineur, tierce picarde", "techno, D minor, picardy"],
)
def test_a_picardy_third_is_the_last_chord_alone(prompt: str) -> None:
    intent = understand(prompt, IntentOptions(), "en", CATALOGUE)
    found = constrain(intent, CATALOGUE, 5).plans
    assert intent.ending == ENDING_CLOSE
    assert found[-1].chords[-1].symbol == "D"
    assert found[0].chords[0].symbol == "Dm"
    assert found[-1].pitch_classes & 1 << 6
    assert not found[0].pitch_classes & 1 << 6


@pytest.mark.parametrize(
    ("prompt", "ending"),
    [
        ("a loop of soul chords in F", ENDING_LOOP),
        ("accords de soul en boucle en fa", ENDING_LOOP),
        ("techno chords with a real ending in F minor", ENDING_CLOSE),
        ("accords techno avec une vraie fin en fa mineur", ENDING_CLOSE),
    ],
)
def test_words_say_whether_a_piece_closes(prompt: str, ending: int) -> None:
    intent = understand(prompt, IntentOptions(), "en", CATALOGUE)
    assert intent.ending == ending
    for seed in SEEDS:
        found = constrain(intent, CATALOGUE, seed).plans
        assert found[-1].final == (ending == ENDING_CLOSE)
        assert ending == ENDING_LOOP or degree(found[-1].chords[-1], intent.key.tonic) == ROOT


def test_sections_have_harmony_of_their_own_and_come_back_with_it() -> None:
    intent = understand(
        "pop chords: verse 8 bars, chorus 8 bars, verse 8 bars, chorus 8 bars in G", IntentOptions(), "en", CATALOGUE
    )
    differ = 0
    for seed in SEEDS:
        found = [" ".join(chord.symbol for chord in plan.chords) for plan in constrain(intent, CATALOGUE, seed).plans]
        assert found[:8] == found[16:24]
        assert found[8:14] == found[24:30]
        differ += set(found[:8]) != set(found[8:16])
    assert differ > len(SEEDS) // 2
    long = understand("pop: verse 8, chorus 8, bridge 8, chorus 8 bars in C", IntentOptions(), "en", CATALOGUE)
    for seed in SEEDS:
        found = [" ".join(chord.symbol for chord in plan.chords) for plan in constrain(long, CATALOGUE, seed).plans]
        parts = [found[:8], found[8:16], found[16:24]]
        assert len({tuple(part) for part in parts}) == 3
    blues = understand("blues: verse 12 bars, chorus 12 bars in G", IntentOptions(), "en", CATALOGUE)
    found = [plan.chords[0].symbol for plan in constrain(blues, CATALOGUE, 3).plans]
    assert [found[bar] for bar in (0, 4, 12, 16)] == ["G7", "C7", "G7", "C7"]
