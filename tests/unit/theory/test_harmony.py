"""Chord symbols and numerals: what music21 says where it reads the same dialect, lead-sheet practice elsewhere."""

import re

import pytest
from boumbapp.music.v2.music_pb2 import Key
from hypothesis import given
from hypothesis import strategies as st

from music.pitch import PitchName, pitch_classes_of
from services.theory.catalogue.catalogue import Catalogue
from services.theory.harmony.chord_symbols import chord_tones, parse_numeral, parse_symbol, with_numeral

CATALOGUE = Catalogue.load()
ROOTS = [letter + sign for letter in "CDEFGAB" for sign in ("", "#", "b")]
# Our suffix -> the same chord in music21's dialect.
QUALITIES = {
    "": "", "m": "m", "-": "m", "min": "m", "maj7": "maj7", "M7": "M7", "Δ": "maj7", "7M": "maj7", "7": "7",
    "m7": "m7", "-7": "m7", "m7b5": "m7b5", "ø": "ø7", "ø7": "ø7", "dim": "dim", "°": "dim", "dim7": "dim7",
    "°7": "dim7", "o7": "o7", "aug": "aug", "+": "+", "+7": "+7", "aug7": "aug7", "7#5": "7#5", "sus": "sus",
    "sus2": "sus2", "sus4": "sus4", "7sus4": "7sus4", "6": "6", "m6": "m6", "9": "9", "maj9": "M9", "Δ9": "M9",
    "m9": "m9", "11": "11", "m11": "m11", "m13": "m13", "add9": "add9", "madd9": "madd9", "7b9": "7b9", "7#9": "7#9",
    "7#11": "7#11", "7b5": "7b5", "mM7": "mM7", "m(maj7)": "mM7", "7(b9,#11)": "7b9#11", "maj7#11": "maj7#11",
    "maj7#5": "maj7#5", "5": "5",
}  # fmt: skip
NUMERALS_MAJOR = (
    "I ii iii IV V vi vii° V7 ii7 iii7 vi7 viiø7 vii°7 bVII bIII bVI bII #IV iv v i V/V "
    "V7/V V7/ii V7/vi vii°7/V vii°/ii "
    "I6 I64 V65 V43 V42 IV6 ii65 V+ III VI #iv° IV/IV"
).split()
NUMERALS_MINOR = "i ii° III iv v V VI VII vii° vii°7 V7 iiø7 iv7 i6 i64 V65 iiø65 V/V V7/iv V7/III VI6".split()


def spelled_for_music21(name: str) -> str:
    return name.replace("b", "-")


@pytest.mark.parametrize("suffix", QUALITIES)
def test_symbols_mean_what_music21_says_on_every_root(suffix: str) -> None:
    from music21 import harmony

    for root in ROOTS:
        chord = parse_symbol(root + suffix)
        assert chord is not None
        expected = harmony.ChordSymbol(spelled_for_music21(root) + QUALITIES[suffix])
        assert set(pitch_classes_of(chord.pitch_classes)) == {pitch.pitchClass for pitch in expected.pitches}, (
            root + suffix
        )
        assert chord.root == chord.bass == expected.root().pitchClass
        assert {str(tone) for tone in chord_tones(chord.symbol)} >= {root}


@pytest.mark.parametrize(
    ("symbol", "tones"),
    [
        ("C13", "C E G Bb D A"),  # no eleventh against a major third
        ("Cmaj13", "C E G B D A"),
        ("C69", "C E G D A"),
        ("C6/9", "C E G D A"),
        ("G7alt", "G B Db D# F Ab A#"),
        ("F#7#9", "F# A# C# E G##"),
        ("Bbb5", "Bb D Fb"),
        ("Ebdim7", "Eb Gb Bbb Dbb"),
        ("Dsus24", "D E G A"),
        ("C7no5", "C E Bb"),
        ("Am7b5/G", "A C Eb G"),
        ("C/F#", "C E G F#"),
        ("B♭m7", "Bb Db F Ab"),
    ],
)
def test_lead_sheet_practice(symbol: str, tones: str) -> None:
    chord = parse_symbol(symbol)
    assert chord is not None
    assert {str(tone) for tone in chord_tones(chord.symbol)} == set(tones.split())
    assert set(pitch_classes_of(chord.pitch_classes)) == {PitchName.parse(tone).pitch_class for tone in tones.split()}


@pytest.mark.parametrize(("text", "bass"), [("Bb/D", 2), ("D/F#", 6), ("Am7/G", 7), ("C/Bb", 10), ("G7", 7)])
def test_slash_names_the_bass(text: str, bass: int) -> None:
    chord = parse_symbol(text)
    assert chord is not None
    assert chord.bass == bass
    assert chord.pitch_classes >> bass & 1


@pytest.mark.parametrize(
    "text",
    ["", " ", "H7", "c", "do", "Do", "Cfoo", "C7/", "C/", "C//E", "Cm5", "C7add", "Cb9b9b9x", "C" * 40, "é", "C\n7\nx"],
)
def test_what_is_no_symbol_is_refused(text: str) -> None:
    assert parse_symbol(text) is None


