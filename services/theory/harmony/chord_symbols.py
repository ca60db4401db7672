"""Parses chord symbols and roman numerals by tables and arithmetic; tests compare them with music21.

Numerals follow pop and jazz practice: a bare 7 after an upper-case numeral is a minor seventh above the root
(I7 is a dominant chord, Imaj7 is not), accidentals count from the major scale of the tonic (bVII), and numerals
without accidental take the scale's own degrees. Figured-bass inversions (I6, V65, I64) are read too.
"""

import re
from functools import lru_cache

from boumbapp.music.v2.music_pb2 import Chord, Key

from music.pitch import PitchName, interval_fifths, mask_of
from services.theory.catalogue.catalogue import Catalogue
from services.theory.harmony.chord_quality import ChordQuality, parse_quality

_SYMBOL = re.compile(
    r"(?P<letter>[A-G])(?P<accidentals>##|bb|#|b|)(?P<quality>.*?)(?:/(?P<bass>[A-G](?:##?|bb?)?))?", re.DOTALL
)
_MAX_LENGTH = 32
_SIGNS = str.maketrans({"♭": "b", "♯": "#", "º": "°"})
_NUMERAL = re.compile(
    r"(?P<accidental>b{1,2}|#{1,2}|)(?P<degree>VII|VI|IV|V|III|II|I|vii|vi|iv|v|iii|ii|i)(?P<quality>(?:[^/]|/9)*)(?:/(?P<of>.+))?"
)
_FIGURES = re.compile(r"(?P<quality>.*?)(?P<figures>65|43|42|64|63|6|2)")
_INVERSIONS = {
    "6": (1, ""),
    "63": (1, ""),
    "64": (2, ""),
    "65": (1, "7"),
    "43": (2, "7"),
    "42": (3, "7"),
    "2": (3, "7"),
}
_DEGREES = ("I", "II", "III", "IV", "V", "VI", "VII")
MAJOR_SCALE = ("P1", "M2", "M3", "P4", "P5", "M6", "M7")
MINOR_SCALE = ("P1", "M2", "m3", "P4", "P5", "m6", "m7")
# Minor keys borrow between their three forms: numerals count the natural one, yet vi° and vii° stand on raised degrees.
_MINOR_KEYS = frozenset({"minor", "harmonic_minor", "melodic_minor"})
# How a numeral writes what a symbol spells out; lower case stands for the "m".
_NUMERAL_SUFFIXES = (("m7b5", "ø7"), ("dim", "°"), ("aug", "+"), ("m", ""))
_EXPLICIT_THIRD = ("m", "-", "°", "o", "dim", "ø", "+", "aug", "sus")


def parse_symbol(text: str) -> Chord | None:
    """Read a chord symbol such as "Gm7", "F#maj7", "Bb/D" or "Ebø"; None when it is not one.

    Roots are letters in upper case; the symbol of the result is normalised ("Gmin7" becomes "Gm7").
    """
    if not 0 < len(text) <= _MAX_LENGTH:
        return None
    parsed = _parse_symbol(text.strip().translate(_SIGNS))
    return None if parsed is None else _message(*parsed)


def parse_numeral(text: str, key: Key, catalogue: Catalogue) -> Chord | None:
    """Read a roman numeral such as "bVII", "iiø7", "V7/ii" in a key; None when it is not one.

    Args:
        text: The numeral; case gives the third, a suffix the quality.
        key: The key whose degrees it counts; its scale must be in the catalogue.
        catalogue: Where the scale is looked up.
    """
    plain = text.strip().translate(_SIGNS)
    if not 0 < len(plain) <= _MAX_LENGTH:
        return None
    chord = _parse_numeral(plain, key.tonic, _degrees_of(key.scale, catalogue))
    return None if chord is None else _message(*chord, numeral=plain)


def chord_tones(symbol: str) -> tuple[PitchName, ...]:
    """Spelled tones of a chord symbol, root first, then its bass when that is foreign; empty when it cannot be read."""
    parsed = _parse_symbol(symbol)
    if parsed is None:
        return ()
    root, quality, bass = parsed
    tones = tuple(root + interval for interval in quality.intervals)
    return tones if bass in tones else (*tones, bass)


def numeral_of(root: PitchName, quality: ChordQuality, key: Key, catalogue: Catalogue) -> str:
    """The numeral that `parse_numeral` reads as this quality on this root.

    Minor keys count their own degrees (VI, VII), all other modes those of major (bII in phrygian).

    Args:
        root: Spelled root of the chord.
        quality: Its intervals and suffix.
        key: The key whose degrees are counted; its scale must be in the catalogue.
        catalogue: Where the scale is looked up.

    Returns:
        The numeral, such as "bVII" or "iiø7"; "" where no numeral has this quality.
    """
    degrees = _degrees_of(key.scale, catalogue)
    distance = root.fifths - PitchName.parse(key.tonic).fifths
    degree = next(number for number in range(7) if (interval_fifths(MAJOR_SCALE[number]) - distance) % 7 == 0)
    shift = (distance - interval_fifths(MAJOR_SCALE[degree])) // 7
    minor = "m3" in quality.intervals
    own = MAJOR_SCALE[degree]
    if degrees == MINOR_SCALE and not (degree >= 5 and minor):
        own = MINOR_SCALE[degree]
    accidental = "" if interval_fifths(own) == distance else "#" * shift + "b" * -shift
    suffix = quality.suffix
    for symbol, sign in _NUMERAL_SUFFIXES:
        if suffix.startswith(symbol) and not suffix.startswith("maj"):
            suffix = sign + suffix[len(symbol) :]
            break
    numeral = accidental + (_DEGREES[degree].lower() if minor else _DEGREES[degree]) + suffix
    chord = _parse_numeral(numeral, key.tonic, degrees)
    return numeral if chord is not None and chord[0] == root and chord[1].intervals == quality.intervals else ""


def with_numeral(chord: Chord, key: Key, catalogue: Catalogue) -> Chord:
    """Fill in a chord's numeral in a key.

    Args:
        chord: The chord; it is not changed.
        key: The key whose degrees are counted; its scale must be in the catalogue.
        catalogue: Where the scale is looked up.

    Returns:
        A copy with the numeral; the chord itself where it already has one, is inverted or has no readable symbol.
    """
    parsed = None if chord.numeral else _parse_symbol(chord.symbol)
    if parsed is None or parsed[2] != parsed[0]:
        return chord
    named = Chord()
    named.CopyFrom(chord)
    named.numeral = numeral_of(parsed[0], parsed[1], key, catalogue)
    return named


def chord_on(root: PitchName, quality: ChordQuality, numeral: str = "") -> Chord:
    """The chord of a quality on a root, in root position.

    Args:
        root: Spelled root.
        quality: Intervals above the root, and the suffix of the symbol.
        numeral: Numeral to note in the chord, if known.
    """
    return _message(root, quality, root, numeral=numeral)


@lru_cache(maxsize=4096)
def _parse_symbol(text: str) -> tuple[PitchName, ChordQuality, PitchName] | None:
    """Root, quality and bass of a symbol."""
    match = _SYMBOL.fullmatch(text)
    if match is None:
        return None
    root, rest = PitchName.parse(match["letter"] + match["accidentals"]), match["quality"]
    if match["accidentals"] + rest == "bb5":  # Bbb5 is Bb with a flat fifth, not a power chord on Bbb
        root, rest = PitchName.parse(match["letter"] + "b"), "b5"
    quality = parse_quality(rest)
    if quality is None:
        return None
    return root, quality, PitchName.parse(match["bass"]) if match["bass"] else root


@lru_cache(maxsize=4096)
def _parse_numeral(text: str, tonic: str, degrees: tuple[str, ...]) -> tuple[PitchName, ChordQuality, PitchName] | None:
    """Root, quality and bass of a numeral over a tonic and the seven degrees of its scale."""
    match = _NUMERAL.fullmatch(text)
    if match is None:
        return None
    home = PitchName.parse(tonic)
    if match["of"]:
        target = _parse_numeral(match["of"], tonic, degrees)
        if target is None:
            return None
        scale = MINOR_SCALE if "m3" in target[1].intervals else MAJOR_SCALE
        return _parse_numeral(text[: match.start("of") - 1], str(target[0]), scale)
    suffix, inversion = match["quality"], 0
    figured = _FIGURES.fullmatch(suffix)
    if figured and (not figured["quality"] or figured["quality"] in "°oø+"):
        inversion, seventh = _INVERSIONS[figured["figures"]]
        suffix = figured["quality"] + seventh
    lower = match["degree"].islower()
    if lower and not suffix.startswith(_EXPLICIT_THIRD):
        suffix = "m" + suffix
    quality = parse_quality("m7b5" if suffix == "ø" else suffix)
    if quality is None or inversion >= len(quality.intervals):
        return None
    degree = _DEGREES.index(match["degree"].upper())
    shift = 7 * (match["accidental"].count("#") - match["accidental"].count("b"))
    interval = (MAJOR_SCALE if shift else degrees)[degree]
    if degrees == MINOR_SCALE and not shift and degree >= 5 and "m3" in quality.intervals:
        interval = MAJOR_SCALE[degree]
    root = PitchName(home.fifths + interval_fifths(interval) + shift)
    return root, quality, root + quality.intervals[inversion]


def _degrees_of(scale: str, catalogue: Catalogue) -> tuple[str, ...]:
    """The seven degrees that numerals count in a scale; scales of other sizes count as their major or minor parent."""
    intervals = catalogue.scales[scale].intervals
    if scale in _MINOR_KEYS:
        return MINOR_SCALE
    if [interval[-1] for interval in intervals] == list("1234567"):
        return tuple(intervals)
    return MINOR_SCALE if "m3" in intervals and "M3" not in intervals else MAJOR_SCALE


def _message(root: PitchName, quality: ChordQuality, bass: PitchName, numeral: str = "") -> Chord:
    root, bass = root.readable(), bass.readable()
    mask = mask_of([(root + interval).pitch_class for interval in quality.intervals]) | 1 << bass.pitch_class
    slash = "" if bass == root else f"/{bass}"
    return Chord(
        symbol=f"{root}{quality.suffix}{slash}",
        numeral=numeral,
        root=root.pitch_class,
        pitch_classes=mask,
        bass=bass.pitch_class,
    )