@given(
    st.sampled_from(ROOTS), st.sampled_from(sorted(QUALITIES)), st.sampled_from(["", *(f"/{root}" for root in ROOTS)])
)
def test_the_symbol_of_a_chord_reads_as_the_same_chord(root: str, suffix: str, bass: str) -> None:
    chord = parse_symbol(root + suffix + bass)
    assert chord is not None
    assert parse_symbol(chord.symbol) == chord


@given(st.text(max_size=40) | st.from_regex(r"[A-G](#|b)?[0-9a-zA-Z#+°ø/(), -]{0,12}", fullmatch=True))
def test_no_text_breaks_the_reader(text: str) -> None:
    chord = parse_symbol(text)
    if chord is not None:
        assert chord.pitch_classes >> chord.root & 1
        assert chord.pitch_classes >> chord.bass & 1
    parse_numeral(text, Key(tonic="C", scale="major"), CATALOGUE)


@pytest.mark.parametrize(
    ("scale", "numerals"),
    [("major", NUMERALS_MAJOR), ("minor", [numeral for numeral in NUMERALS_MINOR if numeral != "N"])],
)
@pytest.mark.parametrize("tonic", ["C", "F#", "Bb", "E", "Ab"])
def test_numerals_mean_what_music21_says(scale: str, numerals: list[str], tonic: str) -> None:
    from music21 import key, roman

    music21_key = key.Key(spelled_for_music21(tonic), scale)
    for numeral in numerals:
        chord = parse_numeral(numeral, Key(tonic=tonic, scale=scale), CATALOGUE)
        assert chord is not None, numeral
        expected = roman.RomanNumeral(
            numeral.replace("°", "o").replace("b", "-"),
            music21_key,
            sixthMinor=roman.Minor67Default.QUALITY,
            seventhMinor=roman.Minor67Default.QUALITY,
        )
        assert chord.numeral == numeral
        assert set(pitch_classes_of(chord.pitch_classes)) == {pitch.pitchClass for pitch in expected.pitches}, numeral
        assert chord.bass == expected.bass().pitchClass, numeral
        root = re.match(r"[A-G][#b]*", chord.symbol)
        assert root is not None
        assert root[0] == expected.root().name.replace("-", "b"), numeral


@pytest.mark.parametrize(
    ("numeral", "scale", "symbol"),
    [
        ("I7", "major", "C7"),  # the blues' dominant, where figured bass would stay diatonic
        ("Imaj7", "major", "Cmaj7"),
        ("IIm7", "major", "Dm7"),
        ("I69", "major", "C69"),
        ("I6/9", "major", "C69"),
        ("V7sus4", "major", "G7sus4"),
        ("bVI", "minor", "Ab"),
        ("VI", "harmonic_minor", "Ab"),
        ("VII", "melodic_minor", "Bb"),
        ("vii°", "harmonic_minor", "Bdim"),
        ("IV", "dorian", "F"),
        ("vi°", "dorian", "Adim"),
        ("VII", "minor_pentatonic", "Bb"),
        ("V7b9", "minor", "G7b9"),
    ],
)
def test_pop_and_jazz_numerals(numeral: str, scale: str, symbol: str) -> None:
    chord = parse_numeral(numeral, Key(tonic="C", scale=scale), CATALOGUE)
    assert chord is not None
    assert chord.symbol == symbol


@pytest.mark.parametrize(
    "text", ["", "VIII", "IIII", "Iv", "V/", "/V", "V/X", "bbb", "IVx", "ii/ii/Q", "V" + "/V" * 20]
)
def test_what_is_no_numeral_is_refused(text: str) -> None:
    assert parse_numeral(text, Key(tonic="C", scale="major"), CATALOGUE) is None


@given(
    st.sampled_from(sorted(CATALOGUE.scales)),
    st.sampled_from(ROOTS),
    st.sampled_from(ROOTS),
    st.sampled_from([*QUALITIES]),
)
def test_a_chord_that_has_a_numeral_is_read_back_from_it(scale: str, tonic: str, root: str, suffix: str) -> None:
    key = Key(tonic=tonic, scale=scale)
    chord = parse_symbol(root + suffix)
    assert chord is not None
    named = with_numeral(chord, key, CATALOGUE)
    if named.numeral:
        again = parse_numeral(named.numeral, key, CATALOGUE)
        assert again is not None
        assert (again.pitch_classes, again.root) == (chord.pitch_classes, chord.root)


@pytest.mark.parametrize(
    ("symbols", "numerals", "scale"),
    [
        ("C Am F G7 Bb F#m7b5 D7 Fm Cmaj7", "I vi IV V7 bVII #ivø7 II7 iv Imaj7", "major"),
        ("Cm Ab Bb Eb G7 Bdim Adim Bbm Db", "i VI VII III V7 vii° vi° bvii bII", "minor"),
    ],
)
def test_chords_get_their_usual_numerals(symbols: str, numerals: str, scale: str) -> None:
    key = Key(tonic="C", scale=scale)
    chords = [parse_symbol(symbol) for symbol in symbols.split()]
    assert [with_numeral(chord, key, CATALOGUE).numeral for chord in chords if chord] == numerals.split()
